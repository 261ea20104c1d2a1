/**
 * A closed-loop echo load: each of C connections keeps D requests in flight.
 *
 *     node bench/load/echo.ts PORT TYPE CONNECTIONS DEPTH WARMUP_MS COUNTED_MS
 *
 * Every connection does one round trip before the clock starts. Prints one JSON object: packets
 * answered in the counted time, its length, and percentiles of the round trip in microseconds.
 * Whoever started it reads the server's CPU time at the lines `{"phase":"counting"}` and at the
 * end.
 */
import { connect } from "node:net";
import type { Socket } from "node:net";
import { Answers, Requests } from "./requests.ts";

const [port, type, connections, depth, warmupMs, countedMs] = process.argv.slice(2).map(Number);
if (!port || !type || !connections || !depth || warmupMs === undefined || !countedMs) {
  process.stderr.write(
    "usage: node bench/load/echo.ts PORT TYPE CONNECTIONS DEPTH WARMUP_MS COUNTED_MS\n",
  );
  process.exit(2);
}

let answered = 0;
let counting = false;
let ready = 0;
const latencies: number[] = [];

function open(): Socket {
  const socket = connect({ host: "127.0.0.1", port: port as number, noDelay: true });
  const requests = new Requests(type as number);
  const sentAt: number[] = [];
  const answers = new Answers();
  let greeted = false;
  const ask = (count: number): void => {
    const now = performance.now();
    for (let index = 0; index < count; index += 1) sentAt.push(now);
    socket.write(requests.take(count));
  };
  socket.on("connect", () => ask(1));
  socket.on("data", (chunk: Buffer) => {
    const count = answers.take(chunk);
    if (count === 0) return;
    const now = performance.now();
    const times = sentAt.splice(0, count);
    if (counting) {
      answered += count;
      for (const time of times) latencies.push(now - time);
    }
    if (!greeted) {
      greeted = true;
      ready += 1;
      if (ready === connections) start();
      waiting.push(() => ask(depth as number));
      return;
    }
    if (!stopped) ask(count);
  });
  socket.on("close", () => {
    if (!stopped) fail("the server closed a connection");
  });
  socket.on("error", (error) => fail(error.message));
  return socket;
}

let stopped = false;
const waiting: (() => void)[] = [];

function fail(message: string): never {
  process.stderr.write(`bench/load/echo: ${message}\n`);
  process.exit(1);
}

function start(): void {
  // After this chunk's handlers: the last connection has yet to queue its own first request.
  setImmediate(() => {
    for (const begin of waiting) begin();
    setTimeout(() => {
      counting = true;
      const from = performance.now();
      process.stdout.write(`${JSON.stringify({ phase: "counting" })}\n`);
      setTimeout(() => finish(performance.now() - from), countedMs);
    }, warmupMs);
  });
}

function finish(elapsedMs: number): void {
  counting = false;
  stopped = true;
  const sorted = latencies.toSorted((a, b) => a - b);
  const at = (share: number): number =>
    Math.round(
      (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0) * 1_000,
    );
  process.stdout.write(
    `${JSON.stringify({ answered, seconds: elapsedMs / 1_000, p50Micros: at(0.5), p99Micros: at(0.99) })}\n`,
    () => process.exit(0),
  );
}

for (let index = 0; index < connections; index += 1) open();
setTimeout(
  () => fail("not every connection was answered within 20 s"),
  20_000 + warmupMs + countedMs,
).unref();
