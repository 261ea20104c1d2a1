/** Byte capture, and the edge run again on what was captured. */
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { publishedContracts } from "../../../src/core/features/contracts.ts";
import { builtinFeatures } from "../../../src/core/features/index.ts";
import { captureOrder, type HostConfig } from "../../../src/core/host/index.ts";
import { limits } from "../../../src/core/kernel/limits.ts";
import { createRealm } from "../../../src/core/realm/index.ts";
import { compareEdge } from "../../support/captured.ts";
import type { HostDisk } from "../../support/host-disk.ts";
import { HostWorld, type Peer, type WorldOptions } from "../../support/host-world.ts";
import { logKeys } from "../../support/journal-log.ts";
import { safe, safeTypes } from "../../support/safe.ts";

const features = [...builtinFeatures, safe];
const realm = createRealm({ features, known: publishedContracts });
const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);
const word = Uint8Array.from(Buffer.from("what nobody else should read"));

const captured: Partial<HostConfig> = { captureOf: "all", session: { perSecond: 5, burst: 8 } };

const worldOf = (options: WorldOptions = {}): HostWorld =>
  new HostWorld({ features, ...options, config: { ...captured, ...options.config } }).start();

const captures = (disk: HostDisk): string[] =>
  [...disk.contents().keys()].filter((path) => path.startsWith("capture/"));

const isCaptured = (disk: HostDisk, text: Uint8Array): boolean =>
  captures(disk).some((path) => Buffer.from(disk.contents().get(path) ?? "").includes(text));

/** What a peer does next, and how the rest of the world goes on. */
type Deed =
  | { readonly type: "echo" | "unknown" | "server" | "secret"; readonly count: number }
  | { readonly type: "garbage" | "split"; readonly at: number }
  | { readonly type: "wait"; readonly micros: number }
  | { readonly type: "end" | "vanish" | "settle" };

const deeds: fc.Arbitrary<Deed> = fc.oneof(
  fc.record({
    type: fc.constantFrom(
      "echo" as const,
      "unknown" as const,
      "server" as const,
      "secret" as const,
    ),
    count: fc.integer({ min: 1, max: 12 }),
  }),
  fc.record({
    type: fc.constantFrom("garbage" as const, "split" as const),
    at: fc.integer({ min: 1, max: 12 }),
  }),
  fc.record({ type: fc.constant("wait" as const), micros: fc.integer({ min: 1, max: 900_000 }) }),
  fc.record({ type: fc.constantFrom("end" as const, "vanish" as const, "settle" as const) }),
);

function act(world: HostWorld, peer: Peer, deed: Deed): void {
  if (deed.type === "settle") return void world.settle();
  if (deed.type === "wait") return void world.advance(deed.micros);
  if (peer.isGone || peer.closed !== null) return;
  switch (deed.type) {
    case "echo":
      for (let sent = 0; sent < deed.count; sent += 1) peer.echo(bytes(sent, 1, 2));
      return;
    case "unknown":
      for (let sent = 0; sent < deed.count; sent += 1) peer.packet(2_990 + (sent % 3), bytes(1));
      return;
    case "server":
      for (let sent = 0; sent < deed.count; sent += 1) peer.packet(1_052, bytes());
      return;
    case "secret":
      return void peer.packet(safeTypes.keep, bytes(10, 3, 1, 2, deed.count));
    case "garbage":
      return void peer.raw(bytes(deed.at, 0, 0, 0, ...new Array<number>(deed.at).fill(0xff)));
    case "split": {
      const frame = peer.frame(1_001, bytes());
      peer.raw(frame.slice(0, deed.at)).raw(frame.slice(deed.at));
      return;
    }
    case "end":
      return void peer.end();
    case "vanish":
      return void peer.vanish();
  }
}

describe("byte capture", () => {
  it("[CAP-01] gives the journal's packets, refusals and malformed ones when the edge runs again", () => {
    let met = 0;
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(3), deeds), { minLength: 5, maxLength: 60 }),
        fc.boolean(),
        fc.boolean(),
        (story, isSealed, isCrash) => {
          const keys = isSealed ? logKeys() : null;
          const world = worldOf({ keys, config: { packetsPerRoundMax: 3 } });
          const peers = Array.from({ length: 4 }, () => world.connect());
          for (const [index, deed] of story) act(world, peers[index] as Peer, deed);
          world.settle();
          if (!isCrash) {
            world.host.drain();
            world.advance(70_000_000);
            expect(world.exited).toMatchObject({ code: 0 });
          }
          const { differs, connections, agreed } = compareEdge(world.disk, realm, keys);
          expect(differs).toBeNull();
          if (!isCrash) expect(connections).toBe(4);
          met += agreed;
        },
      ),
      { numRuns: 60 },
    );
    expect(met).toBeGreaterThan(100);
  });

  it("tells an edge that goes another way, by event", () => {
    const world = worldOf();
    world.connect().echo(bytes(1)).echo(bytes(2)).packet(2_999, bytes());
    world.advance(1_000_000);
    world.host.drain();
    world.advance(70_000_000);
    expect(compareEdge(world.disk, realm)).toMatchObject({ agreed: 3, differs: null });
    const none = compareEdge(world.disk, { rules: new Map(), budgets: new Map() });
    expect(none.differs).toMatchObject({
      journalled: { type: "packet.received" },
      made: { type: "packet.refused", reason: "NOT_SERVED" },
      message: "the edge makes a packet.refused",
    });
  });

  it("[CAP-02] is of the addresses that were asked for, from their openings on", () => {
    const world = worldOf({ config: { captureOf: "off" } });
    const early = world.connect().echo(word);
    world.settle();
    expect(captures(world.disk)).toEqual([]);
    world.host.capture(captureOrder("all", { seconds: 60, bytes: 1_000_000 }));
    world.settle();
    early.echo(word);
    world.advance(1_000_000);
    expect(isCaptured(world.disk, word)).toBe(false);
    world.connect().echo(word);
    world.advance(1_000_000);
    expect(isCaptured(world.disk, word)).toBe(true);
    const other = worldOf({ config: { captureOf: "203.0.113.9" } });
    other.connect().echo(word);
    other.advance(1_000_000);
    expect(isCaptured(other.disk, word)).toBe(false);
  });

  it("[CAP-03] ends at its time, at its size, and as ordered", () => {
    const isOn = (world: HostWorld): number => world.host.counters.get("capture_on");
    const timed = worldOf({ config: { captureSeconds: 2 } });
    expect(isOn(timed)).toBe(1);
    timed.connect().echo(word);
    timed.advance(3_000_000);
    expect(isOn(timed)).toBe(0);
    const sized = worldOf({
      config: { captureBytes: 5_000, session: { perSecond: 1e6, burst: 1e6 } },
    });
    const peer = sized.connect();
    for (let sent = 0; sent < 200; sent += 1) {
      peer.echo(new Uint8Array(200));
      sized.advance(50_000);
    }
    expect(isOn(sized)).toBe(0);
    const held = captures(sized.disk).map((path) => sized.disk.contents().get(path)?.length ?? 0);
    expect(held.reduce((sum, length) => sum + length, 0)).toBeLessThan(20_000);
    const ordered = worldOf();
    ordered.connect().echo(word);
    ordered.settle();
    ordered.host.capture({ type: "off" });
    ordered.settle();
    expect(isOn(ordered)).toBe(0);
    expect(compareEdge(ordered.disk, realm)).toMatchObject({ agreed: 1, differs: null });
    expect(ordered.logs.map(({ message }) => message)).toEqual(
      expect.arrayContaining([
        "byte capture is on: all that clients send is written, passwords, too",
        "byte capture has ended",
      ]),
    );
  });

  it("[CAP-03] is ended by a disk that fails it or hangs, and by nothing else in the server", () => {
    const world = worldOf({ config: { session: { perSecond: 1e6, burst: 1e6 } } });
    world.disk.failsPath = "capture/";
    const peer = world.connect().echo(word);
    world.advance(1_000_000);
    expect(world.host.counters.get("capture_failures_total")).toBe(1);
    expect(world.host.counters.get("capture_on")).toBe(0);
    peer.echo(word);
    world.advance(100_000);
    expect(world.exited).toBeNull();
    expect(peer.heard).toHaveLength(2);
    expect(limits.captureAheadBytes).toBeGreaterThan(limits.captureFlushBytes);
  });

  it("[CAP-04] is encrypted when the journal is", () => {
    const world = worldOf({ keys: logKeys() });
    world.connect().echo(word);
    world.advance(1_000_000);
    expect(captures(world.disk)).toHaveLength(1);
    expect(isCaptured(world.disk, word)).toBe(false);
    expect(compareEdge(world.disk, realm, logKeys())).toMatchObject({ agreed: 1, differs: null });
  });
});
