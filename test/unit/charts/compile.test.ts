import { describe, expect, it } from "vitest";
import {
  and,
  assign,
  cancel,
  createMachine,
  emit,
  enqueueActions,
  fromCallback,
  fromPromise,
  log,
  not,
  raise,
  sendTo,
  setup,
  spawnChild,
  stateIn,
  stopChild,
  type AnyStateMachine,
} from "xstate";
import { compileCharts } from "../../../scripts/compile-charts.ts";
import { compile } from "../../../src/charts/compiler/compile.ts";
import { ApiMisuseError } from "../../../src/core/kernel/assert.ts";

const implementations = {
  guards: {
    holds: () => true,
    plain: () => true,
    both: and(["holds", "plain"]),
    other: not("holds"),
    at: stateIn("a"),
  },
  actions: {
    tell: () => undefined,
    count: assign({ n: 1 }),
    raised: raise({ type: "go" }),
    sent: sendTo("x", { type: "go" }),
    logged: log("x"),
    queued: enqueueActions(() => undefined),
    spawned: spawnChild("x"),
    stopped: stopChild("x"),
    cancelled: cancel("x"),
    emitted: emit({ type: "x" }),
  },
};

/** Around XState's types, which forbid part of what is refused here. */
function machineOf(config: object, extra: object = {}): AnyStateMachine {
  const given: object = { ...implementations, ...extra };
  const create = setup(given).createMachine as (chart: object) => AnyStateMachine;
  return create({ id: "chart", ...config });
}

const inA = (state: object): object => ({ initial: "a", states: { a: state, b: {} } });
const onGo = (transition: unknown): object => inA({ on: { go: transition } });
const deep = (levels: number): object =>
  levels === 0 ? {} : { initial: "s", states: { s: deep(levels - 1) } };

describe("compile", () => {
  // What is refused, the chart, and the state and key that the refusal names.
  it.each<[string, object, string]>([
    ["delays", inA({ after: { 10: "b" } }), 'state "a": after: '],
    [
      "invoked actors",
      inA({ invoke: { src: fromPromise(() => Promise.resolve()) } }),
      'state "a": invoke: ',
    ],
    [
      "parallel states",
      { type: "parallel", states: { a: {}, b: {} } },
      'the chart itself: type: "parallel"',
    ],
    [
      "parallel states inside",
      inA({ type: "parallel", states: { x: {} } }),
      'state "a": type: "parallel"',
    ],
    [
      "history states",
      inA({ initial: "h", states: { h: { type: "history" }, i: {} } }),
      'state "a.h": type: "history"',
    ],
    [
      "history keys",
      inA({ initial: "i", states: { h: { history: "deep" }, i: {} } }),
      'state "a.h": history: ',
    ],
    ["onDone", inA({ initial: "i", states: { i: {} }, onDone: "b" }), 'state "a": onDone: '],
    ["output", { ...inA({}), output: 1 }, "the chart itself: output: "],
    ["tags", inA({ tags: "x" }), 'state "a": tags: '],
    ["ids of states", inA({ id: "x" }), 'state "a": id: '],
    ["routes", inA({ route: {} }), 'state "a": route: '],
    ["keys nobody knows", inA({ colour: "red" }), 'state "a": colour: not in the subset'],
    ["no states", {}, "the chart itself: states: a chart has states"],
    ["four levels", deep(4), 'state "s.s.s.s": states: deeper than 3'],
    [
      "names with dots",
      { initial: "a.b", states: { "a.b": {} } },
      'state "a.b": states: a state\'s name',
    ],
    [
      "initial actions",
      { initial: { target: "a", actions: "tell" }, states: { a: {} } },
      "the chart itself: initial: ",
    ],
    ["an initial of nothing", inA({ initial: "x" }), 'state "a": initial: '],
    [
      "final states inside",
      inA({ initial: "f", states: { f: { type: "final" } } }),
      'state "a.f": type: ',
    ],
    ["a final state that is left", inA({ type: "final", on: { go: "b" } }), 'state "a": on: '],
    ["a final state with always", inA({ type: "final", always: "b" }), 'state "a": always: '],
    ["all events", inA({ on: { "*": "b" } }), 'state "a": on "*": wildcards'],
    ["events by their start", inA({ on: { "go.*": "b" } }), 'state "a": on "go.*": wildcards'],
    ["XState's own events", inA({ on: { "xstate.init": "b" } }), 'state "a": on "xstate.init": '],
    [
      "inline guards",
      onGo({ target: "b", guard: () => true }),
      'state "a": on "go", guard: an inline function',
    ],
    [
      "inline combined guards",
      onGo({ target: "b", guard: not("holds") }),
      'state "a": on "go", guard: an inline function',
    ],
    [
      "guards with params",
      onGo({ guard: { type: "holds", params: { x: 1 } } }),
      'on "go", guard: "holds" has params',
    ],
    [
      "guards without a name",
      onGo({ guard: {} }),
      'state "a": on "go", guard: a reference without a name',
    ],
    ["combined guards", onGo({ guard: "both" }), 'state "a": on "go", guard: "both" combines'],
    ["negated guards", onGo({ guard: "other" }), 'state "a": on "go", guard: "other" combines'],
    ["guards on states", onGo({ guard: "at" }), 'state "a": on "go", guard: "at" combines'],
    [
      "guards that are missing",
      onGo({ guard: "absent" }),
      'state "a": on "go", guard: "absent" is no function',
    ],
    [
      "inherited names",
      onGo({ guard: "toString" }),
      'state "a": on "go", guard: "toString" is no function',
    ],
    [
      "inline actions",
      onGo({ actions: () => undefined }),
      'state "a": on "go", actions: an inline function',
    ],
    [
      "inline assigns",
      onGo({ actions: [assign({ n: 1 })] }),
      'state "a": on "go", actions: an inline function',
    ],
    [
      "inline entry actions",
      inA({ entry: () => undefined }),
      'state "a": entry: an inline function',
    ],
    [
      "inline exit actions",
      inA({ exit: ["tell", () => undefined] }),
      'state "a": exit: an inline function',
    ],
    [
      "actions with params",
      onGo({ actions: { type: "tell", params: {} } }),
      'on "go", actions: "tell" has params',
    ],
    [
      "actions that are missing",
      inA({ entry: "absent" }),
      'state "a": entry: "absent" is no function',
    ],
    ["raise", inA({ entry: "raised" }), 'state "a": entry: "raised" is xstate.raise'],
    ["sendTo", inA({ entry: "sent" }), 'state "a": entry: "sent" is xstate.sendTo'],
    ["log", inA({ entry: "logged" }), 'state "a": entry: "logged" is xstate.log'],
    [
      "enqueueActions",
      inA({ entry: "queued" }),
      'state "a": entry: "queued" is xstate.enqueueActions',
    ],
    ["spawnChild", inA({ entry: "spawned" }), 'state "a": entry: "spawned" is xstate.spawnChild'],
    ["stopChild", inA({ entry: "stopped" }), 'state "a": entry: "stopped" is xstate.stopChild'],
    ["cancel", inA({ entry: "cancelled" }), 'state "a": entry: "cancelled" is xstate.cancel'],
    ["emit", inA({ entry: "emitted" }), 'state "a": entry: "emitted" is xstate.emit'],
    ["two targets", onGo({ target: ["b", "a"] }), 'state "a": on "go", target: one target'],
    ["the chart as a target", onGo("#chart"), 'state "a": on "go", target: the chart itself'],
    ["delays of a transition", onGo({ target: "b", delay: 5 }), 'state "a": on "go", delay: '],
    [
      "always without a target",
      inA({ always: { actions: "count" } }),
      'state "a": always: without a target',
    ],
    [
      "always to itself",
      inA({ always: { target: "a", guard: "holds" } }),
      'state "a": always: goes round in a circle: a -> a',
    ],
    [
      "always in a circle",
      {
        initial: "a",
        states: {
          a: { always: { target: "b", guard: "holds" } },
          b: { always: "c" },
          c: { always: { target: "a", guard: "plain" } },
        },
      },
      'state "a": always: goes round in a circle: a -> b -> c -> a',
    ],
    [
      "always of a parent into itself",
      inA({ initial: "x", always: { target: ".y", guard: "holds" }, states: { x: {}, y: {} } }),
      'state "a.y": always: goes round in a circle: a.y -> a.y',
    ],
  ])("refuses %s, naming state and key", (_name, config, message) => {
    const machine = machineOf(config);
    expect(() => compile(machine)).toThrow(ApiMisuseError);
    expect(() => compile(machine)).toThrow(`chart "chart": `);
    expect(() => compile(machine)).toThrow(message);
  });

  it("refuses actors and delays in setup, which assigns could spawn and start", () => {
    const actors = { listener: fromCallback(() => undefined) };
    expect(() => compile(machineOf(inA({}), { actors }))).toThrow('setup actors: "listener"');
    expect(() => compile(machineOf(inA({}), { delays: { soon: 5 } }))).toThrow(
      'setup delays: "soon"',
    );
  });

  it("refuses a guard that is only another's name", () => {
    const guards = { alias: "holds", holds: () => true };
    expect(() => compile(machineOf(onGo({ guard: "alias" }), { guards }))).toThrow(
      '"alias" is no function',
    );
  });

  it("compiles three levels, references by object, forbidden events and descriptions", () => {
    const table = compile(
      machineOf({
        version: "1",
        description: "All that is allowed.",
        ...inA({
          meta: { colour: "red" },
          entry: { type: "count" },
          on: {
            go: { guard: { type: "holds" }, target: "b", description: "x" },
            stay: undefined,
            none: {},
          },
          ...deep(2),
        }),
      }),
    );
    expect(table).toMatchObject({
      id: "chart",
      states: ["a.s.s", "b"],
      events: ["go", "stay", "none"],
      guards: ["holds"],
      assigns: ["count"],
      actions: [],
      finals: [],
    });
  });

  it("drops what stands behind a transition without a guard", () => {
    const table = compile(
      machineOf(onGo([{ target: "b", guard: "holds" }, "b", { guard: "plain" }])),
    );
    expect(table.guards).toEqual(["holds"]);
    expect(table.candidates).toHaveLength(2 * 3);
  });

  it("takes machines that were made without setup, as long as they name nothing", () => {
    const machine = createMachine({
      id: "bare",
      initial: "a",
      states: { a: { on: { go: "b" } }, b: {} },
    });
    expect(compile(machine).states).toEqual(["a", "b"]);
  });
});

describe("the checked-in tables", () => {
  it("are what the charts compile to; if not, run node scripts/compile-charts.ts", async () => {
    const tables = await compileCharts();
    expect(tables.map(({ path }) => path)).toContain("src/core/kernel/charts/session.table.ts");
    expect(tables.filter(({ isStale }) => isStale).map(({ path }) => path)).toEqual([]);
  });
});
