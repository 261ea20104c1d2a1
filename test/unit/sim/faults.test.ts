import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { FaultCounters, faults } from "../../../src/sim/faults.ts";

describe("the table of faults", () => {
  it("is the one in docs/FAULTS.md", () => {
    const page = readFileSync(new URL("../../../docs/FAULTS.md", import.meta.url), "utf8");
    const rows = [...page.matchAll(/^\| `([^`]+)`\s+\| ([^|]+) \|/gm)].map(
      ([, name = "", what = ""]) => [name, what.trim()],
    );
    expect(rows).toEqual(Object.entries(faults));
  });

  it("counts each and tells what it happened to", () => {
    const counters = new FaultCounters();
    const told: [string, string | null][] = [];
    counters.onFault = (fault, link) => told.push([fault, link]);
    counters.hit("network.delay", "1.1");
    counters.hit("clock.jump");
    counters.hit("clock.jump");
    expect(counters.counts["clock.jump"]).toBe(2);
    expect(told).toEqual([
      ["network.delay", "1.1"],
      ["clock.jump", null],
      ["clock.jump", null],
    ]);
  });
});
