/**
 * Runs a role's follower on a thread, so that replaying the journal costs the server nothing.
 *
 * 1. At most one thread at a time. What one says that was ended is not passed on.
 * 2. A thread that dies, for whatever reason, is a report like any other: the host decides.
 */
import { Worker } from "node:worker_threads";
import type { DurableMark, FollowerPort, FollowerReport } from "../../core/host/index.ts";
import { threadUrl } from "../thread-url.ts";
import type { FollowerLine, FollowerOrder, FollowerThreadOptions } from "./orders.ts";

export interface FollowerThreadEvents {
  reported(report: FollowerReport): void;
  logged(line: FollowerLine): void;
}

export class FollowerThread implements FollowerPort {
  readonly #options: FollowerThreadOptions;
  readonly #events: FollowerThreadEvents;
  #worker: Worker | null = null;

  constructor(options: FollowerThreadOptions, events: FollowerThreadEvents) {
    this.#options = options;
    this.#events = events;
  }

  start(): void {
    this.stop();
    const url = threadUrl(new URL("./follower-thread.ts", import.meta.url));
    const worker = new Worker(url, { workerData: this.#options });
    this.#worker = worker;
    worker.on("message", (report: FollowerReport | FollowerLine) => {
      if (this.#worker !== worker) return;
      if (report.type === "log") this.#events.logged(report);
      else this.#events.reported(report);
    });
    worker.on("error", (error) => this.#died(worker, String(error)));
    worker.on("exit", () => this.#died(worker, "its thread has ended"));
  }

  follow(mark: DurableMark): void {
    this.#order({ type: "follow", mark });
  }

  handOver(): void {
    this.#order({ type: "handOver" });
  }

  room(isLow: boolean): void {
    this.#order({ type: "room", isLow });
  }

  stop(): void {
    const worker = this.#worker;
    this.#worker = null;
    void worker?.terminate();
  }

  /** Ends the thread; resolves when it writes no more. */
  async close(): Promise<void> {
    const worker = this.#worker;
    this.#worker = null;
    await worker?.terminate();
  }

  #order(order: FollowerOrder): void {
    this.#worker?.postMessage(order);
  }

  #died(worker: Worker, message: string): void {
    if (this.#worker !== worker) return;
    this.#worker = null;
    this.#events.reported({ type: "ended", message });
  }
}
