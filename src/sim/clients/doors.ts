/** Where the servers of a run are, as travellers know them, and whom these tell what they see. */
import type { Routes } from "../../client/routes.ts";
import { RandomStream } from "../../core/kernel/random.ts";
import type { Seed } from "../../core/kernel/random.ts";
import type { SeenEntry, SeenLogin } from "../checkers/checker.ts";
import type { DriverParts } from "./driver.ts";
import { numberOf } from "./link.ts";

/** A server as travellers find it. */
export interface Door extends Pick<DriverParts, "target" | "observer" | "contracts"> {
  readonly name: string;
  readonly routes: Routes;
  /** Tells its links from those to other servers. */
  readonly letter: string;
}

/** Where everything is. */
export interface Doors {
  readonly login: Door;
  /** By `address:port`, as the login server lists them. */
  readonly games: ReadonlyMap<string, Door>;
}

/** What travellers tell those who check them. */
export interface JourneyObserver {
  loggedIn(login: SeenLogin): void;
  entered(entry: SeenEntry): void;
  loggedOut(token: string): void;
  broken(traveller: string, what: string): void;
}

/** What drives the traveller of that name at that door. */
export function partsAt(
  { target, observer, contracts, routes, letter }: Door,
  given: Omit<DriverParts, keyof Door> & { readonly seed: Seed },
  name: string,
) {
  const link = `${name}${letter}`;
  const random = RandomStream.named(given.seed, `client/${link}`);
  const parts: DriverParts = { ...given, target, observer, contracts, routes };
  return [parts, { link, address: numberOf(name) }, random] as const;
}
