/**
 * The scenario `login-storm`: every client connects, logs in and leaves, and all of them begin
 * within the given seconds, whatever the server does. A latency counts from the time a client was
 * due to its token: handshake, greeting and hash are all in it, as they are for a player.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { invariant } from "../core/kernel/assert.ts";
import type { Micros } from "../core/kernel/ids.ts";
import { hashPassword } from "../client/account.ts";
import { now } from "../client/node.ts";
import type { Refused } from "../client/refused.ts";
import { LoginAttempt } from "./login-attempt.ts";
import { Stopwatch, throughPhases, untilNone } from "./phases.ts";
import { resultOf } from "./result.ts";
import type { LoadResult } from "./result.ts";
import type { PlayersOptions, Progress } from "./scenario.ts";
import { Schedule } from "./schedule.ts";
import { Tally } from "./tally.ts";

/** Runs a storm to its end: until every login has its outcome. */
export async function runStorm(
  options: PlayersOptions,
  progress: (progress: Progress) => void,
): Promise<LoadResult> {
  const run = new StormRun(options, await hashPassword(options.players.password));
  await throughPhases(run, progress, () => run.send());
  return run.result();
}

class StormRun {
  readonly #options: PlayersOptions;
  readonly #passwordHash: string;
  readonly #tally = new Tally();
  readonly #watch = new Stopwatch();
  readonly #attempts: LoginAttempt[] = [];
  /** Logins that have not been given back yet. */
  #open = 0;
  #loggedIn = 0;
  #trouble: Refused | null = null;

  constructor(options: PlayersOptions, passwordHash: string) {
    this.#options = options;
    this.#passwordHash = passwordHash;
  }

  async send(): Promise<void> {
    const { clients, seconds, connectTimeoutMs } = this.#options;
    this.#watch.start();
    const rate = { clients, ratePerSecond: 1 / seconds, seconds };
    const schedule = new Schedule(rate, this.#watch.startedAtMicros as Micros);
    while (this.#attempts.length < clients) {
      this.#startDue(schedule);
      await sleep(1);
    }
    await untilNone(() => this.#tally.open + this.#open, connectTimeoutMs);
    while (this.#tally.open > 0) this.#tally.failed("REQUEST_TIMEOUT");
    this.#watch.stop();
  }

  async stop(): Promise<void> {
    await Promise.all(this.#attempts.map((attempt) => attempt.stop()));
  }

  tend(): void {
    const at = now();
    for (const attempt of this.#attempts) attempt.tend(at);
  }

  progress(): Progress {
    const { seconds } = this.#watch;
    const phase = this.#attempts.length < this.#options.clients ? "sending" : "draining";
    return { phase, ready: this.#open, seconds, tally: this.#tally };
  }

  result(): LoadResult {
    const { clients, seconds } = this.#options;
    return resultOf({
      scenario: "login-storm",
      clients,
      ratePerSecond: 1 / seconds,
      seconds,
      connected: this.#loggedIn,
      trouble: this.#trouble,
      tally: this.#tally,
      startedAtMicros: this.#watch.startedAtMicros,
      endedAtMicros: this.#watch.endedAtMicros,
      cpuMicros: this.#watch.cpuMicros,
      counters: this.#attempts.map(({ counters }) => counters),
    });
  }

  #startDue(schedule: Schedule): void {
    while (this.#attempts.length < this.#options.clients) {
      const at = now();
      const index = this.#attempts.length;
      const dueAt = schedule.dueAt(index, 0);
      if (dueAt > at) return;
      this.#tally.sent += 1;
      this.#tally.lag.record(Math.max(0, at - dueAt));
      const attempt = this.#attempt(index, dueAt);
      this.#attempts.push(attempt);
      attempt.start();
    }
  }

  #attempt(index: number, dueAt: number): LoginAttempt {
    const { players, ...options } = this.#options;
    const username = `${players.prefix}${index + 1}`;
    const who = { username, passwordHash: this.#passwordHash, device: `load ${username}` };
    let isIn = false;
    const attempt: LoginAttempt = new LoginAttempt(
      { ...options, ...who, name: `login ${index}` },
      {
        loggedIn: (_ticket, at) => {
          isIn = true;
          this.#loggedIn += 1;
          this.#open += 1;
          this.#tally.answered(dueAt, at);
          attempt.leave();
        },
        failed: (refused) => {
          this.#trouble = refused;
          if (isIn) this.#notGivenBack(refused);
          else this.#tally.failed(refused.code);
          void attempt.stop();
        },
        left: () => {
          this.#giveBack();
          void attempt.stop();
        },
      },
    );
    return attempt;
  }

  #notGivenBack(refused: Refused): void {
    this.#tally.noticed(refused.code);
    this.#giveBack();
  }

  #giveBack(): void {
    this.#open -= 1;
    invariant(this.#open >= 0, "a login is given back once", this.#open);
  }
}
