/**
 * What the platform and the outside tell, as connections and events.
 *
 * A socket becomes a connection when it opens, unless the server or its disk is full, or it drains.
 * Bytes only go to the edge here: what is in them waits for the connection's visit.
 */
import type { CallCompleted, CallResult, SocketId, Syscalls } from "../contract.ts";
import type { EdgeConfig } from "../edge/index.ts";
import { assertNever } from "../kernel/assert.ts";
import type { CallId, ConnectionId, Incarnation, SecretRef } from "../kernel/ids.ts";
import type { PlainData } from "../kernel/plain.ts";
import type { Calls } from "./calls.ts";
import type { Capture } from "./capture.ts";
import type { Connections, HostConnection } from "./connections.ts";
import type { HostCounters } from "./counters.ts";
import type { Drain } from "./drain.ts";
import type { SocketCompletion } from "./inbox.ts";
import type { Now } from "./parts.ts";
import type { Reading } from "./reading.ts";
import type { Release } from "./release.ts";
import type { Rounds } from "./rounds.ts";
import type { Space } from "./space.ts";
import type { Stepper } from "./stepper.ts";
import type { TurnedAway } from "./turned-away.ts";
import { ConnectionSecrets, sealAnswer } from "./vault.ts";
import type { MemoryVault } from "./vault.ts";

export interface IntakeParts {
  readonly now: Now;
  readonly incarnation: Incarnation;
  readonly edgeConfig: EdgeConfig;
  readonly vault: MemoryVault;
  readonly syscalls: Pick<Syscalls, "log">;
  readonly connections: Connections;
  readonly turnedAway: TurnedAway;
  readonly rounds: Rounds;
  readonly reading: Reading;
  readonly release: Release;
  readonly calls: Calls;
  readonly counters: HostCounters;
  readonly stepper: Stepper;
  readonly drain: Drain;
  readonly capture: Capture;
  readonly space: Space;
}

export class Intake {
  readonly #parts: IntakeParts;

  constructor(parts: IntakeParts) {
    this.#parts = parts;
  }

  /** @throws StepThrew */
  takeSocket(completion: SocketCompletion): void {
    switch (completion.type) {
      case "received":
        return this.#received(completion.socket, completion.bytes);
      case "writeDrained": {
        const connection = this.#parts.connections.ofSocket(completion.socket);
        if (connection !== undefined)
          this.#parts.release.drained(connection, completion.unsentBytes);
        return;
      }
      case "socketOpened":
        return this.#opened(completion);
      case "socketEnded":
        return this.#ended(completion.socket);
      case "socketClosed":
        return this.#closed(completion.socket, completion.code);
      case "handshakeFailed": {
        const { remote, reason } = completion;
        this.#parts.counters.add(`handshakes_failed_total{reason="${reason}"}`);
        return this.#parts.syscalls.log("info", "a handshake failed", { remote, reason });
      }
      default:
        return assertNever(completion);
    }
  }

  /** @throws StepThrew */
  takeAnswer(call: CallId, result: CallResult): void {
    const { calls, counters, stepper, now } = this.#parts;
    const asker = calls.askerOf(call);
    if (!calls.answered(call)) return counters.add("calls_unknown_total");
    const outcome = result.ok ? "ok" : result.code;
    counters.add(`calls_completed_total{outcome="${outcome}"}`);
    const event = { type: "call.completed", at: now.at, call } as const;
    if (!result.ok) return stepper.step({ ...event, result });
    this.#stepAnswer(event, result.answer, asker);
  }

  /** Nothing that is secret in the answer gets any further than here: see V3 of the vault. */
  #stepAnswer(
    event: Pick<CallCompleted, "type" | "at" | "call">,
    given: PlainData,
    asker: ConnectionId | null,
  ): void {
    const { stepper, vault, connections } = this.#parts;
    const connection = asker === null ? undefined : connections.ofId(asker);
    const sealed: SecretRef[] = [];
    const answer = sealAnswer(given, vault, sealed);
    for (const ref of sealed) connection?.secrets?.keep(ref);
    try {
      stepper.step({ ...event, result: { ok: true, answer } }, connection);
    } finally {
      if (connection === undefined) for (const ref of sealed) vault.drop(ref);
    }
  }

  #opened(opened: Extract<SocketCompletion, { type: "socketOpened" }>): void {
    const { socket, peer, producer } = opened;
    const { connections, turnedAway, edgeConfig, vault, incarnation } = this.#parts;
    const { at, monotonic } = this.#parts.now;
    if (this.#parts.drain.isRequested) return turnedAway.turnAway(socket, "MAINTENANCE", monotonic);
    if (this.#parts.space.isFull) return turnedAway.turnAway(socket, "UNAVAILABLE", monotonic);
    if (connections.isFull) return turnedAway.turnAway(socket, "SERVER_FULL", monotonic);
    const secrets = new ConnectionSecrets(vault);
    const edge = this.#parts.capture.edgeOf(opened.peer.remote, edgeConfig, secrets);
    const connection = connections.open({ incarnation, producer }, socket, edge);
    this.#parts.capture.opened(edge, connection.id);
    connection.secrets = secrets;
    this.#parts.counters.add("connections_accepted_total");
    this.#parts.reading.opened(connection);
    const { remote, security } = peer;
    const { id } = connection;
    this.#parts.stepper.step({ type: "connection.opened", at, connection: id, remote, security });
  }

  #received(socket: SocketId, bytes: Uint8Array): void {
    const { connections, counters, rounds, reading } = this.#parts;
    counters.bytesReceived(bytes.length);
    const connection = connections.ofSocket(socket);
    if (connection === undefined || connection.phase !== "open") {
      return counters.add("bytes_discarded_total", bytes.length);
    }
    connection.edge.receive(bytes);
    reading.weigh(connection);
    rounds.add(connection);
  }

  #ended(socket: SocketId): void {
    const connection = this.#parts.connections.ofSocket(socket);
    if (connection === undefined || connection.phase !== "open") return;
    connection.finWaits = true;
    connection.peerEnded = true;
    this.#parts.rounds.add(connection);
  }

  #closed(socket: SocketId, code: string | null): void {
    this.#parts.turnedAway.closed(socket);
    const connection = this.#parts.connections.ofSocket(socket);
    if (connection === undefined) return;
    connection.gone = connection.closedBy ?? (code === null ? "peer" : "reset");
    this.#parts.release.forget(connection);
    this.#parts.rounds.add(connection);
  }

  /** Forgets a connection that the realm never got to know. */
  forget(connection: HostConnection): void {
    this.#parts.release.reset(connection, "server");
    this.#parts.connections.remove(connection);
  }
}
