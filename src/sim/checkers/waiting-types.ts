/** Which packets wait for a tick, whatever the features. */
import type { Realm } from "../../core/realm/index.ts";
import { compositionOf } from "./composition-of.ts";

export interface WaitingTypes {
  /** Those that are answered. */
  readonly requests: ReadonlySet<number>;
  readonly tellings: ReadonlySet<number>;
}

/** @param realms of all builds of the server */
export function waitingTypes(realms: Iterable<Realm>): WaitingTypes {
  const requests = new Set<number>();
  const tellings = new Set<number>();
  for (const realm of realms) {
    for (const [type, { entry, handler }] of compositionOf(realm).routes) {
      if (handler.inbox !== undefined) (entry.kind === "request" ? requests : tellings).add(type);
    }
  }
  return { requests, tellings };
}
