/** Who is in a run, and how they reach each other. */
import { performersHost } from "./calls.ts";
import { hostOf, numberOf } from "./clients/link.ts";
import { ClientTap } from "./clients/tap.ts";
import type { Door } from "./clients/traveller.ts";
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
});

/** By checker, how often it had something to judge, summed over servers. */
export function checkedBy(sites: readonly Site[], stage: Stage): Record<string, number> {
  const all = [...sites.flatMap(({ checkers }) => checkers), ...stage.checkers];
  const checked: Record<string, number> = {};
  for (const { name, checked: count } of all) checked[name] = (checked[name] ?? 0) + count;
  return checked;
}
