/**
 * A feature that says two things to one client in one step, one that waits for the disk and one
 * that does not, in either order. No built-in feature does.
 */
import { echoContract } from "../../core/features/contracts.ts";
import { defineFeature } from "../../core/realm/index.ts";
import type { Feature } from "../../core/realm/index.ts";
import { defineContract, request, toClient } from "../../core/wire/index.ts";

/** Bytes, as echoes have them. */
const { message: asked, reply: answered } = echoContract.entries.echo;

export const heraldContract = defineContract("herald", {
  /** Answered, and with the same bytes an aside beside the answer: before it when they are odd. */
  announce: request(10_905, asked, 10_906, answered, ({ bytes }) => bytes),
  aside: toClient(10_907, answered, { delivery: "prompt" }),
});

export const herald: Feature = defineFeature({
  contract: heraldContract,
  version: 1,
  state: () => ({}),
}).implement({
  packets: {
    announce: {
      states: ["connected"],
      handle(ctx, bytes) {
        const isFirst = bytes.length % 2 === 1;
        if (isFirst) ctx.send(ctx.session.id, "aside", { bytes });
        ctx.reply({ bytes });
        if (!isFirst) ctx.send(ctx.session.id, "aside", { bytes });
      },
    },
  },
});
