/**
 * An open-loop echo load: requests leave at times that no answer has a say in.
 *
 *     node bench/load/open.ts PORT TYPE CONNECTIONS PER_SECOND WARMUP_MS COUNTED_MS [BURST]
 *
 * Requests come at random, as from many players who know nothing of each other, so many times a
 * second, each time BURST of them (1 when left out) on the next connection. A latency counts from
 * the time when the request was due. Timers of Node have whole milliseconds, more than what is
 * measured here, so a thread sleeps in `Atomics.wait`, which is exact, and wakes the one that
 * sends. Prints one JSON object: requests answered in the counted time, percentiles of their
 * latency and of how late they were sent, in microseconds. What is late by our own fault is in
 * both.
 */
import { connect } from "node:net";
import type { Socket } from "node:net";
import { Worker } from "node:worker_threads";
import { Answers, Requests } from "./requests.ts";

const [port, type, connections, perSecond, warmupMs, countedMs, burst = 1] = process.argv
  .slice(2)
  .map(Number);
if (!port || !type || !connections || !perSecond || warmupMs === undefined || !countedMs) {
  process.stderr.write(
    "usage: node bench/load/open.ts PORT TYPE CONNECTIONS PER_SECOND WARMUP_MS COUNTED_MS [BURST]\n",
  );
  process.exit(2);
}

interface Link {
  readonly socket: Socket;
  readonly requests: Requests;
  /** When the requests that are not answered were due. */
  readonly due: number[];
}

const latencies: number[] = [];
const lags: number[] = [];
/** Of what is due before, nothing is counted. */
let countedFrom = Infinity;

/** Milliseconds on a clock that all threads share. */
const now = (): number => Number(process.hrtime.bigint()) / 1e6;

function fail(message: string): never {
  process.stderr.write(`bench/load/open: ${message}\n`);
  process.exit(1);
}

/** Resolves when it has made one round trip. */
function open(): Promise<Link> {
  const socket = connect({ host: "127.0.0.1", port: port as number, noDelay: true });
  const link: Link = { socket, requests: new Requests(type as number), due: [] };
  const answers = new Answers();
  return new Promise((resolve) => {
    socket.on("connect", () => ask(link, now(), 1));
    socket.on("data", (chunk: Buffer) => {
      const at = now();
      const count = answers.take(chunk);
      for (const due of link.due.splice(0, count)) {
        if (due >= countedFrom) latencies.push(at - due);
      }
      if (count > 0) resolve(link);
    });
    socket.on("close", () => fail("the server closed a connection"));
    socket.on("error", (error) => fail(error.message));
  });
}

function ask({ socket, requests, due }: Link, at: number, count: number): void {
  for (let index = 0; index < count; index += 1) due.push(at);
  socket.write(requests.take(count));
}

/** Posts the times of requests when they are due, and null behind the last. */
const ticking = `
const { parentPort, workerData } = require("node:worker_threads");
const { perSecond, from, until } = workerData;
const now = () => Number(process.hrtime.bigint()) / 1e6;
const never = new Int32Array(new SharedArrayBuffer(4));
for (let due = from; due < until; due += (-Math.log(1 - Math.random()) * 1000) / perSecond) {
  const early = due - now();
  if (early > 0) Atomics.wait(never, 0, 0, early);
  parentPort.postMessage(due);
}
parentPort.postMessage(null);
`;

function play(links: readonly Link[]): void {
  const from = now() + 100;
  countedFrom = from + (warmupMs as number);
  const until = countedFrom + (countedMs as number);
  const ticker = new Worker(ticking, { eval: true, workerData: { perSecond, from, until } });
  let turn = 0;
  ticker.on("message", (due: number | null) => {
    if (due === null) return rest();
    const link = links[turn % links.length];
    turn += 1;
    if (link !== undefined) ask(link, due, burst);
    if (due >= countedFrom) lags.push(now() - due);
  });
  const rest = (): void => {
    if (links.every(({ due }) => due.length === 0)) tell();
    else setTimeout(rest, 5);
  };
}

function tell(): void {
  const result = {
    answered: latencies.length,
    p50Micros: percentile(latencies, 0.5),
    p99Micros: percentile(latencies, 0.99),
    lagP99Micros: percentile(lags, 0.99),
  };
  process.stdout.write(`${JSON.stringify(result)}\n`, () => process.exit(0));
}

function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const place = Math.min(sorted.length - 1, Math.floor(sorted.length * share));
  return Math.round((sorted[place] ?? Number.NaN) * 1_000);
}

setTimeout(() => fail("not every request was answered"), 20_000 + warmupMs + countedMs).unref();
const links: Promise<Link>[] = [];
for (let index = 0; index < connections; index += 1) links.push(open());
play(await Promise.all(links));
