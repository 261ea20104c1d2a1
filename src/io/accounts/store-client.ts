/**
 * The accounts store as the server has it: every method returns a promise, and a database that
 * waits for its disk stops nobody but itself.
 *
 * 1. Orders are carried out one after the other, in the order in which they were given.
 * 2. A thread that dies fails what was ordered; the next order starts another one.
 */
import { Worker } from "node:worker_threads";
import { memoryStore } from "../../core/features/accounts/index.ts";
import type { AccountStore, StoreSource } from "../../core/features/accounts/index.ts";
import { threadUrl } from "../thread-url.ts";
import type { SqliteOptions } from "./sqlite-store.ts";

/**
 * `AccountStore` with promises. They reject when the store fails; what was asked is undone then.
 */
export type AsyncStore = {
  readonly [Method in keyof AccountStore]: (
    ...args: Parameters<AccountStore[Method]>
  ) => Promise<ReturnType<AccountStore[Method]>>;
};

export interface OpenStore {
  readonly store: AsyncStore;
  /** Resolves when all that was ordered is done and the file is closed. */
  close(): Promise<void>;
}

/** @internal of `store-thread.ts` */
export interface StoreOrder {
  readonly id: number;
  readonly method: keyof AccountStore | "close";
  readonly args: readonly unknown[];
}

/** @internal of `store-thread.ts`; 0 says that the store is open */
export type StoreAnswer =
  | { readonly id: number; readonly ok: true; readonly value: unknown }
  | { readonly id: number; readonly ok: false; readonly message: string };

/** The store has failed: its disk, its file, or another process that did not let go of it. */
export class StoreFailure extends Error {
  override readonly name = "StoreFailure";
}

/**
 * Opens an SQLite file on a thread of its own.
 *
 * @throws StoreFailure when it cannot be opened
 */
export async function openStoreThread(options: SqliteOptions): Promise<OpenStore> {
  const thread = new StoreThread(options);
  await thread.started();
  const store = asyncStore((method, args) => thread.order(method, args));
  return { store, close: () => thread.close() };
}

/** A store in memory that looks like the others. */
export function openMemoryStore(source: StoreSource): OpenStore {
  const memory = memoryStore(source);
  const store = asyncStore(async (method, args) => {
    // Never inside the order, as everywhere else.
    await Promise.resolve();
    return Reflect.apply(memory[method], memory, args) as unknown;
  });
  return { store, close: () => Promise.resolve() };
}

const methods = [
  "add",
  "find",
  "list",
  "setPassword",
  "rehash",
  "setRole",
  "ban",
  "open",
  "end",
  "standing",
  "report",
] as const satisfies readonly (keyof AccountStore)[];

function asyncStore(
  order: (method: keyof AccountStore, args: readonly unknown[]) => Promise<unknown>,
): AsyncStore {
  const entries = methods.map((method) => [
    method,
    (...args: readonly unknown[]) => order(method, args),
  ]);
  return Object.fromEntries(entries) as AsyncStore;
}

interface Waiting {
  resolve(value: unknown): void;
  reject(reason: Error): void;
}

class StoreThread {
  readonly #options: SqliteOptions;
  readonly #waiting = new Map<number, Waiting>();
  #worker: Worker | null = null;
  #orders = 0;
  #isClosed = false;

  constructor(options: SqliteOptions) {
    this.#options = options;
  }

  /** Resolves when the file is open. */
  started(): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.#waiting.set(0, { resolve, reject });
      this.#start();
    });
  }

  order(method: StoreOrder["method"], args: readonly unknown[]): Promise<unknown> {
    if (this.#isClosed) return Promise.reject(new StoreFailure("the accounts store is closed"));
    const worker = this.#worker ?? this.#start();
    this.#orders += 1;
    const id = this.#orders;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      worker.postMessage({ id, method, args } satisfies StoreOrder);
    });
  }

  async close(): Promise<void> {
    const worker = this.#worker;
    if (worker === null || this.#isClosed) return;
    // A thread that dies instead has closed its file as well.
    await this.order("close", []).catch(() => undefined);
    this.#isClosed = true;
    await worker.terminate();
  }

  #start(): Worker {
    const worker = new Worker(threadUrl(new URL("./store-thread.ts", import.meta.url)), {
      workerData: this.#options,
    });
    this.#worker = worker;
    worker.on("message", (answer: StoreAnswer) => this.#answered(answer));
    worker.on("error", (error) => this.#died(worker, String(error)));
    worker.on("exit", () => this.#died(worker, "the thread of the accounts store has ended"));
    return worker;
  }

  #answered(answer: StoreAnswer): void {
    const waiting = this.#waiting.get(answer.id);
    this.#waiting.delete(answer.id);
    if (answer.ok) waiting?.resolve(answer.value);
    else waiting?.reject(new StoreFailure(answer.message));
  }

  #died(worker: Worker, reason: string): void {
    if (this.#worker !== worker) return;
    this.#worker = null;
    for (const waiting of this.#waiting.values()) waiting.reject(new StoreFailure(reason));
    this.#waiting.clear();
  }
}
