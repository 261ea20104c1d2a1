import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { micros } from "../../../src/core/kernel/ids.ts";
import { Schedule } from "../../../src/load/schedule.ts";

const rates = fc.record({
  clients: fc.integer({ min: 1, max: 100 }),
  ratePerSecond: fc.double({ min: 0.1, max: 20, noNaN: true }),
  seconds: fc.double({ min: 0.1, max: 3, noNaN: true }),
});
const start = micros(1_700_000_000_000_000);

/** Everything that the schedule holds, with its times relative to the start. */
function turnsOf(schedule: Schedule) {
  const turns: { client: number; round: number; dueAt: number }[] = [];
  while (!schedule.done) {
    const dueAt = schedule.nextDueAt();
    turns.push({ ...schedule.take(), dueAt: dueAt - start });
  }
  return turns;
}

describe("the schedule of a load", () => {
  it("[PRJ-05] gives every client its rate, for the whole time and not longer", () => {
    fc.assert(
      fc.property(rates, (rate) => {
        const { clients, ratePerSecond, seconds } = rate;
        const turns = turnsOf(new Schedule(rate, start));
        expect(turns).toHaveLength(Math.floor(clients * ratePerSecond * seconds));
        const rounds = new Array<number>(clients).fill(0);
        let worst = 0;
        for (const { client, round, dueAt } of turns) {
          if (round !== rounds[client]) throw new Error(`round ${round} of client ${client}`);
          rounds[client] = round + 1;
          const ideal = ((round + client / clients) * 1_000_000) / ratePerSecond;
          worst = Math.max(worst, Math.abs(dueAt - ideal));
        }
        // A quarter of a microsecond is what a double keeps of such instants.
        expect(worst).toBeLessThan(1);
        expect(turns.at(-1)?.dueAt ?? 0).toBeLessThanOrEqual(seconds * 1_000_000);
        expect(Math.max(...rounds) - Math.min(...rounds)).toBeLessThanOrEqual(1);
      }),
      { numRuns: 300 },
    );
  });

  it("[PRJ-06] spreads the messages evenly from its start on, without a burst (F28)", () => {
    fc.assert(
      fc.property(rates, (rate) => {
        const turns = turnsOf(new Schedule(rate, start));
        const gap = 1_000_000 / (rate.clients * rate.ratePerSecond);
        const worst = turns.map(({ dueAt }, index) => Math.abs(dueAt - index * gap));
        expect(Math.max(0, ...worst)).toBeLessThan(1);
        expect(turns[0]?.dueAt ?? 0).toBe(0);
      }),
      { numRuns: 300 },
    );
  });

  it("knows again when each message was due", () => {
    fc.assert(
      fc.property(rates, (rate) => {
        const schedule = new Schedule(rate, start);
        const turns = turnsOf(new Schedule(rate, start));
        const again = turns.map(({ client, round }) => schedule.dueAt(client, round) - start);
        expect(again).toEqual(turns.map(({ dueAt }) => dueAt));
      }),
      { numRuns: 300 },
    );
  });

  it("refuses what is no load", () => {
    for (const rate of [
      { clients: 0, ratePerSecond: 1, seconds: 1 },
      { clients: 1.5, ratePerSecond: 1, seconds: 1 },
      { clients: 1, ratePerSecond: 0, seconds: 1 },
      { clients: 1, ratePerSecond: 1, seconds: 0 },
    ]) {
      expect(() => new Schedule(rate, start)).toThrow(/at least one client|must be above 0/);
    }
  });
});
