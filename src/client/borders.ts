/**
 * The borders of the client machine: what it is made with, what its states are called, and where
 * it puts its orders and outcomes. The rules that bind both sides stand in `machine.ts`.
 */
import type { CloseMode } from "../core/contract.ts";
import { protocolRange } from "../core/features/contracts.ts";
import type { Micros } from "../core/kernel/ids.ts";
import { limits } from "../core/kernel/limits.ts";
import type { RandomStream } from "../core/kernel/random.ts";
import { apiRule } from "../core/kernel/assert.ts";
import type { AnyContract, LengthEndian } from "../core/wire/index.ts";
import { checkReconnect, defaultReconnect } from "./back-off.ts";
import type { ReconnectPolicy } from "./back-off.ts";
import type { RequestNumber } from "./pending.ts";
import type { Refused } from "./refused.ts";

export interface ClientOptions {
  /** What the client's user speaks; session and heartbeat are always among them. */
  readonly contracts: readonly AnyContract[];
  /** The protocol versions that the client speaks, each >= 1. */
  readonly protocol: { readonly min: number; readonly max: number };
  readonly lengthEndian: LengthEndian;
  /** From the order `connect` to `opened`. */
  readonly connectTimeoutMs: number;
  /** From `opened` to the server's HELLO. */
  readonly helloTimeoutMs: number;
  /** A heartbeat leaves when nothing was sent, or nothing received, for this long. */
  readonly heartbeatIntervalMs: number;
  /** A link on which nothing was received for this long is dead. */
  readonly silenceTimeoutMs: number;
  /** From `request` to its answer, the wait for a link included. */
  readonly requestTimeoutMs: number;
  /** Messages that wait for a link and requests that wait for an answer, together. */
  readonly pendingMax: number;
  /** Null: a link that breaks is the end. */
  readonly reconnect: ReconnectPolicy | null;
  /** Draws the delays before reconnecting. */
  readonly random: Pick<RandomStream, "below">;
}

/** Fits a server with the limits of `src/core/kernel/limits.ts`. */
export const defaultClientOptions = {
  protocol: protocolRange,
  lengthEndian: "little",
  connectTimeoutMs: 10_000,
  helloTimeoutMs: limits.helloTimeoutMs,
  // A third of the server's patience, so that two heartbeats may be late.
  heartbeatIntervalMs: limits.idleTimeoutMs / 3,
  silenceTimeoutMs: limits.idleTimeoutMs,
  requestTimeoutMs: 10_000,
  pendingMax: 1_024,
  reconnect: defaultReconnect,
} as const satisfies Omit<ClientOptions, "contracts" | "random">;

/** What the server said of itself. */
export interface Welcome {
  /** The version that both sides speak from here on. */
  readonly protocol: number;
  /** False when the server's contracts are others than this client's, which may still fit. */
  readonly sameContracts: boolean;
}

export type ClientState =
  | { readonly name: "idle" }
  | { readonly name: "connecting"; readonly failures: number; readonly dueAt: Micros }
  | { readonly name: "greeting"; readonly failures: number; readonly dueAt: Micros }
  | {
      readonly name: "ready";
      readonly failures: number;
      readonly since: Micros;
      readonly welcome: Welcome;
    }
  | {
      readonly name: "backingOff";
      readonly failures: number;
      readonly dueAt: Micros;
      readonly reason: Refused;
    }
  | { readonly name: "stopped"; readonly reason: Refused };

/** Where an input puts its orders and outcomes. None of the methods calls back or throws. */
export interface ClientOutbox {
  /** Opens a link. Answered by `opened`, or by `closed`. */
  connect(): void;
  /**
   * Queues bytes to the link, in order. Ownership passes. False says that the transport now holds
   * much unsent: messages wait in the machine until `writable`.
   */
  write(bytes: Uint8Array): boolean | void;
  /** Ends the link, or the attempt to open it; see C5. */
  close(mode: CloseMode): void;
  /** The request was answered. `message` is the decoded reply. */
  resolved(request: RequestNumber, message: unknown): void;
  rejected(request: RequestNumber, refused: Refused): void;
  /** The server told something. */
  received(contract: string, key: string, message: unknown): void;
  /** The server refused what was no request: what a `tell` said, or the session itself. */
  refused(refused: Refused): void;
  stateChanged(state: ClientState): void;
}

/** Since the machine was made, over all links. */
export interface ClientCounters {
  /** Links that became ready. */
  readied: number;
  /** Links that broke, or never opened. */
  lost: number;
  packetsSent: number;
  packetsReceived: number;
  /** Frames with their length. */
  bytesSent: number;
  bytesReceived: number;
  /** Packets of the server whose sequence did not increase within its delivery. */
  sequenceViolations: number;
  /** Packets of a type that the contracts do not name. */
  unknownPackets: number;
  /** Answers to requests that had their outcome already. */
  lateAnswers: number;
}

export const newClientCounters = (): ClientCounters => ({
  readied: 0,
  lost: 0,
  packetsSent: 0,
  packetsReceived: 0,
  bytesSent: 0,
  bytesReceived: 0,
  sequenceViolations: 0,
  unknownPackets: 0,
  lateAnswers: 0,
});

/** @throws ApiMisuseError for options that contradict each other */
export function checkClientOptions(options: ClientOptions): void {
  const { protocol, heartbeatIntervalMs, silenceTimeoutMs, pendingMax, reconnect } = options;
  apiRule(protocol.min >= 1 && protocol.max >= protocol.min, "protocol: 1 <= min <= max");
  apiRule(heartbeatIntervalMs >= 1, "heartbeatIntervalMs must be at least 1");
  // A heartbeat needs the time to be answered before its link is given up.
  apiRule(silenceTimeoutMs > heartbeatIntervalMs, "silenceTimeoutMs must exceed the heartbeat's");
  apiRule(pendingMax >= 1, "pendingMax must be at least 1");
  for (const key of ["connectTimeoutMs", "helloTimeoutMs", "requestTimeoutMs"] as const) {
    apiRule(options[key] >= 1, `${key} must be at least 1`);
  }
  if (reconnect !== null) checkReconnect(reconnect);
}
