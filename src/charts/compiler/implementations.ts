/** The bridge from core's rules to XState, so that both run the same functions. */
import { assign, type EventObject, type MachineContext } from "xstate";
import type { Action, Assign, Guard, InitEvent } from "../../core/kernel/statechart.ts";

/**
 * The types of a chart for XState's `setup()`, which reads the type of what it is given and never
 * its value: `types: chartTypes<{ context: C; events: E }>()`.
 */
export const chartTypes = <Types extends object>(): Types => ({}) as Types;

/** What XState hands to a guard or action. */
interface Scope<Context, E> {
  readonly context: Context;
  readonly event: E;
}

/**
 * What to give to XState's `setup()` for a chart's rules: guards by name, and assigns and actions
 * together, as XState has one namespace for both.
 *
 *     setup({ types: chartTypes<...>(), ...implementationsOf(rules) }).createMachine(...)
 */
export function implementationsOf<
  Context extends MachineContext,
  E extends EventObject,
  GuardName extends string = never,
  AssignName extends string = never,
  ActionName extends string = never,
>(rules: {
  readonly guards?: Readonly<Record<GuardName, Guard<Context, E>>>;
  readonly assigns?: Readonly<Record<AssignName, Assign<Context, E>>>;
  readonly actions?: Readonly<Record<ActionName, Action<Context, E>>>;
}) {
  // XState's types know nothing of the event with which a chart starts.
  type Own = Exclude<E, InitEvent>;
  const toGuard = (guard: Guard<Context, E>) => (scope: Scope<Context, Own>) =>
    guard(scope.context, scope.event);
  const toAssign = (rule: Assign<Context, E>) =>
    assign<Context, Own, undefined, Own, never>(({ context, event }) => rule(context, event));
  const toAction = (action: Action<Context, E>) => (scope: Scope<Context, Own>) => {
    action(scope.context, scope.event);
  };
  return {
    guards: mapped(rules.guards, toGuard),
    actions: { ...mapped(rules.assigns, toAssign), ...mapped(rules.actions, toAction) },
  };
}

function mapped<Name extends string, From, To>(
  record: Readonly<Record<Name, From>> | undefined,
  map: (value: From) => To,
): Record<Name, To> {
  const entries = Object.entries<From>(record ?? {}).map(([name, value]) => [name, map(value)]);
  return Object.fromEntries(entries) as Record<Name, To>;
}
