/** One client of a load: a machine on a socket, whose outcomes go to the run. */
import type { CloseMode } from "../core/contract.ts";
import type { Micros } from "../core/kernel/ids.ts";
import { RandomStream } from "../core/kernel/random.ts";
import type { Seed } from "../core/kernel/random.ts";
import type { LengthEndian } from "../core/wire/index.ts";
import { defaultClientOptions } from "../client/borders.ts";
import type { ClientOutbox, ClientState } from "../client/borders.ts";
import { ClientMachine } from "../client/machine.ts";
import { NodeLink, now } from "../client/node.ts";
import type { RequestNumber } from "../client/pending.ts";
import type { Refused } from "../client/refused.ts";
import type { Target } from "../client/target.ts";
import type { Scenario } from "./scenario.ts";

/** What a run hears of its clients. `round` counts the client's messages from 0. */
export interface Listener {
  answered(client: number, round: number, answer: unknown, at: Micros): void;
  failed(client: number, round: number, refused: Refused): void;
  /** The server refused what was no message of the scenario. */
  refused(client: number, refused: Refused): void;
  changed(client: number, state: ClientState): void;
}

export interface LoadClientOptions {
  readonly index: number;
  readonly target: Target;
  readonly lengthEndian: LengthEndian;
  readonly scenario: Scenario;
  readonly requestTimeoutMs: number;
  readonly pendingMax: number;
  readonly seed: Seed;
}

/**
 * A client comes back faster than a player's would: a run is short, and what it should show after a
 * crash is the server and not a delay of half a minute.
 */
export const loadReconnect = { initialDelayMs: 100, maxDelayMs: 2_000, stableAfterMs: 5_000 };

export class LoadClient implements ClientOutbox {
  readonly machine: ClientMachine;
  readonly #index: number;
  readonly #listener: Listener;
  readonly #link: NodeLink;
  /** When the input that is being handled came. */
  #at: Micros;

  constructor(options: LoadClientOptions, listener: Listener) {
    const { index, target, lengthEndian, scenario, requestTimeoutMs, pendingMax, seed } = options;
    this.#index = index;
    this.#listener = listener;
    this.#at = now();
    this.#link = new NodeLink(target, {
      opened: () => this.machine.opened(this.#tick()),
      received: (bytes) => this.machine.received(bytes, this.#tick()),
      ended: () => this.machine.ended(this.#tick()),
      closed: (reason) => this.machine.closed(reason, this.#tick()),
      writable: () => this.machine.writable(this.#tick()),
    });
    this.machine = new ClientMachine(
      {
        ...defaultClientOptions,
        contracts: scenario.contracts,
        random: RandomStream.named(seed, `client ${index}`),
        lengthEndian,
        reconnect: loadReconnect,
        requestTimeoutMs,
        pendingMax,
      },
      this,
    );
  }

  start(): void {
    this.machine.start(this.#tick());
  }

  /** Resolves when the socket is gone. */
  stop(): Promise<void> {
    this.machine.stop(this.#tick());
    return this.#link.gone();
  }

  /** Does what is due. To be called now and then: nothing here needs to be on the millisecond. */
  tend(at: Micros): void {
    const next = this.machine.nextTimeout();
    if (next === null || next > at) return;
    this.#at = at;
    this.machine.timeReached(at);
  }

  connect(): void {
    this.#link.connect();
  }

  write(bytes: Uint8Array): boolean {
    return this.#link.write(bytes);
  }

  close(mode: CloseMode): void {
    this.#link.close(mode);
  }

  resolved(request: RequestNumber, message: unknown): void {
    this.#listener.answered(this.#index, request - 1, message, this.#at);
  }

  rejected(request: RequestNumber, refused: Refused): void {
    this.#listener.failed(this.#index, request - 1, refused);
  }

  received(): void {
    // The scenarios of today ask and are answered; what else is told is not theirs to judge.
  }

  refused(refused: Refused): void {
    this.#listener.refused(this.#index, refused);
  }

  stateChanged(state: ClientState): void {
    this.#listener.changed(this.#index, state);
  }

  #tick(): Micros {
    this.#at = now();
    return this.#at;
  }
}
