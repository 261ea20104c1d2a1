/**
 * The client SDK's machine on a simulated link: what `src/client/index.ts` is over Node's sockets.
 * A stopped machine stays stopped, so whoever comes again does so with a new one, as a restarted
 * game would.
 */
import { defaultClientOptions } from "../../client/borders.ts";
import type { ClientOptions, ClientOutbox, ClientState } from "../../client/borders.ts";
import { ClientMachine } from "../../client/machine.ts";
import { refusedByClient } from "../../client/refused.ts";
import type { Refused } from "../../client/refused.ts";
import type { Routes } from "../../client/routes.ts";
import type { CloseMode } from "../../core/contract.ts";
import { assertNever } from "../../core/kernel/assert.ts";
import type { Micros } from "../../core/kernel/ids.ts";
import type { RandomStream } from "../../core/kernel/random.ts";
import type { AnyContract } from "../../core/wire/index.ts";
import type { Fault, FaultCounters } from "../faults.ts";
import type { Task } from "../scheduler.ts";
import { ClientLink } from "./link.ts";
import type { ClientLinkParts, LinkName } from "./link.ts";
import type { Accident } from "./script.ts";

export interface DriverParts extends ClientLinkParts {
  readonly contracts: readonly AnyContract[];
  /** Of the contracts, where several clients share them; each makes its own if left out. */
  readonly routes?: Routes;
  readonly idleTimeoutMicros: number;
}

/** What is told of a machine. Nothing of it may call back into the machine but `settled`. */
export interface DriverEvents extends Omit<ClientOutbox, "connect" | "write" | "close"> {
  /** The machine threw. */
  broken(what: string): void;
  /** An input is over, and all that came of it was told. */
  settled(): void;
}

const accidentFaults = {
  pause: "peer.slow-reader",
  halfClose: "peer.half-close",
  reset: "peer.reset",
  vanish: "peer.vanished",
} as const satisfies Record<Accident["type"], Fault>;

/** Soon enough for everybody to be back within a run's quiet. */
const reconnectMaxMs = 8_000;
/** What the clients' clocks show when a run begins. */
export const clientEpochMicros = 1_700_000_000_000_000;
/** How the clients come back. */
export const clientPolicy = { ...defaultClientOptions.reconnect, maxDelayMs: reconnectMaxMs };

export class ClientDriver {
  readonly link: ClientLink;
  readonly #parts: DriverParts;
  readonly #events: DriverEvents;
  readonly #random: RandomStream;
  #machine: ClientMachine | null = null;
  #refusal: Refused | null = null;
  #timer: Task | null = null;
  #timerAtMicros = Infinity;
  /** How the machine has closed its link last. */
  #closing: CloseMode | null = null;

  constructor(parts: DriverParts, name: LinkName, random: RandomStream, events: DriverEvents) {
    this.#parts = parts;
    this.#events = events;
    this.#random = random;
    this.link = new ClientLink(parts, name, {
      opened: () => this.input((machine, at) => machine.opened(at)),
      received: (bytes) => this.#received(bytes),
      writable: () => this.input((machine, at) => machine.writable(at)),
      ended: () => this.input((machine, at) => machine.ended(at)),
      closed: (code) => this.#closed(code),
    });
  }

  get state(): ClientState["name"] {
    return this.#machine?.state.name ?? "idle";
  }

  /** Why it is without a link, or was last; null since it was ready. */
  get refusal(): Refused | null {
    const state = this.#machine?.state;
    if (state === undefined || state.name === "ready") this.#refusal = null;
    else if (state.name === "backingOff" || state.name === "stopped") this.#refusal = state.reason;
    return this.#refusal;
  }

  /** Requests without an outcome, and messages that wait. */
  get pending(): number {
    return this.#machine?.pending ?? 0;
  }

  /** No machine is running. */
  get isStopped(): boolean {
    return this.#machine === null || this.#machine.state.name === "stopped";
  }

  /** Does nothing while a machine is running. */
  start(): void {
    if (!this.isStopped) return;
    this.#machine = new ClientMachine(this.#options(), this.#outbox(), this.#parts.routes);
    this.input((machine, at) => machine.start(at));
  }

  /** What is pending is rejected, the link is left in order. */
  stop(): void {
    const { link } = this;
    const { name } = link;
    const isHeard = name !== null && this.state === "ready" && link.isWhole;
    // Who hears of the stop may ask for it once more, which does nothing.
    if (isHeard) this.#closing = null;
    this.input((machine, at) => machine.stop(at));
    if (isHeard) this.#parts.observer.stopped?.(name, this.#closing ?? "reset");
  }

  /** Something happens to its link, if it has one. */
  accident(accident: Accident, faults: FaultCounters): void {
    const { link } = this;
    const { name } = link;
    if (name !== null) faults.hit(accidentFaults[accident.type], name);
    switch (accident.type) {
      case "pause":
        return link.pause(accident.forMicros);
      case "halfClose":
        return link.halfClose();
      case "reset":
      case "vanish":
        if (name === null) return;
        if (accident.type === "reset") link.reset();
        else link.vanish();
        // Its own program lost the link, too.
        return this.#closed("ECONNRESET");
      default:
        return assertNever(accident);
    }
  }

  input(give: (machine: ClientMachine, at: Micros) => void): void {
    const machine = this.#machine;
    if (machine === null) return;
    try {
      give(machine, this.#now());
    } catch (error) {
      this.#events.broken(String(error));
    }
    this.link.flush();
    this.#arm(machine);
    this.#events.settled();
  }

  #options(): ClientOptions {
    const { contracts, idleTimeoutMicros } = this.#parts;
    return {
      ...defaultClientOptions,
      contracts,
      connectTimeoutMs: 3_000,
      helloTimeoutMs: 3_000,
      heartbeatIntervalMs: heartbeatIntervalMs(idleTimeoutMicros),
      silenceTimeoutMs: Math.floor(idleTimeoutMicros / 1_000),
      reconnect: clientPolicy,
      random: this.#random,
    };
  }

  #outbox(): ClientOutbox {
    const { resolved, rejected, received, refused, stateChanged } = this.#events;
    return {
      connect: () => this.link.connect(),
      write: (bytes) => {
        const { name } = this.link;
        if (name !== null) this.#parts.observer.ordered?.(name);
        return this.link.write(bytes);
      },
      close: (mode: CloseMode) => {
        this.#closing = mode;
        this.link.close(mode);
      },
      resolved,
      rejected,
      received,
      refused,
      stateChanged,
    };
  }

  #received(bytes: Uint8Array): void {
    const { name } = this.link;
    this.input((machine, at) => {
      machine.received(bytes, at);
      if (name === null || machine.state.name !== "ready") return;
      this.#parts.observer.measured?.(name, machine.roundTripMicros);
    });
  }

  #closed(code: string | null): void {
    const isOpen = this.state !== "connecting";
    this.input((machine, at) => machine.closed(code === null ? null : refusalOf(code, isOpen), at));
  }

  #arm(machine: ClientMachine): void {
    const due = machine.nextTimeout();
    const { scheduler } = this.#parts;
    const atMicros =
      due === null ? Infinity : Math.max(scheduler.nowMicros, due - clientEpochMicros);
    if (atMicros === this.#timerAtMicros) return;
    if (this.#timer !== null) scheduler.cancel(this.#timer);
    this.#timer = null;
    this.#timerAtMicros = atMicros;
    if (due === null) return;
    this.#timer = scheduler.at(atMicros, () => {
      this.#timer = null;
      this.#timerAtMicros = Infinity;
      this.input((current, at) => current.timeReached(at));
    });
  }

  #now(): Micros {
    return (clientEpochMicros + this.#parts.scheduler.nowMicros) as Micros;
  }
}

/** How often clients say something to servers that end whoever is silent for so long. */
export const heartbeatIntervalMs = (idleTimeoutMicros: number): number =>
  Math.max(1, Math.floor(Math.floor(idleTimeoutMicros / 1_000) / 3));

/** What `src/client/node.ts` makes of a platform's code; `isOpen` once the link was up. */
export const refusalOf = (code: string, isOpen: boolean): Refused => {
  if (isOpen) return refusedByClient("CONNECTION_LOST", `the simulated link broke (${code})`);
  if (code !== "EPROTO") return refusedByClient("CONNECT_FAILED", `simulated: ${code}`);
  // As `src/client/node.ts` has it: a server that speaks no TLS, and never will.
  return { ...refusedByClient("CONNECT_FAILED", "the handshake failed"), mayRetry: true };
};
