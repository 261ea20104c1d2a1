/**
 * The scenario `walk`: players log in, enter the world and walk among each other.
 *
 *     connecting: so many at a time, until all are in the world
 *     sending: every player moves at its times, whatever the server does
 *     draining: nothing more is sent; ends when every move has its outcome
 *     comparing: all stand still; what each client sees is compared with what the server says
 *
 * 1. All players are in before the first move; when they are not, none is made.
 * 2. A latency counts from the time a move was due to the update that acknowledges it.
 * 3. Views are compared after the last move was acknowledged. What was told of it to others may
 *    still be under way, so a view has a short time to become right; nobody moves in it.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { invariant } from "../core/kernel/assert.ts";
import type { Micros } from "../core/kernel/ids.ts";
import { hashPassword } from "../client/account.ts";
import { now } from "../client/node.ts";
import type { Refused } from "../client/refused.ts";
import { letIn, Stopwatch, tendEveryMs, throughPhases, untilNone } from "./phases.ts";
import { compareViews, fetchPlayersView } from "./players-view.ts";
import type { Comparison } from "./players-view.ts";
import { resultOf } from "./result.ts";
import type { LoadResult, Seen } from "./result.ts";
import type { Progress, WalkOptions } from "./scenario.ts";
import { Schedule } from "./schedule.ts";
import { reachFor } from "./steps.ts";
import type { Pace } from "./steps.ts";
import { Tally } from "./tally.ts";
import { Walker } from "./walker.ts";

/** Players on their way in at a time: few, so that each password is hashed before its deadline. */
const enteringMax = 16;
/** From the last acknowledgement until a view that is still wrong counts as wrong. */
const settleMs = 5_000;
/** Sight, where the server does not show it. */
const viewDistanceUsual = 100;

/** Runs a walk to its end. */
export async function runWalk(
  options: WalkOptions,
  progress: (progress: Progress) => void,
): Promise<LoadResult> {
  const { players } = options;
  const run = new WalkRun(options, await hashPassword(players.password));
  await throughPhases(run, progress, async () => {
    await run.connect();
    if (!run.complete) return;
    await run.send();
    await run.compare();
    await run.leave();
  });
  return run.result();
}

class WalkRun {
  readonly #options: WalkOptions;
  readonly #tally = new Tally();
  readonly #watch = new Stopwatch();
  readonly #walkers: readonly Walker[];
  #phase: Progress["phase"] | "over" = "connecting";
  #ready = 0;
  #connected = 0;
  #ended = 0;
  #trouble: Refused | null = null;
  #seen: Seen | null = null;
  #notes: readonly string[] = [];

  constructor(options: WalkOptions, passwordHash: string) {
    this.#options = options;
    const { prefix } = options.players;
    this.#walkers = Array.from({ length: options.clients }, (_, index) => {
      const username = `${prefix}${index + 1}`;
      const device = `load ${username}`;
      const player = { ...options, name: `player ${index}`, username, passwordHash, device };
      return new Walker(player, this.#tally, {
        entered: () => this.#entered(),
        lost: (refused) => this.#lost(refused),
        failed: (refused, isEnd) => this.#failed(refused, isEnd),
      });
    });
  }

  get complete(): boolean {
    return this.#connected === this.#options.clients;
  }

  // ---------------------------------------------------------------- phases

  /** Ends when all are in, when one is turned away for good, or when the time is up. */
  async connect(): Promise<void> {
    const { clients, connectTimeoutMs } = this.#options;
    await letIn({
      clients,
      atOnceMax: enteringMax,
      timeoutMs: connectTimeoutMs,
      start: (index) => this.#walkers[index]?.player.start(),
      ready: () => this.#ready,
      isHopeless: () => this.#ended > 0,
    });
    this.#connected = this.#ready;
  }

  async send(): Promise<void> {
    const { clients, ratePerSecond, seconds, requestTimeoutMs } = this.#options;
    const pace = await this.#pace();
    this.#watch.start();
    const schedule = new Schedule(
      { clients, ratePerSecond, seconds },
      this.#watch.startedAtMicros as Micros,
    );
    this.#phase = "sending";
    while (!schedule.done) {
      this.#sendDue(schedule, pace);
      await sleep(1);
    }
    this.#phase = "draining";
    await untilNone(() => this.#tally.open, requestTimeoutMs + 10 * tendEveryMs);
    invariant(this.#tally.open === 0, "every move has an outcome", this.#tally.open);
    this.#watch.stop();
  }

  /** Asks the server until every view is what it says, or the time is up. */
  async compare(): Promise<void> {
    const { views } = this.#options;
    if (views === null) {
      this.#notes = ["not compared: no server of this machine shows its players"];
      return;
    }
    this.#phase = "comparing";
    const clients = this.#walkers.map(({ name, player: { view } }) => ({ name, view }));
    const deadline = now() + settleMs * 1_000;
    let comparison: Comparison;
    try {
      do {
        comparison = compareViews(await fetchPlayersView(views), clients);
        if (comparison.mismatches > 0) await sleep(tendEveryMs);
      } while (comparison.mismatches > 0 && now() < deadline);
    } catch (error) {
      this.#notes = [`not compared: ${error instanceof Error ? error.message : String(error)}`];
      return;
    }
    const { seen, mismatches, notes } = comparison;
    const sum = seen.reduce((total, count) => total + count, 0);
    this.#seen = { min: Math.min(...seen), mean: sum / seen.length, mismatches };
    this.#notes = notes;
  }

  /** Logs all players out, so that their accounts are free at once. */
  async leave(): Promise<void> {
    this.#phase = "over";
    await Promise.all(this.#walkers.map(({ player }) => player.leave()));
  }

  async stop(): Promise<void> {
    this.#phase = "over";
    for (const { player } of this.#walkers) {
      const broken = player.counters.reduce((sum, each) => sum + each.sequenceViolations, 0);
      this.#tally.noticed("SEQUENCE_BROKEN", broken);
    }
    await Promise.all(this.#walkers.map(({ player }) => player.stop()));
  }

  tend(): void {
    const at = now();
    for (const walker of this.#walkers) walker.tend(at);
  }

  // ---------------------------------------------------------------- what is told

  progress(): Progress {
    const { seconds } = this.#watch;
    const phase = this.#phase === "over" ? "comparing" : this.#phase;
    return { phase, ready: this.#ready, seconds, tally: this.#tally };
  }

  result(): LoadResult {
    const { clients, ratePerSecond, seconds } = this.#options;
    return resultOf({
      scenario: "walk",
      clients,
      ratePerSecond,
      seconds,
      connected: this.#connected,
      trouble: this.#trouble,
      tally: this.#tally,
      startedAtMicros: this.#watch.startedAtMicros,
      endedAtMicros: this.#watch.endedAtMicros,
      cpuMicros: this.#watch.cpuMicros,
      counters: this.#walkers.flatMap(({ player }) => player.counters),
      seen: this.#seen,
      viewNotes: this.#notes,
    });
  }

  // ---------------------------------------------------------------- inside

  /** How they walk, with the server's own sight where it shows it. */
  async #pace(): Promise<Pace> {
    const { clients, visible, speed, ratePerSecond, views } = this.#options;
    let viewDistance = viewDistanceUsual;
    if (views !== null) {
      const view = await fetchPlayersView(views).catch(() => null);
      viewDistance = view?.viewDistance ?? viewDistance;
    }
    const reach = reachFor(clients, visible, viewDistance);
    return { speed, stepLength: speed / ratePerSecond, reach };
  }

  #sendDue(schedule: Schedule, pace: Pace): void {
    const { clients } = this.#options;
    const lastRound = Math.ceil(schedule.total / clients) - 1;
    while (!schedule.done) {
      const at = now();
      const dueAt = schedule.nextDueAt();
      if (dueAt > at) return;
      const { client, round } = schedule.take();
      const walker = this.#walkers[client];
      invariant(walker !== undefined, "a move of a player that there is", client);
      walker.step(dueAt, at, round === lastRound ? null : pace);
    }
  }

  #entered(): void {
    this.#ready += 1;
    if (this.#phase === "sending" || this.#phase === "draining") this.#tally.reconnects += 1;
  }

  #lost(refused: Refused): void {
    this.#ready -= 1;
    if (this.#phase === "over") return;
    this.#trouble = refused;
    if (this.#phase !== "connecting") this.#tally.disconnects += 1;
  }

  #failed(refused: Refused, isEnd: boolean): void {
    this.#trouble = refused;
    if (isEnd) this.#ended += 1;
  }
}
