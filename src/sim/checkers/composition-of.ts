/** What a realm is composed of, to those who are made anew for each run. */
import type { Composition, Realm } from "../../core/realm/index.ts";

/** Each run asks, several times. */
const known = new WeakMap<Realm, Composition>();

export function compositionOf(realm: Realm): Composition {
  const composition = known.get(realm) ?? realm.create().composition;
  known.set(realm, composition);
  return composition;
}
