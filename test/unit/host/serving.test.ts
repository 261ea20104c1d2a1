import { describe, expect, it } from "vitest";
import { errorTable } from "../../../src/core/kernel/errors.ts";
import { reprise as pb } from "../../../src/core/wire/gen/session.js";
import { encodePayload } from "../../../src/core/wire/index.ts";
import { echoType, HostWorld, journalOf, promptEchoType } from "../../support/host-world.ts";

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);
const big = new Uint8Array(60_000);
const typesOf = (world: HostWorld): string[] => world.journal().map(({ event }) => event.type);

describe("starting", () => {
  it("[NET-11] listens only when the start is durable, and serves when the platform says so", () => {
    const world = new HostWorld();
    world.host.start();
    expect(world.host.phase).toBe("recovering");
    while (!world.isListening) {
      expect(world.exited).toBeNull();
      world.turn();
      const [order] = world.disk.ready;
      if (order !== undefined) world.complete(order);
    }
    const durable = world.disk.afterPowerLoss(() => 0);
    expect(journalOf(durable).map(({ event }) => event.type)).toEqual(["server.started"]);
    world.settle();
    expect(world.host.phase).toBe("serving");
    expect(world.host.recovered).toBeNull();
  });

  it("[NET-11] refuses a second start", () => {
    const world = new HostWorld().start();
    expect(() => world.host.start()).toThrow(/starts once/);
  });

  it("[NET-11] exits with 1 and the platform's line when it cannot listen", () => {
    const world = new HostWorld().start();
    world.host.listenFailed("EADDRINUSE", "port 8081 of role game is in use; --set game.port=0");
    world.turn();
    expect(world.exited).toEqual({
      code: 1,
      message: "port 8081 of role game is in use; --set game.port=0",
    });
    expect(world.host.phase).toBe("failed");
    expect(world.host.nextTurn()).toBeNull();
  });

  it("counts incarnations, and never gives a connection's id twice", () => {
    const first = new HostWorld().start();
    first.connect();
    first.settle();
    first.advance(10_000);
    const second = new HostWorld({ disk: first.disk.afterCrash() }).start();
    second.connect();
    second.settle();
    second.advance(10_000);
    const opened = second
      .journal()
      .flatMap(({ event }) => (event.type === "connection.opened" ? [event.connection] : []));
    expect(opened).toHaveLength(2);
    expect(new Set(opened).size).toBe(2);
    const starts = second
      .journal()
      .flatMap(({ event }) => (event.type === "server.started" ? [event.incarnation] : []));
    expect(starts).toEqual([1, 2]);
  });
});

describe("serving", () => {
  it("[SES-04] answers at once what is prompt, and what is committed when it is durable", () => {
    const world = new HostWorld().start();
    const peer = world.connect();
    world.settle();
    peer.echo(bytes(1)).echo(bytes(2), promptEchoType);
    world.turn();
    expect(peer.heard.map(({ type }) => type)).toEqual([promptEchoType + 1]);
    while (world.disk.ready.length > 0) {
      expect(peer.heard).toHaveLength(1);
      const [order] = world.disk.ready;
      if (order !== undefined) world.complete(order);
      world.turn();
    }
    expect(peer.heard.map(({ type }) => type)).toEqual([promptEchoType + 1, echoType + 1]);
  });

  it("commits at the write under `written`, and at once under `none`", () => {
    const written = new HostWorld({ config: { durability: "written" } }).start();
    const slow = written.connect();
    written.settle();
    const before = written.ordered.length;
    slow.echo(bytes(1));
    written.turn();
    expect(slow.heard).toHaveLength(0);
    written.settle();
    expect(slow.heard).toHaveLength(1);
    expect(written.ordered.slice(before).map(({ type }) => type)).toEqual(["write"]);

    const none = new HostWorld({ config: { durability: "none" } }).start();
    const fast = none.connect();
    none.settle();
    fast.echo(bytes(1));
    none.turn();
    expect(fast.heard).toHaveLength(1);
  });

  it("commits together what came while the disk was busy", () => {
    const world = new HostWorld().start();
    const peer = world.connect();
    world.settle();
    const blocks = world.host.counters.get("journal_blocks_total");
    peer.echo(bytes(1));
    world.turn();
    for (let count = 2; count < 9; count += 1) {
      peer.echo(bytes(count));
      world.turn();
    }
    world.settle();
    expect(peer.heard).toHaveLength(8);
    expect(world.host.counters.get("journal_blocks_total") - blocks).toBe(2);
  });

  it("ends a block that is full, also within a turn", () => {
    const world = new HostWorld({ config: { blockBytesMax: 100_000 } }).start();
    const peer = world.connect();
    world.settle();
    const blocks = world.host.counters.get("journal_blocks_total");
    for (let count = 0; count < 6; count += 1) peer.echo(big);
    world.turn();
    expect(world.host.counters.get("journal_blocks_total") - blocks).toBe(3);
    world.settle();
    expect(peer.heard).toHaveLength(6);
  });

  it("writes blocks into zeros, and more of these when they are used up", () => {
    const config = {
      journalAheadBytes: 20_000,
      segmentBytesMax: 30_000,
      blockBytesMax: 2_000,
      budgetMultiplier: 1_000,
    };
    const world = new HostWorld({ config }).start();
    const peer = world.connect();
    for (let count = 0; count < 400; count += 1) {
      peer.echo(bytes(count));
      world.settle();
    }
    const ends = new Map<string, number>();
    let extensions = 0;
    for (const one of world.ordered) {
      if (one.type !== "write") continue;
      const end = one.offset + one.bytes.length + (one.zerosBehind ?? 0);
      if (end > (ends.get(one.path) ?? 0)) extensions += 1;
      ends.set(one.path, Math.max(end, ends.get(one.path) ?? 0));
    }
    const writes = world.ordered.filter(({ type }) => type === "write").length;
    expect(extensions).toBeLessThan(writes / 2);
    expect(Math.max(...ends.values())).toBeLessThanOrEqual(30_000);
    expect(ends.size).toBeGreaterThan(1);
    expect(world.journal()).toHaveLength(world.host.counters.get("journal_sequence"));
  });

  it("makes the start durable even where nothing else is", () => {
    for (const durability of ["none", "written"] as const) {
      const world = new HostWorld({ config: { durability } });
      world.host.start();
      while (!world.isListening) {
        world.turn();
        const [order] = world.disk.ready;
        if (order !== undefined) world.complete(order);
      }
      expect(journalOf(world.disk.afterPowerLoss(() => 0))).toHaveLength(1);
    }
  });

  it("writes each socket once a turn, however many packets it answers", () => {
    const world = new HostWorld().start();
    const peers = [world.connect(), world.connect(), world.connect()];
    world.settle();
    for (const peer of peers) {
      for (let count = 0; count < 20; count += 1) peer.echo(bytes(count), promptEchoType);
    }
    world.turn();
    expect(peers.map(({ writes }) => writes)).toEqual([1, 1, 1]);
    expect(peers.map(({ heard }) => heard.length)).toEqual([20, 20, 20]);
  });

  it("[NET-06] turns away the connection above the cap, and keeps the others", () => {
    const world = new HostWorld({ config: { connectionsMax: 2 } }).start();
    const [first, second, third] = [world.connect(), world.connect(), world.connect()];
    world.settle();
    expect(world.host.connectionCount()).toBe(2);
    expect(third.goodbye()).toBe(errorTable.SERVER_FULL.code);
    expect(third.closed).toBe("flush");
    first.echo(bytes(1));
    second.echo(bytes(2));
    world.settle();
    expect([first.heard.length, second.heard.length]).toEqual([1, 1]);
    const { counters } = world.host;
    expect(counters.get('connections_turned_away_total{reason="SERVER_FULL"}')).toBe(1);
    expect(typesOf(world).filter((type) => type === "connection.opened")).toHaveLength(2);
    first.vanish();
    world.settle();
    const fourth = world.connect().echo(bytes(4));
    world.settle();
    expect(fourth.heard).toHaveLength(1);
  });

  it("[MON-04] counts packets and bytes exactly as they crossed the border", () => {
    const world = new HostWorld().start();
    const peer = world.connect();
    world.settle();
    let received = 0;
    for (let count = 0; count < 5; count += 1) {
      const frame = peer.frame(echoType, encodePayload(pb.v1.EchoRequest, { bytes: bytes(count) }));
      received += frame.length;
      peer.raw(frame.subarray(0, 3)).raw(frame.subarray(3));
    }
    peer.packet(60_000, bytes()).packet(60_000, bytes()).packet(60_000, bytes());
    const malformed = bytes(1, 0, 0, 0, 255);
    peer.raw(malformed);
    world.advance(2_000_000);
    const { counters } = world.host;
    expect(counters.get("packets_received_total")).toBe(9);
    expect(counters.get("bytes_received_total")).toBeGreaterThan(received + malformed.length);
    expect(counters.get('packets_refused_total{reason="NOT_SERVED"}')).toBe(3);
    expect(counters.get('packets_malformed_total{reason="envelope"}')).toBe(1);
    expect(counters.get("packets_sent_total")).toBe(peer.heard.length);
    expect(counters.get("bytes_sent_total")).toBe(peer.bytesHeard);
    expect(counters.get("connections_accepted_total")).toBe(1);
    expect(counters.get("connections_open")).toBe(1);
  });

  it("counts handshakes that failed, and tells nobody else", () => {
    const world = new HostWorld().start();
    world.producer(0).handshakeFailed("10.0.0.9:1", "plaintext");
    world.settle();
    expect(world.host.counters.get('handshakes_failed_total{reason="plaintext"}')).toBe(1);
    expect(typesOf(world)).not.toContain("connection.opened");
  });
});

describe("the end of a connection", () => {
  it("[SES-12] comes after everything that the peer sent before it", () => {
    const world = new HostWorld().start();
    const peer = world.connect();
    world.settle();
    peer.echo(bytes(1)).echo(bytes(2)).vanish("ETIMEDOUT");
    world.advance(10_000);
    expect(world.host.connectionCount()).toBe(0);
    expect(typesOf(world).slice(-3)).toEqual([
      "packet.received",
      "packet.received",
      "connection.closed",
    ]);
    expect(world.journal().at(-1)?.event).toMatchObject({ reason: "reset" });
  });

  it("[SES-03] counts orders for a peer that is gone, and forgets them", () => {
    const world = new HostWorld().start();
    const peer = world.connect();
    world.settle();
    peer.echo(bytes(1)).echo(bytes(2), promptEchoType).vanish();
    world.settle();
    expect(peer.heard).toHaveLength(0);
    expect(world.host.counters.get("orders_ignored_total")).toBe(2);
    expect(world.host.counters.get("held_bytes")).toBe(0);
  });

  it("[SES-12] answers a peer that has sent its FIN, then closes in order", () => {
    const world = new HostWorld().start();
    const peer = world.connect();
    world.settle();
    peer.echo(bytes(1)).end();
    world.settle();
    expect(peer.heard).toHaveLength(1);
    expect(peer.closed).toBe("flush");
    world.advance(10_000);
    expect(world.journal().at(-1)?.event).toMatchObject({
      type: "connection.closed",
      reason: "peer",
    });
  });

  it("closes in order only when the event that ordered it is durable", () => {
    const world = new HostWorld().start();
    const peer = world.connect();
    world.settle();
    peer.end();
    world.turn();
    expect(peer.closed).toBeNull();
    world.settle();
    expect(peer.closed).toBe("flush");
  });

  it("flushes what is held before a close in order", () => {
    const world = new HostWorld({ realm: { helloTimeoutMs: 1_000 } }).start();
    const peer = world.connect();
    world.settle();
    world.sleep(1_000_000);
    world.turn();
    // The goodbye waits for the disk, and the close for the goodbye.
    expect([peer.heard.length, peer.closed]).toEqual([0, null]);
    world.settle();
    expect(peer.goodbye()).toBe(errorTable.HELLO_TIMEOUT.code);
    expect(peer.closed).toBe("flush");
  });

  it("[SES-14] resets a peer whose framing is lost, without waiting for the disk", () => {
    const world = new HostWorld().start();
    const peer = world.connect();
    world.settle();
    peer.raw(bytes(0, 0, 0, 0));
    world.turn();
    expect(peer.closed).toBe("reset");
    world.advance(10_000);
    expect(world.journal().at(-1)?.event).toMatchObject({ reason: "server" });
  });

  it("resets a peer that does not take a close in order", () => {
    const world = new HostWorld({
      realm: { helloTimeoutMs: 1_000 },
      config: { closeTimeoutMs: 2_000 },
    }).start();
    const peer = world.connect();
    peer.isPolite = false;
    world.advance(1_100_000);
    expect(peer.closed).toBe("flush");
    world.advance(1_500_000);
    expect(peer.closed).toBe("flush");
    world.advance(1_000_000);
    expect(peer.closed).toBe("reset");
    expect(world.host.connectionCount()).toBe(0);
    expect(world.host.counters.get("connections_reset_late_total")).toBe(1);
  });

  it("counts nobody as late who has gone in order while the process was paused", () => {
    const world = new HostWorld({
      realm: { helloTimeoutMs: 1_000 },
      config: { closeTimeoutMs: 2_000, packetsPerTurnMax: 1 },
    }).start();
    const busy = world.connect().echo(bytes(0));
    world.settle();
    const peer = world.connect();
    peer.isPolite = false;
    world.advance(1_100_000);
    expect(peer.closed).toBe("flush");
    world.sleep(5_000_000);
    busy.echo(bytes(1)).echo(bytes(2));
    peer.vanish(null);
    world.settle();
    expect(world.host.connectionCount()).toBe(1);
    expect(world.host.counters.get("connections_reset_late_total")).toBe(0);
  });

  it("throws away what a peer sends after we have closed", () => {
    const world = new HostWorld({ realm: { helloTimeoutMs: 1_000 } }).start();
    const peer = world.connect();
    peer.isPolite = false;
    world.advance(1_100_000);
    peer.echo(bytes(1));
    world.settle();
    expect(world.host.counters.get("bytes_discarded_total")).toBeGreaterThan(0);
    expect(typesOf(world)).not.toContain("packet.received");
  });
});
