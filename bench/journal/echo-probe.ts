/**
 * A thread that asks a server for an echo every five milliseconds, and tells on demand for how long
 * no answer has come at most since it was asked the last time.
 */
import { connect } from "node:net";
import { parentPort, workerData } from "node:worker_threads";
import { frame } from "./frame.ts";

const { port, type } = workerData as { readonly port: number; readonly type: number };
const everyMs = 5;

let sequence = 0;
let heardAt = performance.now();
let longestMs = 0;

const socket = connect(port, "127.0.0.1");
socket.setNoDelay();
const heard = (): void => {
  const at = performance.now();
  longestMs = Math.max(longestMs, at - heardAt);
  heardAt = at;
};
socket.on("data", heard);
const asking = setInterval(() => {
  sequence += 1;
  socket.write(frame(type, sequence));
}, everyMs);
socket.on("close", () => clearInterval(asking));

parentPort?.on("message", () => {
  // A silence that has not ended yet counts as well.
  parentPort?.postMessage(Math.max(longestMs, performance.now() - heardAt));
  longestMs = 0;
});
