/**
 * The host's side of the follower: tells it how far the journal is durable, asks it for its state
 * when the host's own is spoilt, starts another one when it ends, and counts what it says.
 *
 *     waiting --due--> running --ended--> waiting ...        diverged: over, for this start
 *
 * 1. It costs the host one message in `followEveryMs` and one more for each segment.
 * 2. A start that has stepped as much as a checkpoint holds, with its own events, starts it without
 *    the delay: what a restart steps stays bounded, however short the starts before it were.
 * 3. Whatever the follower does or does not do, the host never waits for it, except for
 *    `handOverMs` while it stands still anyway.
 */
import type { Micros } from "../kernel/ids.ts";
import { limits } from "../kernel/limits.ts";
import type { LogFields, LogLevel } from "../contract.ts";
import type { HostConfig } from "./config.ts";
import type { HostCounters } from "./counters.ts";
import { exitCodes, HostExit } from "./exit.ts";
import type { DurableMark, FollowerReport } from "./follower.ts";

/** Whoever runs a follower, on a thread of its own. Reports come back as `HostPort.followed`. */
export interface FollowerPort {
  /** Starts a follower; one that was there before is gone. */
  start(): void;
  follow(mark: DurableMark): void;
  handOver(): void;
  /** Nothing lasting is to be written while the disk is full. */
  room(isLow: boolean): void;
  /** Ends it, whatever it is doing. */
  stop(): void;
}

/** The follower's state, for a host that must be rebuilt. */
export type HandedOver = Extract<FollowerReport, { readonly type: "state" }>;

export interface FollowingParts {
  readonly port: FollowerPort | null;
  readonly config: HostConfig;
  readonly counters: HostCounters;
  readonly log: (level: LogLevel, message: string, fields: LogFields) => void;
  /** Monotonic time of the start. */
  readonly now: Micros;
  /** Events that the recovery stepped behind its checkpoint: no checkpoint has them yet. */
  readonly stepped: number;
}

export class Following {
  readonly #parts: FollowingParts;
  readonly #port: FollowerPort | null;
  #state: "waiting" | "running" | "over" = "waiting";
  /** Monotonic time of the next start, or of the next message. */
  #dueAt: number;
  #restartMs: number = limits.followerRestartMs;
  #restarts = 0;
  /** How far the journal is durable, and up to where the follower was told so. */
  #mark: DurableMark | null = null;
  #told: DurableMark | null = null;
  /** The first event of which it knows that it is durable. */
  #first: number | null = null;
  /** What was replayed last. */
  #replayed: Replayed | null = null;
  #handed: HandedOver | null = null;
  #isLow = false;
  /** Why the last round of retention could not delete all; null: it could. */
  #problem: string | null = null;

  constructor(parts: FollowingParts) {
    this.#parts = parts;
    const { port, config, now } = parts;
    this.#port = config.follower === "off" ? null : port;
    this.#dueAt = now + config.followAfterMs * 1_000;
  }

  /** A block is durable; all before it are. */
  durable(mark: DurableMark): void {
    const last = this.#mark;
    this.#mark = mark;
    this.#first ??= mark.sequence;
    // Much has happened in a short time.
    if (this.#state === "waiting" && this.#restarts === 0) {
      const events = this.#parts.stepped + mark.sequence - this.#first;
      if (events >= this.#parts.config.checkpointEveryEvents) this.#dueAt = 0;
    }
    // The end of a segment is told at once: nothing else says where that is.
    const isRotated = last !== null && last.path !== mark.path;
    if (isRotated && this.#state === "running" && last !== this.#told) this.#tell(last);
  }

  /** Whether the disk is full. Each change is told once, and to each follower that is started. */
  room(isLow: boolean): void {
    if (isLow === this.#isLow) return;
    this.#isLow = isLow;
    if (this.#state === "running") this.#port?.room(isLow);
  }

  /** Starts it, or tells it what is new, when that is due. */
  turn(now: Micros): void {
    if (this.#port === null || this.#state === "over" || now < this.#dueAt) return;
    if (this.#mark === null || this.#mark === this.#told) return;
    if (this.#state === "waiting") {
      this.#state = "running";
      this.#port.start();
      if (this.#isLow) this.#port.room(true);
    } else if (this.#parts.config.follower === "rotation") return;
    this.#showLag();
    this.#tell(this.#mark);
    this.#dueAt = now + limits.followEveryMs * 1_000;
  }

  /** Monotonic time of the next `turn` that has something to do; null when none. */
  nextTurn(): number | null {
    if (this.#port === null || this.#state === "over") return null;
    if (this.#mark === null || this.#mark === this.#told) return null;
    if (this.#state === "running" && this.#parts.config.follower === "rotation") return null;
    return this.#dueAt;
  }

  /** Asks for the state after all that is durable. False when there is nobody to ask. */
  askState(): boolean {
    this.#handed = null;
    if (this.#port === null || this.#state !== "running" || this.#mark === null) return false;
    this.#tell(this.#mark);
    this.#port.handOver();
    return true;
  }

  /** The state that was asked for, once; null while it is not there. */
  takeState(): HandedOver | null {
    const handed = this.#handed;
    this.#handed = null;
    return handed;
  }

  stop(): void {
    if (this.#state === "running") this.#port?.stop();
    this.#state = "over";
  }

  /**
   * Takes what it says.
   *
   * @throws HostExit when it found that the disk has lost what was durable
   */
  take(report: FollowerReport, now: Micros): void {
    const { counters, log } = this.#parts;
    if (this.#state !== "running") return;
    switch (report.type) {
      case "replayed":
        this.#restartMs = limits.followerRestartMs;
        counters.set("follower_sequence", report.sequence);
        this.#replayed = report;
        return this.#showLag();
      case "checkpoint":
        counters.add("checkpoints_total");
        counters.set("checkpoint_sequence", report.sequence);
        counters.set("checkpoint_bytes", report.bytes);
        return;
      case "checkpointFailed":
        counters.add("checkpoints_failed_total");
        return log("warn", "a checkpoint was not written", { problem: report.message });
      case "deleted":
        counters.add("checkpoints_damaged_total", report.damaged);
        counters.add("journal_deleted_segments_total", report.segments);
        counters.add("journal_deleted_bytes_total", report.bytes);
        return this.#undeleted(report.problem);
      case "state":
        this.#handed = report;
        return;
      case "diverged": {
        counters.add("replay_divergences_total");
        this.#state = "over";
        this.#port?.stop();
        const { sequence, message: problem } = report;
        return log("error", "a replay of the journal went another way", { sequence, problem });
      }
      case "syncFailed":
        throw new HostExit(exitCodes.failed, report.message);
      case "ended":
        counters.add("follower_ends_total");
        this.#state = "waiting";
        this.#restarts += 1;
        this.#told = null;
        this.#dueAt = now + this.#restartMs * 1_000;
        this.#restartMs = Math.min(2 * this.#restartMs, limits.followerRestartMaxMs);
        return log("warn", "the journal's follower has ended; another one is started", {
          problem: report.message,
        });
    }
  }

  /** Counts each round that could not delete all; the log has what is new. */
  #undeleted(problem: string | null): void {
    const { counters, log } = this.#parts;
    const isNews = problem !== this.#problem;
    this.#problem = problem;
    if (problem === null) return;
    counters.add("journal_deletions_failed_total");
    const told = "what is too old could not be deleted; it is tried again with the next checkpoint";
    if (isNews) log("warn", told, { problem });
  }

  #tell(mark: DurableMark): void {
    this.#told = mark;
    this.#port?.follow(mark);
  }

  /** Seconds of journal between what it was told of and what it has replayed. */
  #showLag(): void {
    const [told, replayed] = [this.#told, this.#replayed];
    const isBehind = told !== null && replayed !== null && replayed.sequence < told.sequence;
    const lag = isBehind ? Math.max(0, told.at - replayed.at) / 1e6 : 0;
    this.#parts.counters.set("follower_lag_seconds", lag);
  }
}

type Replayed = Extract<FollowerReport, { readonly type: "replayed" }>;
