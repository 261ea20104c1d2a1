/**
 * Passes over options and topology: back to calm, all at once, by group, one by one. Options that a
 * checker or a client takes for granted together are changed together: a plan must not be made to
 * fail by being shrunk.
 *
 * C1. Of a sound program, no candidate fails. `test/property/sim/shrink-sound.test.ts` holds it.
 */
import { calmOptions } from "../options.ts";
import type { SimulationOptions } from "../options.ts";
import type { Plan } from "../plan.ts";
import { keepingDecisions } from "./edit.ts";
import { attempt, firstOf, inTurn } from "./search.ts";
import type { Pass, Search } from "./search.ts";

type Group = Exclude<keyof SimulationOptions, "seconds" | "quietSeconds">;
type Fields = Readonly<Record<string, unknown>>;

/** How long the quiet lasts decides what is slow and what is stuck: it stays. */
const groups = Object.keys(calmOptions).filter(
  (name): name is Group => name !== "seconds" && name !== "quietSeconds",
);

/** Fields that mean something only together, besides those that are by themselves. */
const tied: readonly (readonly [group: Group, fields: readonly string[]])[] = [
  ["server", ["idleTimeoutMicros", "helloTimeoutMicros"]],
];

/** Who stays down for good. The last server of its role may not: see `outside.ts`. */
const outside = "outside#";
const serverCounts = new Set(["players.gameServers", "upgrade.servers"]);

/** Every so many events, in order of preference. */
const checkpointEvents = [1, 5, 20] as const;

/** Whoever's clock is wrong by more than a token lives lets nobody in. */
const keptWithClocks = "tokenLifetimeMs";
const setRight = "clock.rightInQuiet";

/** `plan` with some fields of a group calm; null when they are. */
function withCalm(plan: Plan, group: Group, isMeant: (field: string) => boolean): Plan | null {
  const now: Fields = { ...plan.options[group] };
  const calm: Fields = { ...calmOptions[group] };
  const changed = Object.keys(calm).filter(
    (field) => isMeant(field) && now[field] !== calm[field] && mayCalm(plan, group, field),
  );
  if (changed.length === 0) return null;
  const fields = { ...now };
  for (const field of changed) fields[field] = calm[field];
  return { ...plan, options: { ...plan.options, [group]: fields } };
}

function mayCalm({ options, decisions }: Plan, group: Group, field: string): boolean {
  const keys = Object.keys(decisions);
  if (serverCounts.has(`${group}.${field}`)) return !keys.some((key) => key.startsWith(outside));
  const isWrong = keys.some((key) => key.startsWith("clock/"));
  if (`${group}.${field}` === setRight) return !isWrong;
  if (group !== "players" || field !== keptWithClocks) return true;
  return !isWrong || options.players.tokenLifetimeMs < calmOptions.players.tokenLifetimeMs;
}

const everyGroup: Pass = function* (plan): Search {
  let calmed: Plan | null = null;
  for (const group of groups) calmed = withCalm(calmed ?? plan, group, () => true) ?? calmed;
  return yield* attempt(plan, calmed);
};

const groupByGroup: Pass = function* (plan): Search {
  let best = plan;
  for (const group of groups)
    best = yield* attempt(
      best,
      withCalm(best, group, () => true),
    );
  return best;
};

const fieldByField: Pass = function* (plan): Search {
  let best = plan;
  for (const group of groups) {
    const bound = tied.filter(([of]) => of === group).map(([, fields]) => fields);
    const single = Object.keys(calmOptions[group]).filter(
      (field) => !bound.some((fields) => fields.includes(field)),
    );
    for (const fields of [...bound, ...single.map((field) => [field])]) {
      best = yield* attempt(
        best,
        withCalm(best, group, (field) => fields.includes(field)),
      );
    }
  }
  return best;
};

/** One game server, and only the accounts that somebody has. */
const topology: Pass = function* (plan): Search {
  if (plan.scenario !== "players") return plan;
  const { gameServers, accounts } = plan.options.players;
  const used = plan.scripts.map((script) => (script.kind === "traveller" ? script.account : "1"));
  const needed = Math.max(1, ...used.map(Number).filter(Number.isSafeInteger));
  const withPlayers = (players: Partial<SimulationOptions["players"]>): Plan => ({
    ...plan,
    options: { ...plan.options, players: { ...plan.options.players, ...players } },
  });
  const candidates: Plan[] = [];
  if (gameServers > 1) {
    const single = withPlayers({ gameServers: 1, accounts: needed });
    const isGone = (key: string): boolean => key.includes("/game-2") || key.startsWith(outside);
    candidates.push(keepingDecisions(single, (key) => !isGone(key)));
  }
  if (needed < accounts) candidates.push(withPlayers({ accounts: needed }));
  return yield* firstOf(plan, candidates);
};

/**
 * Where it takes a follower, one that has its checkpoints after fewer events: who waits for the
 * fortieth event needs forty.
 */
const sooner: Pass = function* (plan): Search {
  const { follower } = plan.options;
  const earlier = checkpointEvents.filter((events) => events < follower.everyEvents);
  const candidates = earlier.map((everyEvents) => ({
    ...plan,
    options: { ...plan.options, follower: { ...follower, everyEvents } },
  }));
  return yield* firstOf(plan, candidates);
};

export const calmDown: Pass = inTurn([everyGroup, groupByGroup, fieldByField, topology, sooner]);
