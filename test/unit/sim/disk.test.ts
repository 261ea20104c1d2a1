import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { FileOperation, FileResult } from "../../../src/core/contract.ts";
import { Decisions } from "../../../src/sim/decisions.ts";
import type { Decision } from "../../../src/sim/decisions.ts";
import { Disk } from "../../../src/sim/disk.ts";
import { FaultCounters } from "../../../src/sim/faults.ts";
import { calmOptions } from "../../../src/sim/options.ts";
import { Pages } from "../../../src/sim/pages.ts";
import { Scheduler } from "../../../src/sim/scheduler.ts";

const setUp = (plan: Readonly<Record<string, Decision>> = {}) => {
  const scheduler = new Scheduler();
  const faults = new FaultCounters();
  const decisions = Decisions.planned(new Map(Object.entries(plan)));
  const disk = new Disk({ scheduler, decisions, faults, options: calmOptions.disk }, "node");
  const order = (operation: FileOperation): FileResult[] => {
    const results: FileResult[] = [];
    disk.order(operation, (result) => results.push(result));
    return results;
  };
  const run = (operation: FileOperation): FileResult => {
    const results = order(operation);
    scheduler.runUntil(scheduler.nowMicros + 1_000_000);
    const [result] = results;
    if (result === undefined) throw new Error("the operation did not complete");
    return result;
  };
  const write = (path: string, offset: number, text: string): FileResult =>
    run({ type: "write", path, offset, bytes: bytesOf(text) });
  return { scheduler, faults, disk, order, run, write };
};

const bytesOf = (text: string): Uint8Array => Uint8Array.from(text, (c) => c.charCodeAt(0));
const textOf = (bytes: Uint8Array | null): string | null =>
  bytes === null ? null : String.fromCharCode(...bytes);

describe("a simulated disk", () => {
  it("reads what was written, and nothing of a missing file", () => {
    const { run, write } = setUp();
    write("a/b", 2, "xy");
    const read = run({ type: "read", path: "a/b", offset: 0, length: 100 });
    expect(read).toEqual({ ok: true, type: "bytes", bytes: Uint8Array.of(0, 0, 120, 121) });
    const missing = run({ type: "read", path: "a/c", offset: 0, length: 100 });
    expect(missing).toEqual({ ok: true, type: "bytes", bytes: new Uint8Array(0) });
    expect(run({ type: "list", folder: "a" })).toMatchObject({
      entries: [{ name: "b", bytes: 4 }],
    });
    expect(run({ type: "sync", path: "a/c" })).toEqual({ ok: false, code: "ENOENT" });
  });

  it("completes the operations of one path in order, those of others beside them", () => {
    const { scheduler, disk } = setUp({ "disk/node/slow#0": 5_000 });
    const done: string[] = [];
    const order = (name: string, path: string): void =>
      disk.order({ type: "write", path, offset: 0, bytes: bytesOf("x") }, () => done.push(name));
    order("slow a", "a");
    order("a", "a");
    order("b", "b");
    scheduler.runUntil(1_000_000);
    expect(done).toEqual(["b", "slow a", "a"]);
  });

  it("keeps over a power loss what was synced, and of the rest what was decided", () => {
    const synced = (lost: Decision) => {
      const setup = setUp({ "disk/node/lost#0": lost });
      setup.write("f", 0, "durable.");
      setup.run({ type: "sync", path: "f" });
      setup.run({ type: "syncFolder", folder: "" });
      setup.write("f", 4, "REST and more");
      setup.disk.powerLost();
      return { text: textOf(setup.disk.read("f")), faults: setup.faults.counts };
    };
    expect(synced("none").text).toBe("durable.");
    expect(synced("none").faults["disk.lost"]).toBe(1);
    expect(synced("all").text).toBe("duraREST and more");
    expect(synced(2).text).toBe("duraREe.");
    expect(synced(2).faults["disk.torn"]).toBe(1);
  });

  it("tears a write at its sectors", () => {
    const { disk, run, write } = setUp({ "disk/node/lost#0": [1] });
    write("f", 0, "a".repeat(1_100));
    run({ type: "syncFolder", folder: "" });
    disk.powerLost();
    expect(textOf(disk.read("f"))).toBe("\0".repeat(512) + "a".repeat(512));
  });

  it("loses the name of a file whose folder was not synced", () => {
    const lost = setUp();
    lost.write("f", 0, "x");
    lost.run({ type: "sync", path: "f" });
    lost.disk.powerLost();
    expect(lost.disk.paths()).toEqual([]);
    const spared = setUp({ "disk/node/entryLost#0": false });
    spared.write("f", 0, "x");
    spared.run({ type: "sync", path: "f" });
    spared.disk.powerLost();
    expect(textOf(spared.disk.read("f"))).toBe("x");
  });

  it("never makes durable what a failed sync has left behind", () => {
    const { disk, run, write } = setUp({ "disk/node/syncFailed#0": true });
    write("f", 0, "x");
    run({ type: "syncFolder", folder: "" });
    expect(run({ type: "sync", path: "f" })).toEqual({ ok: false, code: "EIO" });
    expect(run({ type: "sync", path: "f" })).toMatchObject({ ok: true });
    expect(textOf(disk.read("f"))).toBe("x");
    disk.powerLost();
    expect(textOf(disk.read("f"))).not.toBe("x");
  });

  it("survives the process, but for the operations under way", () => {
    const died = (pending: boolean): string | null => {
      const { disk, order, write } = setUp({ "disk/node/pending#0": pending });
      write("f", 0, "first");
      const completed = order({ type: "write", path: "f", offset: 0, bytes: bytesOf("later") });
      order({ type: "write", path: "f", offset: 0, bytes: bytesOf("never") });
      disk.processDied();
      expect(completed).toEqual([]);
      return textOf(disk.read("f"));
    };
    expect(died(true)).toBe("later");
    expect(died(false)).toBe("first");
  });
});

describe("pages", () => {
  const edit = fc.oneof(
    fc.record({
      type: fc.constant("write" as const),
      offset: fc.nat(9_000),
      bytes: fc.uint8Array({ maxLength: 6_000 }),
    }),
    fc.record({ type: fc.constant("truncate" as const), length: fc.nat(12_000) }),
    fc.record({
      type: fc.constant("copy" as const),
      offset: fc.nat(9_000),
      length: fc.nat(6_000),
    }),
    fc.record({ type: fc.constant("become" as const) }),
  );

  it("two files that share pages behave like two arrays", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.boolean(), edit), { maxLength: 12 }), (edits) => {
        const pages = [new Pages(), new Pages()] as const;
        const models: [number[], number[]] = [[], []];
        for (const [second, { ...change }] of edits) {
          const at = second ? 1 : 0;
          const other = second ? 0 : 1;
          apply(pages[at], pages[other], change);
          models[at] = model(models[at], models[other], change);
        }
        expect([...pages[0].read(0, 99_999)]).toEqual(models[0]);
        expect([...pages[1].read(0, 99_999)]).toEqual(models[1]);
      }),
      { numRuns: 1_000 },
    );
  });

  type Edit = typeof edit extends fc.Arbitrary<infer T> ? T : never;

  const apply = (pages: Pages, other: Pages, change: Edit): void => {
    if (change.type === "write") pages.write(change.offset, change.bytes);
    else if (change.type === "truncate") pages.truncate(change.length);
    else if (change.type === "copy") pages.copyFrom(other, change.offset, change.length);
    else pages.become(other);
  };

  const model = (mine: number[], other: number[], change: Edit): number[] => {
    const grown = (length: number): number[] =>
      Array.from({ length: Math.max(length, mine.length) }, (_, index) => mine[index] ?? 0);
    if (change.type === "become") return [...other];
    if (change.type === "truncate") return grown(change.length).slice(0, change.length);
    const from =
      change.type === "write"
        ? [...change.bytes]
        : other.slice(change.offset, change.offset + change.length);
    if (from.length === 0) return mine;
    const result = grown(change.offset + from.length);
    from.forEach((byte, index) => (result[change.offset + index] = byte));
    return result;
  };
});
