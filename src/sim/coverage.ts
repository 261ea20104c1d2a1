/**
 * What a campaign has tried: every fault, met by every type of packet, in every state of a session.
 * A fault that belongs to no link counts once, whatever the links were doing.
 */
import type { SocketId } from "../core/contract.ts";
import type { ConnectionId } from "../core/kernel/ids.ts";
import type { AnyContract } from "../core/wire/index.ts";
import type { Checker, ClientPacket, Step } from "./checkers/checker.ts";
import { faultNames } from "./faults.ts";
import type { Fault, FaultCounters } from "./faults.ts";

/** `fault/packet type/session state`; `-` for what the fault has nothing to do with. */
export type CoverageKey = string;

/** The states of a link as the realm knows it, from before it does to after it does not. */
export const linkStates = ["unknown", "handshaking", "connected", "disconnecting"] as const;

/** Faults that happen to a machine, not to a link. */
const machineFaults: ReadonlySet<Fault> = new Set(
  faultNames.filter((name) => !/^(network|tls|peer)\./.test(name)),
);
/** Faults before there is a session or a packet. */
const earlyFaults: ReadonlySet<Fault> = new Set<Fault>([
  "network.refused",
  "network.unanswered",
  "network.backlog-full",
  "tls.silent",
  "tls.plaintext",
  "tls.to-plain",
  "tls.abandoned",
  "tls.rejected",
  "tls.slow",
]);

/** What clients may send, as numbers, in ascending order; 0 stands for nothing yet. */
export const clientPacketTypes = (contracts: readonly AnyContract[]): number[] => {
  const types = contracts.flatMap(({ entries }) =>
    Object.values(entries)
      .filter((entry) => entry.kind !== "toClient")
      .map(({ type }) => type as number),
  );
  return [0, ...types.sort((left, right) => left - right)];
};

/** How many keys there are to reach. */
export function coverageTotal(packetTypes: readonly number[]): number {
  const sessionFaults = faultNames.length - machineFaults.size - earlyFaults.size;
  return (
    machineFaults.size + earlyFaults.size + sessionFaults * packetTypes.length * linkStates.length
  );
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

/** Follows every link from both ends, and notes what it was doing when a fault struck. */
export class CoverageTracker implements Checker {
  readonly name = "coverage";
  readonly checked = 0;
  readonly reached = new Set<CoverageKey>();
  readonly #packetTypes = new Map<string, number>();
  readonly #states = new Map<string, string>();
  readonly #linkOfRemote = new Map<string, string>();
  readonly #linkOf = new Map<ConnectionId, string>();

  constructor(faults: FaultCounters) {
    faults.onFault = (fault, link) => {
      const about =
        link === null
          ? null
          : {
              packetType: this.#packetTypes.get(link) ?? 0,
              state: this.#states.get(link) ?? "unknown",
            };
      this.reached.add(coverageKey(fault, about));
    };
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
    // The first answer of any kind means that the greeting is over.
    for (const { connection } of sends) this.#move(connection, "handshaking", "connected");
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
