/**
 * A simulated server that a test drives by hand: what a client does, how much time passes, what
 * has come of it. Synchronous, so a property test can have a model beside it and compare after
 * every command. All checkers look on; what they find is thrown with a plan that repeats it.
 *
 *     const live = new LiveSimulation({ clients: ["1", "2"], seed: 7 });
 *     live.act("1", { type: "start" });
 *     live.pass(2);
 *     expect(live.player("1").state).toBe("ready");
 *     live.end();
 *
 * V1. What was done and decided is a plan: `simulate({ plan })` goes the same way.
 * V2. Time passes in `act`, `pass` and `end`, and nowhere else. An act takes a microsecond or more.
 */
import { publishedContracts } from "../core/features/contracts.ts";
import { apiRule } from "../core/kernel/assert.ts";
import type { PlainData } from "../core/kernel/plain.ts";
import { decodePayload } from "../core/wire/index.ts";
import type { AnyMessage } from "../core/wire/index.ts";
import type { Checker, QuietRun, QuietTraveller } from "./checkers/checker.ts";
import type { ClientScript, PlayerAction, RudeAction, TravellerAction } from "./clients/script.ts";
import { Decisions } from "./decisions.ts";
import { checkFixed } from "./option-rules.ts";
import { calmOptions, withOptions } from "./options.ts";
import type { PartialOptions } from "./options.ts";
import { planOf } from "./plan.ts";
import type { Plan, RunSetup } from "./plan.ts";
import type { Run, RunFailure, RunOutcome } from "./run.ts";
import { failureOfRun, runOf, scenarioOf } from "./simulate.ts";
import type { SimulateOptions, SimulationFailure } from "./simulate.ts";
import type { Witness } from "./witness.ts";

/** A client, before it has done anything. */
export type LiveClient =
  | { readonly kind: "player" | "rude"; readonly name: string }
  | {
      readonly kind: "traveller";
      readonly name: string;
      readonly account: string;
      readonly device: string;
    };

export interface LiveOptions extends Pick<
  SimulateOptions,
  "scenario" | "features" | "performers" | "mayThrow" | "checkers" | "host"
> {
  readonly clients: readonly LiveClient[];
  /** 0..2^53-1. Draws the faults, where `options` has some. */
  readonly seed: number;
  /** Over calm ones; no faults when left out. `seconds` is how long faults may be drawn for. */
  readonly options?: PartialOptions;
}

/** A packet that a client got. */
export interface LivePacket {
  readonly client: string;
  /** Simulated microseconds since the run began. */
  readonly atMicros: number;
  /** `contract.key`. */
  readonly packet: string;
  readonly isAnswer: boolean;
  /** Null where it cannot be decoded. */
  readonly message: unknown;
}

/** A checker has found something. */
export class SimulationBroken extends Error {
  override readonly name = "SimulationBroken";
  /** With the plan that makes it happen again; `shrink` takes it. */
  readonly failure: SimulationFailure;

  constructor(failure: SimulationFailure) {
    super(`${failure.checker}: ${failure.message}`);
    this.failure = failure;
  }
}

type AnyAction = PlayerAction | RudeAction | TravellerAction;
type Timed = ClientScript["actions"][number];

export class LiveSimulation {
  /** What clients got, in the order of time. */
  readonly received: readonly LivePacket[];
  readonly #setup: RunSetup;
  readonly #run: Run;
  readonly #done = new Map<string, Timed[]>();
  #micros = 0;
  #isEnded = false;

  /** @throws ApiMisuseError for features that do not compose, or two clients of one name */
  constructor(given: LiveOptions) {
    const { clients, seed, options = {}, features = [] } = given;
    const names = new Set(clients.map(({ name }) => name));
    apiRule(names.size === clients.length, "two clients have the same name");
    checkFixed(options);
    const scenario = scenarioOf(given);
    this.#setup = {
      scenario: scenario.name,
      entropy: seed,
      options: withOptions(calmOptions, options),
      scripts: clients.map((client): ClientScript => ({ ...client, actions: [] })),
      decisions: Decisions.drawn(seed, true),
    };
    const contracts = features.map(({ declaration }) => declaration.contract);
    const witness = new PacketWitness(packetsOf([...publishedContracts, ...contracts]));
    this.received = witness.received;
    this.#run = runOf(given, { scenario, setup: this.#setup, witness });
    this.#run.begin();
  }

  /** Simulated seconds since the run began. */
  get seconds(): number {
    return this.#micros / 1_000_000;
  }

  /**
   * A client does something, now.
   *
   * @throws SimulationBroken
   */
  act(client: string, action: AnyAction): void {
    apiRule(!this.#isEnded, "the run has ended");
    const done = this.#done.get(client) ?? [];
    this.#done.set(client, done);
    this.#micros = this.#run.act(client, (atMicros) => {
      const timed = { ...action, atMicros };
      done.push(timed);
      return timed;
    });
    this.#check(this.#run.pass(0));
  }

  /**
   * Lets time pass.
   *
   * @throws SimulationBroken
   */
  pass(seconds: number): void {
    apiRule(!this.#isEnded, "the run has ended");
    const micros = Math.round(seconds * 1_000_000);
    this.#micros += micros;
    this.#check(this.#run.pass(micros));
  }

  /** A client of the SDK: its state, and how many of its requests have no outcome. */
  player(name: string): QuietRun["players"][number] {
    return found(this.#run.stand().players, name);
  }

  traveller(name: string): QuietTraveller {
    return found(this.#run.stand().scene.travellers, name);
  }

  /** A view of a server's realm; null when it has none of that name, or does not run. */
  view(server: string, view: string): PlainData {
    return found(this.#run.stand().scene.servers, server).view(view);
  }

  /**
   * Faults stop, everybody settles and leaves, and the servers are killed and recover: what every
   * run ends with.
   *
   * @throws SimulationBroken
   */
  end(): void {
    if (this.#isEnded) return;
    this.#passTo(this.#wholeSeconds() * 1_000_000);
    this.#isEnded = true;
    const outcome = this.#run.finish();
    this.#check(outcome.failure, outcome.log);
  }

  /** What was done so far, and what was decided. */
  plan(): Plan {
    const { options, scripts } = this.#setup;
    return planOf({
      ...this.#setup,
      options: { ...options, seconds: this.#wholeSeconds() },
      scripts: scripts.map(
        // The client has done what its kind can do.
        (script) => ({ ...script, actions: this.#done.get(script.name) ?? [] }) as ClientScript,
      ),
    });
  }

  #wholeSeconds(): number {
    return Math.max(1, Math.ceil((this.#micros + 1) / 1_000_000));
  }

  #passTo(micros: number): void {
    const left = micros - this.#micros;
    this.#micros = micros;
    this.#check(this.#run.pass(left));
  }

  #check(failure: RunFailure | null, log: RunOutcome["log"] = []): void {
    if (failure === null) return;
    this.#isEnded = true;
    throw new SimulationBroken(failureOfRun(failure, { plan: this.plan(), log }));
  }
}

function found<T extends { readonly name: string }>(all: readonly T[], name: string): T {
  const one = all.find((candidate) => candidate.name === name);
  apiRule(one !== undefined, `the run has no "${name}"`);
  return one;
}

interface KnownPacket {
  readonly packet: string;
  readonly isAnswer: boolean;
  readonly message: AnyMessage;
}

type Contracts = typeof publishedContracts;

function packetsOf(contracts: Contracts): ReadonlyMap<number, KnownPacket> {
  const known = new Map<number, KnownPacket>();
  for (const contract of contracts) {
    for (const [key, entry] of Object.entries(contract.entries)) {
      const packet = `${contract.name}.${key}`;
      if (entry.kind === "toClient") {
        known.set(entry.type, { packet, isAnswer: false, message: entry.message });
      } else if (entry.kind === "request") {
        known.set(entry.replyType, { packet, isAnswer: true, message: entry.reply });
      }
    }
  }
  return known;
}

class PacketWitness implements Witness {
  readonly received: LivePacket[] = [];
  readonly everywhere: Checker = { name: "live", checked: 0 };
  readonly #packets: ReadonlyMap<number, KnownPacket>;
  #now: () => number = () => 0;

  constructor(packets: ReadonlyMap<number, KnownPacket>) {
    this.#packets = packets;
  }

  begins(nowMicros: () => number): void {
    this.#now = nowMicros;
  }

  at(): Checker {
    return {
      name: "live",
      checked: 0,
      clientReceived: ({ link, type, payload }) => {
        const known = this.#packets.get(type);
        if (known === undefined) return;
        const { packet, isAnswer } = known;
        const message = decodePayload(known.message, payload, 0, payload.length);
        const client = link.slice(0, link.lastIndexOf("."));
        this.received.push({ client, atMicros: this.#now(), packet, isAnswer, message });
      },
    };
  }

  entered(): void {
    // Nobody asks.
  }

  acted(): void {
    // The test did it.
  }

  struck(): void {
    // The plan says so.
  }

  decided(): void {
    // Likewise.
  }
}
