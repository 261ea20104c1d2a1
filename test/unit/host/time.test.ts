import { describe, expect, it } from "vitest";
import { errorTable } from "../../../src/core/kernel/errors.ts";
import type { RealmMachine } from "../../../src/core/realm/index.ts";
import { HostWorld } from "../../support/host-world.ts";

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);
const typesOf = (world: HostWorld): string[] => world.journal().map(({ event }) => event.type);

describe("time", () => {
  it("[SES-16] closes a silent session in time, with no completion to wake it", () => {
    const world = new HostWorld({ realm: { idleTimeoutMs: 3_000 } }).start();
    const peer = world.connect().echo(bytes(1));
    world.advance(2_900_000);
    expect(peer.closed).toBeNull();
    world.advance(200_000);
    expect(peer.goodbye()).toBe(errorTable.TIMEOUT.code);
  });

  it("[SES-16] holds nobody's silence against him in which the server itself did nothing", () => {
    const world = new HostWorld({ realm: { idleTimeoutMs: 3_000 } }).start();
    const peer = world.connect().echo(bytes(1));
    world.settle();
    const heardAt = world.journal().at(-1)?.event.at;
    world.sleep(60_000_000);
    world.advance(10_000);
    expect(peer.closed).toBeNull();
    const stalled = world.journal().find(({ event }) => event.type === "host.stalled");
    expect(stalled?.event).toMatchObject({ at: heardAt, duration: 60_000_000 });
    expect(world.host.counters.get("stalls_total")).toBe(1);
    expect(world.host.counters.get("stalled_micros_total")).toBe(60_000_000);
    world.advance(2_800_000);
    expect(peer.closed).toBeNull();
    world.advance(300_000);
    expect(peer.goodbye()).toBe(errorTable.TIMEOUT.code);
  });

  it("[LOOP-07] measures how late timers and ticks were done", () => {
    const world = new HostWorld({ realm: { idleTimeoutMs: 3_000 } }).start();
    world.connect().echo(bytes(1));
    world.settle();
    const lateness = () => {
      const entries = [...world.host.counters.entries()];
      return entries.find(({ name }) => name === "time_lateness_seconds");
    };
    expect(lateness()).toMatchObject({ value: 0, kind: "histogram" });
    world.sleep(3_250_000);
    world.advance(10_000);
    expect(lateness()?.value).toBeGreaterThan(0);
    expect(lateness()?.buckets?.sum).toBeGreaterThan(0.2);
    expect(lateness()?.buckets?.sum).toBeLessThan(3.5);
  });

  it("does not take an idle server for a stalled one", () => {
    const world = new HostWorld().start();
    world.advance(60_000_000);
    world.connect().echo(bytes(1));
    world.advance(5_000_000);
    expect(world.host.counters.get("stalls_total")).toBe(0);
  });

  it("asks for no turn when there is nothing to do", () => {
    const world = new HostWorld().start();
    world.advance(10_000);
    expect(world.host.nextTurn()).toBeNull();
    const turns = world.host.counters.get("turns_total");
    world.advance(3_600_000_000);
    expect(world.host.counters.get("turns_total") - turns).toBeLessThan(5);
  });

  it("tells a step of the wall clock, and keeps its own time", () => {
    const world = new HostWorld().start();
    const peer = world.connect();
    world.advance(2_000_000);
    world.wallMicros -= 3_600_000_000;
    peer.echo(bytes(1));
    world.advance(3_000_000);
    const events = world.journal().map(({ event }) => event);
    expect(events.find(({ type }) => type === "clock.corrected")).toMatchObject({
      offsetMicros: -3_600_000_000,
    });
    expect(world.host.counters.get("clock_corrections_total")).toBe(1);
    expect(events.map(({ at }) => at)).toEqual(
      events.map(({ at }) => at).toSorted((a, b) => a - b),
    );
  });

  it("forgets with a start by how much the wall clock was off", () => {
    const offsetOf = ({ host }: HostWorld): number =>
      (host.machine() as RealmMachine).state.kernel.wallOffsetMicros;
    const world = new HostWorld().start();
    world.advance(2_000_000);
    world.wallMicros += 7_000_000;
    world.connect();
    world.advance(3_000_000);
    expect(offsetOf(world)).toBe(7_000_000);
    const wall = world.wallMicros;
    const next = new HostWorld({ disk: world.disk.afterCrash(), wall }).start();
    expect(offsetOf(next)).toBe(0);
  });

  it("commits within the window when nobody waits for the event", () => {
    const world = new HostWorld({ config: { commitWindowMs: 5 } }).start();
    world.advance(20_000);
    const before = world.journal().length;
    world.connect();
    world.turn();
    expect(world.disk.isIdle).toBe(true);
    world.sleep(4_000);
    world.turn();
    expect(world.disk.isIdle).toBe(true);
    world.sleep(1_000);
    world.turn();
    expect(world.disk.isIdle).toBe(false);
    world.settle();
    expect(world.journal().length).toBe(before + 1);
  });

  it("changes the journalled configuration by an event", () => {
    const world = new HostWorld({ realm: { idleTimeoutMs: 3_000 } }).start();
    const peer = world.connect().echo(bytes(1));
    world.settle();
    const event = world.journal()[0]?.event;
    if (event?.type !== "server.started") throw new Error("the first event is the start");
    world.host.reconfigure({ ...(event.config as object), idleTimeoutMs: 60_000 });
    world.advance(10_000_000);
    expect(peer.closed).toBeNull();
    expect(typesOf(world)).toContain("config.changed");
  });
});
