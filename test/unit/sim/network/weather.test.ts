import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Decisions } from "../../../../src/sim/decisions.ts";
import type { Decision } from "../../../../src/sim/decisions.ts";
import { FaultCounters } from "../../../../src/sim/faults.ts";
import { Link } from "../../../../src/sim/network/link.ts";
import { Weather } from "../../../../src/sim/network/weather.ts";
import type { Crowd } from "../../../../src/sim/network/weather.ts";
import { calmOptions } from "../../../../src/sim/options.ts";
import type { NetworkOptions } from "../../../../src/sim/options.ts";
import { Scheduler } from "../../../../src/sim/scheduler.ts";

const hosts = { clients: ["client/1", "client/2"], servers: ["server"], performers: ["accounts"] };
const second = 1_000_000;
const stormy = { partitionsMax: 1, swizzlesMax: 1, floodsMax: 1 };

function setUp(decisions: Decisions, network: Partial<NetworkOptions> = stormy) {
  const scheduler = new Scheduler();
  const faults = new FaultCounters();
  const options = { ...calmOptions.network, ...network };
  const parts = { scheduler, decisions, faults, options };
  const weather = new Weather(parts, hosts);
  const links = hosts.clients.map((client) => {
    const link = new Link(parts, client, { client, server: "server" });
    weather.add(link);
    return link;
  });
  return { scheduler, faults, weather, links };
}

const planned = (plan: Readonly<Record<string, Decision>>) => {
  const { scheduler, faults, weather, links } = setUp(
    Decisions.planned(new Map(Object.entries(plan))),
  );
  weather.begin(10 * second);
  /** Of both links, both ways: held or not, at a time in seconds. */
  const heldAt = (seconds: number): string => {
    scheduler.runUntil(seconds * second);
    return links
      .map((link) =>
        (["toServer", "toClient"] as const)
          .map((direction) => (link.path(direction).isHeld ? "x" : "-"))
          .join(""),
      )
      .join(" ");
  };
  return { scheduler, faults, weather, heldAt };
};

const partition = (way: string, group: readonly string[]): Decision => ({
  hosts: group,
  way,
  atMicros: second,
  forMicros: second,
});

describe("a partition", () => {
  it("parts two groups both ways, and only them, for its time", () => {
    const { heldAt, faults, weather } = planned({
      "weather/partition#0": partition("both", ["client/2"]),
    });
    expect(heldAt(0.9)).toBe("-- --");
    expect(heldAt(1.5)).toBe("-- xx");
    expect(weather.isOpen("client/2", "server")).toBe(false);
    expect(weather.isOpen("client/1", "server")).toBe(true);
    expect(heldAt(2.1)).toBe("-- --");
    expect(weather.isOpen("client/2", "server")).toBe(true);
    expect(faults.counts["network.partition"]).toBe(1);
  });

  it("parts them one way: what a group says, or what it hears", () => {
    const out = planned({ "weather/partition#0": partition("out", ["server"]) });
    expect(out.heldAt(1.5)).toBe("-x -x");
    const inwards = planned({ "weather/partition#0": partition("in", ["server"]) });
    expect(inwards.heldAt(1.5)).toBe("x- x-");
    expect(inwards.faults.counts["network.partition-one-way"]).toBe(1);
  });

  it("keeps back who asks over it, until it is over", () => {
    const { scheduler, weather } = planned({
      "weather/partition#0": partition("both", ["accounts"]),
    });
    const route = weather.route("server", "accounts");
    scheduler.runUntil(1.5 * second);
    let arrivedAt = 0;
    expect(route.isOpen).toBe(false);
    route.whenOpen(() => {
      arrivedAt = scheduler.nowMicros;
    });
    scheduler.runUntil(3 * second);
    expect(route.isOpen).toBe(true);
    expect(arrivedAt).toBe(2.2 * second);
  });

  it("is over when faults stop", () => {
    const { heldAt, weather } = planned({ "weather/partition#0": partition("both", ["server"]) });
    expect(heldAt(1.5)).toBe("xx xx");
    weather.clear();
    expect(heldAt(1.6)).toBe("-- --");
    expect(heldAt(3)).toBe("-- --");
  });
});

describe("clogs", () => {
  it("stop ways one after the other, and let them go on in another order", () => {
    const clog = (from: string, to: string, at: number, until: number): Decision => ({
      from,
      to,
      atMicros: at * second,
      forMicros: (until - at) * second,
    });
    const { heldAt, faults } = planned({
      "weather/clogs#0": [
        clog("client/1", "server", 1, 6),
        clog("server", "client/2", 2, 5),
        clog("client/2", "server", 3, 4),
      ],
    });
    expect([0.5, 1.5, 2.5, 3.5, 4.5, 5.5, 6.5].map(heldAt)).toEqual([
      "-- --",
      "x- --",
      "x- -x",
      "x- xx",
      "x- -x",
      "x- --",
      "-- --",
    ]);
    expect(faults.counts["network.clog"]).toBe(3);
  });
});

describe("whatever weather is drawn", () => {
  it("clears up by itself", () => {
    const options = {
      partitionsMax: 3,
      swizzlesMax: 2,
      floodsMax: 2,
      partitionMaxMicros: 8 * second,
    };
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const { weather, scheduler, links } = setUp(Decisions.drawn(seed, true), options);
        const crowds: Crowd[] = [];
        weather.onCrowd = (crowd) => crowds.push(crowd);
        weather.begin(10 * second);
        scheduler.runUntil(40 * second);
        for (const link of links) {
          expect(link.path("toServer").isHeld || link.path("toClient").isHeld).toBe(false);
        }
        expect(weather.isOpen("client/1", "server")).toBe(true);
        expect(crowds.length).toBe(2);
        for (const { connections } of crowds) expect(connections).toBeGreaterThan(1);
      }),
      { numRuns: 50 },
    );
  });

  it("goes the same way from a plan as from the seed", () => {
    const options = { partitionsMax: 2, swizzlesMax: 2, floodsMax: 1 };
    const struck = (decisions: Decisions): unknown[] => {
      const { weather, scheduler, faults } = setUp(decisions, options);
      const seen: unknown[] = [];
      faults.onFault = (fault) => seen.push([scheduler.nowMicros, fault]);
      weather.onCrowd = (crowd, index) => seen.push([scheduler.nowMicros, index, crowd]);
      weather.begin(10 * second);
      scheduler.runUntil(40 * second);
      return seen;
    };
    const drawn = Decisions.drawn(7, true);
    const seen = struck(drawn);
    expect(seen.length).toBeGreaterThan(3);
    expect(struck(Decisions.planned(drawn.taken ?? new Map()))).toEqual(seen);
  });
});
