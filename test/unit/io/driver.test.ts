import { expect, it, onTestFinished } from "vitest";
import type { HostPort, PeerAddress, Producer, SocketId } from "../../../src/core/contract.ts";
import type { Micros } from "../../../src/core/kernel/ids.ts";
import { monotonicMicros } from "../../../src/io/clock.ts";
import { Driver } from "../../../src/io/driver.ts";
import { until } from "../../support/condition.ts";

const peer: PeerAddress = { remote: "unknown", security: "plain" };
const socket = 1 as SocketId;

interface Recorder extends HostPort {
  /** What was called, in order. */
  readonly calls: string[];
  /** When each turn ran, monotonic microseconds. */
  readonly turnedAt: Micros[];
  due: Micros | null;
  onTurn: () => void;
}

function recorder(): Recorder {
  const calls: string[] = [];
  const turnedAt: Micros[] = [];
  const told = (name: string) => (): void => void calls.push(name);
  const producer: Producer = {
    socketOpened: told("opened"),
    handshakeFailed: told("handshakeFailed"),
    received: told("received"),
    writeDrained: told("drained"),
    socketEnded: told("ended"),
    socketClosed: told("closed"),
  };
  const host: Recorder = {
    calls,
    turnedAt,
    due: null,
    onTurn: () => undefined,
    producers: [producer],
    fileDone: told("fileDone"),
    callDone: told("callDone"),
    listening: told("listening"),
    listenFailed: told("listenFailed"),
    drain: told("drain"),
    reconfigure: told("reconfigure"),
    start: told("start"),
    turn: () => {
      calls.push("turn");
      turnedAt.push(monotonicMicros());
      host.onTurn();
    },
    nextTurn: () => host.due,
  };
  return host;
}

function started(host: HostPort): { readonly driver: Driver; readonly failures: unknown[] } {
  const failures: unknown[] = [];
  const driver = new Driver({
    listening: () => undefined,
    listenFailed: () => undefined,
    failed: (error) => failures.push(error),
  });
  onTestFinished(() => driver.stop());
  driver.start(host);
  return { driver, failures };
}

const later = (ms: number): Micros => (monotonicMicros() + ms * 1_000) as Micros;
const pass = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

it("starts the host, then gives it one turn", async () => {
  const host = recorder();
  started(host);
  expect(host.calls).toEqual(["start"]);
  await pass();
  await pass();
  expect(host.calls).toEqual(["start", "turn"]);
});

it("gives one turn for any number of deliveries, after all of them", async () => {
  const host = recorder();
  const { driver } = started(host);
  await pass();
  host.calls.length = 0;
  driver.socketOpened(socket, peer);
  for (let index = 0; index < 5; index += 1) driver.received(socket, new Uint8Array(1));
  driver.writeDrained(socket, 0);
  driver.socketEnded(socket);
  driver.socketClosed(socket, null);
  await pass();
  await pass();
  const received = Array<string>(5).fill("received");
  expect(host.calls).toEqual(["opened", ...received, "drained", "ended", "closed", "turn"]);
});

it("gives no turn when nothing happens", async () => {
  const host = recorder();
  const { driver } = started(host);
  await pass();
  for (let index = 0; index < 20; index += 1) await pass();
  expect(driver.counters.turns).toBe(1);
});

it("turns when the host's time has come, never before, and within a few milliseconds", async () => {
  const host = recorder();
  const { driver } = started(host);
  const lateMicros: number[] = [];
  let waits = 0;
  for (const waitMs of [0.3, 1, 2.5, 7, 20, 50]) {
    const turns = host.turnedAt.length;
    const due = later(waitMs);
    host.due = due;
    let early = 0;
    host.onTurn = () => {
      if (monotonicMicros() >= due) host.due = null;
      else early += 1;
    };
    driver.listening(); // something happens, so the driver asks for the next time again
    await until("the due turn", () => host.due === null);
    // On a busy machine a short wait may be over before the turn that asks for a timer.
    expect(early, "turns before the due one").toBeLessThanOrEqual(1);
    expect(host.turnedAt).toHaveLength(turns + early + 1);
    lateMicros.push((host.turnedAt.at(-1) ?? 0) - due);
    waits += early;
  }
  expect(Math.min(...lateMicros)).toBeLessThan(50_000);
  expect(driver.counters.timerTurns).toBeGreaterThan(0);
  expect(driver.counters.timerTurns).toBeLessThanOrEqual(waits);
});

it("follows the host to an earlier time, and makes no turn for a time that was given up", async () => {
  const host = recorder();
  const { driver } = started(host);
  await pass();
  host.due = later(60_000);
  driver.listening();
  await pass();
  host.due = later(5);
  host.onTurn = () => {
    if (host.due !== null && monotonicMicros() >= host.due) host.due = null;
  };
  driver.listening();
  await until("the earlier turn", () => host.due === null);
  const turns = driver.counters.turns;
  host.due = later(200);
  driver.listening();
  await pass();
  host.due = later(400);
  await until("the later turn", () => host.due === null);
  expect(driver.counters.turns).toBe(turns + 2);
});

it("a host that is due at once does not keep sockets and timers from their turn", async () => {
  const host = recorder();
  host.due = 0 as Micros;
  const { driver } = started(host);
  // Waiting takes timers, and the clients of a server take sockets: both get their turn.
  await until("some turns", () => driver.counters.turns > 10);
  expect(driver.counters.timerTurns).toBe(0);
});

it("a host that throws is told once and never called again", async () => {
  const host = recorder();
  const { driver, failures } = started(host);
  await pass();
  const bug = new Error("a bug");
  host.onTurn = () => {
    throw bug;
  };
  driver.received(socket, new Uint8Array(1));
  await pass();
  await pass();
  expect(failures).toEqual([bug]);
  const calls = host.calls.length;
  driver.received(socket, new Uint8Array(1));
  driver.socketClosed(socket, null);
  driver.listening();
  driver.drain();
  await pass();
  await pass();
  expect(host.calls).toHaveLength(calls);
});

it("a host that throws at its start is told too", () => {
  const host = recorder();
  const bug = new Error("a bug");
  const { failures } = started({
    ...host,
    start: () => {
      throw bug;
    },
  });
  expect(failures).toEqual([bug]);
});

it("never calls the host after its stop", async () => {
  const host = recorder();
  const due = later(1);
  host.due = due;
  const { driver } = started(host);
  driver.received(socket, new Uint8Array(1));
  driver.stop();
  const calls = host.calls.length;
  await until("the time to pass", () => monotonicMicros() > due + 5_000);
  expect(host.calls).toHaveLength(calls);
});
