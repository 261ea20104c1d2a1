/**
 * One server of a run: its machine and the processes on it, and everybody who looks on there. Runs
 * have one or several; each has a realm, a journal and checkers of its own, and they meet only
 * where real ones would: at their clients, and in the accounts that they share.
 */
import type { HostPort, Machine } from "../core/contract.ts";
import type { PacketType } from "../core/kernel/ids.ts";
import type { PlainData } from "../core/kernel/plain.ts";
import type { Realm } from "../core/realm/index.ts";
import { wrongTransportFrame } from "../core/wire/index.ts";
import type { AnyContract } from "../core/wire/index.ts";
import { Performers, performersHost } from "./calls.ts";
import type { SimulatedPerformer } from "./calls.ts";
import { CheckerPanel } from "./checkers/checker.ts";
import type { Checker, Observations, QuietServer } from "./checkers/checker.ts";
import { History } from "./checkers/history.ts";
import { ObservedMachine } from "./checkers/observed-machine.ts";
import { LinkStates } from "./coverage.ts";
import type { Decisions } from "./decisions.ts";
import { seedWords } from "./decisions.ts";
import type { FaultCounters } from "./faults.ts";
import type { Weather } from "./network/weather.ts";
import type { SimulationOptions } from "./options.ts";
import { SimulatedNode } from "./process/node.ts";
import type { HostSurroundings } from "./process/process.ts";
import type { Scheduler } from "./scheduler.ts";

/** What a server of a run is. */
export interface SiteSpec {
  /** Unique in the run, part of the decisions' keys. */
  readonly name: string;
  /** Which features it has, for those who ask for one of several. */
  readonly role: string;
  readonly realm: Realm;
  /** Over the realm's defaults and what the options say. */
  readonly realmConfig: Readonly<Record<string, number>>;
  readonly contracts: readonly AnyContract[];
  /** `address:port` as the directory has it; null when it is not listed. */
  readonly address: string | null;
  readonly performers: Readonly<Record<string, SimulatedPerformer>>;
  /** Packets that its checkers want to read. */
  readonly keeps: ReadonlySet<PacketType>;
  readonly makeCheckers: (world: CheckedWorld) => readonly Checker[];
}

/** What checkers must know of the run that they look at. */
export interface CheckedWorld {
  readonly options: SimulationOptions;
  readonly faults: FaultCounters;
}

/** What a host is made with, besides its surroundings. */
export interface HostOrder extends HostSurroundings {
  readonly role: string;
  readonly realm: Realm;
  readonly realmConfig: Readonly<Record<string, number>>;
  /** Wraps every machine that the host's realm makes. */
  readonly observe: (machine: Machine) => Machine;
  readonly options: SimulationOptions;
}

/** A host and what it has counted, by name, summed over labels. */
export interface RunningHost {
  readonly host: HostPort;
  metrics(): ReadonlyMap<string, number>;
}

export interface SiteParts {
  readonly scheduler: Scheduler;
  readonly decisions: Decisions;
  readonly faults: FaultCounters;
  readonly options: SimulationOptions;
  readonly entropy: number;
  readonly weather: Weather;
  readonly makeHost: (order: HostOrder) => RunningHost;
  /** What the run itself must know of what goes on. */
  readonly observer: Checker;
  readonly witness: Checker | null;
  readonly logged: (line: string) => void;
}

/** What the server of a run with one is called. */
export const onlyServer = "server";

export class Site {
  readonly spec: SiteSpec;
  readonly node: SimulatedNode;
  readonly panel: CheckerPanel;
  readonly checkers: readonly Checker[];
  readonly links = new LinkStates();
  readonly #parts: SiteParts;
  readonly #history = new History();
  #host: RunningHost | null = null;
  #machine: ObservedMachine | null = null;
  #isListening = false;

  constructor(spec: SiteSpec, parts: SiteParts) {
    this.spec = spec;
    this.#parts = parts;
    const { options, faults } = parts;
    this.checkers = spec.makeCheckers({ options, faults });
    const witnesses = parts.witness === null ? [] : [parts.witness];
    const observers = [parts.observer, this.#ownObserver(), this.links, ...witnesses];
    this.panel = new CheckerPanel([...observers, ...this.checkers, this.#lastObserver()]);
    this.node = this.#makeNode();
  }

  get observe(): Observations {
    return this.panel.observe;
  }

  /** What the present process has counted. */
  metrics(): ReadonlyMap<string, number> {
    return this.#host?.metrics() ?? new Map<string, number>();
  }

  /** The host was told that it listens, and has not stopped since. */
  get serves(): boolean {
    return this.#isListening && this.node.machine.listener !== null;
  }

  /** A process of it has come up and has not ended. */
  get isListening(): boolean {
    return this.#isListening;
  }

  quiet(): QuietServer {
    const { name, role } = this.spec;
    const { serves } = this;
    return { name, role, serves, view: (view) => this.#view(view) };
  }

  #view(name: string): PlainData {
    const machine = this.#machine;
    return machine?.views.includes(name) === true ? machine.view(name) : null;
  }

  #common() {
    const { scheduler, decisions, faults } = this.#parts;
    return { scheduler, decisions, faults };
  }

  #makeNode(): SimulatedNode {
    const { options, entropy, weather } = this.#parts;
    const { name, performers } = this.spec;
    const { observe } = this.panel;
    const calls = new Performers(
      {
        ...this.#common(),
        options: options.calls,
        name: callsOf(name),
        there: weather.route(name, performersHost),
        back: weather.route(performersHost, name),
      },
      performers,
    );
    calls.onCrash = () => this.node.end("crash");
    return new SimulatedNode({
      ...this.#common(),
      name,
      options,
      performers: calls,
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
        ended: (end, ending) => observe.processEnded(end, ending, this.node.disk),
        logged: (level, message, fields) => {
          this.#parts.logged(`${level} ${message}`);
          observe.logged(level, message, fields);
        },
        listening: () => observe.listening(),
        turned: () => observe.turned(),
      },
      makeHost: (surroundings) => this.#makeHost(surroundings),
    });
  }

  #makeHost(surroundings: HostSurroundings): HostPort {
    const { role, realm, realmConfig } = this.spec;
    this.#host = this.#parts.makeHost({
      ...surroundings,
      role,
      realm,
      realmConfig,
      options: this.#parts.options,
      observe: (machine) => this.#observed(machine),
    });
    return this.#host.host;
  }

  #observed(machine: Machine): Machine {
    const { starts } = this.node;
    this.#machine = new ObservedMachine({
      machine,
      history: this.#history,
      observer: this.panel.observe,
      keeps: this.spec.keeps,
      isGone: () => this.node.starts !== starts || this.node.process === null,
      stallMicros: () => this.node.process?.stallMicros ?? 0,
      guard: (check) => this.panel.guard(check),
    });
    return this.#machine;
  }

  /** A process may die at a step once everybody has seen it. */
  #lastObserver(): Checker {
    return {
      name: "node",
      checked: 0,
      stepped: ({ isReplay }) => {
        if (!isReplay) this.node.stepped();
      },
    };
  }

  #ownObserver(): Checker {
    return {
      name: "site",
      checked: 0,
      processStarted: () => this.#history.processStarted(),
      listening: () => {
        this.#isListening = true;
      },
      processEnded: (end) => {
        this.#isListening = false;
        const what = end.type === "exit" ? end.message : end.type;
        this.#parts.logged(`the process ended: ${what}`);
      },
    };
  }
}

/** The only server of a run has its calls under a name from before there were others. */
const callsOf = (server: string): string => (server === onlyServer ? "calls" : `calls/${server}`);
