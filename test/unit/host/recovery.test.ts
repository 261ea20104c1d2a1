import { describe, expect, it } from "vitest";
import { decodeCheckpoint, encodeCheckpoint } from "../../../src/core/journal/index.ts";
import { builtinFeatures } from "../../../src/core/features/index.ts";
import { HostDisk } from "../../support/host-disk.ts";
import { HostWorld } from "../../support/host-world.ts";
import { fragile, fragileTypes } from "../../support/fragile.ts";
import { lamp, lampTypes } from "../../support/lamp.ts";
import { reprise as pb } from "../../../src/core/wire/gen/session.js";
import { encodePayload } from "../../../src/core/wire/index.ts";

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);
const features = [...builtinFeatures, lamp];
/** Packets that make the lamp order a call; 9 bytes make it throw. */
const light = (seconds: number): Uint8Array =>
  encodePayload(pb.v1.EchoRequest, { bytes: new Uint8Array(seconds) });

/** A world with something to recover. */
function livedWorld(): HostWorld {
  const world = new HostWorld({ features }).start();
  const [left, stays] = [world.connect(), world.connect()];
  world.settle();
  left.echo(bytes(1));
  stays.echo(bytes(2)).packet(lampTypes.light, light(3));
  world.settle();
  left.vanish();
  world.advance(50_000);
  return world;
}

const segmentOf = (disk: HostDisk, index: number): [string, Uint8Array] => {
  const segments = [...disk.contents()].filter(([path]) => path.endsWith(".segment"));
  const found = segments.toSorted(([a], [b]) => (a < b ? -1 : 1))[index];
  if (found === undefined) throw new Error("no such segment");
  return found;
};

describe("recovery", () => {
  it("goes on in the state in which the journal ends", () => {
    const before = livedWorld();
    const digest = before.host.machine()?.digest();
    const world = new HostWorld({ features, disk: before.disk.afterCrash() }).start();
    expect(world.exited).toBeNull();
    expect(world.host.recovered).toMatchObject({ digest, cutBytes: 0, incarnation: 2 });
    expect(world.host.phase).toBe("serving");
    world.connect().echo(bytes(3));
    world.settle();
    expect(world.peers[0]?.heard).toHaveLength(1);
  });

  it("starts, closes what was open, asks again, tells the recovery, listens: in this order", () => {
    const before = livedWorld();
    const last = before.journal().length;
    const world = new HostWorld({ features, disk: before.disk.afterCrash() });
    world.host.start();
    while (!world.isListening) {
      expect(world.calls).toHaveLength(0);
      world.turn();
      const [order] = world.disk.ready;
      if (order !== undefined) world.complete(order);
    }
    expect(world.calls).toEqual([
      {
        call: before.calls[0]?.call,
        operation: "data.buyOil",
        request: before.calls[0]?.request,
      },
    ]);
    world.advance(10_000);
    const events = world
      .journal()
      .slice(last)
      .filter(({ event }) => event.type !== "time.reached");
    expect(events.slice(0, 3).map(({ event }) => event)).toMatchObject([
      { type: "server.started", incarnation: 2 },
      { type: "connection.closed", reason: "restart" },
      { type: "journal.recovered", events: last, cutBytes: 0 },
    ]);
  });

  it("lets nothing leave before the start is durable", () => {
    const before = livedWorld();
    const world = new HostWorld({ features, disk: before.disk.afterCrash() });
    world.host.start();
    while (!world.disk.ready.some(isWrite)) {
      for (const order of world.disk.ready) world.complete(order);
      world.turn();
    }
    for (let turns = 0; turns < 10; turns += 1) {
      world.sleep(1_000_000);
      world.turn();
    }
    expect([world.isListening, world.calls.length]).toEqual([false, 0]);
    world.settle();
    expect([world.isListening, world.calls.length]).toEqual([true, 1]);
    expect(world.host.counters.get("calls_performed_total")).toBe(1);
  });

  it("answers each call once over a restart", () => {
    const before = livedWorld();
    const world = new HostWorld({ features, disk: before.disk.afterCrash() }).start();
    const [asked] = world.calls;
    if (asked === undefined) throw new Error("the call is asked again");
    world.host.callDone(asked.call, { ok: true, answer: 1 });
    world.host.callDone(asked.call, { ok: true, answer: 2 });
    world.advance(10_000);
    const completed = world.journal().filter(({ event }) => event.type === "call.completed");
    expect(completed).toHaveLength(1);
    expect(world.host.counters.get("calls_unknown_total")).toBe(1);
    const after = new HostWorld({ features, disk: world.disk.afterCrash() }).start();
    expect(after.calls.map(({ call }) => call)).not.toContain(asked.call);
  });

  it("cuts an unfinished tail durably, and says how much", () => {
    const before = livedWorld();
    const [path, whole] = segmentOf(before.disk, 0);
    const disk = before.disk.afterCrash();
    disk.put(path, whole.subarray(0, whole.length - 7));
    const world = new HostWorld({ features, disk }).start();
    expect(world.host.phase).toBe("serving");
    expect(world.host.recovered?.cutBytes).toBeGreaterThan(0);
    expect(world.host.counters.get("recovered_cut_bytes")).toBe(world.host.recovered?.cutBytes);
    const again = new HostWorld({ features, disk: world.disk.afterPowerLoss(() => 0) }).start();
    expect(again.host.recovered?.cutBytes).toBe(0);
    const changes = world.ordered.filter(({ type }) => type !== "read" && type !== "list");
    expect(changes.slice(0, 3)).toMatchObject([
      { type: "truncate", path },
      { type: "sync", path },
      { type: "syncFolder", folder: "journal" },
    ]);
  });

  it("makes durable what it recovered, before anything hangs on it", () => {
    const before = new HostWorld().start();
    const peer = before.connect();
    before.settle();
    peer.echo(bytes(1));
    before.turn();
    // Written, and the process dies before the sync.
    const disk = before.disk.afterCrash(1);
    const world = new HostWorld({ disk }).start();
    const recovered = world.host.recovered?.lastSequence ?? 0;
    const after = new HostWorld({ disk: world.disk.afterPowerLoss(() => 0) }).start();
    expect(after.exited).toBeNull();
    expect(after.host.recovered?.lastSequence).toBeGreaterThan(recovered);
  });

  it("makes durable what a sync that failed has left behind", () => {
    const before = new HostWorld().start();
    const peer = before.connect();
    before.settle();
    before.disk.fails = { type: "sync", code: "EIO" };
    peer.echo(bytes(1));
    before.settle();
    expect(before.exited?.code).toBe(70);
    const world = new HostWorld({ disk: before.disk.afterCrash() }).start();
    const recovered = world.host.recovered?.lastSequence ?? 0;
    const after = new HostWorld({ disk: world.disk.afterPowerLoss(() => 0) }).start();
    expect(after.exited).toBeNull();
    expect(after.host.recovered?.lastSequence).toBeGreaterThan(recovered);
  });

  it("goes on behind zeros that were written ahead of the blocks", () => {
    const config = { journalAheadBytes: 40_000 };
    const before = new HostWorld({ config }).start();
    before.connect().echo(bytes(1));
    before.settle();
    const digest = before.host.machine()?.digest();
    const world = new HostWorld({ config, disk: before.disk.afterPowerLoss(() => 0) }).start();
    expect(world.host.recovered).toMatchObject({ digest, cutBytes: 0 });
  });

  it("refuses a damaged journal, names the place, and changes nothing", () => {
    const before = livedWorld();
    const [path, whole] = segmentOf(before.disk, 0);
    const disk = before.disk.afterCrash();
    const damaged = whole.slice();
    damaged[500] = (damaged[500] ?? 0) ^ 1;
    disk.put(path, damaged);
    const world = new HostWorld({ features, disk }).start();
    expect(world.exited?.code).toBe(1);
    expect(world.exited?.message).toMatch(
      /^the journal is damaged: journal\/0000000000000001\.segment, byte \d+, event \d+: .*put /,
    );
    expect(world.disk.contents()).toEqual(disk.contents());
    expect(world.ordered.every(({ type }) => type === "list" || type === "read")).toBe(true);
  });

  it("refuses the tail of another build, unless told to adopt it, and then for good", () => {
    const before = livedWorld();
    const other = { features, build: "b2" };
    const refused = new HostWorld({ ...other, disk: before.disk.afterCrash() }).start();
    expect(refused.exited?.code).toBe(1);
    expect(refused.exited?.message).toMatch(
      /build b1, and this is build b2.*"--set journal\.adoptTail=true"/,
    );
    const disk = before.disk.afterCrash();
    const adopted = new HostWorld({ ...other, disk, config: { adoptTail: true } }).start();
    expect(adopted.host.recovered).toMatchObject({ digest: before.host.machine()?.digest() });
    const warnings = adopted.logs.filter(({ level }) => level === "warn");
    expect(warnings.map(({ message }) => message)).toEqual([
      "events of another build were taken as they are: journal.adoptTail is on",
    ]);
    adopted.connect().echo(bytes(1));
    adopted.settle();
    const next = new HostWorld({ ...other, disk: adopted.disk.afterPowerLoss(() => 0) }).start();
    expect(next.exited).toBeNull();
    expect(next.host.recovered?.incarnation).toBe(3);
    expect(next.calls).toHaveLength(1);
  });

  it("falls back to the checkpoint before when the newest is damaged", () => {
    let disk = new HostDisk();
    for (let start = 0; start < 2; start += 1) {
      const world = new HostWorld({ disk }).start();
      world.connect().echo(bytes(start));
      world.settle();
      world.host.drain();
      world.settle();
      disk = world.disk.afterCrash();
    }
    const names = [...disk.contents().keys()].filter((path) => path.startsWith("checkpoints/"));
    const newest = names.toSorted().at(-1) ?? "";
    const damaged = disk.contents().get(newest)?.slice() ?? bytes();
    damaged[damaged.length - 3] = (damaged[damaged.length - 3] ?? 0) ^ 64;
    disk.put(newest, damaged);
    const world = new HostWorld({ disk }).start();
    expect(world.host.recovered?.events).toBeGreaterThan(0);
    expect(world.logs.some(({ message }) => message.startsWith("a checkpoint is damaged"))).toBe(
      true,
    );
  });

  it("reads only what the checkpoint does not hold", () => {
    let disk = new HostDisk();
    for (let start = 0; start < 3; start += 1) {
      const world = new HostWorld({ disk }).start();
      world.host.drain();
      world.settle();
      disk = world.disk.afterCrash();
    }
    const world = new HostWorld({ disk }).start();
    const read = world.ordered.flatMap((one) =>
      one.type === "read" && one.path.startsWith("journal/") ? [one.path] : [],
    );
    expect(new Set(read).size).toBe(1);
    expect(read[0]).toBe(segmentOf(world.disk, 2)[0]);
  });

  it("refuses a checkpoint that restores to another state than it was made of", () => {
    const before = new HostWorld().start();
    before.host.drain();
    before.settle();
    const disk = before.disk.afterCrash();
    const path = [...disk.contents().keys()].find((one) => one.startsWith("checkpoints/")) ?? "";
    const read = decodeCheckpoint(disk.contents().get(path) ?? bytes());
    if (!read.ok) throw new Error(read.problem.detail);
    disk.put(path, encodeCheckpoint({ ...read.value, digest: (read.value.digest ^ 1) >>> 0 }));
    const world = new HostWorld({ disk }).start();
    expect(world.exited?.code).toBe(1);
    expect(world.exited?.message).toMatch(/^the checkpoint of event \d+ restores to another state/);
  });

  it("refuses a checkpoint of another build that it cannot restore", () => {
    const before = new HostWorld({ features, build: "b1" }).start();
    before.host.drain();
    before.settle();
    const disk = before.disk.afterCrash();
    const path = [...disk.contents().keys()].find((one) => one.startsWith("checkpoints/")) ?? "";
    const read = decodeCheckpoint(disk.contents().get(path) ?? bytes());
    if (!read.ok) throw new Error(read.problem.detail);
    disk.put(path, encodeCheckpoint({ ...read.value, machine: bytes(1, 2, 3) }));
    const world = new HostWorld({ features, build: "b2", disk }).start();
    expect(world.exited?.code).toBe(1);
    expect(world.exited?.message).toMatch(/was made by build b1.*start the build that made it/);
  });

  it("refuses a journal that does not replay", () => {
    const before = livedWorld();
    // Without the lamp the same packets have other effects.
    const world = new HostWorld({ disk: before.disk.afterCrash() }).start();
    expect(world.exited?.code).toBe(1);
    expect(world.exited?.message).toMatch(
      /^event \d+ \(packet\.received\) does not replay.*effects.*replay \.\/journal --check/,
    );
  });

  it("reads a long journal in turns, so that the process hears its signals", () => {
    const config = { durability: "none", blockBytesMax: 400_000 } as const;
    const before = new HostWorld({ config }).start();
    const peer = before.connect();
    before.settle();
    for (let count = 0; count < 60; count += 1) {
      peer.echo(new Uint8Array(60_000), 1_055);
      before.advance(6_000);
    }
    const world = new HostWorld({ disk: before.disk.afterCrash() }).start();
    const reads = world.ordered.filter(({ type }) => type === "read");
    expect(reads.length).toBeGreaterThan(6);
    expect(world.host.recovered?.events).toBe(before.journal().length);
  });
});

const isWrite = ({ operation }: { operation: { type: string } }): boolean =>
  operation.type === "write";

describe("calls", () => {
  it("performs a once-call when its event is durable, another at once", () => {
    const world = new HostWorld({ features }).start();
    const peer = world.connect();
    world.settle();
    peer.packet(lampTypes.light, light(2));
    world.turn();
    expect(world.calls).toHaveLength(0);
    world.settle();
    expect(world.calls.map(({ operation }) => operation)).toEqual(["data.buyOil"]);
    const [bought] = world.calls;
    if (bought === undefined) throw new Error("the call was performed");
    world.host.callDone(bought.call, { ok: true, answer: 1 });
    world.turn();
    expect(world.calls.map(({ operation }) => operation)).toEqual(["data.buyOil", "data.lookUp"]);
  });
});

describe("containment", () => {
  const explode = (world: HostWorld, index: number): void => {
    world.peers[index]?.packet(lampTypes.light, light(9));
  };

  it("leaves the event out, ends its session, and nobody else notices", () => {
    const world = new HostWorld({ features }).start();
    const [bad, good] = [world.connect(), world.connect()];
    world.settle();
    good.echo(bytes(1));
    world.settle();
    good.packet(lampTypes.light, light(3));
    explode(world, 0);
    good.echo(bytes(2));
    world.settle();
    expect(world.exited).toBeNull();
    expect(bad.closed).toBe("flush");
    expect(good.closed).toBeNull();
    expect(good.heard.map(({ type }) => type)).toEqual([1_054, 1_054]);
    expect(world.calls).toHaveLength(1);
    expect(world.host.counters.get('steps_contained_total{feature="lamp"}')).toBe(1);
    world.advance(10_000);
    const failed = world.journal().find(({ event }) => event.type === "step.failed")?.event;
    expect(failed).toMatchObject({ feature: "lamp" });
    const digest = world.host.machine()?.digest();
    const again = new HostWorld({ features, disk: world.disk.afterCrash() }).start();
    expect(again.host.recovered).toMatchObject({ digest });
  });

  it("stops reading while the realm is rebuilt, and loses nothing that came", () => {
    const world = new HostWorld({ features }).start();
    const [, good] = [world.connect(), world.connect()];
    world.settle();
    explode(world, 0);
    world.turn();
    expect(good.isPaused).toBe(true);
    expect(world.host.phase).toBe("recovering");
    good.echo(bytes(5));
    world.turn();
    expect(good.heard).toHaveLength(0);
    world.settle();
    expect(good.isPaused).toBe(false);
    expect(world.host.phase).toBe("serving");
    expect(good.heard).toHaveLength(1);
  });

  it("knows the event again that a crash kept from being journalled as failed", () => {
    const world = new HostWorld({ features }).start();
    world.connect();
    world.settle();
    explode(world, 0);
    world.turn();
    // The event is on the disk, its failure is not.
    for (const order of world.disk.ready) world.complete(order);
    const next = new HostWorld({ features, disk: world.disk.afterCrash(9) }).start();
    expect(next.exited).toBeNull();
    next.advance(10_000);
    const failures = next.journal().filter(({ event }) => event.type === "step.failed");
    expect(failures).toHaveLength(1);
    const third = new HostWorld({ features, disk: next.disk.afterCrash() }).start();
    expect(third.host.recovered?.digest).toBe(next.host.machine()?.digest());
  });

  it("ends the process after too many, with a file that says where to look", () => {
    const config = { failedStepsMax: 2, folder: "data/game" };
    const world = new HostWorld({ features, config }).start();
    for (let index = 0; index < 3; index += 1) {
      world.connect();
      world.settle();
      explode(world, index);
      world.settle();
    }
    expect(world.exited?.code).toBe(70);
    expect(world.exited?.message).toMatch(/event \d+ \(packet\.received\) threw in feature "lamp"/);
    const file = [...world.disk.contents()].find(([path]) => path.startsWith("failures/"));
    const content: unknown = JSON.parse(new TextDecoder().decode(file?.[1]));
    expect(content).toMatchObject({
      event: "packet.received",
      feature: "lamp",
      message: "Error: this lamp explodes",
    });
    // The journal holds the event, so that a replay runs into it, too.
    const last = world.journal().at(-1);
    expect(file?.[0]).toBe(`failures/${String(last?.sequence).padStart(16, "0")}.json`);
    const advice = `"reprise replay data/game/journal --until ${last?.sequence}"`;
    expect(world.exited?.message).toContain(`see data/game/${file?.[0]}, and run ${advice}`);
  });

  it("lets nothing of the step leave", () => {
    const world = new HostWorld({ features: [...builtinFeatures, fragile] }).start();
    const [bad, good] = [world.connect(), world.connect()];
    world.settle();
    good.echo(bytes(1));
    world.settle();
    bad.packet(fragileTypes.breakNow, light(1));
    good.echo(bytes(2));
    world.settle();
    expect(good.heard.map(({ type }) => type)).toEqual([1_054, 1_054]);
    expect(bad.heard.map(({ type }) => type)).toEqual([1_052]);
  });

  it("resets a connection whose opening was left out: the realm never knew it", () => {
    const world = new HostWorld({ features: [...builtinFeatures, fragile] }).start();
    const good = world.connect();
    world.settle();
    good.packet(fragileTypes.arm, encodePayload(pb.v1.EchoRequest, { bytes: bytes(1) }));
    world.settle();
    const bad = world.connect();
    world.settle();
    expect(bad.closed).toBe("reset");
    expect(good.closed).toBeNull();
    expect(world.host.connectionCount()).toBe(1);
    world.advance(10_000);
    const types = world.journal().map(({ event }) => event.type);
    expect(types).not.toContain("connection.closed");
    expect(types).toContain("step.failed");
  });

  it("[JRN-16] tells the end of a connection again when the first time threw", () => {
    const world = new HostWorld({ features: [...builtinFeatures, fragile] }).start();
    const [peer, other] = [world.connect(), world.connect()];
    world.settle();
    peer.packet(fragileTypes.arm, encodePayload(pb.v1.EchoRequest, { bytes: bytes(2) })).vanish();
    world.advance(100_000);
    const closed = world.journal().filter(({ event }) => event.type === "connection.closed");
    expect(closed).toHaveLength(3);
    expect(world.exited).toBeNull();
    other.vanish();
    world.advance(100_000);
    expect(world.journal().filter(({ event }) => event.type === "step.failed")).toHaveLength(2);
    expect(world.host.counters.get("connections_open")).toBe(0);
  });

  it("[JRN-16] starts again although a feature throws at the end of every connection", () => {
    const own = [...builtinFeatures, fragile];
    const before = new HostWorld({ features: own }).start();
    const [peer] = [before.connect(), before.connect(), before.connect(), before.connect()];
    before.settle();
    peer.packet(fragileTypes.arm, encodePayload(pb.v1.EchoRequest, { bytes: bytes(2) }));
    before.advance(100_000);
    const world = new HostWorld({ features: own, disk: before.disk.afterCrash() }).start();
    world.advance(100_000);
    expect([world.exited, world.host.phase]).toEqual([null, "serving"]);
    expect(world.journal().filter(({ event }) => event.type === "step.failed")).toHaveLength(2);
    const again = new HostWorld({ features: own, disk: world.disk.afterCrash() }).start();
    expect(again.host.phase).toBe("serving");
  });

  it("forgets failures that are older than the window", () => {
    const config = { failedStepsMax: 1, failedStepsWindowMs: 10_000 };
    const world = new HostWorld({ features, config }).start();
    for (let index = 0; index < 3; index += 1) {
      world.connect();
      world.settle();
      explode(world, index);
      world.advance(11_000_000);
    }
    expect(world.exited).toBeNull();
  });
});
