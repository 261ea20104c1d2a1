/**
 * Runs one chart both ways, by XState's pure functions and by core's table, and compares all that
 * can be seen: the leaf, the context, and every action with the context that it saw.
 */
import { expect } from "vitest";
import {
  initialTransition,
  transition,
  type AnyMachineSnapshot,
  type AnyStateMachine,
  type EventObject,
} from "xstate";
import { compile } from "../../../src/charts/compiler/compile.ts";
import { createChart, type ChartRules } from "../../../src/core/kernel/statechart.ts";

export interface ChartEvent extends EventObject {
  readonly type: string;
  readonly value: number;
}

/** How often each kind of step was compared, so that a test can assert that it compared any. */
export interface Compared {
  taken: number;
  ignored: number;
  ended: number;
  acted: number;
}

type Context = Record<string, unknown>;

/** Throws when XState and the table differ anywhere on the way. */
export function expectSameRun(
  machine: AnyStateMachine,
  rules: ChartRules<Context, ChartEvent>,
  events: readonly ChartEvent[],
): Compared {
  const compared: Compared = { taken: 0, ignored: 0, ended: 0, acted: 0 };
  const acted: unknown[] = [];
  const record = (name: string) => (context: Context) =>
    acted.push([name, structuredClone(context)]);
  const actions = Object.fromEntries(
    Object.keys(rules.actions ?? {}).map((name) => [name, record(name)]),
  );
  const chart = createChart<Context, ChartEvent>(compile(machine), { ...rules, actions });

  let [snapshot, expectedActions] = initialTransition(machine) as Step;
  const started = chart.initial(structuredClone(initialContext(machine)));
  const { context } = started;
  let { state } = started;
  const compare = (): void => {
    expect(chart.nameOf(state)).toBe(leafOf(snapshot.value));
    expect(context).toEqual(snapshot.context);
    expect(chart.isFinal(state)).toBe(snapshot.status === "done");
    expect(acted).toEqual(expectedActions.map(({ type, info }) => [type, info.context]));
    compared.acted += acted.length;
    acted.length = 0;
  };
  compare();
  for (const event of events) {
    const next = chart.next(state, context, event);
    if (snapshot.status === "done") {
      // A running actor is stopped by now; the pure function alone would go on.
      expect(next).toBe(-1);
      compared.ended++;
      continue;
    }
    [snapshot, expectedActions] = transition(machine, snapshot, event) as Step;
    if (next >= 0) state = next;
    compared[next >= 0 ? "taken" : "ignored"]++;
    compare();
  }
  return compared;
}

type Step = [AnyMachineSnapshot, { type: string; info: { context: Context } }[]];

function initialContext(machine: AnyStateMachine): Context {
  const { context } = machine.config as { context?: Context };
  return context ?? {};
}

/** "a.b.c" for { a: { b: "c" } }. */
function leafOf(value: unknown): string {
  if (typeof value === "string") return value;
  const [[key, inner] = ["", ""]] = Object.entries(value as Record<string, unknown>);
  return `${key}.${leafOf(inner)}`;
}
