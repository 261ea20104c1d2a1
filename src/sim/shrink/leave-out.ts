/** Passes that leave out: whole clients first, then kinds of faults, then one thing at a time. */
import type { Plan } from "../plan.ts";
import {
  actionsOf,
  countingFewer,
  endingAfter,
  eventsOf,
  isCounted,
  keepingDecisions,
  kindOf,
  subjectOf,
  withDecisions,
  withoutActions,
  withScripts,
} from "./edit.ts";
import type { Action } from "./edit.ts";
import { dropping, firstOf, inTurn } from "./search.ts";
import type { Pass, Search } from "./search.ts";

/** Nobody does anything, or nothing goes wrong: many a bug needs no more. */
const everything: Pass = function* (plan): Search {
  const candidates = [
    withScripts(withDecisions(plan, {}), []),
    withDecisions(plan, {}),
    withScripts(plan, []),
  ];
  return yield* firstOf(
    plan,
    candidates.filter((candidate) => eventsOf(candidate) < eventsOf(plan)),
  );
};

const clients = dropping<string>({
  items: ({ scripts }) => scripts.map(({ name }) => name),
  without: (plan, dropped) =>
    withScripts(
      plan,
      plan.scripts.filter(({ name }) => !dropped.has(name)),
    ),
});

/** Decisions that have the same of something, all at once. */
const decisionsBy = (trait: (key: string) => string): Pass =>
  dropping<string>({
    items: ({ decisions }) => [...new Set(Object.keys(decisions).map(trait))],
    without: (plan, dropped) => keepingDecisions(plan, (key) => !dropped.has(trait(key))),
  });

/** `network/3.1` of `network/3.1/toServer/delay#17`: what it happens to. */
const ownerOf = (key: string): string => key.split("/").slice(0, 2).join("/");

const actions = dropping<Action>({ items: actionsOf, without: withoutActions });

/** Sorted by clients: what one of them does in a row is often of no matter. */
const actionsByClient = dropping<Action>({
  items: ({ scripts }) => scripts.flatMap((script): readonly Action[] => script.actions),
  without: withoutActions,
});

/** What happens at the so manieth event happens as many sooner as there are actions fewer. */
const actionsCounted = dropping<Action>({
  items: ({ decisions, scripts }) =>
    Object.values(decisions).some(isCounted) ? actionsOf({ scripts }) : [],
  without: (plan, dropped) => countingFewer(withoutActions(plan, dropped), dropped.size),
});

/** A shorter storm: less happens, and every later candidate is over sooner. */
const seconds: Pass = function* (plan): Search {
  let best = plan;
  for (let size = best.options.seconds - 1; size >= 1; size = Math.floor(size / 2)) {
    while (best.options.seconds > size) {
      const verdict: Plan | null = yield endingAfter(best, best.options.seconds - size);
      if (verdict === null) break;
      best = verdict;
    }
  }
  return best;
};

/** From big to small. */
export const leaveOut: Pass = inTurn([
  everything,
  seconds,
  clients,
  decisionsBy(kindOf),
  decisionsBy(ownerOf),
  decisionsBy(subjectOf),
  decisionsBy((key) => key),
  actionsByClient,
  actions,
  actionsCounted,
]);
