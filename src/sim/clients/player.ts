/**
 * A player of echoes: the client SDK's machine with a simulated link and a script. Every echo
 * carries who asked, over and over, so that a byte in the wrong place is seen.
 */
import type { ClientState } from "../../client/borders.ts";
import type { RequestNumber } from "../../client/pending.ts";
import type { QuietPlayer } from "../checkers/checker.ts";
import { assertNever } from "../../core/kernel/assert.ts";
import { RandomStream } from "../../core/kernel/random.ts";
import type { Seed } from "../../core/kernel/random.ts";
import { newBytes } from "../bytes.ts";
import { ClientDriver } from "./driver.ts";
import type { DriverParts } from "./driver.ts";
import { numberOf } from "./link.ts";
import type { PlayerAction } from "./script.ts";

/** What players tell those who check them. */
export interface PlayerObserver {
  /** An echo came back. */
  echoed(player: string, asked: Uint8Array, answered: Uint8Array): void;
  /** A machine broke its own rule, or threw. */
  broken(player: string, what: string): void;
  stateChanged(player: string, state: ClientState): void;
}

/** What the clients of a run have asked, and to how much of it there was an answer. */
export interface RequestTally {
  asked: number;
  answered: number;
}

export interface PlayerParts extends DriverParts {
  readonly seed: Seed;
  readonly requests: RequestTally;
  readonly players: PlayerObserver;
}

/** A user takes so long to try a program once more. */
const restartMicros = 1_000_000;

export class Player {
  readonly name: string;
  readonly #parts: PlayerParts;
  readonly #driver: ClientDriver;
  readonly #echoes = new Map<RequestNumber, Uint8Array>();
  #asked = 0;
  /** Between its start and its stop. */
  #plays = false;

  constructor(parts: PlayerParts, name: string) {
    this.#parts = parts;
    this.name = name;
    const { players, seed } = parts;
    const random = RandomStream.named(seed, `client/${name}`);
    this.#driver = new ClientDriver(parts, { link: name, address: numberOf(name) }, random, {
      resolved: (request, message) => this.#resolved(request, message),
      rejected: (request) => {
        this.#echoes.delete(request);
      },
      received: () => undefined,
      refused: () => undefined,
      stateChanged: (state) => {
        players.stateChanged(name, state);
        if (state.name === "stopped") this.#stopped();
      },
      broken: (what) => players.broken(name, what),
      settled: () => undefined,
    });
  }

  /** How it stands when everything should have settled. */
  quiet(): Pick<QuietPlayer, "name" | "state" | "pending" | "code"> {
    const { name, state, pending } = this;
    return { name, state, pending, code: this.#driver.refusal?.code ?? null };
  }

  /** Its link, or null. */
  get link(): string | null {
    return this.#driver.link.name;
  }

  get state(): ClientState["name"] {
    return this.#driver.state;
  }

  /** Requests without an outcome, and messages that wait. */
  get pending(): number {
    return this.#driver.pending;
  }

  act(action: PlayerAction): void {
    const { faults } = this.#parts;
    const driver = this.#driver;
    switch (action.type) {
      case "start":
        this.#plays = true;
        if (driver.isStopped) this.#echoes.clear();
        return driver.start();
      case "stop":
        return this.stop();
      case "echo":
        return this.#echo(action.prompt, action.bytes);
      case "request":
        return driver.input((machine, at) => {
          this.#parts.requests.asked += 1;
          machine.request(action.contract, action.key, action.message, at);
        });
      case "tell":
        return driver.input((machine, at) => {
          machine.tell(action.contract, action.key, action.message, at);
        });
      case "pause":
      case "reset":
      case "vanish":
      case "halfClose":
        return driver.accident(action, faults);
      default:
        return assertNever(action);
    }
  }

  /** No more of it: what is pending is rejected, the link is left in order. */
  stop(): void {
    this.#plays = false;
    this.#driver.stop();
    if (this.#echoes.size === 0) return;
    this.#parts.players.broken(this.name, "it has stopped, and what was asked has no outcome");
  }

  /** What it was told for good by changed bytes, nobody has told it. */
  #stopped(): void {
    if (!this.#driver.link.isDoubtful) return;
    this.#parts.scheduler.after(restartMicros, () => {
      if (this.#plays) this.#driver.start();
    });
  }

  #echo(prompt: boolean, bytes: number): void {
    this.#asked += 1;
    const payload = tagged(`${this.name}:${String(this.#asked)};`, bytes);
    this.#driver.input((machine, at) => {
      // Kept before it is asked: the outcome may come before `request` returns.
      this.#echoes.set(machine.nextRequest, payload);
      this.#parts.requests.asked += 1;
      machine.request("echo", prompt ? "promptEcho" : "echo", { bytes: payload }, at);
    });
  }

  #resolved(request: RequestNumber, message: unknown): void {
    this.#parts.requests.answered += 1;
    const asked = this.#echoes.get(request);
    this.#echoes.delete(request);
    if (asked === undefined || this.#driver.link.isDoubtful) return;
    const answered = (message as { readonly bytes: Uint8Array }).bytes;
    this.#parts.players.echoed(this.name, asked, answered);
  }
}

/** `tag` over and over, the last one cut off; at least once. */
export function tagged(tag: string, bytes: number): Uint8Array {
  const payload = newBytes(Math.max(bytes, tag.length));
  for (let index = 0; index < tag.length; index += 1) payload[index] = tag.charCodeAt(index);
  for (let filled = tag.length; filled < payload.length; filled *= 2) {
    payload.copyWithin(filled, 0, filled);
  }
  return payload;
}
