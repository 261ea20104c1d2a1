/**
 * Who stays outside for good when faults stop: some clients are cut off, some servers are down, and
 * neither comes back. Everybody else must settle all the same. Faults that all heal hide what never
 * gets going again by itself.
 *
 * A server is left out only where another one has the same role.
 */
import type { Decision, Decisions } from "./decisions.ts";
import { strikes } from "./drawing.ts";
import { excusing } from "./checkers/stuck.ts";
import type { Fault } from "./faults.ts";
import type { OutsideOptions } from "./options.ts";

/** As it stands in a plan. */
export interface Outside {
  readonly [name: string]: Decision;
  readonly clients: readonly string[];
  readonly servers: readonly string[];
  /** Servers that are down answer nothing at all, instead of refusing. */
  readonly isSilent: boolean;
}

/** Everybody who behaves, and the servers. */
interface Cast {
  readonly clients: readonly string[];
  readonly servers: readonly { readonly name: string; readonly role: string }[];
}

const nobody: Outside = { clients: [], servers: [], isSilent: false };

/** Decides on it. Before calm, in which nothing is decided any more. */
export function decideOutside(
  decisions: Decisions,
  { clientPerMillion, serverPerMillion }: OutsideOptions,
  cast: Cast,
): Outside {
  const planned = decisions.subject("outside").next<Outside | null>(null, (random) => {
    const clients = cast.clients.filter(() => strikes(random, clientPerMillion));
    const left = new Map<string, number>();
    for (const { role } of cast.servers) left.set(role, (left.get(role) ?? 0) + 1);
    const servers = cast.servers
      .filter(({ role }) => {
        const others = (left.get(role) ?? 0) - 1;
        if (others < 1 || !strikes(random, serverPerMillion)) return false;
        left.set(role, others);
        return true;
      })
      .map(({ name }) => name);
    const isSilent = random.chance(1, 2);
    return clients.length + servers.length === 0 ? null : { clients, servers, isSilent };
  });
  return planned ?? nobody;
}

/** What must be known of clients when somebody asks why they are stuck. */
export class Fates {
  readonly cutOff = new Set<string>();
  /** By client, as its links are called. */
  readonly #struck = new Map<string, Set<Fault>>();

  /** @param link `client.attempt`, or null for what happened to no link */
  struck(fault: Fault, link: string | null): void {
    if (link === null || !excusing.has(fault)) return;
    const client = link.slice(0, link.lastIndexOf("."));
    const known = this.#struck.get(client);
    if (known === undefined) this.#struck.set(client, new Set([fault]));
    else known.add(fault);
  }

  of(client: string): { readonly isCutOff: boolean; readonly struckBy: ReadonlySet<Fault> } {
    const struckBy = this.#struck.get(client) ?? new Set<Fault>();
    return { isCutOff: this.cutOff.has(client), struckBy };
  }
}
