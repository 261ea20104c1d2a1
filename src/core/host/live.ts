/**
 * The server from the end of its recovery to its own: what happens in a turn, and in which order.
 *
 *     answers of the disk
 *     -> stall, time -> input of all lanes -> refusals -> rounds over the connections -> drain
 *     -> commit -> release what is durable -> one flush
 *
 * The realm stands still, and only answers of the disk are taken, while it must not go on:
 *
 *     starting --durable--> serving --drained--> finishing
 *                              |  ^
 *                        threw v  | rebuilt                     perishing, from any of them
 *                           rebuilding
 *
 * H1. The first event of a start is durable before the realm does anything else (incarnation).
 * H2. Whatever the realm orders in a turn is committed, released or held before the turn ends.
 * H3. `at` is the same for all events of a turn, but for those about the past: a stall is told at
 *     the time it began, and a failed step at the time of its event. These and `server.started`
 *     are the only ones that come before a `time.reached` that is due.
 * H4. After a throw nothing is stepped until the realm is rebuilt without that event; sockets stay
 *     open meanwhile, and what they send waits.
 */
import type { LogFields, LogLevel, Machine } from "../contract.ts";
import { assertNever, invariant } from "../kernel/assert.ts";
import { eventSequence, micros } from "../kernel/ids.ts";
import type { Micros } from "../kernel/ids.ts";
import { limits } from "../kernel/limits.ts";
import { startConfig } from "../realm/index.ts";
import type { FailureFile } from "./containment.ts";
import { endInOrder, leaveFailure } from "./endings.ts";
import { exitCodes, HostExit } from "./exit.ts";
import { perform, runScript } from "./files.ts";
import type { FileScript } from "./files.ts";
import type { Completion } from "./inbox.ts";
import { Opening } from "./opening.ts";
import { assemble, showIn } from "./parts.ts";
import type { LiveOptions, LiveParts, Now } from "./parts.ts";
import type { HandedOver } from "./following.ts";
import { recover } from "./recovery.ts";
import type { FailedEvent, Recovered } from "./recovery.ts";
import { StepThrew } from "./stepper.ts";
import { Witness } from "./witness.ts";

type Mode =
  /** The block of `server.started` is on its way. */
  | { readonly type: "starting"; readonly ticket: number }
  | { readonly type: "serving" }
  /**
   * `isUnderWay`: the journal is being read back; before that it has to be written, and the
   * follower is asked for its state, until the monotonic time `handedOverBy` (null: not yet asked).
   */
  | {
      readonly type: "rebuilding";
      readonly threw: StepThrew;
      readonly since: Micros;
      handedOverBy: number | null;
      isUnderWay: boolean;
    }
  /** `isUnderWay`: the checkpoint is being written; before that, the journal. */
  | { readonly type: "finishing"; isUnderWay: boolean }
  | {
      readonly type: "perishing";
      readonly failure: HostExit;
      readonly file: FailureFile;
      isUnderWay: boolean;
    };

type Rebuilding = Extract<Mode, { readonly type: "rebuilding" }>;

/** A step that was left out and is to be told. */
interface Untold extends FailedEvent {
  readonly at: Micros;
}

export class Live {
  readonly #options: LiveOptions;
  readonly #parts: LiveParts;
  readonly #now: Now;
  #mode: Mode;
  #opening: Opening | null;
  #untold: Untold | null = null;
  /** The last turn in which the realm did not stand still. */
  #served: Now;
  #housekeepingAt = 0;
  #isListening = false;

  constructor(options: LiveOptions, monotonic: Micros) {
    this.#options = options;
    this.#now = { monotonic, at: options.clock.at(monotonic) };
    this.#served = { ...this.#now };
    this.#parts = assemble(options, this.#now);
    showIn(options.counters, this.#parts);
    this.#opening = new Opening(options.recovered.witness, this.#parts);
    this.#mode = { type: "starting", ticket: this.#parts.commit.openTicket };
  }

  get connectionCount(): number {
    return this.#parts.connections.size;
  }

  get machine(): Machine {
    return this.#parts.stepper.machine;
  }

  /** Why it cannot end in order, should it have been asked to; null when it still may. */
  get despair(): HostExit | null {
    return this.#mode.type === "serving" ? null : this.#parts.space.despair;
  }

  get phase(): "recovering" | "serving" | "draining" {
    if (this.#parts.drain.isRequested) return "draining";
    return this.#isListening && this.#mode.type === "serving" ? "serving" : "recovering";
  }

  /** Journals the start, and with it what a crash kept from being journalled. Call once, first. */
  start(): void {
    const { identity, seed, realm, realmConfig, recovered, config: own } = this.#options;
    const { stepper, commit } = this.#parts;
    const { at } = this.#now;
    const { incarnation } = identity;
    const config = startConfig(realmConfig, realm.contractHash, own.role);
    stepper.step({ type: "server.started", at, incarnation, seed, config });
    // In one block with the start: the recovery knows it by its place, see V4 there.
    const { failedEvent } = recovered;
    if (failedEvent !== null) stepper.step({ type: "step.failed", at, ...failedEvent });
    commit.wantSynced();
    this.#leave();
  }

  /**
   * Handles what was delivered and what is due.
   *
   * @throws HostExit when the process must end
   */
  turn(monotonic: Micros): void {
    this.#now.monotonic = monotonic;
    this.#now.at = this.#options.clock.at(monotonic);
    try {
      this.#takeAnswers();
      if (this.#mode.type !== "serving") this.#advance(this.#mode);
      if (this.#mode.type === "serving") this.#serve();
      else this.#cutHopeless();
    } catch (error) {
      if (!(error instanceof StepThrew)) throw error;
      this.#contain(error);
    }
    this.#leave();
  }

  /** Monotonic time of the next turn that is due without a completion; null: none. */
  nextTurn(): Micros | null {
    const { commit, visits, stepper, drain, following, space } = this.#parts;
    const mode = this.#mode;
    let next = Math.min(commit.nextTurn() ?? Infinity, space.nextTurn());
    // Nothing may be on its way to the disk whose completion would be the next turn.
    const mayAdvance = "isUnderWay" in mode && !mode.isUnderWay && commit.isQuiet;
    const waitsUntil = mode.type === "rebuilding" ? mode.handedOverBy : null;
    if (mayAdvance) return micros(Math.min(next, waitsUntil ?? this.#now.monotonic));
    next = Math.min(next, following.nextTurn() ?? Infinity);
    if (mode.type === "serving") {
      if (this.#isBusy) return this.#now.monotonic;
      const { clock } = this.#options;
      const due = stepper.machine.nextTimeout() ?? Infinity;
      const realmAt = Math.min(due, visits.reportAt);
      if (realmAt < Infinity) next = Math.min(next, clock.monotonicOf(micros(realmAt)));
      if (this.#keepsHouse) next = Math.min(next, this.#housekeepingAt);
      next = Math.min(next, drain.deadline);
    }
    return next === Infinity ? null : micros(next);
  }

  // -------------------------------------------------------------- the turn

  #takeAnswers(): void {
    const { inbox, desk, syscalls } = this.#options;
    for (let answer = inbox.takeAnswer(); answer !== null; answer = inbox.takeAnswer()) {
      if (answer.type === "fileDone") desk.complete(answer.request, answer.result);
      else if (answer.type === "followed")
        this.#parts.following.take(answer.report, this.#now.monotonic);
      else if (answer.type === "listenFailed")
        throw new HostExit(exitCodes.refused, answer.message);
      else {
        this.#isListening = true;
        syscalls.log("info", "listening", {});
      }
    }
  }

  /** Lets the realm hear of everything, in order. */
  #serve(): void {
    const { visits, rounds, drain, connections, turnedAway } = this.#parts;
    const { inbox, config } = this.#options;
    const { at, monotonic } = this.#now;
    this.#tellPast();
    this.#opening?.askAgain();
    this.#passTime();
    if (this.#opening !== null) this.#open(this.#opening);
    this.#tellChanges();
    for (let next = inbox.take(); next !== null; next = inbox.take()) this.#take(next);
    visits.report(at);
    rounds.run(config.packetsPerTurnMax, (connection) => visits.visit(connection, at));
    if (monotonic >= this.#housekeepingAt) this.#keepHouse();
    if (drain.look(monotonic, connections.size === 0 && turnedAway.size === 0)) this.#finish();
    this.#served = { ...this.#now };
  }

  #take(completion: Completion): void {
    const { intake, stepper } = this.#parts;
    switch (completion.type) {
      case "callDone":
        return intake.takeAnswer(completion.call, completion.result);
      case "drain":
        return this.#requestDrain();
      case "capture":
        return this.#parts.capture.take(completion.order);
      case "reconfigure":
        return stepper.step({
          type: "config.changed",
          at: this.#now.at,
          config: completion.config,
        });
      default:
        return intake.takeSocket(completion);
    }
  }

  /** Lets the realm do what is due, and measures how late that was done. */
  #passTime(): void {
    const { stepper } = this.#parts;
    const { clock, counters } = this.#options;
    const due = stepper.machine.nextTimeout();
    if (due === null || due > this.#now.at) return;
    stepper.passTime(this.#now.at);
    counters.timePassed(Math.max(0, clock.at(clock.read()) - due));
  }

  /** What happened while the realm stood still. */
  #tellPast(): void {
    const { stepper, connections } = this.#parts;
    const { counters, config } = this.#options;
    if (this.#untold !== null) {
      stepper.step({ type: "step.failed", ...this.#untold });
      this.#untold = null;
    }
    const duration = micros(this.#now.monotonic - this.#served.monotonic);
    if (connections.size === 0 || duration <= config.stallMaxMs * 1_000) return;
    counters.add("stalls_total");
    counters.add("stalled_micros_total", duration);
    const at = micros(Math.max(this.#served.at, stepper.lastAt));
    stepper.step({ type: "host.stalled", at, duration });
  }

  /** What the host itself has noticed since the last turn. */
  #tellChanges(): void {
    const { release, stepper, space } = this.#parts;
    const { clock, counters } = this.#options;
    const { at } = this.#now;
    const offsetMicros = clock.takeCorrection();
    if (offsetMicros !== null) {
      counters.add("clock_corrections_total");
      stepper.step({ type: "clock.corrected", at, offsetMicros });
    }
    const news = space.takeNews();
    if (news !== null) stepper.step({ ...news, at });
    for (const { type, connection } of release.takeNotices()) {
      const isOpen = connection.phase === "open" && connection.gone === null;
      if (isOpen) stepper.step({ type, at, connection: connection.id });
    }
  }

  /** Ends the turn: to the disk what was journalled, to the sockets what may leave. */
  #leave(): void {
    const { commit, release, calls, reading, following, space } = this.#parts;
    space.turn();
    following.room(space.isLow);
    this.#parts.capture.turn();
    commit.turn();
    following.turn(this.#now.monotonic);
    release.settle(commit.durableTicket);
    calls.settle(commit.durableTicket);
    release.flush();
    const heldBytes = release.heldBytes + commit.pendingBytes;
    const isPaused = reading.weighHeld(heldBytes, commit.heldMicros);
    if (isPaused) this.#options.counters.add("journal_held_pauses_total");
    reading.weighFull(space.isFull);
  }

  get #isBusy(): boolean {
    const { rounds, release } = this.#parts;
    const { inbox } = this.#options;
    const isTold = this.#opening === null && this.#untold === null;
    return !isTold || !rounds.isEmpty || !inbox.isEmpty || release.hasWork;
  }

  /** True while there is something whose deadlines are looked after. */
  get #keepsHouse(): boolean {
    return this.#parts.connections.size > 0 || this.#parts.turnedAway.size > 0;
  }

  #keepHouse(): void {
    const { release, connections, turnedAway, now } = this.#parts;
    this.#housekeepingAt = now.monotonic + limits.housekeepingMs * 1_000;
    this.#cutHopeless();
    release.resetLate(connections.all(), now.monotonic);
    turnedAway.resetLate(now.monotonic);
  }

  /** Also while the realm stands still: it does so until what is on its way is on the disk. */
  #cutHopeless(): void {
    const { release, connections, space } = this.#parts;
    if (space.isHopeless) release.resetOpen(connections.all());
  }

  // -------------------------------------------------------------- the start

  #open(opening: Opening): void {
    const { syscalls, recovered, identity, starts } = this.#options;
    const { at } = this.#now;
    opening.close(at);
    this.#opening = null;
    const { events, cutBytes } = recovered;
    if (identity.incarnation > 1) {
      this.#parts.stepper.step({ type: "journal.recovered", at, events, cutBytes });
    }
    starts?.begins(identity.incarnation);
    syscalls.listen();
  }

  // -------------------------------------------------------------- the end

  #requestDrain(): void {
    const { drain, stepper } = this.#parts;
    const { config, syscalls, counters } = this.#options;
    const timeout = config.drainTimeoutMs * 1_000;
    counters.add("drains_total");
    drain.request(this.#now.monotonic + timeout);
    syscalls.stopListening();
    const { at } = this.#now;
    stepper.step({ type: "drain.requested", at, deadline: micros(at + timeout) });
  }

  /** Nobody is left, or nobody is waited for any more. */
  #finish(): void {
    const { connections, release, visits, commit, following } = this.#parts;
    // What is written from here on is for one writer.
    following.stop();
    for (const connection of [...connections.all()]) {
      release.reset(connection, "drain");
      visits.close(connection, connection.gone ?? "drain", this.#now.at);
    }
    commit.wantSynced();
    this.#mode = { type: "finishing", isUnderWay: false };
  }

  /** The last segment to the disk, a checkpoint beside it. */
  *#finishScript(): FileScript<never> {
    const { commit, stepper, connections, calls } = this.#parts;
    const { identity, checksum, keys, config, syscalls } = this.#options;
    const { machine } = stepper;
    yield* this.#parts.capture.finish();
    const last = commit.lastSegment;
    if (last !== null) {
      yield* perform({ type: "truncate", path: last.path, length: last.bytes });
      yield* perform({ type: "sync", path: last.path });
    }
    const open = Array.from(connections.all(), ({ id }) => id);
    invariant(open.length === 0, "nobody is left", open.length);
    const checkpoint = {
      identity,
      position: commit.position,
      end: last?.bytes ?? null,
      digest: machine.digest(),
      machine: machine.checkpoint(),
      host: new Witness(open, calls.pending()).encode(),
    };
    const retention = {
      checksum,
      log: (level: LogLevel, message: string, fields: LogFields) =>
        syscalls.log(level, message, fields),
      now: this.#now.at,
      keepMicros: config.journalKeepMs * 1_000,
      keepBytes: config.journalKeepBytes,
    };
    throw yield* endInOrder({ checkpoint, checksum, key: keys?.current ?? null, retention });
  }

  // -------------------------------------------------------------- standing still

  #advance(mode: Exclude<Mode, { readonly type: "serving" }>): void {
    const { commit, space } = this.#parts;
    if (mode.type === "starting") {
      if (commit.durableTicket >= mode.ticket) this.#mode = { type: "serving" };
      return;
    }
    // Who must end anyway does not wait for room for ever.
    const mayGoOn = commit.isQuiet || (mode.type === "perishing" && space.isHopeless);
    if (mode.isUnderWay || !mayGoOn) return;
    if (mode.type === "rebuilding" && !this.#handOver(mode)) return;
    mode.isUnderWay = true;
    const { desk } = this.#options;
    switch (mode.type) {
      case "rebuilding":
        return runScript(desk, this.#rebuildScript(mode.threw), ({ machine }) =>
          this.#rebuilt(mode, machine, "journal"),
        );
      case "finishing":
        return runScript(desk, this.#finishScript(), () => undefined);
      case "perishing":
        return runScript(desk, leaveFailure(mode.file, mode.failure), () => undefined);
      default:
        return assertNever(mode);
    }
  }

  /** A step threw: its event is left out, or the process ends. */
  #contain(threw: StepThrew): void {
    const { commit, reading, containment } = this.#parts;
    const { syscalls, counters, stackOf } = this.#options;
    const { event } = threw;
    syscalls.log("error", "a step threw", threw.told(stackOf));
    const verdict = containment.judge(threw, this.#now.monotonic);
    reading.pauseAll("rebuild");
    commit.wantSynced();
    if (verdict.type === "end") {
      this.#mode = { ...verdict, type: "perishing", isUnderWay: false };
      return;
    }
    counters.add(`steps_contained_total{feature="${verdict.failed.feature}"}`);
    const since = this.#now.monotonic;
    this.#mode = { type: "rebuilding", threw, since, handedOverBy: null, isUnderWay: false };
    this.#untold = { at: event.at, ...verdict.failed };
  }

  #rebuildScript({ sequence }: StepThrew): FileScript<Recovered> {
    const { config, realm, identity, checksum, keys, syscalls } = this.#options;
    const { commit } = this.#parts;
    return recover({
      create: () => realm.create(),
      build: identity.build,
      checksum,
      keys,
      durability: config.durability,
      adoptTail: config.adoptTail,
      folder: config.folder,
      endsWith: eventSequence(commit.lastSequence),
      skip: new Set([sequence]),
      log: (level, message, fields) => syscalls.log(level, message, fields),
    });
  }

  /** Takes the follower's state, if it comes in time. True when the journal must be read back. */
  #handOver(mode: Rebuilding): boolean {
    const { following } = this.#parts;
    const { monotonic } = this.#now;
    if (mode.handedOverBy === null) {
      const isAsked = following.askState();
      mode.handedOverBy = monotonic + (isAsked ? limits.handOverMs * 1_000 : 0);
    }
    const handed = following.takeState();
    const machine = handed === null ? null : this.#machineOf(mode.threw, handed);
    if (machine !== null) {
      this.#rebuilt(mode, machine, "follower");
      return false;
    }
    return handed !== null || monotonic >= mode.handedOverBy;
  }

  /** A machine with the state before the event that threw; null when that is not the follower's. */
  #machineOf({ sequence }: StepThrew, handed: HandedOver): Machine | null {
    if (handed.sequence !== sequence || !handed.isHolding) return null;
    const machine = this.#options.realm.create();
    machine.restore(handed.machine);
    return machine.digest() === handed.digest ? machine : null;
  }

  #rebuilt({ threw, since }: Rebuilding, machine: Machine, from: "follower" | "journal"): void {
    const { stepper, reading, connections, intake } = this.#parts;
    const { counters, syscalls } = this.#options;
    const { event } = threw;
    // The realm never got to know a connection whose opening was left out.
    const unknown =
      event.type === "connection.opened" ? connections.ofId(event.connection) : undefined;
    if (unknown !== undefined) intake.forget(unknown);
    stepper.replace(machine);
    reading.resumeAll("rebuild");
    this.#mode = { type: "serving" };
    const took = this.#options.clock.read() - since;
    counters.add(`rebuilds_total{from="${from}"}`);
    counters.max("rebuild_max_micros", took);
    syscalls.log("info", "the realm is rebuilt", { from, milliseconds: Math.ceil(took / 1_000) });
  }
}
