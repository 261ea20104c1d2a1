import { describe, expect, it } from "vitest";
import { HostWorld, promptEchoType } from "../../support/host-world.ts";

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);
const big = new Uint8Array(60_000);
const typesOf = (world: HostWorld): string[] => world.journal().map(({ event }) => event.type);

describe("bounds", () => {
  const congesting = { outboundBytesMax: 200_000, outboundHighBytes: 70_000, outboundLowBytes: 10 };

  it("tells the realm of a slow reader, and takes it back", () => {
    const world = new HostWorld({ config: congesting }).start();
    const peer = world.connect();
    world.settle();
    peer.isReading = false;
    peer.echo(big, promptEchoType).echo(big, promptEchoType);
    world.advance(10_000);
    expect(typesOf(world).filter((type) => type.startsWith("connection.c"))).toEqual([
      "connection.congested",
    ]);
    peer.drain();
    world.advance(10_000);
    expect(typesOf(world).at(-1)).toBe("connection.writable");
  });

  it("resets a peer that never reads, and no other notices", () => {
    const world = new HostWorld({ config: congesting }).start();
    const [slow, other] = [world.connect(), world.connect()];
    world.settle();
    slow.isReading = false;
    for (let count = 0; count < 6; count += 1) {
      slow.echo(big, promptEchoType);
      world.settle();
    }
    expect(slow.closed).toBe("reset");
    expect(slow.unsentBytes).toBeLessThanOrEqual(congesting.outboundBytesMax);
    other.echo(bytes(1));
    world.advance(10_000);
    expect(other.heard).toHaveLength(1);
    expect(world.host.counters.get("connections_slow_readers_total")).toBe(1);
    expect(world.host.counters.get("connections_congested_total")).toBe(1);
    const closed = world.journal().filter(({ event }) => event.type === "connection.closed");
    expect(closed.map(({ event }) => event)).toMatchObject([{ reason: "abuse" }]);
  });

  it("does not keep a slab alive for the few bytes of a slow reader", () => {
    const world = new HostWorld().start();
    const peer = world.connect();
    world.settle();
    peer.isReading = false;
    peer.echo(bytes(1), promptEchoType);
    world.turn();
    peer.echo(bytes(2), promptEchoType);
    world.turn();
    expect(peer.writes).toBe(2);
    expect(peer.lastWriteHolds).toBeLessThan(200);
  });

  it("counts what is held for the disk against the same bound", () => {
    const world = new HostWorld({ config: congesting }).start();
    const peer = world.connect();
    world.settle();
    for (let count = 0; count < 6; count += 1) {
      peer.echo(big);
      world.turn();
    }
    expect(peer.closed).toBe("reset");
    expect(world.host.counters.get("held_bytes")).toBe(0);
  });

  it("stops reading a peer that sends faster than it is served, and reads on later", () => {
    const world = new HostWorld({
      config: { packetsPerTurnMax: 1, packetsPerRoundMax: 1 },
    }).start();
    const peer = world.connect();
    world.settle();
    for (let count = 0; count < 3; count += 1) peer.echo(big, promptEchoType);
    world.turn();
    expect(peer.isPaused).toBe(true);
    world.settle();
    expect(peer.isPaused).toBe(false);
    expect(peer.heard).toHaveLength(3);
  });

  it("stops reading everybody while too much waits for the disk", () => {
    const world = new HostWorld({ config: { heldBytesMax: 100_000 } }).start();
    const [peer, other] = [world.connect(), world.connect()];
    world.settle();
    peer.echo(big);
    world.turn();
    expect([peer.isPaused, other.isPaused]).toEqual([true, true]);
    const late = world.connect();
    world.turn();
    expect(late.isPaused).toBe(true);
    world.settle();
    expect([peer.isPaused, other.isPaused, late.isPaused]).toEqual([false, false, false]);
    expect(peer.heard).toHaveLength(1);
  });

  it("tells refusals at once and then once a second, whatever their number", () => {
    const world = new HostWorld().start();
    const peer = world.connect();
    world.settle();
    for (let count = 0; count < 500; count += 1) peer.packet(60_000, bytes());
    world.advance(1_500_000);
    const refused = world
      .journal()
      .flatMap(({ event }) => (event.type === "packet.refused" ? [event.count] : []));
    expect(refused).toEqual([1, 499]);
    peer.packet(60_000, bytes()).packet(60_000, bytes()).vanish();
    world.advance(10_000);
    expect(world.host.counters.get('packets_refused_total{reason="NOT_SERVED"}')).toBe(502);
  });
});
