import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { AnyStateMachine } from "xstate";
import { drainMachine } from "../../../src/charts/drain.ts";
import { compile } from "../../../src/charts/compiler/compile.ts";
import { loginMachine } from "../../../src/charts/login.ts";
import { sessionMachine } from "../../../src/charts/session.ts";
import { drainEvents } from "../../../src/core/kernel/charts/drain.ts";
import { loginEvents } from "../../../src/core/kernel/charts/login.ts";
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

/** Whether it is refused for a circle of `always`; any other refusal is thrown. */
function goesRound(machine: AnyStateMachine): boolean {
  try {
    compile(machine);
    return false;
  } catch (error) {
    if (String(error).includes("always: goes round in a circle")) return true;
    throw error;
  }
}

describe("compiled statecharts", () => {
  it("[SES-02] take the edges that XState takes: session", () => {
    let taken = 0;
    fc.assert(
      fc.property(anyOf(sessionEvents), (events) => {
        taken += expectSameRun(sessionMachine, {}, events).taken;
      }),
      { numRuns: 1_000 },
    );
    expect(taken).toBeGreaterThan(300);
  });

  it("take the edges that XState takes: drain", () => {
    let taken = 0;
    fc.assert(
      fc.property(anyOf(drainEvents), (events) => {
        taken += expectSameRun(drainMachine, {}, events).taken;
      }),
      { numRuns: 1_000 },
    );
    expect(taken).toBeGreaterThan(300);
  });

  it("take the edges that XState takes: login", () => {
    let taken = 0;
    fc.assert(
      fc.property(anyOf(loginEvents), (events) => {
        taken += expectSameRun(loginMachine, {}, events).taken;
      }),
      { numRuns: 1_000 },
    );
    expect(taken).toBeGreaterThan(300);
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
        const reached = events.reduce(
          (state, event) => nextSessionState(state, event) ?? state,
          initialSessionState,
        );
        const isClosed = events.includes("connection.closed");
        expect(reached === "disconnected").toBe(isClosed);
        expect(sessionStates).toContain(reached);
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
        if (goesRound(machine)) {
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
