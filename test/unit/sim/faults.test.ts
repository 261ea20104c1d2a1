import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { columnsIn, missing, uncovered, withTable } from "../../../scripts/faults.ts";
import { callId } from "../../../src/core/kernel/ids.ts";
import { FaultCounters, faults } from "../../../src/sim/faults.ts";
import { cellsIn } from "../../../src/sim/index.ts";

const readPage = (): string =>
  readFileSync(new URL("../../../docs/FAULTS.md", import.meta.url), "utf8");

describe("the table of faults", () => {
  it("is the one in docs/FAULTS.md", () => {
    const page = readPage();
    const rows = [...page.matchAll(/^\| `([^`]+)`\s+\| ([^|]+) \|/gm)].map(
      ([, name = "", what = ""]) => [name, what.trim()],
    );
    expect(rows).toEqual(Object.entries(faults));
  });

  it("counts each and tells what it happened to", () => {
    const counters = new FaultCounters();
    const told: unknown[] = [];
    counters.onFault = (...what) => told.push(what);
    const ofGame = counters.of("game");
    counters.hit("network.delay", "1.1");
    counters.hit("clock.jump");
    ofGame.hit("clock.jump");
    ofGame.of("login").hit("call.lost", null, callId(3));
    expect(counters.counts["clock.jump"]).toBe(2);
    expect(ofGame.counts).toBe(counters.counts);
    expect(ofGame.corrupted).toBe(counters.corrupted);
    expect(told).toEqual([
      ["network.delay", "1.1", null, null],
      ["clock.jump", null, null, null],
      ["clock.jump", null, "game", null],
      ["call.lost", null, "login", 3],
    ]);
  });

  it("is written as it stands, and keeps what was counted", () => {
    const page = readPage();
    const columns = columnsIn(page);
    expect([...columns.keys()]).toEqual(Object.keys(faults));
    expect(withTable(page, columns, null)).toBe(page);
    const other = withTable(page, new Map([["network.delay", ["1", "2", "3"]]]), "Counted anew.");
    expect(other).toContain("\nCounted anew.\n");
    expect(columnsIn(other).get("network.delay")).toEqual(["1", "2", "3"]);
    expect(columnsIn(other).get("network.reset")).toEqual(["-", "-", "-"]);
  });

  it("is not written by a campaign that met too little, or what cannot be met", () => {
    const { usual, never } = cellsIn("echo");
    const [impossible = ""] = never;
    const half = new Set([...usual].slice(0, usual.size / 2));
    expect(uncovered("echo", { seeds: 300, reached: new Set(usual) })).toEqual([]);
    expect(uncovered("echo", { seeds: 299, reached: half })).toEqual([]);
    expect(uncovered("echo", { seeds: 300, reached: half })[0]).toMatch(/^only \d+ of \d+ cells/);
    expect(uncovered("echo", { seeds: 1, reached: new Set([impossible]) })).toEqual([
      `${impossible} was met in echo, and cannot be`,
    ]);
  });

  it("tells what has struck nowhere", () => {
    const tally = (names: readonly string[]) => {
      const { counts } = new FaultCounters();
      for (const [index, name] of Object.keys(counts).entries()) {
        counts[name as keyof typeof counts] = names.includes(name) ? 0 : index + 1;
      }
      return { faults: counts };
    };
    const [echo, players] = [tally(["call.slow", "peer.reset"]), tally(["peer.reset"])];
    expect(missing([echo, players])).toEqual(["peer.reset"]);
    expect(missing([players, tally([])])).toEqual([]);
  });
});
