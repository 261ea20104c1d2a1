/** The rules of a realm and of its features, held against its state. */
import { messageOf } from "../kernel/assert.ts";
import { deadlineKind } from "./compose.ts";
import type { Composition } from "./compose.ts";
import type { RealmState } from "./state.ts";

/**
 * Every broken rule in words; empty when all hold. A feature's rule that throws is broken.
 */
export function violations({ features, timers }: Composition, state: RealmState): string[] {
  const found = state.sessions.violations();
  for (const id of state.inbox.waiting()) {
    const session = state.sessions.get(id);
    if (session === undefined || session.ending !== null) {
      found.push(`R4: the inbox holds packets of session ${id}, which has ended`);
    }
  }
  for (const id of state.calls.keys()) {
    if (state.timers.get(deadlineKind, id) !== undefined) continue;
    found.push(`R6: call ${id} waits for ever`);
  }
  for (const store of state.stores()) found.push(...store.violations());
  for (const [index, { name, implementation }] of features.entries()) {
    const rules = Object.entries(implementation.invariants);
    if (rules.length === 0) continue;
    const own: Record<string, unknown> = {};
    for (const [kind, route] of timers.entries()) {
      if (route.feature === index) own[route.name] = state.timers.of(kind + 1);
    }
    const { featureStates, sessions } = state;
    for (const [rule, holds] of rules) {
      const problem = problemOf(() =>
        holds(featureStates[index], own, sessions.view(), state.reader(name)),
      );
      if (problem !== null) found.push(`${name}: ${rule}${problem}`);
    }
  }
  return found;
}

/** Null when the rule holds. */
function problemOf(holds: () => boolean): string | null {
  try {
    return holds() ? null : "";
  } catch (error) {
    return ` (throws: ${messageOf(error)})`;
  }
}
