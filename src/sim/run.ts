/**
 * One run: a server on its machine, its clients, the network between them, and everybody who looks
 * on. Four acts:
 *
 *     storm      faults and workload, for `options.seconds`
 *     quiet      faults stop; everything must settle
 *     empty      the clients leave; the server must forget them
 *     encore     the process is killed once more and must recover what it was
 *
 * The first broken rule ends the run.
 *
 * U1. A run is a function of its setup: nothing else is read, nothing outlives it.
 * U2. Safety is checked in every act, liveness only when faults have stopped.
 */
import type { HostPort, Machine } from "../core/contract.ts";
import { invariant } from "../core/kernel/assert.ts";
import type { AnyContract, PacketRules } from "../core/wire/index.ts";
import { wrongTransportFrame } from "../core/wire/index.ts";
import { Performers } from "./calls.ts";
import type { SimulatedPerformer } from "./calls.ts";
import { CheckerPanel, CheckFailure } from "./checkers/checker.ts";
import type { Checker, QuietRun } from "./checkers/checker.ts";
import { History } from "./checkers/history.ts";
import { ObservedMachine } from "./checkers/observed-machine.ts";
import { Player } from "./clients/player.ts";
import type { PlayerParts } from "./clients/player.ts";
import { RudePeer } from "./clients/rude.ts";
import { ClientTap } from "./clients/tap.ts";
import { CoverageTracker } from "./coverage.ts";
import { seedWords } from "./decisions.ts";
import { FaultCounters } from "./faults.ts";
import type { Fault } from "./faults.ts";
import { Network } from "./network/network.ts";
import type { SimulationOptions } from "./options.ts";
import type { RunSetup } from "./plan.ts";
import { SimulatedNode } from "./process/node.ts";
import type { HostSurroundings } from "./process/process.ts";
import { Scheduler } from "./scheduler.ts";
import { Trace } from "./trace.ts";

/** What the host of a run is made with, besides its surroundings. */
export interface HostOrder extends HostSurroundings {
  /** Wraps every machine that the host's realm makes. */
  readonly observe: (machine: Machine) => Machine;
  readonly options: SimulationOptions;
}

/** A host and what it has counted, by name, summed over labels. */
export interface RunningHost {
  readonly host: HostPort;
  metrics(): ReadonlyMap<string, number>;
}

/** What checkers must know of the run that they look at. */
export interface CheckedWorld {
  readonly options: SimulationOptions;
  readonly faults: FaultCounters;
}

export interface RunParts {
  readonly makeHost: (order: HostOrder) => RunningHost;
  readonly contracts: readonly AnyContract[];
  readonly rules: PacketRules;
  readonly performers: Readonly<Record<string, SimulatedPerformer>>;
  readonly makeCheckers: (world: CheckedWorld) => readonly Checker[];
}

export interface RunOutcome {
  readonly trace: Trace;
  readonly failure: RunFailure | null;
  readonly faults: Readonly<Record<Fault, number>>;
  readonly coverage: ReadonlySet<string>;
  /** How often each checker had something to judge. */
  readonly checked: Readonly<Record<string, number>>;
  readonly simulatedMicros: number;
  /** The last lines that the server logged, for a failure's reader. */
  readonly log: readonly string[];
}

export interface RunFailure {
  readonly checker: string;
  readonly rule: string;
  readonly message: string;
  readonly atMicros: number;
  /** Steps of the realm before it. */
  readonly steps: number;
}

const settleStepMicros = 250_000;
/** Stalls, late segments and slow handshakes from before the quiet are over after it. */
const calmDownMicros = 10_000_000;
/** Links that are just being made or left are made or left after it. */
const leaveMicros = 2_000_000;
/** More actions than this within one simulated second is a server that spins. */
const actionsPerSecondMax = 3_000_000;
const logLinesMax = 60;

export class Run {
  readonly #setup: RunSetup;
  readonly #parts: RunParts;
  readonly #scheduler = new Scheduler();
  readonly #faults = new FaultCounters();
  readonly #panel: CheckerPanel;
  readonly #history = new History();
  readonly #trace = new Trace();
  readonly #coverage: CoverageTracker;
  readonly #checkers: readonly Checker[];
  readonly #node: SimulatedNode;
  readonly #players: Player[] = [];
  readonly #rude: RudePeer[] = [];
  readonly #log: string[] = [];
  #host: RunningHost | null = null;
  #isListening = false;
  #failure: RunFailure | null = null;
  // What the simulator itself throws is a finding, too, and needs its seed: hence guarded.
  readonly #runNext = (): void => {
    this.#scheduler.runNext();
  };

  constructor(setup: RunSetup, parts: RunParts) {
    this.#setup = setup;
    this.#parts = parts;
    const { options } = setup;
    this.#coverage = new CoverageTracker(this.#faults);
    this.#checkers = parts.makeCheckers({ options, faults: this.#faults });
    this.#panel = new CheckerPanel([this.#ownObserver(), this.#coverage, ...this.#checkers]);
    const network = new Network({ ...this.#common(), options: options.network });
    this.#node = this.#makeNode();
    this.#makeClients(network);
  }

  play(): RunOutcome {
    const { options, decisions } = this.#setup;
    this.#node.start();
    this.#until(options.seconds * 1_000_000);
    decisions.calm = true;
    this.#settle();
    this.#empty();
    this.#encore();
    return {
      trace: this.#trace,
      failure: this.#failure,
      faults: this.#faults.counts,
      coverage: this.#coverage.reached,
      checked: Object.fromEntries(this.#checkers.map(({ name, checked }) => [name, checked])),
      simulatedMicros: this.#scheduler.nowMicros,
      log: this.#log,
    };
  }

  // ---------------------------------------------------------------- the acts

  /** Faults have stopped: waits until everything has settled, or should have. */
  #settle(): void {
    for (const peer of this.#rude) peer.stop();
    this.#until(this.#scheduler.nowMicros + calmDownMicros);
    this.#wait(() => this.#isSettled());
    if (this.#failure === null) this.#panel.observe.settled(this.#quietRun());
    this.#noteFailure();
  }

  /** The clients leave: waits until the server knows of nobody. */
  #empty(): void {
    for (const player of this.#players) player.stop();
    this.#until(this.#scheduler.nowMicros + leaveMicros);
    this.#wait(() => this.#host?.metrics().get("connections_open") === 0);
    if (this.#failure === null) this.#panel.observe.emptied(this.#quietRun());
    this.#noteFailure();
  }

  /** Every run ends with a recovery, which compares all that was journalled with what was done. */
  #encore(): void {
    // What was done last must be on the disk first, or there is less to compare.
    this.#until(this.#scheduler.nowMicros + 1_000_000);
    if (this.#failure !== null) return;
    this.#node.end("crash");
    this.#wait(() => this.#isListening);
    if (this.#failure === null && !this.#isListening) {
      this.#fail(new CheckFailure("liveness", "a killed server comes back", "it does not listen"));
    }
  }

  /** Lets time pass until `isDone`, for as long as a quiet period may last. */
  #wait(isDone: () => boolean): void {
    const until = this.#scheduler.nowMicros + this.#setup.options.quietSeconds * 1_000_000;
    while (this.#failure === null && !isDone() && this.#scheduler.nowMicros < until) {
      this.#until(this.#scheduler.nowMicros + settleStepMicros);
    }
  }

  #isSettled(): boolean {
    const ready = this.#players.filter(({ state }) => state === "ready").length;
    const isFull = ready >= this.#setup.options.server.connectionsMax;
    const atRest = ({ pending, state }: Player): boolean =>
      (pending === 0 && ["ready", "stopped", "idle"].includes(state)) ||
      (isFull && state !== "ready");
    return this.#serves && this.#players.every(atRest);
  }

  /** The host was told that it listens, and has not stopped since. */
  get #serves(): boolean {
    return this.#isListening && this.#node.machine.listener !== null;
  }

  #quietRun(): QuietRun {
    return {
      players: this.#players.map(({ name, state, pending }) => ({ name, state, pending })),
      metrics: this.#host?.metrics() ?? new Map<string, number>(),
      isListening: this.#serves,
    };
  }

  // ---------------------------------------------------------------- time

  #until(untilMicros: number): void {
    const scheduler = this.#scheduler;
    let secondEnds = scheduler.nowMicros + 1_000_000;
    let budgetEnds = scheduler.steps + actionsPerSecondMax;
    while (this.#failure === null) {
      const next = scheduler.nextMicros();
      if (next === null || next > untilMicros) break;
      this.#panel.guard(this.#runNext);
      if (this.#panel.failure !== null) this.#noteFailure();
      if (scheduler.nowMicros >= secondEnds) {
        secondEnds = scheduler.nowMicros + 1_000_000;
        budgetEnds = scheduler.steps + actionsPerSecondMax;
      } else if (scheduler.steps >= budgetEnds) {
        this.#fail(new CheckFailure("liveness", "time goes on", "something spins"));
      }
    }
    if (this.#failure === null) scheduler.runUntil(untilMicros);
  }

  #noteFailure(): void {
    if (this.#panel.failure !== null) this.#fail(this.#panel.failure);
  }

  #fail({ checker, rule, message }: CheckFailure): void {
    const atMicros = this.#scheduler.nowMicros;
    this.#failure ??= { checker, rule, message, atMicros, steps: this.#trace.length };
  }

  // ---------------------------------------------------------------- the cast

  #common() {
    const { decisions } = this.#setup;
    return { scheduler: this.#scheduler, decisions, faults: this.#faults };
  }

  #makeNode(): SimulatedNode {
    const { options, entropy } = this.#setup;
    const { observe } = this.#panel;
    return new SimulatedNode({
      ...this.#common(),
      name: "server",
      options,
      performers: new Performers(
        { ...this.#common(), options: options.calls },
        this.#parts.performers,
      ),
      entropy: seedWords(entropy),
      plaintextReply: wrongTransportFrame("little"),
      observer: {
        opened: (socket, link, remote) => observe.socketOpened(socket, link, remote),
        handshakeFailed: (link) => observe.handshakeFailed(link),
        received: (socket, bytes) => observe.socketReceived(socket, bytes),
        written: (socket, bytes) => observe.socketWritten(socket, bytes),
        closed: (socket) => observe.socketClosed(socket),
      },
      events: {
        started: (start) => observe.processStarted(start),
        ended: (end, ending) => observe.processEnded(end, ending, this.#node.disk),
        logged: (level, message) => this.#logged(`${level} ${message}`),
        listening: () => observe.listening(),
        turned: () => observe.turned(),
      },
      makeHost: (surroundings) => this.#makeHost(surroundings),
    });
  }

  #makeHost(surroundings: HostSurroundings): HostPort {
    const { observe } = this.#panel;
    this.#host = this.#parts.makeHost({
      ...surroundings,
      options: this.#setup.options,
      observe: (machine) =>
        new ObservedMachine({
          machine,
          history: this.#history,
          observer: observe,
          stallMicros: () => this.#node.process?.stallMicros ?? 0,
          guard: (check) => this.#panel.guard(check),
        }),
    });
    return this.#host.host;
  }

  #makeClients(network: Network): void {
    const { options, scripts, entropy } = this.#setup;
    const { contracts, rules } = this.#parts;
    const { observe } = this.#panel;
    const parts: PlayerParts = {
      ...this.#common(),
      network,
      target: this.#node.machine,
      handshake: options.handshake,
      security: options.server.security,
      observer: new ClientTap(rules, observe),
      seed: seedWords(entropy),
      contracts,
      idleTimeoutMicros: options.server.idleTimeoutMicros,
      players: {
        echoed: (...seen) => observe.echoed(...seen),
        broken: (...seen) => observe.playerBroken(...seen),
        stateChanged: (...seen) => observe.playerChanged(...seen),
      },
    };
    for (const script of scripts) {
      if (script.kind === "player") {
        const player = new Player(parts, script.name);
        this.#players.push(player);
        for (const action of script.actions) this.#at(action.atMicros, () => player.act(action));
      } else {
        const peer = new RudePeer(parts, script.name);
        this.#rude.push(peer);
        for (const action of script.actions) this.#at(action.atMicros, () => peer.act(action));
      }
    }
  }

  /** The workload belongs to the storm. */
  #at(atMicros: number, act: () => void): void {
    invariant(atMicros >= 0, "a script begins with the run");
    if (atMicros < this.#setup.options.seconds * 1_000_000) this.#scheduler.at(atMicros, act);
  }

  /** What the run itself must know of what goes on. */
  #ownObserver(): Checker {
    return {
      name: "run",
      checked: 0,
      stepped: (step) => {
        this.#trace.add(step, this.#scheduler.nowMicros, this.#scheduler.steps);
      },
      processStarted: () => this.#history.processStarted(),
      listening: () => {
        this.#isListening = true;
      },
      processEnded: (end) => {
        this.#isListening = false;
        this.#logged(`the process ended: ${end.type === "exit" ? end.message : end.type}`);
      },
    };
  }

  #logged(line: string): void {
    this.#log.push(`${(this.#scheduler.nowMicros / 1_000_000).toFixed(6)} ${line}`);
    if (this.#log.length > logLinesMax) this.#log.shift();
  }
}
