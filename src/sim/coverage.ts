/**
 * What a campaign has tried: every fault, met by every type of packet, in every state of a session.
 *
 * A link's situation is the last packet that its client sent and the state in which the server has
 * it (`link-states.ts`). What a fault has met depends on what it strikes:
 *
 *     a link      that link's situation; so does what a client does wrong over it
 *     a server    what it was in the middle of: the situation of every link that it had, which is
 *                 what its end, its clock or its disk cuts through; with no link, whether it was
 *                 down, starting, or served nobody
 *     a call      the packet that its asker sent last by then, and what has become of his link;
 *                 `-/server` for what no packet has wanted
 *     the rest    one cell each: what strikes before there is a session or a process to serve it,
 *                 many links at once, or a link or a machine from its beginning
 *
 * What can be reached follows from what the clients of a scenario send and in which states; what is
 * left out of that, and why, is data: `unreachable.ts`.
 */
import {
  accountContract,
  heartbeatContract,
  loginContract,
  worldContract,
} from "../core/features/contracts.ts";
import type { CallId } from "../core/kernel/ids.ts";
import type { AnyContract } from "../core/wire/index.ts";
import { faultNames } from "./faults.ts";
import type { Fault } from "./faults.ts";
import { linkless, ofServer, playerStates, sessionless, unknownSituation } from "./link-states.ts";
import type { LinkStates, Situation } from "./link-states.ts";
import { seldomCells, unreachable } from "./unreachable.ts";
import type { Unreachable } from "./unreachable.ts";

export { coveredAnswers } from "./link-states.ts";

/** `fault/packet type/session state`; `-` for what the fault has nothing to do with. */
export type CoverageKey = string;

/** In which states clients that keep the rules have sent a packet last; the others: connected. */
const usualStates: ReadonlyMap<number, readonly string[]> = new Map([
  [loginContract.entries.login.type, ["connected", "authenticated"]],
  [worldContract.entries.enter.type, ["connected", "inWorld"]],
  [worldContract.entries.move.type, ["inWorld"]],
  [accountContract.entries.logout.type, ["inWorld"]],
  [heartbeatContract.entries.beat.type, ["connected", "authenticated", "inWorld"]],
]);

/** Whose situation a fault meets. */
type Sphere = "link" | "server" | "call" | "none";

/** What has one cell, whatever goes on. */
const apart: ReadonlySet<Fault> = new Set<Fault>([
  // Before there is a session or a packet, or many links at once.
  "network.refused",
  "network.unanswered",
  "network.backlog-full",
  "network.unreachable",
  "network.accept-aborted",
  "network.accept-shed",
  "network.accept-failed",
  "network.partition",
  "network.partition-one-way",
  "network.clog",
  "network.flood",
  "tls.silent",
  "tls.plaintext",
  "tls.to-plain",
  "tls.abandoned",
  "tls.rejected",
  "tls.slow",
  "tls.slow-client",
  "tls.unacceptable",
  "tls.server-failed",
  "tls.unfinished",
  "tls.bad-finished",
  "tls.gone",
  "tls.flood",
  // What a link or a machine is born with.
  "tls.split",
  "network.bandwidth",
  "peer.trickle",
  "clock.skew",
  "clock.drift",
  // Where there is no process, or one that serves nobody yet.
  "process.crash-in-recovery",
  "process.restart-storm",
  "process.slow-restart",
  "clock.anew",
  "clock.jump-in-restart",
  "upgrade.refused",
  "upgrade.adopted",
  "upgrade.done",
  "upgrade.taken-back",
  "upgrade.back-refused",
]);

const spheres: ReadonlyMap<Fault, Sphere> = new Map(
  faultNames.map((fault): [Fault, Sphere] => {
    if (apart.has(fault)) return [fault, "none"];
    if (/^(network|tls|peer|cheat)\.|^outside\.cut-off$/.test(fault)) return [fault, "link"];
    return [fault, fault.startsWith("call.") ? "call" : "server"];
  }),
);

/** What links of a server are doing, as far as their clients keep the rules. */
export interface CoveredServer {
  readonly situations: readonly Situation[];
  /** Types of packets that count for nothing. */
  readonly uncounted: ReadonlySet<string>;
}

/** Clients of a scenario, where they are not what one would think from the contracts. */
export interface CoveredClients {
  /** Never sent. */
  readonly unsaid: readonly AnyContract[];
  /** Some clients send, in such a state, what nobody should: `other/state`. */
  readonly rudeIn: readonly string[];
  /** Of features that servers have in some runs only: what meets their packets is not asked for. */
  readonly besides?: readonly AnyContract[];
}

/** What there is to meet at a server that serves these contracts. */
export function coveredServer(
  contracts: readonly AnyContract[],
  { unsaid, rudeIn, besides = [] }: CoveredClients,
): CoveredServer {
  const entries = contracts.flatMap((contract) => Object.values(contract.entries));
  const own = playerStates.filter(([entry]) => entries.includes(entry)).map(([, state]) => state);
  const states = new Set(["connected", ...own]);
  const silent = new Set(unsaid.flatMap((contract) => Object.values(contract.entries)));
  const said = entries.filter((entry) => entry.kind !== "toClient" && !silent.has(entry));
  const types = said.map(({ type }) => type as number).sort((left, right) => left - right);
  const situations = types.flatMap((type) =>
    (usualStates.get(type) ?? ["connected"])
      .filter((state) => states.has(state))
      .map((state) => `${String(type)}/${state}`),
  );
  return {
    situations: [...situations, ...rudeIn.map((state) => `other/${state}`)],
    uncounted: new Set(
      besides.flatMap(({ entries: some }) => Object.values(some).map(({ type }) => String(type))),
    ),
  };
}

/** All cells of a scenario, by whether a campaign can be held to them. */
export interface Cells {
  /** A campaign that is long enough meets each. */
  readonly usual: ReadonlySet<CoverageKey>;
  /** Can be met, and are by fewer than one seed in a thousand. */
  readonly seldom: ReadonlySet<CoverageKey>;
  /** Cannot be met. */
  readonly never: ReadonlySet<CoverageKey>;
}

/** By scenario and situations: each run asks, and there are few. */
const known = new Map<string, Cells>();

/** What there is to meet for a campaign of one scenario. */
export function cellsOf(scenario: string, servers: readonly CoveredServer[]): Cells {
  const name = `${scenario} ${servers.flatMap(({ situations }) => situations).join()}`;
  const cells = known.get(name) ?? listCells(scenario, servers);
  known.set(name, cells);
  return cells;
}

function listCells(scenario: string, servers: readonly CoveredServer[]): Cells {
  const situations = servers.flatMap((server) => server.situations);
  const bySphere: Readonly<Record<Sphere, ReadonlySet<Situation>>> = {
    link: new Set([...sessionless.map((state) => `-/${state}`), ...situations]),
    server: new Set([
      ...linkless.map((phase) => `-/${phase}`),
      ...["-/handshaking", "-/disconnecting"],
      ...situations,
    ]),
    call: new Set([
      ofServer,
      ...sessionless.filter((state) => state !== "unknown").map((state) => `-/${state}`),
      ...situations,
    ]),
    none: new Set(["-/-"]),
  };
  const cells = { usual: new Set<string>(), seldom: new Set<string>(), never: new Set<string>() };
  for (const fault of faultNames) {
    for (const situation of bySphere[sphereOf(fault)]) {
      const why = whyUnreachable(scenario, `${fault}/${situation}`);
      const kind = why === null ? "usual" : why.never ? "never" : "seldom";
      cells[kind].add(`${fault}/${situation}`);
    }
  }
  return cells;
}

/** What keeps a cell from being asked for; null for one that is. */
export function whyUnreachable(scenario: string, cell: CoverageKey): Unreachable | null {
  const at = cell.indexOf("/");
  const [fault, situation] = [cell.slice(0, at), cell.slice(at + 1)];
  const found = unreachable.find(
    ({ faults, scenarios, situations }) =>
      faults.test(fault) &&
      (scenarios.length === 0 || scenarios.includes(scenario)) &&
      situations.test(situation),
  );
  return found ?? (seldomCells.get(scenario)?.has(cell) === true ? tooSeldom : null);
}

const tooSeldom: Unreachable = {
  never: false,
  because: "fewer than one seed in a thousand meets it",
};

const sphereOf = (fault: Fault): Sphere => spheres.get(fault) ?? "none";

/** What the faults of one run have met, whatever the rules of its scenario. */
export class Coverage {
  readonly #met = new Map<Fault, Set<Situation>>();
  readonly #servers: ReadonlyMap<string, LinkStates>;

  /** @param servers by name; may be filled later */
  constructor(servers: ReadonlyMap<string, LinkStates>) {
    this.#servers = servers;
  }

  /**
   * @param link the name of the link that it happened to, or null
   * @param server whose it is, or null for what belongs to no server or to several
   * @param call that went wrong, or null
   */
  struck(fault: Fault, link: string | null, server: string | null, call: CallId | null): void {
    const met = this.#metBy(fault);
    const links = server === null ? undefined : this.#servers.get(server);
    switch (sphereOf(fault)) {
      case "link":
        met.add(this.#about(link));
        return;
      case "server":
        links?.situations((situation) => met.add(situation));
        return;
      case "call":
        met.add((call === null ? null : links?.asking(call)) ?? ofServer);
        return;
      case "none":
        met.add("-/-");
    }
  }

  get keys(): ReadonlySet<CoverageKey> {
    const keys = new Set<CoverageKey>();
    for (const [fault, met] of this.#met) {
      for (const situation of met) keys.add(`${fault}/${situation}`);
    }
    return keys;
  }

  #metBy(fault: Fault): Set<Situation> {
    const known = this.#met.get(fault);
    if (known !== undefined) return known;
    const met = new Set<Situation>();
    this.#met.set(fault, met);
    return met;
  }

  #about(link: string | null): Situation {
    if (link === null) return unknownSituation;
    for (const links of this.#servers.values()) {
      const situation = links.about(link);
      if (situation !== null) return situation;
    }
    return unknownSituation;
  }
}

/** The same keys with `other` for packets that nobody should have sent in that state. */
export function reachedCells(
  keys: ReadonlySet<CoverageKey>,
  servers: readonly CoveredServer[],
): ReadonlySet<CoverageKey> {
  const usual = new Set(servers.flatMap(({ situations }) => situations));
  const reached = new Set<CoverageKey>();
  for (const key of keys) {
    const [fault = "", type = "-", state = "-"] = key.split("/");
    if (servers.some(({ uncounted }) => uncounted.has(type))) continue;
    const isUsual = type === "-" || usual.has(`${type}/${state}`);
    reached.add(isUsual ? key : `${fault}/other/${state}`);
  }
  return reached;
}
