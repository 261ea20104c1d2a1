/** How shrinking searches, apart from what it searches. */
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { calmOptions, drawPlayersOptions } from "../../../src/sim/index.ts";
import type { ClientScript, Plan } from "../../../src/sim/index.ts";
import { fromJson, toJson } from "../../../src/sim/json.ts";
import { calmDown } from "../../../src/sim/shrink/calm.ts";
import { actionsOf, eventsOf } from "../../../src/sim/shrink/edit.ts";
import { leaveOut } from "../../../src/sim/shrink/leave-out.ts";
import { inTurn, untilSettled } from "../../../src/sim/shrink/search.ts";
import type { Pass } from "../../../src/sim/shrink/search.ts";
import { simplerDecisions, simplerNumbers, simplify } from "../../../src/sim/shrink/simplify.ts";

/** Drives a pass over a failure that is a plain condition. Returns where it ends, and its price. */
function search(pass: Pass, plan: Plan, fails: (plan: Plan) => boolean) {
  const running = pass(plan);
  let runs = 0;
  for (let next = running.next(); ;) {
    if (next.done === true) return { plan: next.value, runs };
    runs += 1;
    next = running.next(fails(next.value) ? next.value : null);
  }
}

const player = (name: string, times: readonly number[]): ClientScript => ({
  kind: "player",
  name,
  actions: times.map((atMicros) => ({ type: "echo", prompt: false, bytes: 37, atMicros })),
});

const planOf = (parts: Partial<Plan>): Plan => ({
  format: 1,
  scenario: "echo",
  entropy: 1,
  options: calmOptions,
  scripts: [],
  decisions: {},
  ...parts,
});

const delays = (count: number): Plan["decisions"] =>
  Object.fromEntries(
    Array.from({ length: count }, (_, index) => [
      `network/${String(1 + (index % 7))}.1/toServer/delay#${String(index)}`,
      1_000 + index,
    ]),
  );

const all: Pass = untilSettled(inTurn([leaveOut, calmDown, simplify]));

describe("shrinking", () => {
  it("leaves what is needed and nothing else, whatever is needed", () => {
    const decisions = delays(300);
    const scripts = ["1", "2", "3"].map((name) => player(name, [1, 2, 3, 4, 5]));
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.constantFrom(...Object.keys(decisions)), { maxLength: 5 }),
        fc.uniqueArray(fc.nat({ max: 14 }), { maxLength: 4 }),
        (keys, places) => {
          const plan = planOf({ decisions, scripts });
          const needed = places.map((place) => actionsOf(plan)[place]);
          const { plan: left, runs } = search(untilSettled(leaveOut), plan, (candidate) => {
            const actions = new Set(actionsOf(candidate));
            return (
              keys.every((key) => key in candidate.decisions) &&
              needed.every((action) => action !== undefined && actions.has(action))
            );
          });
          expect(Object.keys(left.decisions).sort()).toEqual([...keys].sort());
          expect(actionsOf(left).length).toBe(needed.length);
          // Some 2 k log2(n) for each of the passes, twice: the second time nothing is found.
          expect(runs).toBeLessThan(120 + 90 * (keys.length + needed.length));
        },
      ),
      { numRuns: 60 },
    );
  });

  it("[TST-13] ends where nothing that it could leave out can be left out", () => {
    // Two of three things are enough: which two it is, is its own affair.
    const decisions = delays(40);
    const keys = ["network/1.1/toServer/delay#7", "network/4.1/toServer/delay#10"];
    const plan = planOf({ decisions, scripts: [player("1", [5, 6, 7])] });
    const fails = (candidate: Plan): boolean =>
      keys.filter((key) => key in candidate.decisions).length +
        Math.min(1, candidate.scripts.length) >=
      2;
    const { plan: left } = search(all, plan, fails);
    expect(eventsOf(left)).toBe(2);
    expect(fails(left)).toBe(true);
  });

  it("keeps what it was given when nothing smaller fails", () => {
    const plan = planOf({ decisions: delays(9), scripts: [player("1", [1_234_567])] });
    expect(search(all, plan, () => false).plan).toBe(plan);
  });

  it("makes times early and round, values small, and options calm", () => {
    const options = drawPlayersOptions(3);
    const decisions = {
      "disk/server/slow#3": 47_381,
      "network/1.1/toServer/fragment#0": [3, 9, 20],
    };
    const scripts = [player("1", [3_123_456, 3_123_999, 8_999_999])];
    const plan = planOf({ options: { ...options, seconds: 10 }, decisions, scripts });
    const { plan: left } = search(
      all,
      plan,
      (candidate) =>
        actionsOf(candidate).length === 3 && Object.keys(candidate.decisions).length === 2,
    );
    expect(actionsOf(left).map(({ atMicros }) => atMicros)).toEqual([0, 0, 0]);
    expect(actionsOf(left).map((action) => "bytes" in action && action.bytes)).toEqual([0, 0, 0]);
    expect(left.decisions["network/1.1/toServer/fragment#0"]).toHaveLength(1);
    expect(left.decisions["disk/server/slow#0"]).toBeLessThan(10);
    expect(left.options).toEqual({
      ...calmOptions,
      seconds: 1,
      quietSeconds: options.quietSeconds,
    });
  });

  it("lets a follower have its checkpoints earlier, so that less must come before them", () => {
    const follower = { ...calmOptions.follower, everyEvents: 300 };
    const plan = planOf({
      options: { ...calmOptions, follower },
      scripts: [
        player(
          "1",
          Array.from({ length: 30 }, () => 0),
        ),
      ],
    });
    const { plan: left } = search(all, plan, ({ options, scripts }) => {
      const { everyEvents } = options.follower;
      return everyEvents > 0 && actionsOf(planOf({ scripts })).length >= everyEvents / 10;
    });
    expect(left.options.follower.everyEvents).toBe(1);
    expect(eventsOf(left)).toBe(1);
  });

  it("moves what strikes late to where it needs less before it", () => {
    const decisions = {
      "network/4.7/toServer/corrupt#22": 80,
      "network/4.7/toServer/short#3": 1,
      "network/4.2/toServer/short#0": 1,
    };
    const { plan: left } = search(
      all,
      planOf({ decisions }),
      // Any three, of which one is wrong bytes.
      (candidate) =>
        Object.keys(candidate.decisions).length === 3 &&
        Object.keys(candidate.decisions).some((key) => key.includes("corrupt")),
    );
    expect(Object.keys(left.decisions).sort()).toEqual([
      "network/4.1/toServer/corrupt#0",
      "network/4.1/toServer/short#0",
      "network/4.1/toServer/short#1",
    ]);
  });

  it("never takes a candidate for simpler that is not, so there is an end to it", () => {
    fc.assert(
      fc.property(fc.integer({ min: -10_000_000, max: 10_000_000 }), (start) => {
        let value = start;
        for (let round = 0; round < 60; round += 1) {
          const [next] = simplerNumbers(value).slice(-1);
          if (next === undefined) return;
          value = next;
        }
        throw new Error("it goes on");
      }),
    );
    expect(simplerNumbers(0)).toEqual([]);
    expect(simplerDecisions([4])).toEqual([]);
    expect(simplerDecisions({ ending: "drain", afterMicros: 0, calls: 0 })).toEqual([
      { ending: "crash", afterMicros: 0, calls: 0 },
    ]);
  });
});

describe("plain data", () => {
  it("is the same after it was JSON, also where JSON has no words for it", () => {
    const plain = fc.letrec((tie) => ({
      any: fc.oneof(
        { depthSize: "small" },
        fc.constant(null),
        fc.boolean(),
        fc.double(),
        fc.string(),
        fc.bigInt(),
        fc.uint8Array({ maxLength: 9 }),
        fc.array(tie("any"), { maxLength: 4 }),
        fc.dictionary(fc.stringMatching(/^[a-z]{1,4}$/), tie("any"), { maxKeys: 4 }),
      ),
    })).any;
    fc.assert(
      fc.property(plain, (value) => {
        expect(fromJson(JSON.parse(JSON.stringify(toJson(value))))).toEqual(value);
      }),
    );
  });

  it("that only looks like ours stays what it is", () => {
    for (const value of [{ $bytes: "xyz" }, { $integer: "1.5" }, { $number: "7" }, { $bytes: 4 }]) {
      expect(fromJson(value)).toEqual(value);
    }
    expect(toJson({ left: undefined, kept: 1 })).toEqual({ kept: 1 });
  });
});
