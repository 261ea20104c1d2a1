/**
 * Planted bugs of every kind are found, and shrunk to a couple of dozen events that break the same
 * rule. Each is planted anew in every run.
 *
 * A fifth of them, by the seed of the test run; `REPRISE_SHRINK=all`: all of them.
 */
import { describe, expect, it } from "vitest";
import { shrink, simulate, storyOf } from "../../../src/sim/index.ts";
import type { Given, SimulationFailure } from "../../../src/sim/index.ts";
import { eventsOf } from "../../../src/sim/shrink/index.ts";
import { plantedBugs } from "../../support/planted-bugs.ts";
import type { PlantedBug } from "../../support/planted-bugs.ts";
import { sabotaged } from "../../support/sabotage.ts";
import { chosenSeed } from "../../seed.ts";

const seedsMax = 60;
const eventsMax = 25;
const msMax = 60_000;
const wanted = plantedBugs.filter((_, index) => {
  const isAll = process.env["REPRISE_SHRINK"] === "all";
  return isAll || index % 5 === (chosenSeed() >>> 0) % 5;
});

function find(bug: PlantedBug, seed: number): SimulationFailure | null {
  const { scenario, fixed, make, needsTwice: twice } = bug;
  const host = sabotaged(make());
  return simulate({ seed, scenario, fixed, host, twice, keepPlan: true, locate: false }).failure;
}

function firstFailure(bug: PlantedBug): SimulationFailure {
  for (let seed = 1; seed <= seedsMax; seed += 1) {
    const failure = find(bug, seed);
    if (failure !== null) return failure;
  }
  throw new Error(`not found in ${String(seedsMax)} seeds`);
}

const givenOf =
  ({ make }: PlantedBug) =>
  (): Given => ({ host: sabotaged(make()) });

describe("[TST-13] a planted bug shrinks to a couple of dozen events", () => {
  it.each(wanted.map((bug) => [bug.name, bug] as const))(
    "%s",
    (_name, bug) => {
      const failure = firstFailure(bug);
      const given = givenOf(bug);
      const startedAt = performance.now();
      const shrunk = shrink(failure, { given });
      expect(performance.now() - startedAt).toBeLessThan(msMax);
      expect([shrunk.isReproduced, shrunk.isFinished]).toEqual([true, true]);
      expect(shrunk.failure.fingerprint).toBe(failure.fingerprint);
      expect(eventsOf(shrunk.failure.plan)).toBe(shrunk.events);
      expect(shrunk.events).toBeLessThanOrEqual(eventsMax);
    },
    120_000,
  );
});

const named = (name: string): PlantedBug => {
  const bug = plantedBugs.find((planted) => planted.name === name);
  if (bug === undefined) throw new Error(`no bug is called "${name}"`);
  return bug;
};

describe("what is left of a failure", () => {
  it("is told as a story that ends with the broken rule", () => {
    const bug = named("an answer has another session's bytes");
    const { failure, events } = shrink(firstFailure(bug), { given: givenOf(bug) });
    const story = storyOf(failure.plan, givenOf(bug)());
    expect(events).toBeLessThanOrEqual(6);
    expect(story[0]).toBe("One server, which answers echoes.");
    expect(story[1]).toMatch(/^There are client \d and client \d\.$/);
    expect(story.some((line) => /client \d asks for an echo of 0 bytes/.test(line))).toBe(true);
    expect(story.some((line) => / the server takes echo\.\w+ of client \d/.test(line))).toBe(true);
    expect(story.at(-1)).toMatch(
      /^ +\d+\.\d{6} s {2}BROKEN \(tagged-payload\): an echo comes back/,
    );
    expect(story.length).toBeLessThan(60);
  });

  it("names the fault that it takes, and what comes of it", () => {
    const bug = named("a failed handshake is not counted");
    const { failure } = shrink(firstFailure(bug), { given: givenOf(bug) });
    const story = storyOf(failure.plan, givenOf(bug)()).join("\n");
    expect(story).toMatch(/FAULT {2}\w/);
    expect(story).toMatch(/the handshake of (rude )?client \d+ with the server fails/);
    expect(story).toContain("Faults stop.");
  });

  it("is the same each time, for nothing in it is left to chance or to a clock", () => {
    const bug = named("speed is not checked");
    const [first, second] = [0, 1].map(() =>
      shrink(firstFailure(bug), { given: givenOf(bug), runsMax: 60 }),
    );
    expect(second).toEqual(first);
  });

  it("is the original when that does not fail again", () => {
    const failure = firstFailure(named("the cap is one too high"));
    // Without the bug: somebody has mended it in the meantime.
    const { failure: left, isReproduced, runs, isFinished } = shrink(failure);
    expect([left, isReproduced, runs, isFinished]).toEqual([failure, false, 1, false]);
  });

  it("is the best so far when somebody has had enough", () => {
    const bug = named("a write is skipped");
    const failure = firstFailure(bug);
    const { isFinished, runs, events, eventsBefore } = shrink(failure, {
      given: givenOf(bug),
      goOn: (soFar) => soFar.runs < 30,
    });
    expect([isFinished, runs]).toEqual([false, 30]);
    expect(events).toBeLessThan(eventsBefore);
  });
});
