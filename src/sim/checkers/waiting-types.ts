/** Which packets wait for a tick, whatever the features. */
import type { Composition, Realm } from "../../core/realm/index.ts";

export interface WaitingTypes {
  /** Those that are answered. */
  readonly requests: ReadonlySet<number>;
  readonly tellings: ReadonlySet<number>;
}

/** Each run asks, several times. */
const known = new WeakMap<Realm, Composition["routes"]>();

/** @param realms of all builds of the server */
export function waitingTypes(realms: Iterable<Realm>): WaitingTypes {
  const requests = new Set<number>();
  const tellings = new Set<number>();
  for (const realm of realms) {
    const routes = known.get(realm) ?? realm.create().composition.routes;
    known.set(realm, routes);
    for (const [type, { entry, handler }] of routes) {
      if (handler.inbox !== undefined) (entry.kind === "request" ? requests : tellings).add(type);
    }
  }
  return { requests, tellings };
}
