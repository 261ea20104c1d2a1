/**
 * The client SDK for Node.
 *
 *     const game = await connect("tls://127.0.0.1:8081", { contracts: [lanternContract] });
 *     game.lantern.on("lit", ({ id }) => console.log("lit", id));
 *     const { id } = await game.lantern.place({ at: { x: 1, y: 0, z: 2 } });
 *     await game.close();
 */
import { randomBytes } from "node:crypto";
import { apiRule } from "../core/kernel/assert.ts";
import type { Micros } from "../core/kernel/ids.ts";
import { RandomStream } from "../core/kernel/random.ts";
import type { Seed } from "../core/kernel/random.ts";
import type { AnyContract } from "../core/wire/index.ts";
import { defaultClientOptions } from "./borders.ts";
import type { ClientOptions, ClientState } from "./borders.ts";
import { Audience, gameOf } from "./game.ts";
import type { Driver } from "./game.ts";
import { ClientMachine } from "./machine.ts";
import { NodeLink, now } from "./node.ts";
import { developmentTrust } from "./run-file.ts";
import { parseTarget } from "./target.ts";
import type { Target, Trust } from "./target.ts";
import { Refusal } from "./types.ts";
import type { Game } from "./types.ts";

export { Refusal } from "./types.ts";
export type { Face, Game, GameControls, GameEvents, Unsubscribe } from "./types.ts";
export { defaultClientOptions } from "./borders.ts";
export type { ClientCounters, ClientOptions, ClientState, Welcome } from "./borders.ts";
export { defaultReconnect } from "./back-off.ts";
export type { ReconnectPolicy } from "./back-off.ts";
export { clientCodes } from "./refused.ts";
export type { ClientCode, Refused, RefusedCode } from "./refused.ts";
export { hashPassword, login } from "./account.ts";
export type { Credentials, ListedServer, Login } from "./account.ts";
export { enter } from "./presence.ts";
export type { Entered, EnterOptions, Presence, Step } from "./presence.ts";
export { Prediction } from "./prediction.ts";
export type { PredictionOptions } from "./prediction.ts";
export { WorldView } from "./world-view.ts";
export type {
  Health,
  SeenEntity,
  Status,
  ViewCounters,
  WorldEvent,
  WorldUpdate,
} from "./world-view.ts";

export interface ConnectOptions<C extends readonly AnyContract[]> extends Partial<
  Omit<ClientOptions, "contracts" | "random">
> {
  /** What this client speaks; `session` is always among them. */
  readonly contracts: C;
  /** PEM of the authority that signed the server's certificate, in place of the system's. */
  readonly ca?: string | Uint8Array;
  /** The SHA-256 fingerprint of the server's own certificate, in place of any authority. */
  readonly fingerprint?: string;
  /** True: whoever answers is believed. For tests. */
  readonly insecure?: boolean;
  /** How long the first connection may be retried; 0, the default, fails at the first attempt. */
  readonly patienceMs?: number;
  /** Four 32-bit words that the delays before reconnecting are drawn from; default: fresh ones. */
  readonly seed?: Seed;
}

/**
 * Connects and greets.
 *
 * Without `ca`, `fingerprint` and `insecure`, a server on this machine whose `data/run.json` is
 * below the working directory is known by the fingerprint in it; any other by the system's
 * authorities.
 *
 * @param url `tls://host:port` or `tcp://host:port`
 * @returns the client, once the server has greeted. It reconnects by itself until it is closed.
 * @throws Refusal when the server cannot be reached or refuses; ApiMisuseError for options that
 * contradict each other
 */
export async function connect<const C extends readonly AnyContract[]>(
  url: string,
  options: ConnectOptions<C>,
): Promise<Game<C>> {
  const audience = new Audience();
  const target = await targetOf(url, options);
  const driver = new NodeDriver(machineOptions(options), target, audience);
  const game = gameOf(options.contracts, driver, audience) as Game<C>;
  await driver.start(url, options.patienceMs ?? 0);
  return game;
}

/** One machine, its socket and its timer. */
class NodeDriver implements Driver {
  readonly machine: ClientMachine;
  readonly #audience: Audience;
  readonly #link: NodeLink;
  #timer: NodeJS.Timeout | null = null;
  #timerAt = Infinity;

  constructor(options: ClientOptions, target: Target, audience: Audience) {
    this.#audience = audience;
    this.#link = new NodeLink(target, {
      opened: () => this.input((machine, at) => machine.opened(at)),
      received: (bytes) => this.input((machine, at) => machine.received(bytes, at)),
      ended: () => this.input((machine, at) => machine.ended(at)),
      closed: (reason) => this.input((machine, at) => machine.closed(reason, at)),
      writable: () => this.input((machine, at) => machine.writable(at)),
    });
    this.machine = new ClientMachine(options, {
      connect: () => this.#link.connect(),
      write: (bytes) => this.#link.write(bytes),
      close: (mode) => this.#link.close(mode),
      resolved: (number, message) => audience.resolved(number, message),
      rejected: (number, refused) => audience.rejected(number, refused),
      received: (contract, key, message) => audience.received(contract, key, message),
      refused: (refused) => audience.refused(refused),
      stateChanged: (state) => audience.stateChanged(state),
    });
  }

  /** Resolves when the client is ready for the first time. */
  start(url: string, patienceMs: number): Promise<void> {
    const patientUntil = now() + patienceMs * 1_000;
    return new Promise((resolve, reject) => {
      const settle = (state: ClientState): void => {
        if (state.name === "ready") resolve();
        else if (state.name === "stopped") reject(new Refusal(state.reason, url));
        else if (state.name === "backingOff" && state.dueAt >= patientUntil) {
          reject(new Refusal(state.reason, url));
          queueMicrotask(() => void this.close());
        } else return;
        this.#audience.onState = () => undefined;
      };
      this.#audience.onState = settle;
      this.input((machine, at) => machine.start(at));
    });
  }

  input<T>(call: (machine: ClientMachine, at: Micros) => T): T {
    try {
      return call(this.machine, now());
    } finally {
      this.#arm();
      this.#audience.tell();
    }
  }

  close(): Promise<void> {
    this.input((machine, at) => machine.stop(at));
    return this.#link.gone();
  }

  /**
   * Sees that the timer fires at the machine's next timeout or before. An earlier one is left as it
   * is: it fires for nothing, which is cheaper than setting a timer for every message.
   */
  #arm(): void {
    const next = this.machine.nextTimeout();
    if (next !== null && this.#timerAt <= next) return;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#timerAt = Infinity;
    if (next === null) return;
    this.#timerAt = next;
    const delayMs = Math.max(0, Math.ceil((next - now()) / 1_000));
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.#timerAt = Infinity;
      this.input((machine, at) => machine.timeReached(at));
    }, delayMs);
  }
}

function machineOptions(options: ConnectOptions<readonly AnyContract[]>): ClientOptions {
  const {
    contracts,
    seed,
    ca: _ca,
    fingerprint: _fingerprint,
    insecure: _insecure,
    ...rest
  } = options;
  const { patienceMs: _patience, ...given } = rest;
  const random = RandomStream.named(seed ?? freshSeed(), "reconnect");
  return { ...defaultClientOptions, ...given, contracts, random };
}

function freshSeed(): Seed {
  const bytes = randomBytes(16);
  return [0, 4, 8, 12].map((offset) => bytes.readUInt32LE(offset)) as unknown as Seed;
}

async function targetOf(
  url: string,
  { ca, fingerprint, insecure }: ConnectOptions<readonly AnyContract[]>,
): Promise<Target> {
  const reasons = [ca, fingerprint, insecure].filter((reason) => reason !== undefined);
  apiRule(reasons.length <= 1, "connect: give one of ca, fingerprint and insecure");
  let trust: Trust = { kind: "system" };
  if (ca !== undefined) trust = { kind: "authority", pem: ca };
  if (fingerprint !== undefined) trust = { kind: "fingerprint", sha256: fingerprint };
  if (insecure === true) trust = { kind: "nobody" };
  const target = parseTarget(url, trust);
  if (reasons.length > 0 || target.trust === null) return target;
  return { ...target, trust: (await developmentTrust(target)) ?? trust };
}
