/**
 * What a client may and may not write. Checked by `tsc` alone: every line behind `@ts-expect-error`
 * must fail to compile, and everything else must compile. Nothing here runs.
 */
import { connect } from "../../src/client/index.ts";
import type { Game, Refusal } from "../../src/client/index.ts";
import { echoContract } from "../../src/core/features/contracts.ts";
import { reprise as pb } from "../../src/core/wire/gen/session.js";
import { defineContract, request, toClient, toServer } from "../../src/core/wire/index.ts";

const bell = defineContract("bell", {
  count: request(10_001, pb.v1.HeartbeatRequest, 10_002, pb.v1.HeartbeatResponse),
  ring: toServer(10_003, pb.v1.EchoRequest),
  rang: toClient(10_004, pb.v1.Error),
});

export async function allowed(): Promise<void> {
  const game = await connect("tls://127.0.0.1:8081", { contracts: [echoContract, bell] });
  const { bytes } = await game.echo.echo({ bytes: new Uint8Array(1) });
  const length: number = bytes.length;
  const { latencyMs } = await game.bell.count({ timestamp: 1 });
  const nothing: void = game.bell.ring({ bytes });
  const off = game.bell.on("rang", ({ code, message }) => {
    const text: string = `${code + length + latencyMs} ${message}`;
    return text;
  });
  off();
  game.on("disconnected", ({ code, mayRetry }) => [code === "CONNECTION_LOST", mayRetry]);
  game.on("reconnected", ({ protocol }) => protocol + 1);
  game.on("closed", ({ code }) => code);
  if (game.state.name === "backingOff") game.state.dueAt.toFixed();
  await game.close();
  return nothing;
}

export async function wrongMessages(game: Game<readonly [typeof echoContract, typeof bell]>) {
  // @ts-expect-error -- bytes are no text
  await game.echo.echo({ bytes: "text" });
  // @ts-expect-error -- the message of another packet
  await game.echo.echo({ timestamp: 1 });
  // @ts-expect-error -- a message is not optional
  await game.echo.echo();
  // @ts-expect-error -- the message of another packet
  game.bell.ring({ code: 1 });
  // @ts-expect-error -- the reply has no such field
  const { code } = await game.echo.echo({ bytes: new Uint8Array(1) });
  // @ts-expect-error -- a listener gets the packet's own message
  game.bell.on("rang", (message: pb.v1.EchoRequest) => message.bytes);
  return code;
}

export async function wrongDirections(game: Game<readonly [typeof echoContract, typeof bell]>) {
  // @ts-expect-error -- [HND-06] only the server sends it
  game.bell.rang({ code: 1 });
  // @ts-expect-error -- [HND-06] only clients send it
  game.bell.on("ring", () => undefined);
  // @ts-expect-error -- [HND-06] an answer is not listened for
  game.bell.on("count", () => undefined);
  // @ts-expect-error -- the server tells nothing in this contract
  game.echo.on("echo", () => undefined);
  // @ts-expect-error -- what is told has no answer to wait for
  const answer: Promise<unknown> = game.bell.ring({ bytes: new Uint8Array(1) });
  await answer;
}

export function unknownNames(game: Game<readonly [typeof echoContract, typeof bell]>): unknown {
  // @ts-expect-error -- no such contract
  const absent: unknown = game.lantern;
  // @ts-expect-error -- no such entry
  const shout: unknown = game.echo.shout;
  // @ts-expect-error -- no such event
  game.on("exploded", () => undefined);
  // @ts-expect-error -- the numbers of a client are read only
  game.counters.lost = 0;
  return [absent, shout];
}

export async function wrongOptions(refusal: Refusal): Promise<unknown> {
  // @ts-expect-error -- contracts are needed
  await connect("tls://127.0.0.1:8081", {});
  // @ts-expect-error -- no contract at all
  await connect("tls://127.0.0.1:8081", { contracts: [{ echo: 1 }] });
  // @ts-expect-error -- a typing error in an option
  await connect("tls://127.0.0.1:8081", { contracts: [bell], insecur: true });
  // @ts-expect-error -- no such code
  return refusal.code === "NOT_A_CODE";
}
