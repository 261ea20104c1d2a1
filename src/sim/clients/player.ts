/**
 * A player: the client SDK's machine with a simulated link and a script. A stopped machine stays
 * stopped, so a player that comes again does so with a new one, as a restarted game would.
 *
 * Every echo carries who asked, over and over, so that a byte in the wrong place is seen.
 */
import { defaultClientOptions } from "../../client/borders.ts";
import type { ClientOptions, ClientOutbox, ClientState } from "../../client/borders.ts";
import { ClientMachine } from "../../client/machine.ts";
import type { RequestNumber } from "../../client/pending.ts";
import { refusedByClient } from "../../client/refused.ts";
import type { Refused } from "../../client/refused.ts";
import type { CloseMode } from "../../core/contract.ts";
import { assertNever } from "../../core/kernel/assert.ts";
import type { Micros } from "../../core/kernel/ids.ts";
import { RandomStream } from "../../core/kernel/random.ts";
import type { Seed } from "../../core/kernel/random.ts";
import type { AnyContract } from "../../core/wire/index.ts";
import type { Task } from "../scheduler.ts";
import { ClientLink } from "./link.ts";
import type { ClientLinkParts } from "./link.ts";
import type { PlayerAction } from "./script.ts";

/** What players tell those who check them. */
export interface PlayerObserver {
  /** An echo came back. */
  echoed(player: string, asked: Uint8Array, answered: Uint8Array): void;
  /** A machine broke its own rule, or threw. */
  broken(player: string, what: string): void;
  stateChanged(player: string, state: ClientState): void;
}

export interface PlayerParts extends ClientLinkParts {
  readonly contracts: readonly AnyContract[];
  readonly seed: Seed;
  readonly idleTimeoutMicros: number;
  readonly players: PlayerObserver;
}

/** Soon enough for everybody to be back within a run's quiet. */
const reconnectMaxMs = 8_000;
/** What the clients' clocks show when a run begins. */
const epochMicros = 1_700_000_000_000_000;

export class Player {
  readonly name: string;
  readonly #parts: PlayerParts;
  readonly #link: ClientLink;
  readonly #random: RandomStream;
  readonly #echoes = new Map<RequestNumber, Uint8Array>();
  #machine: ClientMachine | null = null;
  #timer: Task | null = null;
  #timerAtMicros = Infinity;
  #asked = 0;

  constructor(parts: PlayerParts, name: string) {
    this.#parts = parts;
    this.name = name;
    this.#random = RandomStream.named(parts.seed, `client/${name}`);
    this.#link = new ClientLink(parts, name, {
      opened: () => this.#input((machine, at) => machine.opened(at)),
      received: (bytes) => this.#input((machine, at) => machine.received(bytes, at)),
      ended: () => this.#input((machine, at) => machine.ended(at)),
      closed: (code) => this.#closed(code),
    });
  }

  get state(): ClientState["name"] {
    return this.#machine?.state.name ?? "idle";
  }

  /** Requests without an outcome, and messages that wait. */
  get pending(): number {
    return this.#machine?.pending ?? 0;
  }

  act(action: PlayerAction): void {
    const { faults } = this.#parts;
    switch (action.type) {
      case "start":
        return this.#start();
      case "stop":
        return this.#input((machine, at) => machine.stop(at));
      case "echo":
        return this.#echo(action.prompt, action.bytes);
      case "request":
        this.#input((machine, at) => {
          machine.request(action.contract, action.key, action.message, at);
        });
        return;
      case "tell":
        this.#input((machine, at) => {
          machine.tell(action.contract, action.key, action.message, at);
        });
        return;
      case "pause":
        if (this.#link.name !== null) faults.hit("peer.slow-reader", this.#link.name);
        return this.#link.pause(action.forMicros);
      case "reset":
        return this.#break("peer.reset", () => this.#link.reset());
      case "vanish":
        return this.#break("peer.vanished", () => this.#link.vanish());
      case "halfClose":
        if (this.#link.name !== null) faults.hit("peer.half-close", this.#link.name);
        return this.#link.halfClose();
      default:
        return assertNever(action);
    }
  }

  /** No more of it: what is pending is rejected, the link is left in order. */
  stop(): void {
    this.#input((machine, at) => machine.stop(at));
  }

  #start(): void {
    if (this.#machine !== null && this.#machine.state.name !== "stopped") return;
    this.#echoes.clear();
    this.#machine = new ClientMachine(this.#options(), this.#outbox());
    this.#input((machine, at) => machine.start(at));
  }

  #options(): ClientOptions {
    const { contracts, idleTimeoutMicros } = this.#parts;
    const idleMs = Math.floor(idleTimeoutMicros / 1_000);
    return {
      ...defaultClientOptions,
      contracts,
      connectTimeoutMs: 3_000,
      helloTimeoutMs: 3_000,
      heartbeatIntervalMs: Math.max(1, Math.floor(idleMs / 3)),
      silenceTimeoutMs: idleMs,
      reconnect: { ...defaultClientOptions.reconnect, maxDelayMs: reconnectMaxMs },
      random: this.#random,
    };
  }

  #outbox(): ClientOutbox {
    const { players } = this.#parts;
    return {
      connect: () => this.#link.connect(),
      write: (bytes) => this.#link.write(bytes),
      close: (mode: CloseMode) => this.#link.close(mode),
      resolved: (request, message) => this.#resolved(request, message),
      rejected: (request) => {
        this.#echoes.delete(request);
      },
      received: () => undefined,
      refused: () => undefined,
      stateChanged: (state) => players.stateChanged(this.name, state),
    };
  }

  #echo(prompt: boolean, bytes: number): void {
    this.#asked += 1;
    const payload = tagged(`${this.name}:${String(this.#asked)};`, bytes);
    this.#input((machine, at) => {
      // Kept before it is asked: the outcome may come before `request` returns.
      this.#echoes.set(machine.nextRequest, payload);
      machine.request("echo", prompt ? "promptEcho" : "echo", { bytes: payload }, at);
    });
  }

  #resolved(request: RequestNumber, message: unknown): void {
    const asked = this.#echoes.get(request);
    this.#echoes.delete(request);
    if (asked === undefined) return;
    const answered = (message as { readonly bytes: Uint8Array }).bytes;
    this.#parts.players.echoed(this.name, asked, answered);
  }

  #break(fault: "peer.reset" | "peer.vanished", breakLink: () => void): void {
    const { name } = this.#link;
    if (name === null) return;
    this.#parts.faults.hit(fault, name);
    breakLink();
    // Its own program lost the link, too.
    this.#closed("ECONNRESET");
  }

  #closed(code: string | null): void {
    const isOpen = this.state !== "connecting";
    this.#input((machine, at) => machine.closed(code === null ? null : reason(code, isOpen), at));
  }

  #input(give: (machine: ClientMachine, at: Micros) => void): void {
    const machine = this.#machine;
    if (machine === null) return;
    try {
      give(machine, this.#now());
    } catch (error) {
      this.#parts.players.broken(this.name, String(error));
    }
    this.#link.flush();
    this.#arm(machine);
  }

  #arm(machine: ClientMachine): void {
    const due = machine.nextTimeout();
    const { scheduler } = this.#parts;
    const atMicros = due === null ? Infinity : Math.max(scheduler.nowMicros, due - epochMicros);
    if (atMicros === this.#timerAtMicros) return;
    if (this.#timer !== null) scheduler.cancel(this.#timer);
    this.#timer = null;
    this.#timerAtMicros = atMicros;
    if (due === null) return;
    this.#timer = scheduler.at(atMicros, () => {
      this.#timer = null;
      this.#timerAtMicros = Infinity;
      this.#input((current, at) => current.timeReached(at));
    });
  }

  #now(): Micros {
    return (epochMicros + this.#parts.scheduler.nowMicros) as Micros;
  }
}

/** `tag` over and over, the last one cut off; at least once. */
export function tagged(tag: string, bytes: number): Uint8Array {
  const payload = new Uint8Array(Math.max(bytes, tag.length));
  for (let index = 0; index < tag.length; index += 1) payload[index] = tag.charCodeAt(index);
  for (let filled = tag.length; filled < payload.length; filled *= 2) {
    payload.copyWithin(filled, 0, filled);
  }
  return payload;
}

const reason = (code: string, isOpen: boolean): Refused => {
  if (isOpen) return refusedByClient("CONNECTION_LOST", `the simulated link broke (${code})`);
  if (code !== "EPROTO") return refusedByClient("CONNECT_FAILED", `simulated: ${code}`);
  // As `src/client/node.ts` has it: a server that speaks no TLS, and never will.
  return { ...refusedByClient("CONNECT_FAILED", "the handshake failed"), mayRetry: true };
};
