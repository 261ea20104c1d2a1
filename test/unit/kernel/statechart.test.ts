import { describe, expect, it } from "vitest";
import { compile } from "../../../src/charts/compiler/compile.ts";
import { ApiMisuseError, InvariantError } from "../../../src/core/kernel/assert.ts";
import { drainTable } from "../../../src/core/kernel/charts/drain.table.ts";
import {
  drainEvents,
  drainStates,
  initialDrainState,
  nextDrainState,
} from "../../../src/core/kernel/charts/drain.ts";
import {
  initialLoginState,
  loginEvents,
  loginStates,
  nextLoginState,
} from "../../../src/core/kernel/charts/login.ts";
import {
  initialSessionState,
  nextSessionState,
  sessionEvents,
  sessionStates,
  type SessionEvent,
  type SessionState,
} from "../../../src/core/kernel/charts/session.ts";
import { createChart, plainTransitions } from "../../../src/core/kernel/statechart.ts";
import { duelMachine, duelRules as rules, type DuelContext, type DuelEvent } from "./duel-chart.ts";

describe("the session chart", () => {
  it("[SES-02] has exactly these edges", () => {
    const edges: Record<SessionState, Partial<Record<SessionEvent, SessionState>>> = {
      handshaking: {
        "hello.accepted": "connected",
        "disconnect.ordered": "disconnecting",
        "connection.closed": "disconnected",
      },
      connected: {
        "login.accepted": "authenticated",
        "disconnect.ordered": "disconnecting",
        "connection.closed": "disconnected",
      },
      authenticated: {
        "world.entered": "inWorld",
        "logout.accepted": "connected",
        "disconnect.ordered": "disconnecting",
        "connection.closed": "disconnected",
      },
      inWorld: {
        "world.left": "authenticated",
        "logout.accepted": "connected",
        "disconnect.ordered": "disconnecting",
        "connection.closed": "disconnected",
      },
      disconnecting: { "connection.closed": "disconnected" },
      disconnected: {},
    };
    expect(Object.keys(edges)).toEqual(sessionStates);
    expect(sessionEvents).toHaveLength(7);
    for (const state of sessionStates) {
      for (const event of sessionEvents) {
        expect(nextSessionState(state, event), `${state}, ${event}`).toBe(
          edges[state][event] ?? null,
        );
      }
    }
    expect(initialSessionState).toBe("handshaking");
  });
});

describe("the drain chart", () => {
  it("goes from serving to draining to drained, and no other way", () => {
    const reached = drainStates.flatMap((state) =>
      drainEvents.map((event) => [state, event, nextDrainState(state, event)]),
    );
    expect(reached.filter(([, , next]) => next !== null)).toEqual([
      ["serving", "drain.requested", "draining"],
      ["draining", "sessions.gone", "drained"],
      ["draining", "deadline.passed", "drained"],
    ]);
    expect(initialDrainState).toBe("serving");
  });
});

describe("the login chart", () => {
  it("[AUTH-03] verifies, opens and grants, and may fail at each step", () => {
    const reached = loginStates.flatMap((state) =>
      loginEvents.map((event) => [state, event, nextLoginState(state, event)]),
    );
    expect(reached.filter(([, , next]) => next !== null)).toEqual([
      ["verifying", "account.verified", "opening"],
      ["verifying", "login.refused", "refused"],
      ["verifying", "session.gone", "abandoned"],
      ["opening", "login.refused", "refused"],
      ["opening", "session.gone", "abandoned"],
      ["opening", "login.opened", "granted"],
    ]);
    expect(initialLoginState).toBe("verifying");
  });
});

const duelTable = compile(duelMachine);

describe("createChart", () => {
  const start = () => {
    const announced: string[] = [];
    const chart = createChart<DuelContext, DuelEvent>(duelTable, {
      ...rules,
      actions: { announce: ({ rounds }) => announced.push(`round ${rounds}`) },
    });
    const context = { rounds: 0, log: [] };
    const { state } = chart.initial(context);
    return { chart, context, state, announced };
  };

  it("enters from the outside in and leaves from the inside out, and changes the context in place", () => {
    const { chart, context, state } = start();
    expect(chart.nameOf(state)).toBe("fighting.round");
    const resumed = chart.next(state, context, { type: "resume" });
    expect(resumed).toBe(state);
    expect(context.log).toEqual([
      "fight on xstate.init",
      "round on xstate.init",
      "left on resume",
      "fight on resume",
      "round on resume",
    ]);
  });

  it("tries the inner state first, and the outer one when no guard holds", () => {
    const { chart, context, state, announced } = start();
    expect(chart.next(state, context, { type: "hit", strong: false })).toBe(state);
    expect(announced).toEqual(["round 0"]);
    expect(chart.next(state, context, { type: "hit", strong: true })).toBe(state);
    expect([context.rounds, announced]).toEqual([1, ["round 0"]]);
  });

  it("follows always after each event, and ends in a final state", () => {
    const { chart, context, state } = start();
    chart.next(state, context, { type: "hit", strong: true });
    const over = chart.next(state, context, { type: "hit", strong: true });
    expect(chart.nameOf(over)).toBe("over");
    expect(chart.isFinal(over)).toBe(true);
    expect(context.log.slice(-2)).toEqual(["left on hit", "end on hit"]);
    expect(chart.next(over, context, { type: "yield" })).toBe(-1);
  });

  it("tells an event that is not allowed from one that is allowed and changes nothing", () => {
    const { chart, context, state, announced } = start();
    expect(chart.next(state, context, { type: "unheard.of" } as unknown as DuelEvent)).toBe(-1);
    const paused = chart.next(state, context, { type: "pause" });
    expect(chart.nameOf(paused)).toBe("fighting.paused");
    expect(chart.next(paused, context, { type: "pause" })).toBe(-1);
    // Paused, a hit is swallowed before the outer state can announce it.
    expect(chart.next(paused, context, { type: "hit", strong: true })).toBe(paused);
    expect(announced).toEqual([]);
  });

  it("finds states by their names, as a checkpoint keeps them", () => {
    const { chart, state } = start();
    expect(chart.indexOf(chart.nameOf(state))).toBe(state);
    expect(chart.indexOf("no.such")).toBe(-1);
    expect(() => chart.nameOf(99)).toThrow(InvariantError);
    expect(() => chart.next(99, { rounds: 0, log: [] }, { type: "yield" })).toThrow(InvariantError);
  });

  it("refuses to start without a function for every name", () => {
    const make = (given: object) => () => createChart<DuelContext, DuelEvent>(duelTable, given);
    expect(make({})).toThrow(ApiMisuseError);
    expect(make({ ...rules, guards: {} })).toThrow('no function for "isStrong", a guard of duel');
    expect(make({ ...rules, assigns: { countRound: rules.assigns.countRound } })).toThrow(
      "an assign of duel",
    );
    expect(make({ ...rules, actions: undefined })).toThrow('no function for "announce"');
    expect(() => plainTransitions(duelTable)).toThrow(ApiMisuseError);
  });

  it("refuses a table that is not whole", () => {
    const broken = { ...drainTable, cells: drainTable.cells.slice(1) };
    expect(() => createChart(broken, {})).toThrow(InvariantError);
  });
});
