/**
 * The typed face of a client: turns calls into requests of the machine, outcomes into promises and
 * messages into calls of listeners.
 *
 * G1. A listener may do anything, also call back: it runs after the machine's input has returned.
 * G2. A listener that throws does not stop the others; its error surfaces as an uncaught one.
 */
import { apiRule, invariant } from "../core/kernel/assert.ts";
import type { Micros } from "../core/kernel/ids.ts";
import type { AnyContract } from "../core/wire/index.ts";
import type { ClientMachine } from "./machine.ts";
import type { ClientOutbox, ClientState } from "./borders.ts";
import type { RequestNumber } from "./pending.ts";
import type { Refused } from "./refused.ts";
import { Refusal } from "./types.ts";
import type { GameEvents, Unsubscribe } from "./types.ts";

type Listener = (what: unknown) => void;

/** What carries out the orders of the client's machine. */
export interface Driver {
  readonly machine: ClientMachine;
  /** Calls an input of the machine, then sees to its timer. */
  input<T>(call: (machine: ClientMachine, at: Micros) => T): T;
  close(): Promise<void>;
}

/** Turns outcomes and messages of a machine into promises and calls of listeners. */
export class Audience implements Omit<ClientOutbox, "connect" | "write" | "close"> {
  readonly #asked = new Map<
    RequestNumber,
    { what: string; resolve: (message: unknown) => void; reject: (error: Refusal) => void }
  >();
  readonly #listeners = new Map<string, Set<Listener>>();
  /** What listeners are to be told once the machine's input has returned. */
  #news: { readonly channel: string; readonly what: unknown }[] = [];
  #telling = false;
  #wasReady = false;
  /** Told of every state, before any listener. */
  onState: (state: ClientState) => void = () => undefined;

  ask(number: RequestNumber, what: string): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.#asked.set(number, { what, resolve, reject });
    });
  }

  forget(number: RequestNumber): void {
    this.#asked.delete(number);
  }

  listen(channel: string, listener: Listener): Unsubscribe {
    const listeners = this.#listeners.get(channel) ?? new Set();
    this.#listeners.set(channel, listeners);
    // One function may listen twice, and be taken away once.
    const own: Listener = (what) => listener(what);
    listeners.add(own);
    return () => listeners.delete(own);
  }

  /** Tells what has gathered. To be called after each input of the machine. */
  tell(): void {
    if (this.#telling) return;
    this.#telling = true;
    while (this.#news.length > 0) {
      const news = this.#news;
      this.#news = [];
      for (const { channel, what } of news) {
        for (const listener of [...(this.#listeners.get(channel) ?? [])]) callAlone(listener, what);
      }
    }
    this.#telling = false;
  }

  resolved(request: RequestNumber, message: unknown): void {
    this.#take(request).resolve(message);
  }

  rejected(request: RequestNumber, refused: Refused): void {
    const { what, reject } = this.#take(request);
    reject(new Refusal(refused, what));
  }

  received(contract: string, key: string, message: unknown): void {
    this.#news.push({ channel: `${contract}.${key}`, what: message });
  }

  refused(refused: Refused): void {
    this.#news.push({ channel: "refused", what: refused });
  }

  stateChanged(state: ClientState): void {
    this.onState(state);
    if (state.name === "ready") {
      if (this.#wasReady) this.#news.push({ channel: "reconnected", what: state.welcome });
      this.#wasReady = true;
    }
    if (state.name === "backingOff") {
      this.#news.push({ channel: "disconnected", what: state.reason });
    }
    if (state.name === "stopped") this.#news.push({ channel: "closed", what: state.reason });
  }

  #take(request: RequestNumber) {
    const asked = this.#asked.get(request);
    invariant(asked !== undefined, "an outcome of a request that was asked", request);
    this.#asked.delete(request);
    return asked;
  }
}

/** Contracts may not be called like a control of the game. */
const reservedNames = ["on", "close", "state", "counters", "roundTripMs", "then"];

/** The object that a user calls: one face for each contract, and the controls. */
export function gameOf(
  contracts: readonly AnyContract[],
  driver: Driver,
  audience: Audience,
): object {
  const game: Record<string, unknown> = {
    on: <K extends keyof GameEvents>(event: K, listener: (what: GameEvents[K]) => void) =>
      audience.listen(event, listener as Listener),
    close: () => driver.close(),
  };
  const { machine } = driver;
  Object.defineProperties(game, {
    state: { get: () => machine.state, enumerable: true },
    counters: { get: () => machine.counters, enumerable: true },
    roundTripMs: {
      get: () => (machine.roundTripMicros === null ? null : machine.roundTripMicros / 1_000),
      enumerable: true,
    },
  });
  for (const contract of contracts) {
    const { name } = contract;
    apiRule(!reservedNames.includes(name), `a contract of a client cannot be called "${name}"`);
    game[name] = faceOf(contract, driver, audience);
  }
  return game;
}

function faceOf(contract: AnyContract, driver: Driver, audience: Audience): object {
  const face: Record<string, unknown> = {
    on: (key: string, listener: Listener): Unsubscribe => {
      const entry = contract.entries[key];
      apiRule(entry?.kind === "toClient", `${contract.name}.${key} is no message of the server`);
      return audience.listen(`${contract.name}.${key}`, listener);
    },
  };
  for (const [key, { kind }] of Object.entries(contract.entries)) {
    apiRule(key !== "on", `${contract.name}.on: an entry cannot be called "on"`);
    if (kind === "request") face[key] = asks(contract.name, key, driver, audience);
    if (kind === "toServer") face[key] = tells(contract.name, key, driver);
  }
  return face;
}

const asks =
  (contract: string, key: string, driver: Driver, audience: Audience) =>
  (message: unknown): Promise<unknown> => {
    const number = driver.machine.nextRequest;
    const answer = audience.ask(number, `${contract}.${key}`);
    try {
      driver.input((machine, at) => machine.request(contract, key, message, at));
    } catch (error) {
      // The machine took nothing, so it gives no outcome.
      audience.forget(number);
      return Promise.reject(error);
    }
    return answer;
  };

const tells =
  (contract: string, key: string, driver: Driver) =>
  (message: unknown): void => {
    const refused = driver.input((machine, at) => machine.tell(contract, key, message, at));
    if (refused !== null) throw new Refusal(refused, `${contract}.${key}`);
  };

function callAlone(listener: Listener, what: unknown): void {
  try {
    listener(what);
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}
