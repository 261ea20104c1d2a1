/**
 * Composition: features in a fixed order become one table of packets, timers and calls. All that
 * can be wrong with a set of features is found here, before the first event.
 */
import { apiRule } from "../kernel/assert.ts";
import type { SessionState } from "../kernel/charts/session.ts";
import type { PacketType } from "../kernel/ids.ts";
import type { PlayerRole } from "../kernel/roles.ts";
import { contractHash, isPacketType, packetRules } from "../wire/index.ts";
import type { AnyContract, AnyRequest, AnyToServer, PacketRules } from "../wire/index.ts";
import type { Budget, ErasedPacketHandler, Feature } from "./feature.ts";

/** One packet type that the realm serves. */
export interface Route {
  readonly feature: number;
  readonly key: string;
  readonly entry: AnyRequest | AnyToServer;
  readonly handler: ErasedPacketHandler;
  readonly states: ReadonlySet<SessionState>;
  /** Who may send it; null is everybody. */
  readonly roles: ReadonlySet<PlayerRole> | null;
}

/** One declared timer. Its kind in the timer table is its index in `Composition.timers` + 1. */
export interface TimerRoute {
  readonly feature: number;
  readonly name: string;
}

/** One view: which feature's, and under which name of its own. */
export interface ViewRoute {
  readonly feature: number;
  readonly name: string;
}

export interface Composition {
  readonly features: readonly Feature[];
  /** What the features serve and send, and what no client may send in spite of it being known. */
  readonly rules: PacketRules;
  /** 32 bits that tell two sets of contracts apart. */
  readonly contractHash: number;
  readonly budgets: ReadonlyMap<PacketType, Budget>;
  readonly routes: ReadonlyMap<number, Route>;
  readonly timers: readonly TimerRoute[];
  /** Kinds by `feature.timer`. */
  readonly timerKinds: ReadonlyMap<string, number>;
  /** The same by feature and then by timer: no name is put together at each timer. */
  readonly timerKindsOf: ReadonlyMap<string, ReadonlyMap<string, number>>;
  /** Which feature knows areas of interest; null when none does. */
  readonly near: number | null;
  /** What `view` shows, by `feature.view`. */
  readonly views: ReadonlyMap<string, ViewRoute>;
  /** True when some feature needs ticks. */
  readonly ticks: boolean;
  /** Help texts by counter name, of all features. */
  readonly counters: Readonly<Record<string, string>>;
}

/** The timer kind of calls' deadlines; feature timers follow. Also the order of equal instants. */
export const deadlineKind = 0;

/**
 * @param known contracts of which the server knows without serving them
 * @throws ApiMisuseError naming the feature and what is wrong with it
 */
export function compose(features: readonly Feature[], known: readonly AnyContract[]): Composition {
  const names = new Set<string>();
  for (const { name, declaration } of features) {
    apiRule(!names.has(name), `createRealm: two features are named "${name}"`);
    names.add(name);
    const streams = new Set((declaration.events ?? []).map((stream) => stream.name));
    const isSound = streams.size === (declaration.events ?? []).length;
    apiRule(isSound, `feature "${name}": two of its event streams have one name`);
  }
  const served = packetRules(features.map(({ declaration }) => declaration.contract));
  const routes = new Map<number, Route>();
  const budgets = new Map<PacketType, Budget>();
  for (const [index, feature] of features.entries()) addRoutes(index, feature, routes, budgets);
  const timers = features.flatMap((feature, index) => timerRoutes(index, feature));
  const timerKinds = new Map(
    timers.map(({ feature, name }, index) => [
      `${features[feature]?.name ?? ""}.${name}`,
      index + 1,
    ]),
  );
  return {
    features,
    rules: new Map([...serverOnly(packetRules(known)), ...served]),
    contractHash: contractHash(served),
    budgets,
    routes,
    timers,
    timerKinds,
    timerKindsOf: kindsByFeature(features, timers),
    near: nearOf(features),
    views: viewsOf(features),
    ticks: features.some(
      ({ implementation }) =>
        implementation.tick !== null ||
        Object.values(implementation.packets).some((handler) => handler.inbox !== undefined),
    ),
    counters: Object.assign({}, ...features.map((feature) => countersOf(feature))) as Record<
      string,
      string
    >,
  };
}

/** Of contracts without a feature only this matters: a client that sends these is told so. */
const serverOnly = (known: PacketRules): PacketRules =>
  new Map([...known].filter(([, { direction }]) => direction === "toClient"));

function addRoutes(
  index: number,
  { name, declaration, implementation }: Feature,
  routes: Map<number, Route>,
  budgets: Map<PacketType, Budget>,
): void {
  for (const [key, entry] of Object.entries(declaration.contract.entries)) {
    if (entry.kind === "toClient") continue;
    const handler = implementation.packets[key];
    apiRule(handler !== undefined, `feature "${name}": packet "${key}" has no handler`);
    const both = handler.handle !== undefined && handler.inbox !== undefined;
    apiRule(!both, `feature "${name}": packet "${key}" has both handle and inbox`);
    apiRule(isPacketType(entry.type), `feature "${name}": ${entry.type} is no packet type`);
    apiRule(handler.states.length > 0, `feature "${name}": packet "${key}" is allowed nowhere`);
    const somebody = handler.roles === undefined || handler.roles.length > 0;
    apiRule(somebody, `feature "${name}": packet "${key}" is allowed to nobody`);
    routes.set(entry.type, {
      feature: index,
      key,
      entry,
      handler,
      states: new Set(handler.states),
      roles: handler.roles === undefined ? null : new Set(handler.roles),
    });
    if (handler.budget !== undefined) {
      const { perSecond, burst } = handler.budget;
      apiRule(perSecond >= 1 && burst >= 1, `feature "${name}": budget of "${key}" must be >= 1`);
      budgets.set(entry.type, handler.budget);
    }
  }
  for (const key of Object.keys(implementation.packets)) {
    const known = Object.hasOwn(declaration.contract.entries, key);
    apiRule(known, `feature "${name}": handler "${key}" is for no packet of its contract`);
  }
}

function timerRoutes(
  feature: number,
  { name, declaration, implementation }: Feature,
): TimerRoute[] {
  const timers = Object.keys(declaration.timers ?? {});
  for (const timer of timers) {
    const handled = implementation.timers[timer] !== undefined;
    apiRule(handled, `feature "${name}": timer "${timer}" has no handler`);
  }
  for (const call of Object.keys(declaration.calls ?? {})) {
    const handled = implementation.answers[call] !== undefined;
    apiRule(handled, `feature "${name}": call "${call}" has no answer handler`);
  }
  const every = implementation.tick?.every ?? 1;
  apiRule(Number.isSafeInteger(every) && every >= 1, `feature "${name}": tick.every must be >= 1`);
  return timers.map((timer) => ({ feature, name: timer }));
}

function kindsByFeature(
  features: readonly Feature[],
  timers: readonly TimerRoute[],
): ReadonlyMap<string, ReadonlyMap<string, number>> {
  const kinds = new Map(features.map(({ name }) => [name, new Map<string, number>()]));
  for (const [index, { feature, name }] of timers.entries()) {
    kinds.get(features[feature]?.name ?? "")?.set(name, index + 1);
  }
  return kinds;
}

function nearOf(features: readonly Feature[]): number | null {
  let found: number | null = null;
  for (const [index, { name, implementation }] of features.entries()) {
    if (implementation.near === null) continue;
    const other = found === null ? "" : (features[found]?.name ?? "");
    apiRule(found === null, `feature "${name}": areas of interest are known by "${other}" already`);
    found = index;
  }
  return found;
}

function viewsOf(features: readonly Feature[]): ReadonlyMap<string, ViewRoute> {
  const views = new Map<string, ViewRoute>();
  for (const [feature, { name: owner, implementation }] of features.entries()) {
    for (const name of Object.keys(implementation.views)) {
      const sound = /^[a-z][A-Za-z0-9]*$/.test(name);
      apiRule(sound, `feature "${owner}": view "${name}" is not a lower-case name`);
      views.set(`${owner}.${name}`, { feature, name });
    }
  }
  return views;
}

function countersOf({ name, declaration }: Feature): Record<string, string> {
  const counters = declaration.counters ?? {};
  for (const counter of Object.keys(counters)) {
    const sound = /^[a-z][a-z0-9_]*_total$/.test(counter);
    apiRule(sound, `feature "${name}": counter "${counter}" must be lower_case and end in _total`);
  }
  return counters;
}
