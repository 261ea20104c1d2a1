/** Secrets that the outside makes: to the client intact, and to nobody and nothing else. */
import { describe, expect, it } from "vitest";
import { builtinFeatures } from "../../../src/core/features/index.ts";
import { sealAnswer } from "../../../src/core/host/vault.ts";
import { MemoryVault } from "../../../src/core/host/vault.ts";
import { errorTable } from "../../../src/core/kernel/errors.ts";
import { incarnation } from "../../../src/core/kernel/ids.ts";
import type { SecretRef } from "../../../src/core/kernel/ids.ts";
import { limits } from "../../../src/core/kernel/limits.ts";
import { encodePlain } from "../../../src/core/kernel/plain.ts";
import type { PlainData } from "../../../src/core/kernel/plain.ts";
import { reprise as pb } from "../../../src/core/wire/gen/session.js";
import type { HostDisk } from "../../support/host-disk.ts";
import { HostWorld } from "../../support/host-world.ts";
import type { Peer } from "../../support/host-world.ts";
import { safe, safeTypes } from "../../support/safe.ts";

const key = Uint8Array.from({ length: 32 }, (_, index) => 0xc0 ^ (index * 37));
const features = [...builtinFeatures, safe];
const nothing = new Uint8Array();

const opened = (): { world: HostWorld; peer: Peer } => {
  const world = new HostWorld({ features }).start();
  const peer = world.connect();
  world.settle();
  return { world, peer };
};

/** Answers the call that waits for it, the n-th that was made. */
const answer = (world: HostWorld, hint = "blue", bytes = key, n = world.calls.length - 1): void => {
  const call = world.calls[n];
  if (call === undefined) throw new Error("nothing was asked");
  const made = { key: { sealed: bytes.slice() }, hint };
  world.host.callDone(call.call, { ok: true, answer: made });
};

const held = (world: HostWorld): number => world.host.counters.get("secrets_held");

const bytesOf = (payload: Uint8Array | undefined): Uint8Array =>
  Uint8Array.from(pb.v1.EchoResponse.decode(payload ?? nothing).bytes);
const got = (peer: Peer, type: number): Uint8Array[] =>
  peer.heard.filter((one) => one.type === type).map(({ payload }) => bytesOf(payload));
const errors = (peer: Peer): number[] =>
  peer.heard
    .filter(({ type }) => type === 1_051)
    .map(({ payload }) => pb.v1.Error.decode(payload).code);

/** Any run of eight bytes of the key, raw, in hex or in base64. */
function leaks(where: Uint8Array | string): boolean {
  const text = typeof where === "string" ? where : Buffer.from(where).toString("latin1");
  for (let at = 0; at + 8 <= key.length; at += 1) {
    const part = Buffer.from(key.subarray(at, at + 8));
    const shapes = [
      part.toString("latin1"),
      part.toString("hex"),
      part.toString("base64").slice(0, 9),
    ];
    if (shapes.some((shape) => text.includes(shape))) return true;
  }
  return false;
}

const leaksOf = (world: HostWorld, disk: HostDisk = world.disk): string[] => [
  ...[...disk.contents()].filter(([, bytes]) => leaks(bytes)).map(([path]) => path),
  ...(leaks(JSON.stringify(world.logs)) ? ["log"] : []),
  ...(world.host.machine() !== null && leaks(world.host.machine()?.checkpoint() ?? nothing)
    ? ["state"]
    : []),
];

describe("a secret in an answer", () => {
  it("reaches the client that asked, and neither journal, state, checkpoint nor log", () => {
    const { world, peer } = opened();
    peer.packet(safeTypes.get, nothing);
    world.settle();
    answer(world);
    world.settle();
    expect(got(peer, safeTypes.got)).toEqual([key]);
    expect(held(world)).toBe(0);
    world.advance(100_000);
    const completed = world.journal().find(({ event }) => event.type === "call.completed")?.event;
    expect(completed).toMatchObject({
      result: { answer: { key: { secret: expect.any(Number) as number }, hint: "blue" } },
    });
    world.host.drain();
    world.advance(1_000_000);
    expect(world.exited?.code).toBe(0);
    const paths = [...world.disk.contents().keys()];
    expect(paths.some((path) => path.startsWith("checkpoints/"))).toBe(true);
    expect(leaksOf(world)).toEqual([]);
    // That it would be found where it does not belong.
    expect(leaks(encodePlain({ deep: [key] }))).toBe(true);
    expect(leaks(Buffer.from(key).toString("hex"))).toBe(true);
  });

  it("the log replays to the same effects, without the secret", () => {
    const { world, peer } = opened();
    peer.packet(safeTypes.get, nothing);
    world.settle();
    answer(world);
    world.advance(100_000);
    const digest = world.host.machine()?.digest();
    const next = new HostWorld({ features, disk: world.disk.afterCrash() });
    next.start();
    // A recovery compares the digest of every event's effects.
    expect(next.exited).toBeNull();
    expect(next.host.recovered?.digest).toBe(digest);
    expect(leaksOf(next)).toEqual([]);
  });

  it("is kept until it is sent, and is forgotten then: sent again, it is told to be lost", () => {
    const { world, peer } = opened();
    peer.packet(safeTypes.keep, nothing);
    world.settle();
    answer(world);
    world.advance(1_900_000);
    expect(got(peer, safeTypes.late)).toEqual([]);
    expect(held(world)).toBe(1);
    world.advance(200_000);
    expect(got(peer, safeTypes.late)).toEqual([key]);
    expect(errors(peer)).toEqual([]);
    world.advance(2_000_000);
    expect(got(peer, safeTypes.late)).toEqual([key]);
    expect(errors(peer)).toEqual([errorTable.SEALED_LOST.code]);
    expect(world.host.counters.get("secrets_lost_total")).toBe(1);
    // What is said in its place has its place: sequences go on without a gap.
    const sequences = peer.heard.map(({ sequence }) => sequence);
    expect(sequences).toEqual(sequences.map((_, index) => index + 1));
  });

  it("goes with the connection that asked, and belongs to no other", () => {
    const { world, peer } = opened();
    const other = world.connect();
    world.settle();
    peer.packet(safeTypes.keep, nothing);
    other.packet(safeTypes.get, nothing);
    world.settle();
    answer(world, "mine", key, 0);
    world.settle();
    expect(held(world)).toBe(1);
    peer.vanish();
    world.settle();
    expect(held(world)).toBe(0);
    answer(world, "other", key.toReversed(), 1);
    world.advance(3_000_000);
    expect(got(other, safeTypes.got)).toEqual([key.toReversed()]);
    expect(got(peer, safeTypes.late)).toEqual([]);
    expect(leaksOf(world)).toEqual([]);
  });

  it("for a session that is gone disturbs nobody, and is not kept", () => {
    const { world, peer } = opened();
    peer.packet(safeTypes.get, nothing);
    world.settle();
    peer.vanish();
    world.settle();
    answer(world);
    world.advance(100_000);
    expect(world.exited).toBeNull();
    expect(world.host.counters.get("replies_too_late_total")).toBe(1);
    expect(held(world)).toBe(0);
    expect(leaksOf(world)).toEqual([]);
  });

  it("lost between order and answer: the next process asks again, and the realm gets its answer", () => {
    const { world, peer } = opened();
    peer.packet(safeTypes.get, nothing);
    world.settle();
    world.advance(100_000);
    const next = new HostWorld({ features, disk: world.disk.afterCrash() }).start();
    expect(next.calls.map(({ operation }) => operation)).toEqual(["safe.makeKey"]);
    answer(next);
    next.advance(100_000);
    expect(next.host.counters.get(`calls_completed_total{outcome="ok"}`)).toBe(1);
    expect(held(next)).toBe(0);
    expect(leaksOf(next)).toEqual([]);
  });

  it("lost with the process before it was durable never left", () => {
    const { world, peer } = opened();
    peer.packet(safeTypes.get, nothing);
    world.advance(100_000);
    answer(world);
    world.turn();
    // The answer's block is on its way: the frame is held with the bytes in it.
    expect(got(peer, safeTypes.got)).toEqual([]);
    const next = new HostWorld({ features, disk: world.disk.afterPowerLoss(() => 0) }).start();
    next.advance(100_000);
    expect(next.exited).toBeNull();
    expect(next.calls).toHaveLength(1);
    expect(leaksOf(next)).toEqual([]);
  });

  it("of an answer whose handler throws stays a secret", () => {
    const { world, peer } = opened();
    peer.packet(safeTypes.get, nothing);
    world.settle();
    answer(world, "fragile");
    world.advance(500_000);
    expect(world.host.counters.get(`steps_contained_total{feature="safe"}`)).toBe(1);
    expect(got(peer, safeTypes.got)).toEqual([]);
    expect(leaksOf(world)).toEqual([]);
  });
});

describe("sealing an answer", () => {
  const sealed = (given: PlainData) => {
    const vault = new MemoryVault(incarnation(1));
    const refs: SecretRef[] = [];
    return { vault, refs, answer: sealAnswer(given, vault, refs) };
  };

  it("finds them wherever they stand, and leaves the rest and the original alone", () => {
    const given = {
      token: { sealed: key },
      list: [1, { sealed: Buffer.from(key) }, null],
      map: new Map<PlainData, PlainData>([["a", { sealed: key }]]),
      set: new Set<PlainData>([{ sealed: key }]),
      open: { sealed: "no bytes" },
      more: { sealed: 1, other: 2 },
      bytes: Uint8Array.of(1),
    } as PlainData;
    const before = structuredClone(given);
    const { refs, answer, vault } = sealed(given);
    expect(new Set(refs).size).toBe(4);
    const [token, listed, mapped, member] = refs.map((secret) => ({ secret }));
    expect(answer).toEqual({
      token,
      list: [1, listed, null],
      map: new Map([["a", mapped]]),
      set: new Set([member]),
      open: { sealed: "no bytes" },
      more: { sealed: 1, other: 2 },
      bytes: Uint8Array.of(1),
    });
    expect(structuredClone(given)).toEqual(before);
    for (const ref of refs) expect(vault.open(ref)).toEqual(key);
  });

  it("keeps copies: what the performer does with its bytes afterwards is its affair", () => {
    const mine = key.slice();
    const { refs, vault } = sealed({ sealed: mine });
    mine.fill(0);
    expect(refs.map((ref) => vault.open(ref))).toEqual([key]);
  });

  it("gives an answer without any as it is", () => {
    for (const given of [null, 5, key, [1], { a: { b: 1 } }, new Map([[1, 2]])] as PlainData[]) {
      const { refs, answer } = sealed(given);
      expect(answer).toBe(given);
      expect(refs).toEqual([]);
    }
  });

  it("a session keeps the newest few: an outside that seals without end fills no memory", () => {
    const { world, peer } = opened();
    const count = limits.sealedPerConnectionMax + 1;
    for (let n = 0; n < count; n += 1) peer.packet(safeTypes.keep, nothing);
    world.settle();
    for (let n = 0; n < count; n += 1) answer(world, "many", Uint8Array.of(...key, n), n);
    world.settle();
    expect(held(world)).toBe(limits.sealedPerConnectionMax);
    world.advance(2_100_000);
    // The timer tells the latest key of the session, which is kept; the first one is not.
    expect(got(peer, safeTypes.late)).toEqual([Uint8Array.of(...key, count - 1)]);
  });
});
