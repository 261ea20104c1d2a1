/**
 * A load: opens all clients, then lets each send at its times, then waits for the answers.
 *
 *     connecting: at most `connectingMax` handshakes at a time, until all clients are in
 *     sending: one timer for all clients; what is due is sent, whatever the answers do
 *     draining: nothing more is sent; ends when every message has its outcome
 *
 * 1. All clients are in before the first message leaves; when they are not, none leaves.
 * 2. Every message has one outcome: answered rightly, or an error of some kind.
 * 3. A latency counts from the time the message was due (`schedule.ts`), so neither a slow server
 *    nor a late timer of our own makes it smaller.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { invariant } from "../core/kernel/assert.ts";
import type { Micros } from "../core/kernel/ids.ts";
import type { ClientState } from "../client/borders.ts";
import { now } from "../client/node.ts";
import type { Refused } from "../client/refused.ts";
import { LoadClient, loadReconnect } from "./client.ts";
import type { Listener } from "./client.ts";
import { letIn, Stopwatch, tendEveryMs, throughPhases, untilNone } from "./phases.ts";
import { resultOf } from "./result.ts";
import type { LoadResult } from "./result.ts";
import type { LoadOptions, Progress, RequestScenario, Turn } from "./scenario.ts";
import { Schedule } from "./schedule.ts";
import { Tally } from "./tally.ts";

export interface RequestLoadOptions extends LoadOptions {
  readonly scenario: RequestScenario;
}

/** Handshakes at a time: one over TLS costs both sides a millisecond of CPU. */
const connectingMax = 64;

/** Runs a load to its end. The result says what happened, also when nothing could be sent. */
export async function runLoad(
  options: RequestLoadOptions,
  progress: (progress: Progress) => void,
): Promise<LoadResult> {
  const run = new LoadRun(options);
  await throughPhases(run, progress, async () => {
    await run.connect();
    if (run.complete) await run.send();
  });
  return run.result();
}

class LoadRun {
  readonly #options: RequestLoadOptions;
  readonly #tally = new Tally();
  readonly #watch = new Stopwatch();
  readonly #clients: readonly LoadClient[];
  readonly #states: ClientState["name"][];
  #phase: Progress["phase"] | "over" = "connecting";
  #ready = 0;
  #connected = 0;
  #stopped = 0;
  /** Why the last link that did not come up did not. */
  #trouble: Refused | null = null;
  #schedule: Schedule | null = null;

  constructor(options: RequestLoadOptions) {
    this.#options = options;
    const { target, lengthEndian, scenario, requestTimeoutMs, ratePerSecond, seed } = options;
    // Room for all that can wait for a link or an answer before it times out.
    const pendingMax = Math.max(1_024, Math.ceil((2 * ratePerSecond * requestTimeoutMs) / 1_000));
    const { contracts } = scenario;
    const common = { target, lengthEndian, contracts, requestTimeoutMs, pendingMax, seed };
    const clientAt = (index: number): LoadClient =>
      new LoadClient(
        { name: `client ${index}`, ...common, reconnect: loadReconnect },
        this.#listenerOf(index),
      );
    this.#clients = Array.from({ length: options.clients }, (_, index) => clientAt(index));
    this.#states = this.#clients.map(() => "idle");
  }

  /** Whether all clients came in. */
  get complete(): boolean {
    return this.#connected === this.#options.clients;
  }

  // ---------------------------------------------------------------- phases

  /** Ends when all clients are in, when one is turned away for good, or when the time is up. */
  async connect(): Promise<void> {
    const { clients, connectTimeoutMs } = this.#options;
    await letIn({
      clients,
      atOnceMax: connectingMax,
      timeoutMs: connectTimeoutMs,
      start: (index) => this.#clients[index]?.start(),
      ready: () => this.#ready,
      isHopeless: () => this.#stopped > 0,
    });
    this.#connected = this.#ready;
  }

  /** Sends every message at its time, then waits for the outcomes. */
  async send(): Promise<void> {
    const { clients, ratePerSecond, seconds, requestTimeoutMs } = this.#options;
    this.#watch.start();
    const schedule = new Schedule(
      { clients, ratePerSecond, seconds },
      this.#watch.startedAtMicros as Micros,
    );
    this.#schedule = schedule;
    this.#phase = "sending";
    while (!schedule.done) {
      this.#sendDue(schedule);
      await sleep(1);
    }
    this.#phase = "draining";
    // Every message expires by itself; the deadline is for a bug of ours.
    await untilNone(() => this.#tally.open, requestTimeoutMs + 10 * tendEveryMs);
    invariant(this.#tally.open === 0, "every message has an outcome", this.#tally.open);
    this.#watch.stop();
  }

  async stop(): Promise<void> {
    this.#phase = "over";
    for (const { machine } of this.#clients) {
      this.#tally.noticed("SEQUENCE_BROKEN", machine.counters.sequenceViolations);
    }
    await Promise.all(this.#clients.map((client) => client.stop()));
  }

  tend(): void {
    const at = now();
    for (const client of this.#clients) client.tend(at);
  }

  // ---------------------------------------------------------------- what is told

  progress(): Progress {
    const { seconds } = this.#watch;
    const phase = this.#phase === "over" ? "draining" : this.#phase;
    return { phase, ready: this.#ready, seconds, tally: this.#tally };
  }

  result(): LoadResult {
    const { scenario, clients, ratePerSecond, seconds } = this.#options;
    return resultOf({
      scenario: scenario.name,
      clients,
      ratePerSecond,
      seconds,
      connected: this.#connected,
      trouble: this.#trouble,
      tally: this.#tally,
      startedAtMicros: this.#watch.startedAtMicros,
      endedAtMicros: this.#watch.endedAtMicros,
      cpuMicros: this.#watch.cpuMicros,
      counters: this.#clients.map(({ machine }) => machine.counters),
    });
  }

  // ---------------------------------------------------------------- what the clients tell

  #listenerOf(client: number): Listener {
    return {
      // A client asks once a round, so a request's number tells its round.
      answered: (request, answer, at) => this.#answered({ client, round: request - 1 }, answer, at),
      failed: (_request, refused) => this.#tally.failed(refused.code),
      refused: (refused) => this.#tally.noticed(refused.code),
      changed: (state) => this.#changed(client, state),
      // What else is told is not for such a scenario to judge.
      told: () => undefined,
      settled: () => undefined,
    };
  }

  #answered(turn: Turn, answer: unknown, at: Micros): void {
    const wrong = this.#options.scenario.check(turn, answer);
    const dueAt = this.#schedule?.dueAt(turn.client, turn.round) ?? at;
    if (wrong === null) this.#tally.answered(dueAt, at);
    else this.#tally.failed(wrong);
  }

  #changed(client: number, state: ClientState): void {
    const before = this.#states[client];
    this.#states[client] = state.name;
    if (state.name === "ready") this.#ready += 1;
    if (before === "ready") this.#ready -= 1;
    if (state.name === "stopped") this.#stopped += 1;
    if (this.#phase === "over") return;
    if (state.name === "stopped" || state.name === "backingOff") this.#trouble = state.reason;
    if (this.#phase === "connecting") return;
    if (before === "ready") this.#tally.disconnects += 1;
    if (state.name === "ready") this.#tally.reconnects += 1;
  }

  #sendDue(schedule: Schedule): void {
    const { scenario } = this.#options;
    while (!schedule.done) {
      const at = now();
      const dueAt = schedule.nextDueAt();
      if (dueAt > at) return;
      const turn = schedule.take();
      const client = this.#clients[turn.client];
      invariant(client !== undefined, "a message of a client that there is", turn.client);
      this.#tally.sent += 1;
      this.#tally.lag.record(at - dueAt);
      scenario.ask(client.machine, turn, at);
    }
  }
}
