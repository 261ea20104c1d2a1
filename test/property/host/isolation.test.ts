import fc from "fast-check";
import { expect, it } from "vitest";
import { builtinFeatures } from "../../../src/core/features/index.ts";
import { reprise as pb } from "../../../src/core/wire/gen/session.js";
import { encodePayload } from "../../../src/core/wire/index.ts";
import { defineContract, defineFeature, toClient, toServer } from "../../../src/index.ts";
import { echoType, promptEchoType } from "../../support/host-world.ts";
import type { Peer } from "../../support/host-world.ts";
import { KeepingWorld } from "../../support/keeping-world.ts";

const roundType = 10_040;
const toldType = 10_041;

/** Tells every session something else in one step. */
const round = defineFeature({
  contract: defineContract("round", {
    round: toServer(roundType, pb.v1.EchoRequest, ({ bytes }) => bytes.length),
    told: toClient(toldType, pb.v1.EchoResponse),
  }),
  version: 1,
  state: () => ({}),
}).implement({
  packets: {
    round: {
      states: ["connected"],
      handle(ctx, length) {
        for (const { id } of ctx.sessions) {
          ctx.send(id, "told", { bytes: new Uint8Array(id + length).fill(id) });
        }
      },
    },
  },
});

/** What one session sends, and how it ends. */
interface Script {
  readonly packets: readonly { readonly type: number; readonly length: number }[];
  /**
   * - `stays`: all of it arrives
   * - `cut`: the link breaks inside the last packet
   * - `garbage`: what is no packet comes after all others, and a part of the next one
   */
  readonly end: "stays" | "cut" | "garbage";
}

const packet = fc.record({
  type: fc.constantFrom(echoType, echoType, promptEchoType, promptEchoType, roundType),
  length: fc.oneof(fc.nat(40), fc.nat(2_000)),
});
const script: fc.Arbitrary<Script> = fc.record({
  packets: fc.array(packet, { minLength: 1, maxLength: 6 }),
  end: fc.constantFrom("stays", "stays", "stays", "cut", "garbage"),
});
const scripts = fc.array(script, { minLength: 2, maxLength: 8 });
/** Whose chunk comes next, how long it is, and what happens then; used again from the first. */
const choices = fc.array(fc.nat(0xffff), { minLength: 1, maxLength: 80 });
/** Small shares, so that some wait while others are served. */
const shares = fc.constantFrom(
  {},
  { packetsPerRoundMax: 1 },
  { packetsPerRoundMax: 2, packetsPerTurnMax: 3 },
);

interface Sender {
  readonly peer: Peer;
  /** Everything that it sends; a part of a buffer that all senders share. */
  readonly stream: Uint8Array;
  readonly isCut: boolean;
  /** What it must get back of its own, by packet type. */
  readonly expected: ReadonlyMap<number, Uint8Array[]>;
  at: number;
}

function sendersOf(world: KeepingWorld, list: readonly Script[]): readonly Sender[] {
  const peers = list.map(() => world.connect());
  world.settle();
  const made = list.map(({ packets, end }, owner) => {
    const peer = peers[owner] as Peer;
    const expected = new Map<number, Uint8Array[]>([
      [echoType + 1, []],
      [promptEchoType + 1, []],
    ]);
    const frames = packets.map(({ type, length }, count) => {
      // Every byte says whose it is, but the first, which says which one.
      const bytes = new Uint8Array(length + 2).fill(0x80 + owner).fill(count, 0, 1);
      const frame = peer.frame(type, encodePayload(pb.v1.EchoRequest, { bytes }));
      if (end === "cut" && count === packets.length - 1) return frame.subarray(0, -1);
      expected.get(type + 1)?.push(bytes);
      return frame;
    });
    if (end === "garbage") frames.push(Uint8Array.of(3, 0, 0, 0, 0xff, 0xff, 0xff, 0x40));
    return { peer, frames, expected, isCut: end === "cut" };
  });
  const streams = inOneBuffer(made.map(({ frames }) => frames));
  return made.map(({ peer, expected, isCut }, index) => {
    return { peer, expected, isCut, stream: streams[index] ?? new Uint8Array(0), at: 0 };
  });
}

/** As a platform's pool of read buffers: the neighbours of one session's bytes are another's. */
function inOneBuffer(lists: readonly (readonly Uint8Array[])[]): readonly Uint8Array[] {
  const sizes = lists.map((list) => list.reduce((sum, { length }) => sum + length, 0));
  const pool = Buffer.alloc(sizes.reduce((sum, size) => sum + size, 0));
  let at = 0;
  return lists.map((list) => {
    const start = at;
    for (const bytes of list) {
      pool.set(bytes, at);
      at += bytes.length;
    }
    return pool.subarray(start, at);
  });
}

/** Sends every stream in pieces, in any order, with turns and the disk in between. */
function play(world: KeepingWorld, senders: readonly Sender[], list: readonly number[]): void {
  let index = 0;
  const draw = (below: number): number => (list[index++ % list.length] ?? 0) % below;
  let waiting = senders;
  while (waiting.length > 0) {
    const sender = waiting[draw(waiting.length)] as Sender;
    const { peer, stream, at } = sender;
    const end = at + 1 + draw(draw(3) === 0 ? 2_000 : 12);
    peer.raw(stream.subarray(at, end));
    sender.at = Math.min(end, stream.length);
    if (sender.at === stream.length && sender.isCut) peer.vanish();
    if (draw(3) === 0) world.turn();
    const [order] = world.disk.ready;
    if (order !== undefined && draw(2) === 0) world.complete(order);
    waiting = waiting.filter((one) => one.at < one.stream.length);
  }
  world.settle();
}

it("[SES-01] each session gets its own bytes and nobody else's, whatever the chunks are", () => {
  let answers = 0;
  const features = [...builtinFeatures, round];
  fc.assert(
    fc.property(scripts, choices, shares, (list, drawn, config) => {
      const world = new KeepingWorld({ features, config });
      world.start();
      const senders = sendersOf(world, list);
      play(world, senders, drawn);
      for (const [index, { peer, expected, isCut }] of senders.entries()) {
        const packets = world.keptOf(peer);
        const bytesOf = (type: number): readonly Uint8Array[] =>
          packets
            .filter((one) => one.type === type)
            .map(({ payload }) => pb.v1.EchoResponse.decode(payload).bytes);
        for (const [type, wanted] of expected) {
          const got = bytesOf(type);
          // What was under way when the link broke may be lost, from the end on.
          expect(got).toEqual(isCut ? wanted.slice(0, got.length) : wanted);
          answers += got.length;
        }
        const session = index + 1;
        const isForeign = (bytes: Uint8Array): boolean => bytes.some((byte) => byte !== session);
        expect(bytesOf(toldType).filter(isForeign)).toEqual([]);
      }
    }),
    { numRuns: 1_000 },
  );
  expect(answers).toBeGreaterThan(1_000);
});
