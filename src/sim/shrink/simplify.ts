/**
 * Passes that make what is left simpler: usual values, round numbers, early times and places, few
 * cut points.
 * Every candidate is simpler than its plan by `weightOf`, so there is an end to it.
 */
import type { ClientScript } from "../clients/script.ts";
import type { Decision } from "../decisions.ts";
import type { Plan } from "../plan.ts";
import { actionsOf, changingActions, subjectOf, withDecisions, withScripts } from "./edit.ts";
import type { Action } from "./edit.ts";
import { firstOf, inTurn } from "./search.ts";
import type { Pass, Search } from "./search.ts";

/** Simpler numbers than `value`, the simplest first. 0 is the simplest; signs stay. */
export function simplerNumbers(value: number): readonly number[] {
  if (!Number.isSafeInteger(value) || value === 0) return [];
  const sign = value < 0 ? -1 : 1;
  const size = Math.abs(value);
  const found = new Set<number>([0, 1]);
  for (let part = 1_000_000; part >= 1; part /= 10) {
    // One digit, then two, then three: of a hundredth, a tenth, a half, and of itself, down and up.
    for (const share of [100, 10, 2]) found.add(Math.floor(size / share / part) * part);
    found.add(Math.floor(size / part) * part);
    found.add(Math.ceil(size / part) * part);
  }
  return [...found]
    .filter((number) => numberWeight(number) < numberWeight(size))
    .sort((left, right) => numberWeight(left) - numberWeight(right))
    .slice(0, triesPerNumber)
    .map((number) => sign * number);
}

const triesPerNumber = 8;

/** Digits that are not zeros at the end count most, then the size. */
function numberWeight(value: number): number {
  let digits = 0;
  for (let rest = value, seen = false; rest > 0; rest = Math.floor(rest / 10)) {
    seen ||= rest % 10 !== 0;
    if (seen) digits += 1;
  }
  return digits * 40 + String(value).length * 2 + Math.min(1, value);
}

/** Simpler values of the same kind. */
export function simplerDecisions(value: Decision): readonly Decision[] {
  if (typeof value === "number") return simplerNumbers(value);
  if (Array.isArray(value)) return simplerLists(value as readonly Decision[]);
  if (value === null || typeof value !== "object") return [];
  const fields = value as Readonly<Record<string, Decision>>;
  return Object.entries(fields).flatMap(([name, field]) => {
    // A process that is simply killed is the simplest of its ends.
    const simpler = name === "ending" && field !== "crash" ? ["crash"] : simplerDecisions(field);
    return simpler.map((other): Decision => ({ ...fields, [name]: other }));
  });
}

/** With half of the elements, or one less; never none, which would mean something else. */
function simplerLists(list: readonly Decision[]): readonly Decision[] {
  if (list.length < 2) return [];
  const half = list.length >> 1;
  const halves = list.length > 3 ? [list.slice(0, half), list.slice(half)] : [];
  return [...halves, ...list.map((_, index) => list.filter((_one, other) => other !== index))];
}

const decisionValues: Pass = function* (plan): Search {
  let best = plan;
  for (const key of Object.keys(plan.decisions)) {
    for (;;) {
      const value = best.decisions[key];
      if (value === undefined) break;
      const current = best;
      const candidates = simplerDecisions(value).map((simpler) =>
        withDecisions(current, { ...current.decisions, [key]: simpler }),
      );
      const next: Plan = yield* firstOf(current, candidates);
      if (next === current) break;
      best = next;
    }
  }
  return best;
};

/** Numbers of an action besides its time. */
function* simplerActions(action: Action): Generator<Action> {
  for (const [name, value] of Object.entries(action)) {
    if (name === "atMicros" || typeof value !== "number") continue;
    for (const simpler of simplerNumbers(value)) {
      yield { ...action, [name]: simpler };
    }
  }
}

const actionValues: Pass = function* (plan): Search {
  let best = plan;
  for (let place = 0; place < actionsOf(best).length; place += 1) {
    for (;;) {
      const action = actionsOf(best)[place];
      if (action === undefined) break;
      const current = best;
      const candidates = [...simplerActions(action)].map((simpler) =>
        changingActions(current, (other) => (other === action ? simpler : other)),
      );
      const next: Plan = yield* firstOf(current, candidates);
      if (next === current) break;
      best = next;
    }
  }
  return best;
};

// ---------------------------------------------------------------- times

/** Round times, coarse first: for everybody at once, then one by one. */
const steps = [1_000_000, 500_000, 100_000, 10_000, 1_000] as const;

/** Down, so that there is an end to it. */
const rounded = (micros: number, step: number): number => Math.floor(micros / step) * step;

/** Coarser steps than the one on which the time lies already. */
const coarserSteps = (micros: number): readonly number[] => {
  const own = steps.findIndex((step) => micros % step === 0);
  return own < 0 ? steps : steps.slice(0, own);
};

const allTimes: Pass = function* (plan): Search {
  const candidates = steps
    .filter((step) => actionsOf(plan).some(({ atMicros }) => atMicros % step !== 0))
    .map((step) =>
      changingActions(plan, (action) => ({ ...action, atMicros: rounded(action.atMicros, step) })),
    );
  return yield* firstOf(plan, candidates);
};

const singleTimes: Pass = function* (plan): Search {
  let best = plan;
  for (let place = 0; place < actionsOf(best).length; place += 1) {
    const action = actionsOf(best)[place];
    if (action === undefined) break;
    const current = best;
    const candidates = coarserSteps(action.atMicros).map((step) =>
      changingActions(current, (other) =>
        other === action ? { ...action, atMicros: rounded(action.atMicros, step) } : other,
      ),
    );
    best = yield* firstOf(current, candidates);
  }
  return best;
};

/** Long waits made short: whatever comes after a gap comes earlier. */
const gaps: Pass = function* (plan): Search {
  let best = plan;
  for (let place = 0; place < actionsOf(best).length; place += 1) {
    const actions = actionsOf(best);
    const from = actions[place - 1]?.atMicros ?? 0;
    const to = actions[place]?.atMicros ?? from;
    const current = best;
    const candidates = [0, 100_000, 1_000_000]
      .filter((gap) => to - from >= 2 * gap && to - from > gap)
      .map((gap) =>
        changingActions(current, (action) =>
          action.atMicros < to
            ? action
            : { ...action, atMicros: action.atMicros - (to - from - gap) },
        ),
      );
    best = yield* firstOf(current, candidates);
  }
  return best;
};

// ---------------------------------------------------------------- places

/** `plan` with decisions under other keys; null where one of them is taken. */
function withKeys(plan: Plan, moved: ReadonlyMap<string, string>): Plan | null {
  const entries = Object.entries(plan.decisions);
  const isTaken = (key: string): boolean => key in plan.decisions && !moved.has(key);
  if ([...moved.values()].some(isTaken)) return null;
  const renamed = entries.map(([key, value]) => [moved.get(key) ?? key, value] as const);
  return withDecisions(plan, Object.fromEntries(renamed));
}

/** Earlier places than the `place`th, first those that need least before them. */
const earlier = (place: number, first: number): readonly number[] =>
  [...new Set([first, Math.floor((first + place) / 2), place - 1])].filter(
    (other) => other >= first && other < place,
  );

/**
 * What strikes the hundredth write may as well strike the first: and then the others need not be
 * there, which could not be left out one by one without the fault striking another one.
 */
const indexes: Pass = function* (plan): Search {
  let best = plan;
  for (const key of Object.keys(plan.decisions).toReversed()) {
    let now = key;
    for (;;) {
      const current = best;
      const subject = subjectOf(now);
      const places = earlier(Number(now.slice(subject.length + 1)), 0);
      if (!(now in current.decisions)) break;
      const moves = places.map((place) => `${subject}#${String(place)}`);
      const from = now;
      const candidates = moves
        .map((to) => withKeys(current, new Map([[from, to]])))
        .filter((candidate) => candidate !== null);
      best = yield* firstOf(current, candidates);
      const taken = moves.find((to) => to in best.decisions && !(to in current.decisions));
      if (best === current || taken === undefined) break;
      now = taken;
    }
  }
  return best;
};

/** A client's third connection, a server's second process: `network/3.3`, `process/a.2`. */
const numbered = /^(network|process|process\/thread)\/(.+)\.(\d+)(?=[/#])/;

/** And what strikes the fifth connection may strike the first, with all that strikes it. */
const attempts: Pass = function* (plan): Search {
  let best = plan;
  const owners = new Set(Object.keys(plan.decisions).map((key) => numbered.exec(key)?.[0] ?? ""));
  for (const owner of owners) {
    const [, , , number = "1"] = numbered.exec(`${owner}#`) ?? [];
    const stem = owner.slice(0, owner.length - number.length);
    const current = best;
    const keys = Object.keys(current.decisions).filter((key) => numbered.exec(key)?.[0] === owner);
    if (owner === "" || keys.length === 0) continue;
    const candidates = earlier(Number(number), 1)
      .map((other) => {
        const moved = keys.map((key) => [key, `${stem}${String(other)}${key.slice(owner.length)}`]);
        return withKeys(current, new Map(moved as [string, string][]));
      })
      .filter((candidate) => candidate !== null);
    best = yield* firstOf(current, candidates);
  }
  return best;
};

// ---------------------------------------------------------------- names

/** A traveller's device matters only where two differ. */
const devices: Pass = function* (plan): Search {
  const isNamed = plan.scripts.some(
    (script) => script.kind === "traveller" && script.device !== "",
  );
  if (!isNamed) return plan;
  const plain = plan.scripts.map((script): ClientScript =>
    script.kind === "traveller" ? { ...script, device: "" } : script,
  );
  return yield* firstOf(plan, [withScripts(plan, plain)]);
};

export const simplify: Pass = inTurn([
  devices,
  attempts,
  indexes,
  gaps,
  allTimes,
  singleTimes,
  actionValues,
  decisionValues,
]);
