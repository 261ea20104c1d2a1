import { describe, expect, it } from "vitest";
import { Decisions } from "../../../../src/sim/decisions.ts";
import type { Decision } from "../../../../src/sim/decisions.ts";
import { FaultCounters } from "../../../../src/sim/faults.ts";
import { Machine, Network } from "../../../../src/sim/network/network.ts";
import type { Link } from "../../../../src/sim/network/link.ts";
import { Weather } from "../../../../src/sim/network/weather.ts";
import { calmOptions } from "../../../../src/sim/options.ts";
import { Listener } from "../../../../src/sim/process/listener.ts";
import { Scheduler } from "../../../../src/sim/scheduler.ts";

const second = 1_000_000;

/** A server that accepts whatever comes at once, and clients of it. */
function setUp(plan: Readonly<Record<string, Decision>> = {}) {
  const scheduler = new Scheduler();
  const faults = new FaultCounters();
  const decisions = Decisions.planned(new Map(Object.entries(plan)));
  const options = { ...calmOptions.network, partitionsMax: 1 };
  const parts = { scheduler, decisions, faults, options };
  const hosts = { clients: ["client"], servers: ["server"], performers: [] };
  const weather = new Weather(parts, hosts);
  weather.begin(10 * second);
  const network = new Network(parts, weather);
  const machine = new Machine();
  const accepted: string[] = [];
  const listener = new Listener(
    { ...parts, machine, backlog: 10 },
    {
      // All that has come is accepted in one pass.
      acceptable: () => {
        scheduler.after(1_000, () => {
          const arrival = listener.accept();
          if (arrival !== null) accepted.push(arrival.link.name);
        });
      },
    },
  );
  listener.listen();
  const told: string[] = [];
  const links: Link[] = [];
  const connect = (name: string): (() => void) =>
    network.connect(
      { name, remote: "10.0.0.1:1", target: machine },
      {
        connected: (link) => {
          links.push(link);
          told.push(`${name} connected at ${String(scheduler.nowMicros / second)}`);
        },
        failed: (code) => told.push(`${name} ${code} at ${String(scheduler.nowMicros / second)}`),
      },
    );
  /** What the client's program reads of its link. */
  const fateOf = (link: Link | undefined): string =>
    link?.client.readError() ?? (link?.client.hasEnded === true ? "end" : "open");
  return { scheduler, faults, machine, listener, accepted, told, links, connect, fateOf };
}

describe("an attempt to connect", () => {
  it("ends the connection when it is given up after the kernels have made it", () => {
    const { scheduler, connect, told, machine } = setUp();
    const arrivals: Link[] = [];
    machine.stopListening();
    machine.listen(10, { acceptable: ({ link }) => arrivals.push(link) });
    const giveUp = connect("1.1");
    scheduler.runUntil(150);
    expect(arrivals.map(({ server }) => server.hasEnded)).toEqual([false]);
    giveUp();
    scheduler.runUntil(second);
    expect(arrivals.map(({ server }) => server.hasEnded)).toEqual([true]);
    expect(told).toEqual([]);
  });

  it("ends with the code of a router, of its own routes, or of its own kernel", () => {
    const { scheduler, connect, told, faults } = setUp({
      "network/1.1/unreachable#0": 1,
      "network/1.2/unreachable#0": 2,
      "network/1.3/unreachable#0": 3,
      "network/1.4/refused#0": true,
    });
    for (const name of ["1.1", "1.2", "1.3", "1.4", "1.5"]) connect(name);
    scheduler.runUntil(second);
    expect(told).toEqual([
      "1.1 EHOSTUNREACH at 0.0002",
      "1.2 ENETUNREACH at 0.0002",
      "1.3 ENOBUFS at 0.0002",
      "1.4 ECONNREFUSED at 0.0002",
      "1.5 connected at 0.0002",
    ]);
    expect(faults.counts["network.unreachable"]).toBe(3);
  });

  it("is repeated while nobody answers, and given up after two minutes", () => {
    const { scheduler, connect, told } = setUp({ "network/1.1/unanswered#0": true });
    connect("1.1");
    scheduler.runUntil(126 * second);
    expect(told).toEqual([]);
    scheduler.runUntil(128 * second);
    expect(told).toEqual(["1.1 ETIMEDOUT at 127.0001"]);
  });

  it("gets through with the first repetition after a partition, whichever way that was", () => {
    for (const way of ["both", "in", "out"]) {
      const { scheduler, connect, told } = setUp({
        "weather/partition#0": { hosts: ["server"], way, atMicros: 0, forMicros: 2 * second },
      });
      scheduler.runUntil(1_000);
      connect("1.1");
      scheduler.runUntil(10 * second);
      // Repeated after 1, 3 and 7 seconds.
      expect(told, way).toEqual(["1.1 connected at 3.0012"]);
    }
  });
});

describe("an accept that fails", () => {
  it("with ECONNABORTED costs one connection", () => {
    const { scheduler, connect, accepted, links, fateOf, faults } = setUp({
      "process/accept/1.1#0": 1,
    });
    connect("1.1");
    connect("1.2");
    scheduler.runUntil(second);
    expect(accepted).toEqual(["1.2"]);
    expect(links.map(fateOf)).toEqual(["ECONNRESET", "open"]);
    expect(faults.counts["network.accept-aborted"]).toBe(1);
  });

  it("for want of descriptors costs all that wait, and nobody who comes later", () => {
    const { scheduler, connect, accepted, links, fateOf } = setUp({ "process/accept/1.1#0": 2 });
    connect("1.1");
    connect("1.2");
    scheduler.runUntil(second);
    expect(accepted).toEqual([]);
    expect(links.map(fateOf)).toEqual(["end", "end"]);
    connect("1.3");
    scheduler.runUntil(2 * second);
    expect(accepted).toEqual(["1.3"]);
  });

  it("for good closes the listener for a moment", () => {
    const { scheduler, connect, accepted, told, links, fateOf } = setUp({
      "process/accept/1.1#0": 3,
    });
    connect("1.1");
    connect("1.2");
    scheduler.runUntil(50_000);
    expect(links.map(fateOf)).toEqual(["ECONNRESET", "ECONNRESET"]);
    connect("1.3");
    scheduler.runUntil(second);
    expect(told.at(-1)).toBe("1.3 ECONNREFUSED at 0.0502");
    connect("1.4");
    scheduler.runUntil(2 * second);
    expect(accepted).toEqual(["1.4"]);
  });

  it("does not open the port again for a program that has ended", () => {
    for (const end of ["stop", "crash"]) {
      const { scheduler, connect, machine, listener } = setUp({ "process/accept/1.1#0": 3 });
      connect("1.1");
      scheduler.runUntil(50_000);
      if (end === "stop") listener.stop();
      else machine.closeAll();
      scheduler.runUntil(second);
      expect(machine.listener, end).toBeNull();
    }
  });
});
