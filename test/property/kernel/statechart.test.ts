import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { drainMachine } from "../../../src/charts/drain.ts";
import { compile } from "../../../src/charts/compiler/compile.ts";
import { sessionMachine } from "../../../src/charts/session.ts";
import { drainEvents } from "../../../src/core/kernel/charts/drain.ts";
import {
  initialSessionState,
  nextSessionState,
  sessionEvents,
  sessionStates,
} from "../../../src/core/kernel/charts/session.ts";
import { duelMachine, duelRules } from "../../unit/kernel/duel-chart.ts";
import { expectSameRun, type ChartEvent, type Compared } from "./charts.ts";
import { anyEvent, anyMachine, countingRules } from "./random-chart.ts";

const anyOf = (types: readonly string[]): fc.Arbitrary<ChartEvent[]> =>
  fc.array(fc.record({ type: fc.constantFrom(...types, "unheard.of"), value: fc.nat() }), {
    maxLength: 20,
  });

describe("compiled statecharts", () => {
  it("[SES-02] take the edges that XState takes: session", () => {
    fc.assert(
      fc.property(anyOf(sessionEvents), (events) => {
        expectSameRun(sessionMachine, {}, events);
      }),
      { numRuns: 1_000 },
    );
  });

  it("take the edges that XState takes: drain", () => {
    fc.assert(
      fc.property(anyOf(drainEvents), (events) => {
        expectSameRun(drainMachine, {}, events);
      }),
      { numRuns: 1_000 },
    );
  });

  it("do what XState does: a chart with guards, assigns, always and two levels", () => {
    const events = fc.array(
      fc.record({
        type: fc.constantFrom("hit", "pause", "resume", "yield"),
        value: fc.nat(),
        strong: fc.boolean(),
      }),
      { maxLength: 12 },
    );
    let acted = 0;
    fc.assert(
      fc.property(events, (each) => {
        acted += expectSameRun(duelMachine, duelRules as object, each).acted;
      }),
      { numRuns: 1_000 },
    );
    expect(acted).toBeGreaterThan(100);
  });

  it("[SES-02] never leave disconnected, and get there whenever the connection closes", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...sessionEvents)), (events) => {
        let state = initialSessionState;
        for (const event of events) {
          const next = nextSessionState(state, event);
          if (state === "disconnected") expect(next).toBeNull();
          else if (event === "connection.closed") expect(next).toBe("disconnected");
          if (next !== null) expect(sessionStates).toContain(next);
          state = next ?? state;
        }
      }),
      { numRuns: 1_000 },
    );
  });

  it("do what XState does for any chart of the subset and any events", () => {
    const total: Compared & { circles: number } = {
      taken: 0,
      ignored: 0,
      ended: 0,
      acted: 0,
      circles: 0,
    };
    fc.assert(
      fc.property(anyMachine, fc.array(anyEvent, { maxLength: 15 }), (machine, events) => {
        try {
          compile(machine);
        } catch (error) {
          expect(String(error)).toMatch(/always: goes round in a circle/);
          total.circles++;
          return;
        }
        const compared = expectSameRun(machine, countingRules as object, events);
        for (const key of ["taken", "ignored", "ended", "acted"] as const)
          total[key] += compared[key];
      }),
      { numRuns: 1_000 },
    );
    // The comparison must have seen enough of everything, or it proves nothing.
    expect(total.taken).toBeGreaterThan(500);
    expect(total.ignored).toBeGreaterThan(250);
    expect(total.ended).toBeGreaterThan(50);
    expect(total.acted).toBeGreaterThan(500);
    expect(total.circles).toBeGreaterThan(0);
    expect(total.circles).toBeLessThan(500);
  });
});
