/** Plans with something taken away. What is taken away is named by its key, or by being itself. */
import type { ClientScript } from "../clients/script.ts";
import type { Decision } from "../decisions.ts";
import type { Plan } from "../plan.ts";

export type Action = ClientScript["actions"][number];

/** Every action of every client, by time; at equal times in the order of the clients. */
export const actionsOf = ({ scripts }: Pick<Plan, "scripts">): readonly Action[] =>
  scripts
    .flatMap((script): readonly Action[] => script.actions)
    .sort((left, right) => left.atMicros - right.atMicros);

/** How much there is to a plan: its decisions, and what its clients do. Being there is doing. */
export const eventsOf = ({ decisions, scripts }: Plan): number =>
  Object.keys(decisions).length +
  scripts.reduce((sum, { actions }) => sum + Math.max(1, actions.length), 0);

/** `network/3.1/toServer/delay#17` is about the subject `network/3.1/toServer/delay`. */
export const subjectOf = (key: string): string => key.slice(0, key.lastIndexOf("#"));

/** And of the kind `delay`. */
export const kindOf = (key: string): string => {
  const subject = subjectOf(key);
  return subject.slice(subject.lastIndexOf("/") + 1);
};

export const withDecisions = (plan: Plan, decisions: Readonly<Record<string, Decision>>): Plan => ({
  ...plan,
  decisions,
});

export const keepingDecisions = (plan: Plan, keeps: (key: string) => boolean): Plan =>
  withDecisions(
    plan,
    Object.fromEntries(Object.entries(plan.decisions).filter(([key]) => keeps(key))),
  );

interface Counted {
  readonly count: number;
}

/** Whether a decision is about the so manieth event or system call. */
export const isCounted = (decision: unknown): decision is Counted =>
  typeof decision === "object" &&
  decision !== null &&
  "count" in decision &&
  typeof decision.count === "number";

/** With every such decision about an earlier one, by so many. */
export const countingFewer = (plan: Plan, fewer: number): Plan =>
  withDecisions(
    plan,
    Object.fromEntries(
      Object.entries(plan.decisions).map(([key, decision]): [string, Decision] => [
        key,
        isCounted(decision)
          ? { ...(decision as object), count: Math.max(1, decision.count - fewer) }
          : decision,
      ]),
    ),
  );

export const withScripts = (plan: Plan, scripts: readonly ClientScript[]): Plan => ({
  ...plan,
  scripts,
});

/** The plan with each action as `change` has it; null leaves it out. */
export const changingActions = (plan: Plan, change: (action: Action) => Action | null): Plan =>
  withScripts(
    plan,
    plan.scripts.map((script): ClientScript => {
      const actions = (script.actions as readonly Action[])
        .map(change)
        .filter((action) => action !== null);
      // What an action is for one kind of client, its changed self is for the same.
      return { ...script, actions } as ClientScript;
    }),
  );

export const withoutActions = (plan: Plan, dropped: ReadonlySet<Action>): Plan =>
  changingActions(plan, (action) => (dropped.has(action) ? null : action));

/** The plan of a run that is over after so many seconds, before its quiet. */
export const endingAfter = (plan: Plan, seconds: number): Plan => ({
  ...changingActions(plan, (action) => (action.atMicros < seconds * 1_000_000 ? action : null)),
  options: { ...plan.options, seconds },
});
