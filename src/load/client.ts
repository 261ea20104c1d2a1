/** One link of a load: a client machine on a socket, whose outcomes go to a listener. */
import type { CloseMode } from "../core/contract.ts";
import type { Micros } from "../core/kernel/ids.ts";
import { RandomStream } from "../core/kernel/random.ts";
import type { Seed } from "../core/kernel/random.ts";
import type { AnyContract, LengthEndian } from "../core/wire/index.ts";
import type { ReconnectPolicy } from "../client/back-off.ts";
import { defaultClientOptions } from "../client/borders.ts";
import type { ClientOutbox, ClientState } from "../client/borders.ts";
import { ClientMachine } from "../client/machine.ts";
import { NodeLink, now } from "../client/node.ts";
import type { RequestNumber } from "../client/pending.ts";
import type { Refused } from "../client/refused.ts";
import type { Target } from "../client/target.ts";

/** What is heard of a client. Only in `settled` may the client be called again. */
export interface Listener {
  answered(request: RequestNumber, answer: unknown, at: Micros): void;
  failed(request: RequestNumber, refused: Refused): void;
  /** The server told something. */
  told(contract: string, key: string, message: unknown, at: Micros): void;
  /** The server refused what was no request. */
  refused(refused: Refused): void;
  changed(state: ClientState): void;
  /** Everything that came of one input has been said. */
  settled(): void;
}

export interface LoadClientOptions {
  /** Whoever has the same name and seed draws the same delays. */
  readonly name: string;
  readonly seed: Seed;
  readonly target: Target;
  readonly lengthEndian: LengthEndian;
  readonly contracts: readonly AnyContract[];
  readonly requestTimeoutMs: number;
  readonly pendingMax: number;
  readonly reconnect: ReconnectPolicy | null;
}

/**
 * A client comes back faster than a player's would: a run is short, and what it should show after a
 * crash is the server and not a delay of half a minute.
 */
export const loadReconnect = { initialDelayMs: 100, maxDelayMs: 2_000, stableAfterMs: 5_000 };

export class LoadClient implements ClientOutbox {
  readonly machine: ClientMachine;
  readonly #listener: Listener;
  readonly #link: NodeLink;
  /** When the input that is being handled came. */
  #at: Micros;

  constructor({ name, seed, target, ...given }: LoadClientOptions, listener: Listener) {
    this.#listener = listener;
    this.#at = now();
    this.#link = new NodeLink(target, {
      opened: () => this.#input((machine, at) => machine.opened(at)),
      received: (bytes) => this.#input((machine, at) => machine.received(bytes, at)),
      ended: () => this.#input((machine, at) => machine.ended(at)),
      closed: (reason) => this.#input((machine, at) => machine.closed(reason, at)),
      writable: () => this.#input((machine, at) => machine.writable(at)),
    });
    const random = RandomStream.named(seed, name);
    this.machine = new ClientMachine({ ...defaultClientOptions, ...given, random }, this);
  }

  start(): void {
    this.#input((machine, at) => machine.start(at));
  }

  /** As the machine's. */
  request(contract: string, key: string, message: unknown): RequestNumber {
    return this.#input((machine, at) => machine.request(contract, key, message, at));
  }

  /** As the machine's. */
  tell(contract: string, key: string, message: unknown): Refused | null {
    return this.#input((machine, at) => machine.tell(contract, key, message, at));
  }

  /** Resolves when the socket is gone. */
  stop(): Promise<void> {
    this.#input((machine, at) => machine.stop(at));
    return this.#link.gone();
  }

  /** Does what is due. To be called now and then: nothing here needs to be on the millisecond. */
  tend(at: Micros): void {
    const next = this.machine.nextTimeout();
    if (next === null || next > at) return;
    this.#at = at;
    this.machine.timeReached(at);
    this.#listener.settled();
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
    this.#listener.answered(request, message, this.#at);
  }

  rejected(request: RequestNumber, refused: Refused): void {
    this.#listener.failed(request, refused);
  }

  received(contract: string, key: string, message: unknown): void {
    this.#listener.told(contract, key, message, this.#at);
  }

  refused(refused: Refused): void {
    this.#listener.refused(refused);
  }

  stateChanged(state: ClientState): void {
    this.#listener.changed(state);
  }

  #input<T>(call: (machine: ClientMachine, at: Micros) => T): T {
    this.#at = now();
    const result = call(this.machine, this.#at);
    this.#listener.settled();
    return result;
  }
}
