import { describe, expect, it } from "vitest";
import type { FileOperation, FileResult } from "../../../src/core/contract.ts";
import { Decisions } from "../../../src/sim/decisions.ts";
import type { Decision } from "../../../src/sim/decisions.ts";
import { Disk } from "../../../src/sim/disk.ts";
import { FaultCounters } from "../../../src/sim/faults.ts";
import { calmOptions } from "../../../src/sim/options.ts";
import { Scheduler } from "../../../src/sim/scheduler.ts";

const path = "journal/1.segment";
const bytesOf = (text: string): Uint8Array => Uint8Array.from(text, (c) => c.charCodeAt(0));

/** A journal of three blocks, each synced, of 10 bytes: a, b, c. */
const setUp = (plan: Readonly<Record<string, Decision>>, spells = {}) => {
  const scheduler = new Scheduler();
  const faults = new FaultCounters();
  const decisions = Decisions.planned(new Map(Object.entries(plan)));
  const options = { ...calmOptions.disk, ...spells };
  const parts = { scheduler, decisions, faults, options, stormMicros: 1_000_000 };
  const disk = new Disk(parts, "node");
  const run = (operation: FileOperation, micros = 10_000): FileResult | null => {
    let result: FileResult | null = null;
    disk.order(operation, (given) => (result = given));
    scheduler.runUntil(scheduler.nowMicros + micros);
    return result;
  };
  const write = (offset: number, text: string): void => {
    run({ type: "write", path, offset, bytes: bytesOf(text) });
    run({ type: "sync", path });
  };
  for (const [index, letter] of ["a", "b", "c"].entries()) write(index * 10, letter.repeat(10));
  run({ type: "syncFolder", folder: "journal" });
  const text = (): string => String.fromCharCode(...(disk.read(path, "written") ?? []));
  const durable = (): string => String.fromCharCode(...(disk.read(path, "durable") ?? []));
  const trimmed = (from: string): string => from.replace(/\0+$/, "");
  return {
    disk,
    faults,
    run,
    write,
    text: () => trimmed(text()),
    durable: () => trimmed(durable()),
  };
};

const whole = "a".repeat(10) + "b".repeat(10) + "c".repeat(10);

describe("a disk that damages what it has", () => {
  it("rots while no process runs, says where, and is mended", () => {
    const rot = { path, from: 3, length: 1, bits: 1 };
    const { disk, faults, text, durable } = setUp({ "disk/node/rot#0": rot });
    disk.processDied();
    expect(faults.counts["disk.rot"]).toBe(1);
    expect(text()).toBe(`aaa\`${whole.slice(4)}`);
    expect(durable()).toBe(text());
    expect(disk.damages()).toEqual([{ path, writeFrom: 0, from: 3, to: 4 }]);
    expect([disk.isSuspect, disk.mend(), disk.isSuspect]).toEqual([true, 1, false]);
    expect([text(), durable()]).toEqual([whole, whole]);
  });

  it("is healed by what is written over it", () => {
    const rot = { path, from: 3, length: 4, bits: 1 };
    const { disk, write, text } = setUp({ "disk/node/rot#0": rot });
    disk.processDied();
    write(0, "a".repeat(5));
    expect(disk.damages()).toEqual([{ path, writeFrom: 0, from: 5, to: 7 }]);
    write(0, "a".repeat(10));
    expect(disk.isSuspect).toBe(false);
    expect(text()).toBe(whole);
  });

  it("does not rot where nothing behind could prove it, whatever a plan says", () => {
    const rot = { path, from: 8, length: 4, bits: 1 };
    const { disk, text } = setUp({ "disk/node/rot#0": rot });
    disk.processDied();
    // The name of the file of the last block may be lost, so that the one before it is the last.
    expect(disk.damages()).toEqual([{ path, writeFrom: 0, from: 8, to: 10 }]);
    expect(text().slice(10)).toBe(whole.slice(10));
  });

  it("gives a reader other bytes once, and has the right ones", () => {
    const { disk, run, text } = setUp({ "disk/node/misread#0": 8 * 5 + 1 });
    const read: FileOperation = { type: "read", path, offset: 0, length: 10 };
    expect(run(read)).toMatchObject({ bytes: bytesOf("aaaaacaaaa") });
    expect(run(read)).toMatchObject({ bytes: bytesOf("aaaaaaaaaa") });
    expect([disk.isSuspect, text()]).toEqual([true, whole]);
    disk.processStarts();
    expect(disk.isSuspect).toBe(false);
  });

  it("writes to another place, and keeps it when something later was synced", () => {
    const plan = {
      "disk/node/misdirected#1": true,
      "disk/node/misdirectedTo#0": { path, from: 0 },
    };
    const { disk, faults, text } = setUp(plan);
    // Nothing was synced before the first block that could be written over.
    expect(faults.counts["disk.misdirected"]).toBe(1);
    expect(text().slice(10, 20)).toBe("\0".repeat(10));
    disk.processDied();
    // One block behind it is not enough: the name of its file may be lost.
    expect(text().slice(10)).toBe(whole.slice(10));
  });

  it("does not damage the last block, which nothing behind it could prove", () => {
    const plan = {
      "disk/node/misdirected#2": true,
      "disk/node/misdirectedTo#0": { path, from: 0 },
    };
    const { disk, text } = setUp(plan);
    expect(text().slice(20)).toBe("");
    disk.processDied();
    expect(text().slice(20)).toBe("c".repeat(10));
  });
});

describe("spells of a disk", () => {
  const write = (offset: number): FileOperation => ({
    type: "write",
    path,
    offset,
    bytes: bytesOf("x".repeat(10)),
  });

  it("let it be full: what is there can be written again, and removals make room", () => {
    const full = { afterMicros: 100_000, forMicros: 200_000, leftBytes: 5, code: "EDQUOT" };
    const { run } = setUp({ "disk/node/full#0": full }, { fullsMax: 1 });
    run(write(0), 100_000);
    expect(run(write(20))).toMatchObject({ ok: true });
    expect(run(write(30))).toEqual({ ok: false, code: "EDQUOT" });
    run({ type: "remove", path });
    expect(run(write(10))).toMatchObject({ ok: true });
    expect(run(write(30))).toEqual({ ok: false, code: "EDQUOT" });
    run(write(0), 300_000);
    expect(run(write(30))).toMatchObject({ ok: true });
  });

  it("let it stall, and be of use for reading only", () => {
    const stall = { afterMicros: 100_000, forMicros: 50_000 };
    const stalling = setUp({ "disk/node/stall#0": stall }, { stallsMax: 1 });
    stalling.run(write(0), 40_000);
    expect(stalling.run(write(0), 9_000)).toBeNull();
    expect(stalling.faults.counts["disk.stall"]).toBe(1);
    const readOnly = setUp({ "disk/node/readOnly#0": stall }, { readOnlysMax: 1 });
    readOnly.run(write(0), 40_000);
    expect(readOnly.run(write(0), 9_000)).toEqual({ ok: false, code: "EROFS" });
    expect(readOnly.run({ type: "read", path, offset: 0, length: 1 }, 9_000)).toMatchObject({
      ok: true,
    });
  });
});
