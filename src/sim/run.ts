/**
 * One run: servers on their machines, their clients, the network between them, and everybody who
 * looks on. Four acts:
 *
 *     storm      faults and workload, for `options.seconds`
 *     quiet      faults stop; everything must settle
 *     empty      the clients leave; the servers must forget them
 *     encore     the processes are killed once more and must recover what they were
 *
 * The first broken rule ends the run.
 *
 * U1. A run is a function of its setup: nothing else is read, nothing outlives it.
 * U2. Safety is checked in every act, liveness only when faults have stopped.
 */
import { apiRule } from "../core/kernel/assert.ts";
import type { PacketType } from "../core/kernel/ids.ts";
import { checkedBy, Clients, hostsOf } from "./cast.ts";
import { CheckerPanel, CheckFailure } from "./checkers/checker.ts";
import type { Checker, QuietRun, QuietScene } from "./checkers/checker.ts";
import { Crowds } from "./clients/crowds.ts";
import { hostOf, numberOf } from "./clients/link.ts";
import type { RequestTally } from "./clients/player.ts";
import type { ClientScript } from "./clients/script.ts";
import { Coverage } from "./coverage.ts";
import { FaultCounters } from "./faults.ts";
import type { Fault } from "./faults.ts";
import type { LinkStates } from "./link-states.ts";
import { Network } from "./network/network.ts";
import { Weather } from "./network/weather.ts";
import { decideOutside, Fates } from "./outside.ts";
import type { Outside } from "./outside.ts";
import type { RunSetup } from "./plan.ts";
import type { Stage } from "./scenario.ts";
import { Scheduler } from "./scheduler.ts";
import { sentBy, Site } from "./site.ts";
import type { HostOrder, RunningHost, SiteSpec } from "./site.ts";
import { Trace } from "./trace.ts";
import { Rollout } from "./upgrade/rollout.ts";
import type { Witness } from "./witness.ts";

export interface RunParts {
  /** @param nowMicros what the scheduler shows */
  readonly stage: (nowMicros: () => number) => Stage;
  readonly makeHost: (order: HostOrder) => RunningHost;
  /** What the wall clocks show when the run begins, but for what they are off. */
  readonly epochMicros: number;
  /** Of one's own, besides those of the stage; they look at one server. */
  readonly checkers: readonly Checker[];
  /** The run is broken off then, whatever it is about; Infinity: it ends by itself. */
  readonly stopAfterMicros: number;
  readonly witness: Witness | null;
  /** False: only the trace is wanted, and the stage's own checkers stay at home. */
  readonly isChecked: boolean;
}

export interface RunOutcome {
  readonly trace: Trace;
  readonly failure: RunFailure | null;
  readonly faults: Readonly<Record<Fault, number>>;
  readonly coverage: ReadonlySet<string>;
  /** How often each checker had something to judge. */
  readonly checked: Readonly<Record<string, number>>;
  /** What clients have asked, and how much of it was answered. */
  readonly requests: Readonly<RequestTally>;
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
/** What was told last has arrived after it. */
const lastWordMicros = 1_000_000;
/** More actions than this within one simulated second is a server that spins. */
const actionsPerSecondMax = 3_000_000;
const logLinesMax = 60;

export class Run {
  readonly #setup: RunSetup;
  readonly #parts: RunParts;
  readonly #stage: Stage;
  readonly #scheduler = new Scheduler();
  readonly #faults = new FaultCounters();
  readonly #trace = new Trace();
  readonly #coverage: Coverage;
  readonly #weather: Weather;
  readonly #crowds: Crowds;
  readonly #sites: readonly Site[];
  /** Of those who look at all servers and clients together. */
  readonly #panel: CheckerPanel;
  readonly #clients: Clients;
  readonly #log: string[] = [];
  readonly #fates = new Fates();
  #failure: RunFailure | null = null;
  /** Until when time is passing now, and whether nothing is due until then any more. */
  #untilMicros = 0;
  #isTimeUp = false;
  // What the simulator itself throws is a finding, too, and needs its seed: hence guarded.
  readonly #runOn = (): void => this.#happen();

  constructor(setup: RunSetup, parts: RunParts) {
    this.#setup = setup;
    this.#parts = parts;
    this.#stage = parts.stage(() => this.#scheduler.nowMicros);
    const { witness } = parts;
    const own = witness === null ? [] : [witness.everywhere];
    this.#panel = new CheckerPanel([...own, ...(parts.isChecked ? this.#stage.checkers : [])]);
    const links = new Map<string, LinkStates>();
    this.#coverage = new Coverage(links);
    this.#faults.onFault = (fault, link, server, call) => {
      witness?.struck(fault, link);
      this.#coverage.struck(fault, link, server, call);
      this.#fates.struck(fault, link);
    };
    if (witness !== null) {
      witness.begins(() => this.#scheduler.nowMicros);
      setup.decisions.onTaken = (key, decision) => witness.decided(key, decision);
    }
    const wires = { ...this.#common(), options: setup.options.network };
    this.#weather = new Weather(wires, hostsOf(this.#stage, setup.scripts));
    const network = new Network(wires, this.#weather);
    this.#sites = this.#stage.sites.map((spec, index) => this.#makeSite(spec, index));
    for (const site of this.#sites) links.set(site.name, site.links);
    this.#clients = new Clients(
      { ...this.#common(), network, witness, observe: this.#panel.observe, sites: this.#sites },
      setup,
    );
    this.#crowds = new Crowds({
      ...this.#common(),
      network,
      machines: this.#sites.map(({ node }) => node.machine),
      security: setup.options.server.security,
    });
    this.#weather.onCrowd = (crowd, index) => this.#crowds.come(crowd, index);
  }

  play(): RunOutcome {
    this.begin();
    this.#until(this.#setup.options.seconds * 1_000_000);
    return this.finish();
  }

  // ---------------------------------------------------------------- by hand

  /** The storm begins; time stands still until `pass`. */
  begin(): void {
    const { options } = this.#setup;
    this.#parts.witness?.entered("storm");
    this.#weather.begin(options.seconds * 1_000_000);
    new Rollout({ ...this.#common(), options }, this.#sites).begin();
    for (const { node } of this.#sites) node.start();
  }

  /** Lets time pass. Returns what is broken by then. */
  pass(micros: number): RunFailure | null {
    this.#until(this.#scheduler.nowMicros + micros);
    return this.#failure;
  }

  /** A client acts when nothing else happens, so that a script with that time does the same. */
  act(client: string, act: (atMicros: number) => ClientScript["actions"][number]): number {
    const scheduler = this.#scheduler;
    const actor = this.#clients.actor(client);
    apiRule(actor !== undefined, `the run has no client "${client}"`);
    while (scheduler.nextMicros() === scheduler.nowMicros + 1) this.#until(scheduler.nowMicros + 1);
    const atMicros = scheduler.nowMicros + 1;
    scheduler.at(atMicros, () => actor(act(atMicros)));
    this.#until(atMicros);
    return atMicros;
  }

  /** Everybody as he stands. */
  stand(): { readonly players: QuietRun["players"]; readonly scene: QuietScene } {
    return { players: this.#clients.quietPlayers(), scene: this.#scene() };
  }

  /** The storm is over: what follows, to the end. */
  finish(): RunOutcome {
    const { decisions, options } = this.#setup;
    const { witness } = this.#parts;
    const cast = { clients: this.#clients.names, servers: this.#stage.sites };
    const outside = decideOutside(decisions, options.outside, cast);
    decisions.calm = true;
    this.#weather.clear();
    this.#crowds.disperse();
    this.#leaveOutside(outside);
    if (!this.#isOver) witness?.entered("quiet");
    this.#settle();
    if (!this.#isOver) witness?.entered("empty");
    this.#empty();
    if (!this.#isOver) witness?.entered("encore");
    this.#encore();
    return {
      trace: this.#trace,
      failure: this.#failure,
      faults: this.#faults.counts,
      coverage: this.#coverage.keys,
      checked: checkedBy(this.#sites, this.#stage),
      requests: this.#clients.requests,
      simulatedMicros: this.#scheduler.nowMicros,
      log: this.#log,
    };
  }

  // ---------------------------------------------------------------- the acts

  /** Faults have stopped: waits until everything has settled, or should have. */
  #settle(): void {
    this.#clients.rest();
    this.#until(this.#scheduler.nowMicros + calmDownMicros);
    const lastWord = this.#clients.travel ? lastWordMicros : 0;
    this.#wait(() => this.#stage.isAtRest(this.#scene()), lastWord);
    if (this.#isOver) return;
    for (const site of this.#inside) site.observe.settled(this.#quietRun(site));
    this.#panel.observe.rested(this.#scene());
    this.#noteFailure();
  }

  /** The clients leave: waits until the servers know of nobody. */
  #empty(): void {
    this.#clients.leave();
    this.#until(this.#scheduler.nowMicros + leaveMicros);
    this.#wait(() => this.#inside.every((site) => site.metrics().get("connections_open") === 0));
    if (this.#isOver) return;
    for (const site of this.#inside) site.observe.emptied(this.#quietRun(site));
    if (this.#clients.travel) this.#until(this.#scheduler.nowMicros + lastWordMicros);
    this.#panel.observe.deserted(this.#scene());
    this.#noteFailure();
  }

  /** Every run ends with a recovery, which compares all that was journalled with what was done. */
  #encore(): void {
    // What was done last must be on the disk first, or there is less to compare.
    this.#until(this.#scheduler.nowMicros + 1_000_000);
    if (this.#isOver) return;
    for (const { node, panel } of this.#inside) {
      node.end("crash");
      panel.beginEncore();
    }
    this.#wait(() => this.#inside.every(({ isListening }) => isListening));
    if (!this.#isOver && !this.#inside.every(({ isListening }) => isListening)) {
      this.#fail(new CheckFailure("liveness", "a killed server comes back", "it does not listen"));
    }
  }

  /**
   * Waits a quiet period at most. So much later it must still be so: who was kept out by a server
   * that is down may have gone on to another one.
   */
  #wait(isDone: () => boolean, laterMicros = 0): void {
    const scheduler = this.#scheduler;
    const until = scheduler.nowMicros + this.#setup.options.quietSeconds * 1_000_000;
    const isWaiting = (): boolean => !this.#isOver && scheduler.nowMicros < until && !isDone();
    do {
      while (isWaiting()) this.#until(scheduler.nowMicros + settleStepMicros);
      this.#until(scheduler.nowMicros + laterMicros);
    } while (isWaiting());
  }

  #quietRun(site: Site): QuietRun {
    return {
      players: this.#clients.quietPlayers(),
      metrics: site.metrics(),
      isListening: site.serves,
    };
  }

  #scene(): QuietScene {
    return {
      servers: this.#sites.map((site) => site.quiet()),
      ...this.#clients.quiet(this.#fates),
    };
  }

  // ---------------------------------------------------------------- who stays outside

  #leaveOutside({ clients, servers, isSilent }: Outside): void {
    for (const name of clients) {
      this.#faults.hit("outside.cut-off", this.#clients.linkOf(name));
      this.#fates.cutOff.add(name);
      this.#weather.cutOff(hostOf(numberOf(name)));
    }
    for (const site of this.#sites) {
      if (!servers.includes(site.name)) continue;
      this.#faults.of(site.name).hit("outside.down");
      site.stayDown(isSilent);
    }
  }

  /** The servers that serve when everything has settled. */
  get #inside(): readonly Site[] {
    return this.#sites.filter(({ isDown }) => !isDown);
  }

  // ---------------------------------------------------------------- time

  #until(wantedMicros: number): void {
    const scheduler = this.#scheduler;
    const untilMicros = Math.min(wantedMicros, this.#parts.stopAfterMicros);
    this.#untilMicros = untilMicros;
    this.#isTimeUp = false;
    while (this.#failure === null && !this.#isTimeUp) {
      this.#panel.guard(this.#runOn);
      if (this.#hasFailed) this.#noteFailure();
    }
    if (this.#failure === null) scheduler.runUntil(untilMicros);
  }

  /** All that is due, or as much of it as happens before something is broken. */
  #happen(): void {
    const scheduler = this.#scheduler;
    const untilMicros = this.#untilMicros;
    let secondEnds = scheduler.nowMicros + 1_000_000;
    let budgetEnds = scheduler.steps + actionsPerSecondMax;
    while (scheduler.runNextBy(untilMicros)) {
      if (this.#hasFailed) return;
      if (scheduler.nowMicros >= secondEnds) {
        secondEnds = scheduler.nowMicros + 1_000_000;
        budgetEnds = scheduler.steps + actionsPerSecondMax;
      } else if (scheduler.steps >= budgetEnds) {
        this.#fail(new CheckFailure("liveness", "time goes on", "something spins"));
        return;
      }
    }
    this.#isTimeUp = true;
  }

  #noteFailure(): void {
    for (const { panel } of this.#sites) if (panel.failure !== null) this.#fail(panel.failure);
    if (this.#panel.failure !== null) this.#fail(this.#panel.failure);
  }

  /** Something is broken, or nobody wants to know any more. */
  get #isOver(): boolean {
    return this.#failure !== null || this.#scheduler.nowMicros >= this.#parts.stopAfterMicros;
  }

  get #hasFailed(): boolean {
    if (this.#panel.failure !== null) return true;
    for (const { panel } of this.#sites) if (panel.failure !== null) return true;
    return false;
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

  #makeSite(spec: SiteSpec, index: number): Site {
    const { options, entropy, fork = null } = this.#setup;
    const prefix = this.#stage.sites.length > 1 ? `${spec.name}: ` : "";
    const watched = this.#stage.sites.findIndex(({ isWatched }) => isWatched === true);
    const own = index === Math.max(0, watched) ? this.#parts.checkers : [];
    const { witness, isChecked } = this.#parts;
    const makeCheckers: SiteSpec["makeCheckers"] = (world) =>
      isChecked ? [...spec.makeCheckers(world), ...own] : own;
    const read = isChecked ? spec.keeps : new Set<PacketType>();
    const keeps = witness === null ? read : sentBy(spec.contracts);
    return new Site(
      { ...spec, makeCheckers, keeps },
      {
        ...this.#common(),
        faults: this.#faults.of(spec.name),
        witness: witness?.at(spec.name) ?? null,
        options,
        entropy,
        epochMicros: this.#parts.epochMicros,
        fork: fork?.site === spec.name ? fork : null,
        weather: this.#weather,
        makeHost: this.#parts.makeHost,
        isChecked,
        logged: (line) => this.#logged(`${prefix}${line}`),
        observer: {
          name: "run",
          checked: 0,
          stepped: (step) => {
            this.#trace.add(step, this.#scheduler.nowMicros, this.#scheduler.steps);
          },
        },
      },
    );
  }

  #logged(line: string): void {
    this.#log.push(`${(this.#scheduler.nowMicros / 1_000_000).toFixed(6)} ${line}`);
    if (this.#log.length > logLinesMax) this.#log.shift();
  }
}
