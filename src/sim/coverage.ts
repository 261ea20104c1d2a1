/**
 * What a campaign has tried: every fault, met by every type of packet, in every state of a session.
 * A fault that belongs to no link counts once, whatever the links were doing, and so does one that
 * strikes before there is a session or a link as a whole.
 *
 * A link's situation is the last packet that its client sent and the state in which the server has
 * it. Before and after there is a session the server does the same whatever was sent, so the type
 * stands for nothing there. What can be reached follows from what the clients of a scenario send
 * and in which states; what is left out of that, and why, is data: `unreachable`.
 */
import type { SocketId } from "../core/contract.ts";
import {
  accountContract,
  echoContract,
  heartbeatContract,
  loginContract,
  worldContract,
} from "../core/features/contracts.ts";
import type { ConnectionId, PacketType } from "../core/kernel/ids.ts";
import { decodePayload } from "../core/wire/index.ts";
import type { AnyContract, AnyMessage, AnyRequest } from "../core/wire/index.ts";
import type { Checker, ClientPacket, Step } from "./checkers/checker.ts";
import { faultNames } from "./faults.ts";
import type { Fault } from "./faults.ts";

/** `fault/packet type/session state`; `-` for what the fault has nothing to do with. */
export type CoverageKey = string;

/** The states of a link before there is a session, and after. */
const sessionless = ["unknown", "handshaking", "disconnecting", "gone"] as const;
/** And those of a link that is somebody's: by the packet whose success leads there. */
const playerStates: readonly (readonly [entry: AnyRequest, state: string])[] = [
  [loginContract.entries.login, "authenticated"],
  [worldContract.entries.enter, "inWorld"],
];
/** Answers that coverage reads. */
export const coveredAnswers: ReadonlySet<PacketType> = new Set(
  playerStates.map(([{ replyType }]) => replyType),
);
/** In which states clients that keep the rules have sent a packet last; the others: connected. */
const usualStates: ReadonlyMap<number, readonly string[]> = new Map([
  [loginContract.entries.login.type, ["connected", "authenticated"]],
  [worldContract.entries.enter.type, ["connected", "inWorld"]],
  [worldContract.entries.move.type, ["inWorld"]],
  [accountContract.entries.logout.type, ["inWorld"]],
  [heartbeatContract.entries.beat.type, ["connected", "authenticated", "inWorld"]],
]);

/** Faults that happen to a machine, not to a link. */
const isOfMachine = (fault: Fault): boolean => !/^(network|tls|peer)\./.test(fault);
/**
 * Faults before there is a session or a packet, those that strike many links at once, and those
 * that a link is born with.
 */
const earlyFaults: ReadonlySet<Fault> = new Set<Fault>([
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
  "tls.split",
  "network.bandwidth",
  "peer.trickle",
]);

/** What links of a server are doing, as far as their clients keep the rules. */
export interface CoveredServer {
  /** Each `packet type/session state`. */
  readonly situations: readonly string[];
}

/** Clients of a scenario, where they are not what one would think from the contracts. */
export interface CoveredClients {
  /** Never sent. */
  readonly unsaid: readonly AnyContract[];
  /** Some clients send, in such a state, what nobody should: `other/state`. */
  readonly rudeIn: readonly string[];
}

/** What there is to meet at a server that serves these contracts. */
export function coveredServer(
  contracts: readonly AnyContract[],
  { unsaid, rudeIn }: CoveredClients,
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
  return { situations: [...situations, ...rudeIn.map((state) => `other/${state}`)] };
}

/** What is not counted. `never`: it cannot be reached, and a campaign that does has found a bug. */
export interface Unreachable {
  readonly faults: RegExp;
  /** Empty: in all of them. */
  readonly scenarios: readonly string[];
  /** Of `packet type/session state`. */
  readonly situations: RegExp;
  readonly never: boolean;
  readonly because: string;
}

const everywhere = /^/;

export const unreachable: readonly Unreachable[] = [
  {
    faults: /^cheat\./,
    scenarios: ["echo", "upgrade"],
    situations: everywhere,
    never: true,
    because: "there is nothing to cheat at without a world",
  },
  {
    faults: /^call\./,
    scenarios: ["echo"],
    situations: everywhere,
    never: true,
    because: "echoes make no calls",
  },
  {
    faults: /^call\.(late|unheard|crash)$/,
    scenarios: ["upgrade"],
    situations: everywhere,
    never: true,
    because: "a receipt that was made and not heard of is no matter of upgrades",
  },
  {
    faults: /^peer\.(garbage|flood|half-header)$/,
    scenarios: ["upgrade"],
    situations: everywhere,
    never: true,
    because: "the clients of upgrades are all polite",
  },
  {
    faults: /^peer\.slow-reader$/,
    scenarios: ["upgrade"],
    situations: everywhere,
    never: true,
    because: "the clients of upgrades read all the time",
  },
  {
    faults: /^peer\.(garbage|flood|half-header)$/,
    scenarios: ["players"],
    situations: /\/inWorld$/,
    never: true,
    because: "who sends such things has no token for a world",
  },
  {
    faults: /^peer\.(garbage|flood|half-header)$/,
    scenarios: ["players"],
    situations: /\/authenticated$/,
    never: false,
    because: "who sends such things seldom logs in first and waits for the answer",
  },
  {
    faults: /^peer\.(garbage|flood|half-header)$/,
    scenarios: ["echo"],
    situations: new RegExp(`^${String(echoContract.entries.promptEcho.type)}/`),
    never: true,
    because: "who sends such things asks for committed echoes only",
  },
  {
    faults: /^network\.window-full$/,
    scenarios: ["players", "upgrade"],
    situations: everywhere,
    never: false,
    because: "it takes large echoes to fill a window; the others' packets do it by chance",
  },
  {
    faults: /^(tls\.(oversized|truncated|alert)|peer\.rebooted|network\.window-full)$/,
    scenarios: [],
    situations: /^-|\/authenticated$|^other\/|^(1002|1004)\/inWorld$/,
    never: false,
    because: "one link in a hundred has it once, and these states last for milliseconds",
  },
  {
    faults: /^(network\.(reset|cut|corrupt)|tls\.bad-record)$/,
    scenarios: [],
    situations: /^-\/gone$/,
    never: false,
    because: "it strikes what is written, and on a link that is over that is what was under way",
  },
  {
    faults: new RegExp(
      "^(network\\.(reset|cut|corrupt|timed-out|reset-unread|delay-tail)|" +
        "tls\\.bad-record|peer\\.lingers)$",
    ),
    scenarios: [],
    situations: /^(other\/|1004\/(authenticated|inWorld)$|1002\/inWorld$)/,
    never: false,
    because: "a rare fault, and a packet that is the last one for milliseconds or is seldom sent",
  },
  {
    faults: /^peer\./,
    scenarios: ["players"],
    situations: /^(other\/inWorld|(1002|1004)\/(authenticated|inWorld))$/,
    never: false,
    because: "an accident would have to fall into the moment between that packet and its answer",
  },
  {
    faults: /^(network\.(reset|cut|corrupt|timed-out)|tls\.|peer\.(rebooted|lingers))/,
    scenarios: ["upgrade"],
    situations: /^1004\/connected$/,
    never: false,
    because: "who makes deposits all the time seldom sends a heartbeat",
  },
  {
    faults: /^(network|tls|peer)\./,
    scenarios: [],
    situations: /^other\/authenticated$/,
    never: false,
    because: "cheats leave the login server as soon as they have their token",
  },
];

/** By scenario and situations: each run asks, and there are few. */
const reachable = new Map<string, ReadonlySet<CoverageKey>>();

/** What a campaign of one scenario can reach. */
export function reachableCells(
  scenario: string,
  servers: readonly CoveredServer[],
): ReadonlySet<CoverageKey> {
  const name = `${scenario} ${servers.flatMap(({ situations }) => situations).join()}`;
  const known = reachable.get(name) ?? listReachable(scenario, servers);
  reachable.set(name, known);
  return known;
}

function listReachable(
  scenario: string,
  servers: readonly CoveredServer[],
): ReadonlySet<CoverageKey> {
  const before = sessionless.map((state) => `-/${state}`);
  const situations = new Set([...before, ...servers.flatMap((server) => server.situations)]);
  const cells = faultNames.flatMap((fault) =>
    hasOneCell(fault)
      ? [`${fault}/-/-`]
      : Array.from(situations, (situation) => `${fault}/${situation}`),
  );
  return new Set(cells.filter((cell) => whyUnreachable(scenario, cell) === null));
}

/** What keeps a cell from being reached; null for one that can be. */
export function whyUnreachable(scenario: string, cell: CoverageKey): Unreachable | null {
  const at = cell.indexOf("/");
  const [fault, situation] = [cell.slice(0, at), cell.slice(at + 1)];
  const found = unreachable.find(
    ({ faults, scenarios, situations }) =>
      faults.test(fault) &&
      (scenarios.length === 0 || scenarios.includes(scenario)) &&
      situations.test(situation),
  );
  return found ?? null;
}

const hasOneCell = (fault: Fault): boolean => isOfMachine(fault) || earlyFaults.has(fault);

/** The key of a fault that happened, whatever the rules of its scenario. */
export function coverageKey(
  fault: Fault,
  link: { readonly packetType: number; readonly state: string } | null,
): CoverageKey {
  if (link === null || hasOneCell(fault)) return `${fault}/-/-`;
  const isSessionless = (sessionless as readonly string[]).includes(link.state);
  return `${fault}/${isSessionless ? "-" : String(link.packetType)}/${link.state}`;
}

/** The same keys with `other` for packets that nobody should have sent in that state. */
export function reachedCells(
  keys: ReadonlySet<CoverageKey>,
  servers: readonly CoveredServer[],
): ReadonlySet<CoverageKey> {
  const usual = new Set(servers.flatMap(({ situations }) => situations));
  return new Set(
    Array.from(keys, (key) => {
      const [fault = "", type = "-", state = "-"] = key.split("/");
      return type === "-" || usual.has(`${type}/${state}`) ? key : `${fault}/other/${state}`;
    }),
  );
}

/** Follows the links of one server from both ends: what each is doing when a fault strikes. */
export class LinkStates implements Checker {
  readonly name = "links";
  readonly missesEncore = true;
  readonly checked = 0;
  readonly #packetTypes = new Map<string, number>();
  readonly #states = new Map<string, string>();
  readonly #linkOfRemote = new Map<string, string>();
  readonly #linkOf = new Map<ConnectionId, string>();

  /** Null for a link that is not of this server. */
  about(link: string): { readonly packetType: number; readonly state: string } | null {
    const packetType = this.#packetTypes.get(link);
    const state = this.#states.get(link);
    if (packetType === undefined && state === undefined) return null;
    return { packetType: packetType ?? 0, state: state ?? "unknown" };
  }

  clientSent({ link, type }: ClientPacket): void {
    this.#packetTypes.set(link, type);
  }

  socketOpened(_socket: SocketId, link: string, remote: string): void {
    this.#linkOfRemote.set(remote, link);
  }

  stepped({ event, closes, sends }: Step): void {
    if (event.type === "connection.opened") {
      const link = this.#linkOfRemote.get(event.remote);
      if (link === undefined) return;
      this.#linkOf.set(event.connection, link);
      this.#states.set(link, "handshaking");
    }
    for (const { connection, type, payload } of sends) {
      // The first answer of any kind means that the greeting is over.
      this.#move(connection, "handshaking", "connected");
      if (payload === null) continue;
      for (const [{ reply, replyType }, state] of playerStates) {
        if (type !== replyType || !isSuccess(reply, payload)) continue;
        this.#move(connection, "connected", state);
      }
    }
    for (const { connection } of closes) this.#enter(connection, "disconnecting");
    if (event.type === "connection.closed") {
      this.#enter(event.connection, "gone");
      this.#linkOf.delete(event.connection);
    }
  }

  #move(connection: ConnectionId, from: string, to: string): void {
    const link = this.#linkOf.get(connection);
    if (link !== undefined && this.#states.get(link) === from) this.#states.set(link, to);
  }

  #enter(connection: ConnectionId, state: string): void {
    const link = this.#linkOf.get(connection);
    if (link !== undefined) this.#states.set(link, state);
  }
}

/** Whether an answer that says so says success. */
function isSuccess(reply: AnyMessage, payload: Uint8Array): boolean {
  const answer = decodePayload(reply, payload, 0, payload.length) as {
    readonly success?: boolean;
  } | null;
  return answer?.success === true;
}
