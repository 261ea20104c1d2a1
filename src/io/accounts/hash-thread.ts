/** A thread that hashes passwords, one after the other, when nobody else wants the processor. */
import { constants, setPriority } from "node:os";
import { parentPort } from "node:worker_threads";
import { hashPassword, isPassword } from "./argon2.ts";
import type { HashAnswer, HashOrder } from "./hash-pool.ts";

// Only Linux gives a thread a priority of its own; elsewhere this would slow the whole process.
if (process.platform === "linux") setPriority(0, constants.priority.PRIORITY_LOW);

parentPort?.on("message", (order: HashOrder) => {
  const { password } = order;
  const answer: HashAnswer =
    order.kind === "hash"
      ? hashPassword(password, order.parameters)
      : isPassword(password, order.phc);
  password.fill(0);
  parentPort?.postMessage(answer);
});
