/**
 * One server of a run: its machine and the processes on it, and everybody who looks on there. Runs
 * have one or several; each has a realm, a journal and checkers of its own, and they meet only
 * where real ones would: at their clients, and in the accounts that they share.
 */
import type { HostPort, Machine } from "../core/contract.ts";
import type { Host } from "../core/host/index.ts";
import type { JournalKeys } from "../core/journal/index.ts";
import type { PacketType } from "../core/kernel/ids.ts";
import type { PlainData } from "../core/kernel/plain.ts";
import type { Realm } from "../core/realm/index.ts";
import { wrongTransportFrame } from "../core/wire/index.ts";
import type { AnyContract } from "../core/wire/index.ts";
import { Performers, performersHost } from "./calls.ts";
import type { SimulatedPerformer } from "./calls.ts";
import { CaptureChecker } from "./checkers/capture.ts";
import { CheckerPanel } from "./checkers/checker.ts";
import type {
  Checker,
  DiskImage,
  Observations,
  QuietServer,
  SeenBuild,
} from "./checkers/checker.ts";
import { FollowerChecker, FollowingMachine } from "./checkers/follower.ts";
import { History } from "./checkers/history.ts";
import { ObservedMachine } from "./checkers/observed-machine.ts";
import type { Decisions } from "./decisions.ts";
import { seedWords } from "./decisions.ts";
import type { FaultCounters } from "./faults.ts";
import { forkPath, forkState } from "./fork.ts";
import type { Fork } from "./fork.ts";
import { keysOf } from "./keeping.ts";
import { LinkStates } from "./link-states.ts";
import type { Weather } from "./network/weather.ts";
import type { SimulationOptions } from "./options.ts";
import { SimulatedNode } from "./process/node.ts";
import type { Ending } from "./process/node.ts";
import type { HostSurroundings, ProcessEnd } from "./process/process.ts";
import type { Scheduler } from "./scheduler.ts";
import { buildNames } from "./upgrade/rollout.ts";
import type { Build, OperatedServer, Operator } from "./upgrade/rollout.ts";

/** What a server of a run is. */
export interface SiteSpec {
  /** Unique in the run, part of the decisions' keys. */
  readonly name: string;
  /** Which features it has, for those who ask for one of several. */
  readonly role: string;
  readonly realm: Realm;
  /** What the next build is made of; the same when left out. */
  readonly nextRealm?: Realm;
  /** Over the realm's defaults and what the options say. */
  readonly realmConfig: Readonly<Record<string, number>>;
  /** Of its features. */
  readonly contracts: readonly AnyContract[];
  /** What its clients know besides, and are refused; nothing when left out. */
  readonly unserved?: readonly AnyContract[];
  /** `address:port` as the directory has it; null when it is not listed. */
  readonly address: string | null;
  /** So many are sent to it at most; as many as come when left out. */
  readonly playersMax?: number;
  readonly performers: Readonly<Record<string, SimulatedPerformer>>;
  /** Operations whose performers know what they have answered; none when left out. */
  readonly remembered?: ReadonlySet<string>;
  /** Packets that its checkers want to read. */
  readonly keeps: ReadonlySet<PacketType>;
  /** Users' checkers look at it; at the first server, where none says so. */
  readonly isWatched?: boolean;
  readonly makeCheckers: (world: CheckedWorld) => readonly Checker[];
}

/** What checkers must know of the run that they look at. */
export interface CheckedWorld {
  readonly options: SimulationOptions;
  readonly faults: FaultCounters;
  /** Of the first build. */
  readonly realm: Realm;
  /** Of the next one; the same when left out. */
  readonly nextRealm?: Realm;
  /** Of the server's features. */
  readonly contracts: readonly AnyContract[];
  /** Simulated time since the run began. */
  readonly nowMicros: () => number;
  /** What the clocks of the server's machine show. */
  readonly monotonicMicros: () => number;
  readonly wallMicros: () => number;
  /** The server's disk as it is. */
  readonly disk: () => DiskImage;
  /** What the present process has counted, by name; labels are summed over. */
  readonly metrics: () => ReadonlyMap<string, number>;
  /** One of them that has no labels, at next to no cost. */
  readonly figure: (name: string) => number;
}

/** What a host is made with, besides its surroundings. */
export interface HostOrder extends HostSurroundings {
  readonly role: string;
  /** The name of the build, and whether it steps a tail that another one has left. */
  readonly build: SeenBuild;
  readonly realm: Realm;
  readonly realmConfig: Readonly<Record<string, number>>;
  /** Wraps every machine that the host's realm makes. */
  readonly observe: (machine: Machine) => Machine;
  /** Wraps every machine that the host's follower makes, by `create`. */
  readonly observeFollower: (create: () => Machine) => Machine;
  readonly options: SimulationOptions;
  /** Of the journal; null: it is not encrypted. */
  readonly keys: JournalKeys | null;
}

/** A host and what it has counted, by name, summed over labels. */
export interface RunningHost {
  readonly host: HostPort;
  metrics(): ReadonlyMap<string, number>;
  /** One of them that has no labels, at next to no cost. */
  figure(name: string): number;
  /** What it tells whoever asks how it is. */
  phase(): Host["phase"];
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
  /** See `RunParts`. */
  readonly isChecked: boolean;
  /** See `ClockParts`. */
  readonly epochMicros: number;
  /** What it begins with; null: with nothing. */
  readonly fork: Fork | null;
}

/** What the server of a run with one is called. */
export const onlyServer = "server";

export class Site implements OperatedServer {
  readonly spec: SiteSpec;
  /** Who changes its builds; null: nobody. */
  operator: Operator | null = null;
  readonly node: SimulatedNode;
  readonly panel: CheckerPanel;
  readonly checkers: readonly Checker[];
  readonly links = new LinkStates();
  readonly #parts: SiteParts;
  readonly #history: History;
  readonly #follower: FollowerChecker;
  #host: RunningHost | null = null;
  #machine: ObservedMachine | null = null;
  #isListening = false;
  #isDown = false;
  #installed: Build = 0;
  #adoptsTail = false;
  /** What the present process is, and what the last one was that served. */
  #running: Build = 0;
  #served: Build = 0;

  constructor(spec: SiteSpec, parts: SiteParts) {
    this.spec = spec;
    this.#parts = parts;
    const { options, faults, scheduler } = parts;
    const nowMicros = (): number => scheduler.nowMicros;
    const isFollowed = options.follower.everyEvents > 0;
    this.#history = new History(isFollowed);
    this.#follower = new FollowerChecker(options.follower, nowMicros);
    const metrics = (): ReadonlyMap<string, number> => this.metrics();
    const disk = (): DiskImage => this.node.disk;
    const figure = (name: string): number => this.#host?.figure(name) ?? 0;
    const monotonicMicros = (): number => this.node.clock.monotonic();
    const wallMicros = (): number => this.node.clock.wallClock();
    const clocks = { nowMicros, monotonicMicros, wallMicros };
    const world = { ...spec, ...clocks, options, faults, metrics, figure, disk };
    const checkers = spec.makeCheckers(world);
    const more = [
      ...(isFollowed ? [this.#follower] : []),
      ...(options.keeping.captureBytes > 0 ? [this.#captureChecker()] : []),
    ];
    this.checkers = [...checkers, ...more];
    const witnesses = parts.witness === null ? [] : [parts.witness];
    const observers = [parts.observer, this.#ownObserver(), this.links, ...witnesses];
    this.panel = new CheckerPanel([...observers, ...this.checkers, this.#lastObserver()]);
    this.node = this.#makeNode();
    if (parts.fork !== null) this.#beginWith(parts.fork);
  }

  #captureChecker(): Checker {
    const { realm, nextRealm = realm } = this.spec;
    return new CaptureChecker({
      realm: () => (this.#running === 0 ? realm : nextRealm),
      keys: () => this.#keys(),
      faults: this.#parts.faults,
    });
  }

  /** The state stands at the beginning of all that the checkers know of. */
  #beginWith(fork: Fork): void {
    this.node.disk.install(forkPath(fork), fork.checkpoint);
    this.#history.checkpointed(forkState(fork), 0);
  }

  get observe(): Observations {
    return this.panel.observe;
  }

  get name(): string {
    return this.spec.name;
  }

  get installed(): Build {
    return this.#installed;
  }

  install(build: Build, adoptsTail: boolean): void {
    this.#installed = build;
    this.#adoptsTail = adoptsTail;
  }

  end(ending: "drain" | "crash"): void {
    this.node.end(ending);
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

  /** It is down for good. */
  get isDown(): boolean {
    return this.#isDown;
  }

  stayDown(isSilent: boolean): void {
    this.#isDown = true;
    this.node.stayDown(isSilent);
  }

  quiet(): QuietServer {
    const { name, role, playersMax = Infinity } = this.spec;
    const { isDown } = this;
    const serves = this.serves && this.#host?.phase() === "serving";
    const view = (called: string): PlainData => (isDown ? null : this.#view(called));
    return { name, role, serves, isDown, playersMax, view };
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
    const { options, entropy, weather, epochMicros } = this.#parts;
    const { name, performers, remembered = new Set<string>() } = this.spec;
    const { observe } = this.panel;
    const calls = new Performers(
      {
        ...this.#common(),
        options: options.calls,
        remembered,
        name: callsOf(name),
        there: weather.route(name, performersHost),
        back: weather.route(performersHost, name),
      },
      performers,
    );
    calls.onCrash = () => this.node.end("crash");
    return new SimulatedNode({
      ...this.#common(),
      epochMicros,
      name,
      options,
      performers: calls,
      entropy: seedWords(entropy),
      plaintextReply: wrongTransportFrame("little"),
      observer: {
        opened: (socket, link, remote) => observe.socketOpened(socket, link, remote),
        handshakeFailed: (link) => observe.handshakeFailed(link),
        received: (socket, bytes) => observe.socketReceived(socket, bytes),
        reading: (socket, isRead) => observe.socketReading(socket, isRead),
        written: (...write) => observe.socketWritten(...write),
        ending: (socket, mode) => observe.socketEnding(socket, mode),
        closed: (socket) => observe.socketClosed(socket),
      },
      events: {
        started: (start) => observe.processStarted(start, this.#build()),
        ended: (end, ending) => {
          const isRefused = ending !== "damaged" && this.#hasRefused(end);
          const judged = isRefused ? "refused" : ending;
          observe.processEnded(end, judged, this.node.disk);
        },
        logged: (level, message, fields) => {
          this.#parts.logged(`${level} ${message}`);
          observe.logged(level, message, fields);
        },
        listening: () => observe.listening(),
        turned: (stallMicros) => observe.turned(stallMicros),
        asked: (call) => observe.asked(call),
      },
      makeHost: (surroundings) => this.#makeHost(surroundings),
    });
  }

  #makeHost(surroundings: HostSurroundings): HostPort {
    const { role, realm, nextRealm = realm, realmConfig } = this.spec;
    this.#running = this.#installed;
    this.#host = this.#parts.makeHost({
      ...surroundings,
      role,
      build: this.#build(),
      realm: this.#installed === 0 ? realm : nextRealm,
      realmConfig,
      options: this.#parts.options,
      keys: this.#keys(),
      observe: (machine) => this.#observed(machine),
      observeFollower: (create) => this.#following(create),
    });
    return this.#host.host;
  }

  #keys(): JournalKeys | null {
    return keysOf(this.#parts.options.keeping, this.node.starts);
  }

  /** What the next process is, or the one that is just being made. */
  #build(): SeenBuild {
    return { name: buildNames[this.#installed], adoptsTail: this.#adoptsTail };
  }

  /** Exit 1 of another build than the last that served: it would not start from what it found. */
  #hasRefused(end: ProcessEnd): boolean {
    return end.type === "exit" && end.code === 1 && this.#running !== this.#served;
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

  #following(create: () => Machine): Machine {
    this.panel.guard(() => this.#follower.begins());
    return new FollowingMachine({
      machine: create(),
      history: this.#history,
      checker: this.#follower,
      create,
      isChecked: this.#parts.isChecked,
      live: () => {
        const machine = this.#machine;
        return machine === null || machine.isSpoilt ? null : { steps: machine.steps, machine };
      },
      guard: (check) => this.panel.guard(check),
    });
  }

  /** A process may die at a step once everybody has seen it. */
  #lastObserver(): Checker {
    return {
      name: "node",
      checked: 0,
      stepped: ({ isReplay }) => {
        if (!isReplay) this.node.stepped();
      },
      listening: () => {
        this.#served = this.#running;
        this.operator?.listening();
      },
      processEnded: (_end: ProcessEnd, ending: Ending | null) => this.operator?.ended(ending),
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

/** Everything that clients of a server of these contracts can be sent. */
export const sentBy = (contracts: readonly AnyContract[]): ReadonlySet<PacketType> =>
  new Set(
    contracts.flatMap(({ entries }) =>
      Object.values(entries).flatMap((entry) =>
        entry.kind === "request" ? [entry.replyType] : [entry.type],
      ),
    ),
  );
