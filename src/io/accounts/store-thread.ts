/** The thread that the database blocks in place of the server's. See `store-client.ts`. */
import { parentPort, workerData } from "node:worker_threads";
import { openSqliteStore } from "./sqlite-store.ts";
import type { SqliteOptions } from "./sqlite-store.ts";
import type { StoreAnswer, StoreOrder } from "./store-client.ts";

const opened = openSqliteStore(workerData as SqliteOptions);

const reply = (answer: StoreAnswer): void => parentPort?.postMessage(answer);

parentPort?.on("message", ({ id, method, args }: StoreOrder) => {
  if (method === "close") {
    // What was ordered before has been done: messages come in their order.
    opened.close();
    reply({ id, ok: true, value: null });
    parentPort?.close();
    return;
  }
  try {
    const value: unknown = Reflect.apply(opened.store[method], opened.store, args);
    reply({ id, ok: true, value });
  } catch (error) {
    reply({ id, ok: false, message: String(error) });
  }
});

reply({ id: 0, ok: true, value: null });
