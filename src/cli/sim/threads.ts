/**
 * The threads of a campaign: each takes a seed, plays it, and takes the next.
 *
 * 1. A thread that dies on a seed, or is on one for longer than `seedMsMax`, is replaced, and its
 *    seed is reported as the finding that it is.
 * 2. A thread that dies before it has begun on anything ends the campaign: the next one would, too.
 */
import { Worker } from "node:worker_threads";
import { threadUrl } from "../../io/thread-url.ts";
import { crashReport, thrown } from "./tally.ts";
import type { SeedOrder, SeedQueue, SeedReport } from "./tally.ts";

/**
 * What a thread is at, as its `workerData`, in memory that outlives it: 0 is nothing, n the n-th
 * scenario of its order. What it says last in a message may be lost with it.
 */
export type Whereabouts = Int32Array<SharedArrayBuffer>;

/**
 * The dearest seeds there are take a few seconds. More is a loop, or a seed so dear that it is as
 * good as one.
 */
const usualSeedMsMax = 300_000;

export interface ThreadOptions {
  readonly count: number;
  /** Of real time, for one seed in all scenarios. */
  readonly seedMsMax?: number;
  /** Of the thread's module: another one in tests. */
  readonly url?: URL;
}

/**
 * Resolves when there is nothing more to play, or the queue is over.
 *
 * @throws Error when a thread cannot even begin
 */
export async function playOnThreads(queue: SeedQueue, options: ThreadOptions): Promise<void> {
  const { count, seedMsMax = usualSeedMsMax } = options;
  const { url = threadUrl(new URL("./thread.ts", import.meta.url)) } = options;
  const parts = { queue, seedMsMax, url };
  const threads = Array.from({ length: count }, () => new CampaignThread(parts));
  const stopWhenOver = (): void => {
    if (queue.isOver) for (const thread of threads) thread.stop();
  };
  try {
    await Promise.all(threads.map((thread) => thread.play(stopWhenOver)));
  } finally {
    for (const thread of threads) thread.stop();
  }
}

interface ThreadParts {
  readonly queue: SeedQueue;
  readonly seedMsMax: number;
  readonly url: URL;
}

interface Thread {
  readonly worker: Worker;
  readonly whereabouts: Whereabouts;
}

class CampaignThread {
  readonly #parts: ThreadParts;
  #thread: Thread | null = null;
  #isStopped = false;

  constructor(parts: ThreadParts) {
    this.#parts = parts;
  }

  /** @param reported called after each report */
  async play(reported: () => void): Promise<void> {
    for (let order = this.#take(); order !== null; order = this.#take()) {
      this.#thread ??= this.#begin();
      const report = await playOn(this.#thread, order, this.#parts.seedMsMax).catch(
        (error: unknown) => {
          if (this.#isStopped) return null;
          throw error;
        },
      );
      if (report === null || this.#isStopped) return;
      if (report.crash !== null) this.#leave();
      this.#parts.queue.report(report);
      reported();
    }
    this.#leave();
  }

  /** What is under way is given up. */
  stop(): void {
    this.#isStopped = true;
    this.#leave();
  }

  #begin(): Thread {
    const whereabouts: Whereabouts = new Int32Array(new SharedArrayBuffer(4));
    const worker = new Worker(this.#parts.url, { workerData: whereabouts });
    worker.on("exit", () => {
      if (this.#thread?.worker === worker) this.#thread = null;
    });
    // What goes wrong between two seeds is told by its exit.
    worker.on("error", () => undefined);
    return { worker, whereabouts };
  }

  #take(): SeedOrder | null {
    return this.#isStopped ? null : this.#parts.queue.take();
  }

  #leave(): void {
    void this.#thread?.worker.terminate();
    this.#thread = null;
  }
}

/** Plays one seed on a thread that is waiting for one. */
function playOn(
  { worker, whereabouts }: Thread,
  order: SeedOrder,
  msMax: number,
): Promise<SeedReport> {
  return new Promise((resolve, reject) => {
    const end = (): void => {
      clearTimeout(timer);
      for (const [name, listener] of Object.entries(listeners)) worker.off(name, listener);
    };
    const crash = (found: { readonly rule: string; readonly what: string }): void => {
      end();
      const scenario = order.scenarios[(whereabouts[0] ?? 0) - 1];
      if (scenario === undefined) reject(new Error(`${found.rule}: ${found.what}`));
      else resolve(crashReport(order.seed, scenario, found));
    };
    let timer: NodeJS.Timeout;
    const watch = (): void => {
      timer = setTimeout(() => {
        // A busy machine may take its time to load a thread, which is no fault of the seed.
        if (whereabouts[0] === 0) return watch();
        const what = `it was played for ${String(msMax / 1_000)} s`;
        crash({ rule: "a seed comes to its end", what });
      }, msMax);
    };
    watch();
    const listeners = {
      message: (report: SeedReport) => {
        end();
        resolve(report);
      },
      error: (error: Error) => crash(thrown(error)),
      exit: (code: number) =>
        crash({ rule: "a thread lives on", what: `it ended with code ${String(code)}` }),
    };
    for (const [name, listener] of Object.entries(listeners)) worker.on(name, listener);
    worker.postMessage(order);
  });
}
