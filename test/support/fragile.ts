/**
 * A feature that throws where it is told to: in a packet after it has sent something, and in the
 * opening or the closing of a session from then on.
 */
import { reprise as pb } from "../../src/core/wire/gen/session.js";
import { defineContract, defineFeature, toClient, toServer } from "../../src/index.ts";

export const fragileTypes = { breakNow: 10_901, arm: 10_902, noise: 10_903 };

const bytesOf = ({ bytes }: { readonly bytes: Uint8Array }): Uint8Array => bytes;

const fragileContract = defineContract("fragile", {
  /** Sends noise to everybody, then throws. */
  breakNow: toServer(fragileTypes.breakNow, pb.v1.EchoRequest, bytesOf),
  /** The first byte: 1 for openings, 2 for closings. */
  arm: toServer(fragileTypes.arm, pb.v1.EchoRequest, bytesOf),
  noise: toClient(fragileTypes.noise, pb.v1.EchoResponse, { delivery: "prompt" }),
});

export const fragile = defineFeature({
  contract: fragileContract,
  version: 1,
  state: () => ({ armed: 0 }),
}).implement({
  packets: {
    breakNow: {
      states: ["connected"],
      handle(ctx, bytes) {
        ctx.broadcast("noise", { bytes });
        throw new Error("broken after the noise");
      },
    },
    arm: {
      states: ["connected"],
      handle(ctx, bytes) {
        ctx.state.armed = bytes[0] ?? 0;
      },
    },
  },
  sessions: {
    opened(ctx) {
      if (ctx.state.armed === 1) throw new Error("broken at an opening");
    },
    closed(ctx) {
      if (ctx.state.armed === 2) throw new Error("broken at a closing");
    },
  },
});
