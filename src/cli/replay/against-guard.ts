/**
 * Steps a log with another build on a thread of its own, because that build is on trial: it may
 * end the process, loop, or run out of memory, and that is a result like any other.
 *
 * 1. Whatever the other build does, this process tells where it was.
 * 2. An event is given up on after `patienceMs`, on either side: a build that loops does not come
 *    back by itself. So is loading the other build.
 * 3. What this build does by itself is an error of the command and no result.
 */
import { Worker } from "node:worker_threads";
import { keysOfBytes } from "../../io/journal-keys.ts";
import type { KeyBytes } from "../../io/journal-keys.ts";
import { threadUrl } from "../../io/thread-url.ts";
import { CommandError } from "../command-error.ts";
import { grouped, type ProgressLine } from "../output.ts";
import type { Compared } from "./against.ts";
import { phases, Whereabouts } from "./against-whereabouts.ts";
import { tellEvents } from "./events.ts";
import { firstOf, openLog } from "./log.ts";

/** As the command was given it. */
export interface GuardOrder {
  readonly path: string;
  /** A module with the role's features; null: the built-in ones. */
  readonly features: string | null;
  readonly keys: KeyBytes;
  /** The other build, as `loadBuild` takes it. */
  readonly against: string;
  /** The last event; null for all. */
  readonly until: number | null;
}

/** What the thread says at its end. */
export type GuardReport =
  | { readonly type: "compared"; readonly result: Compared }
  | {
      readonly type: "refused";
      readonly message: string;
      readonly details: Readonly<Record<string, unknown>>;
    };

/** How a thread ended that has said nothing. */
interface Death {
  readonly message: string;
  /** With which it ended the process; null: it did not. */
  readonly exitCode: number | null;
}

const lookMs = 250;

/**
 * @param patienceMs for one event, and for loading the other build
 * @throws CommandError as `openLog` and `loadBuild`, and when it is this build that fails
 */
export async function compareGuarded(
  order: GuardOrder,
  { patienceMs, progress }: { readonly patienceMs: number; readonly progress: ProgressLine },
): Promise<Compared> {
  const whereabouts = new Whereabouts();
  const workerData = { order, memory: whereabouts.memory };
  const url = threadUrl(new URL("./against-thread.ts", import.meta.url));
  const worker = new Worker(url, { workerData, stdout: true, stderr: true });
  // What a build prints is no part of the result, which may be JSON.
  worker.stdout.pipe(process.stderr, { end: false });
  worker.stderr.pipe(process.stderr, { end: false });
  try {
    const end = await endOf(worker, { whereabouts, patienceMs, progress });
    if ("type" in end && end.type === "compared") return end.result;
    if ("type" in end) throw new CommandError(end.message, end.details);
    return await told(order, whereabouts, end, progress);
  } finally {
    await worker.terminate();
  }
}

interface Watch {
  readonly whereabouts: Whereabouts;
  readonly patienceMs: number;
  readonly progress: ProgressLine;
}

/** What the thread says, or how it ended without a word. */
function endOf(
  worker: Worker,
  { whereabouts, patienceMs, progress }: Watch,
): Promise<GuardReport | Death> {
  const { promise, resolve } = Promise.withResolvers<GuardReport | Death>();
  let [seen, since] = [-1, performance.now()];
  const timer = setInterval(() => {
    const { phase, sequence, count } = whereabouts;
    if (phase === phases.stepping) progress.show(() => `comparing: event ${grouped(sequence)}`);
    // Reading takes as long as the log is large, and runs no code of the other build.
    if (count !== seen || phase === phases.reading) [seen, since] = [count, performance.now()];
    if (performance.now() - since < patienceMs) return;
    const seconds = grouped(patienceMs / 1_000);
    resolve({ message: `it did not come back within ${seconds} s`, exitCode: null });
  }, lookMs);
  worker.on("message", (report: GuardReport) => resolve(report));
  worker.on("error", (error: unknown) => resolve({ message: failureOf(error), exitCode: null }));
  worker.on("exit", (exitCode) =>
    resolve({ message: `it ended the process with exit code ${String(exitCode)}`, exitCode }),
  );
  return promise.finally(() => clearInterval(timer));
}

function failureOf(error: unknown): string {
  if (!(error instanceof Error)) return `it failed outside of a step: ${String(error)}`;
  const { code } = error as NodeJS.ErrnoException;
  if (code === "ERR_WORKER_OUT_OF_MEMORY") return "it ran out of memory";
  return `it failed outside of a step: ${error.name}: ${error.message}`;
}

/** A crash that no exception told of: the event, and what this build orders there. */
async function told(
  { path, features, keys }: GuardOrder,
  { phase, sequence, isHere }: Whereabouts,
  { message, exitCode }: Death,
  progress: ProgressLine,
): Promise<Compared> {
  if (phase === phases.reading) throw new CommandError(`while the log was read, ${message}`);
  if (phase === phases.stepping && isHere) {
    throw new CommandError(`event ${String(sequence)} with this build: ${message}`);
  }
  const log = await openLog(path, { features, keys: keysOfBytes(keys) }, progress);
  const from = firstOf(log);
  const order = { from: sequence, to: sequence, session: null, type: null, effects: true };
  const next = sequence === 0 ? null : tellEvents(log, order, progress).next();
  const event = next === null || next.done === true ? null : next.value;
  const { effects: here = [], failed: _failed, ...inWords } = event ?? {};
  return {
    classification: "crash",
    events: Math.max(0, sequence - from),
    fromSeq: from,
    toSeq: Math.max(from - 1, sequence - 1),
    first: event && {
      ...{ seq: sequence, event: inWords as typeof event },
      ...{ here, there: [], threw: message },
    },
    changed: 0,
    state: null,
    failures: [],
    divergedSeq: null,
    death: { message, exitCode },
  };
}
