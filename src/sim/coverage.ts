/**
 * What a campaign has tried: every fault, met by every type of packet, in every state of a session.
 * A fault that belongs to no link counts once, whatever the links were doing.
 */
import type { SocketId } from "../core/contract.ts";
import { loginContract, worldContract } from "../core/features/contracts.ts";
import type { ConnectionId, PacketType } from "../core/kernel/ids.ts";
import { decodePayload } from "../core/wire/index.ts";
import type { AnyContract, AnyMessage, AnyRequest } from "../core/wire/index.ts";
import type { Checker, ClientPacket, Step } from "./checkers/checker.ts";
import { faultNames, isOfPlayers } from "./faults.ts";
import type { Fault } from "./faults.ts";

/** `fault/packet type/session state`; `-` for what the fault has nothing to do with. */
export type CoverageKey = string;

/** The states of a link as the realm knows it, from before it does to after it does not. */
export const linkStates = ["unknown", "handshaking", "connected", "disconnecting"] as const;
/** And those of a link that is somebody's: by the packet whose success leads there. */
const playerStates: readonly (readonly [entry: AnyRequest, state: string])[] = [
  [loginContract.entries.login, "authenticated"],
  [worldContract.entries.enter, "inWorld"],
];
/** Answers that coverage reads. */
export const coveredAnswers: ReadonlySet<PacketType> = new Set(
  playerStates.map(([{ replyType }]) => replyType),
);

/** Faults that happen to a machine, not to a link. */
const machineFaults: ReadonlySet<Fault> = new Set(
  faultNames.filter((name) => !/^(network|tls|peer)\./.test(name)),
);
/** A run of echoes makes no calls and has no players to cheat. */
const playerFaults = faultNames.filter(isOfPlayers).length;
/** Faults before there is a session or a packet, and those that strike many links at once. */
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
]);

/** What clients may send, as numbers, in ascending order; 0 stands for nothing yet. */
const clientPacketTypes = (contracts: readonly AnyContract[]): number[] => {
  const types = contracts.flatMap(({ entries }) =>
    Object.values(entries)
      .filter((entry) => entry.kind !== "toClient")
      .map(({ type }) => type as number),
  );
  return [0, ...types.sort((left, right) => left - right)];
};

/** A server's part of what there is to reach: what it is sent, and the states of its links. */
export interface CoveredServer {
  readonly packetTypes: readonly number[];
  readonly states: readonly string[];
}

/** What can be reached at a server that serves these contracts. */
export function coveredServer(contracts: readonly AnyContract[]): CoveredServer {
  const entries = new Set(contracts.flatMap((contract) => Object.values(contract.entries)));
  const reached = playerStates.filter(([entry]) => entries.has(entry)).map(([, state]) => state);
  return { packetTypes: clientPacketTypes(contracts), states: [...linkStates, ...reached] };
}

/** How many keys there are to reach. The servers' own are one where they have the same. */
export function coverageTotal(servers: readonly CoveredServer[]): number {
  const pairs = new Set(
    servers.flatMap(({ packetTypes, states }) =>
      packetTypes.flatMap((type) => states.map((state) => `${String(type)}/${state}`)),
    ),
  );
  const hasPlayers = servers.some(({ states }) => states.length > linkStates.length);
  const without = machineFaults.size + earlyFaults.size - (hasPlayers ? 0 : playerFaults);
  const sessionFaults = faultNames.length - machineFaults.size - earlyFaults.size;
  return without + sessionFaults * pairs.size;
}

/** The key of a fault that happened. */
export function coverageKey(
  fault: Fault,
  link: { readonly packetType: number; readonly state: string } | null,
): CoverageKey {
  if (machineFaults.has(fault) || earlyFaults.has(fault) || link === null) {
    return `${fault}/-/-`;
  }
  return `${fault}/${String(link.packetType)}/${link.state}`;
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
      this.#enter(event.connection, "unknown");
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
