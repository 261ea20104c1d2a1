/** Who is in a run, and how they reach each other. */
import { Routes } from "../client/routes.ts";
import { invariant } from "../core/kernel/assert.ts";
import { performersHost } from "./calls.ts";
import type { Observations } from "./checkers/checker.ts";
import { forgedContract } from "./clients/cheats.ts";
import { hostOf, numberOf } from "./clients/link.ts";
import { ClientTap } from "./clients/tap.ts";
import type { Door, TravellerParts } from "./clients/traveller.ts";
import type { Hosts } from "./network/weather.ts";
import type { RunSetup } from "./plan.ts";
import type { Stage } from "./scenario.ts";
import type { Site } from "./site.ts";

/** Everybody that a partition can part from others. */
export const hostsOf = ({ sites }: Stage, scripts: RunSetup["scripts"]): Hosts => ({
  clients: [...new Set(scripts.map(({ name }) => hostOf(numberOf(name))))],
  servers: sites.map(({ name }) => name),
  performers: sites.some(({ performers }) => Object.keys(performers).length > 0)
    ? [performersHost]
    : [],
});

/** The way to a server, whose checkers see both ends of it. */
export const doorOf = ({ spec, node, observe }: Site, index: number): Door => ({
  name: spec.name,
  letter: String.fromCharCode("a".charCodeAt(0) + index),
  target: node.machine,
  observer: new ClientTap((spec.nextRealm ?? spec.realm).rules, observe),
  contracts: spec.contracts,
  routes: new Routes([...spec.contracts, forgedContract]),
});

/** What travellers know of the servers, and whom they tell what becomes of them. */
export function journeysOf(
  sites: readonly Site[],
  doors: readonly Door[],
  observe: Observations,
): Pick<TravellerParts, "doors" | "journeys"> {
  const login = doors[sites.findIndex(({ spec }) => spec.role === "login")];
  invariant(login !== undefined, "travellers need a server to log in on");
  const games = new Map<string, Door>();
  for (const [index, { spec }] of sites.entries()) {
    const door = doors[index];
    if (spec.address !== null && door !== undefined) games.set(spec.address, door);
  }
  return {
    doors: { login, games },
    journeys: {
      loggedIn: (seen) => observe.loggedIn(seen),
      entered: (seen) => observe.entered(seen),
      loggedOut: (token) => observe.loggedOut(token),
      broken: (name, what) => observe.playerBroken(name, what),
    },
  };
}

/** By checker, how often it had something to judge, summed over servers. */
export function checkedBy(sites: readonly Site[], stage: Stage): Record<string, number> {
  const all = [...sites.flatMap(({ checkers }) => checkers), ...stage.checkers];
  const checked: Record<string, number> = {};
  for (const { name, checked: count } of all) checked[name] = (checked[name] ?? 0) + count;
  return checked;
}
