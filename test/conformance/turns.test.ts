/**
 * When a host is given its turns: what `src/io/driver.ts` does with Node's timers, and what the
 * simulated process does with the scheduler. A wish is asked for after a turn, so in each body
 * something is delivered first.
 */
import { afterEach, describe, expect, it } from "vitest";
import type { SocketId } from "../../src/core/contract.ts";
import type { Micros } from "../../src/core/kernel/ids.ts";
import type { ConformanceServer, Peer } from "./arm.ts";
import { loopbackArm } from "./loopback-arm.ts";
import { simulatedArm } from "./simulated-arm.ts";

/** So long that a busy machine delivers a byte sooner. */
const wishMs = 600;

describe.each([simulatedArm, loopbackArm])("the $name arm", (arm) => {
  let server: ConformanceServer;
  let peer: Peer;
  let socket: SocketId | undefined;
  afterEach(async () => {
    await server.stop();
  });

  const start = async (): Promise<void> => {
    server = await arm.start();
    peer = server.connect();
    await server.until("a connection", () => server.host.sockets.length > 0 && peer.opened);
    [socket] = server.host.sockets;
    await server.settle();
  };

  const bytesIn = (): number =>
    socket === undefined ? 0 : (server.host.received.get(socket)?.length ?? 0);

  /** One byte comes, and the host has had its turn for it. */
  const deliver = async (): Promise<void> => {
    const [before, turns] = [bytesIn(), server.host.turns.length];
    peer.write(Uint8Array.of(1));
    await server.until("the byte", () => bytesIn() > before && server.host.turns.length > turns);
  };

  /** Monotonic time of so many milliseconds from now. */
  const inMs = (ms: number): Micros => (server.host.syscalls.monotonic() + ms * 1_000) as Micros;

  const turnsFrom = (from: Micros): Micros[] => server.host.turns.filter((at) => at >= from);

  it("gives no turn that nobody asked for", async () => {
    await start();
    await deliver();
    await server.settle();
    const { length } = server.host.turns;
    const later = inMs(60);
    await server.until("some time", () => server.host.syscalls.monotonic() >= later);
    expect(server.host.turns.length).toBe(length);
  });

  it("gives one turn for a wish, however often it is told", async () => {
    await start();
    const due = inMs(wishMs);
    server.host.wantedTurn = due;
    await deliver();
    await deliver();
    await server.until("the turn", () => server.host.wantedTurn === null);
    const later = inMs(60);
    await server.until("some time", () => server.host.syscalls.monotonic() >= later);
    expect(turnsFrom(due).length).toBe(1);
  });

  it("comes at once for a wish of the past", async () => {
    await start();
    server.host.wantedTurn = inMs(-1_000);
    const asked = inMs(0);
    await deliver();
    expect(server.host.wantedTurn).toBeNull();
    expect(turnsFrom(asked).length).toBeGreaterThan(0);
  });

  it("comes sooner where an earlier time is wanted", async () => {
    await start();
    const late = inMs(60_000);
    server.host.wantedTurn = late;
    await deliver();
    const soon = inMs(30);
    server.host.wantedTurn = soon;
    await deliver();
    await server.until("the turn", () => server.host.wantedTurn === null);
    expect(turnsFrom(soon)[0]).toBeLessThan(late);
  });

  it("does not come before a time that was put off", async () => {
    await start();
    const soon = inMs(wishMs);
    server.host.wantedTurn = soon;
    await deliver();
    const late = (soon + 120_000) as Micros;
    server.host.wantedTurn = late;
    await deliver();
    await server.until("the turn", () => server.host.wantedTurn === null);
    const between = turnsFrom(soon).filter((at) => at < late);
    expect(between).toEqual([]);
    expect(turnsFrom(late).length).toBe(1);
  });

  it("forgets a wish that is given up", async () => {
    await start();
    const due = inMs(wishMs);
    server.host.wantedTurn = due;
    await deliver();
    server.host.wantedTurn = null;
    await deliver();
    const later = (due + 60_000) as Micros;
    await server.until("some time", () => server.host.syscalls.monotonic() >= later);
    expect(turnsFrom(due)).toEqual([]);
  });
});
