/**
 * One body, two arms: what `src/io` makes of the real loopback, and what `src/sim` makes of none.
 * Everything that the simulator claims of a socket or a file rests on these. A difference is fixed,
 * or stands at the top of the twin's file with the reason why nobody can tell.
 */
import { afterEach, describe, expect, it } from "vitest";
import type { SocketId } from "../../src/core/contract.ts";
import type { Micros } from "../../src/core/kernel/ids.ts";
import type { ConformanceServer, Peer, ServerOptions } from "./arm.ts";
import { loopbackArm } from "./loopback-arm.ts";
import { simulatedArm } from "./simulated-arm.ts";

const megabyte = 1_000_000;
/** More than the kernels of the loopback hold between two programs. */
const flood = 24 * megabyte;

/** `count` bytes that tell where they belong. */
const numbered = (count: number): Uint8Array => {
  const bytes = new Uint8Array(count);
  for (let index = 0; index < count; index += 1) bytes[index] = (index * 7 + (index >> 8)) % 251;
  return bytes;
};

/** One comparison for all: an assertion for each of a million bytes takes seconds. */
const same = (left: Uint8Array | undefined, right: Uint8Array): boolean =>
  left?.length === right.length && left.every((byte, index) => byte === right[index]);

describe.each([simulatedArm, loopbackArm])("the $name arm", (arm) => {
  let server: ConformanceServer;
  afterEach(async () => {
    await server.stop();
  });

  /** A server, a peer that is connected to it, and the server's name for the connection. */
  const connected = async (
    options: ServerOptions = {},
  ): Promise<{ peer: Peer; socket: SocketId }> => {
    server = await arm.start(options);
    return newcomer();
  };

  const newcomer = async (): Promise<{ peer: Peer; socket: SocketId }> => {
    const before = server.host.sockets.length;
    const peer = server.connect();
    await server.until("a connection", () => server.host.sockets.length > before && peer.opened);
    return { peer, socket: socketAt(before) };
  };

  const socketAt = (index: number): SocketId => {
    const socket = server.host.sockets[index];
    if (socket === undefined) throw new Error("no such socket was opened");
    return socket;
  };

  /** Everything that was on its way before has arrived: a byte went there and back after it. */
  const settled = async (): Promise<void> => {
    const { peer, socket } = await newcomer();
    peer.write(Uint8Array.of(1));
    await server.until("the last byte", () => server.host.received.get(socket)?.length === 1);
    server.host.syscalls.write(socket, Uint8Array.of(2));
    await server.until("its answer", () => peer.received.length === 1);
    peer.destroy();
  };

  const closed = (socket: SocketId): boolean =>
    server.host.of(socket).some((word) => word.startsWith("closed"));

  describe.each(["plain", "tls"] as const)("over %s", (security) => {
    it("delivers a megabyte each way, every byte in its place", async () => {
      const { peer, socket } = await connected({ security });
      peer.write(numbered(megabyte));
      server.host.syscalls.write(socket, numbered(megabyte));
      await server.until("all bytes at the server", () => {
        return server.host.received.get(socket)?.length === megabyte;
      });
      await server.until("all bytes at the peer", () => peer.received.length === megabyte);
      expect(same(server.host.received.get(socket)?.all(), numbered(megabyte))).toBe(true);
      expect(same(peer.received.all(), numbered(megabyte))).toBe(true);
      expect(server.host.remotes.get(socket)?.security).toBe(security);
    });

    it("tells opened, received, ended, closed, in this order", async () => {
      const { peer, socket } = await connected({ security });
      peer.write(numbered(10));
      peer.end();
      await server.until("the end", () => server.host.of(socket).includes("ended"));
      server.host.syscalls.closeSocket(socket, "flush");
      await server.until("the close", () => closed(socket));
      expect(server.host.of(socket)).toEqual(["opened", "received", "ended", "closed null"]);
      await server.until("the peer's close", () => peer.closed);
      expect(peer.code).toBeNull();
    });

    it("goes on writing to a peer that has ended its half", async () => {
      const { peer, socket } = await connected({ security });
      peer.end();
      await server.until("the end", () => server.host.of(socket).includes("ended"));
      server.host.syscalls.write(socket, numbered(100));
      await server.until("the bytes", () => peer.received.length === 100);
      server.host.syscalls.closeSocket(socket, "flush");
      await server.until("the close", () => closed(socket));
      expect(server.host.of(socket)).toEqual(["opened", "ended", "closed null"]);
    });

    it("flushes what is queued before it closes", async () => {
      const { peer, socket } = await connected({ security });
      server.host.syscalls.write(socket, numbered(megabyte));
      server.host.syscalls.closeSocket(socket, "flush");
      await server.until("the end", () => peer.ended);
      expect(peer.received.length).toBe(megabyte);
      peer.end();
      await server.until("the close", () => closed(socket));
      expect(server.host.of(socket).at(-1)).toBe("closed null");
    });

    it("tells nothing but the close after a close was ordered", async () => {
      const { peer, socket } = await connected({ security });
      server.host.syscalls.closeSocket(socket, "flush");
      peer.write(numbered(1_000));
      peer.end();
      await server.until("the close", () => closed(socket));
      expect(server.host.of(socket)).toEqual(["opened", "closed null"]);
    });

    it("gives up a flushed close when the peer does not close too", async () => {
      const { socket } = await connected({ security, flushTimeoutMs: 200 });
      server.host.syscalls.closeSocket(socket, "flush");
      await server.until("the close", () => closed(socket));
      expect(server.host.of(socket)).toEqual(["opened", "closed null"]);
    });

    it("resets at once: the peer sees ECONNRESET, the host an orderly close", async () => {
      const { peer, socket } = await connected({ security });
      peer.pause();
      server.host.syscalls.write(socket, numbered(flood));
      server.host.syscalls.closeSocket(socket, "reset");
      peer.resume();
      await server.until("the close", () => closed(socket) && peer.closed);
      expect(server.host.of(socket)).toEqual(["opened", "closed null"]);
      expect(peer.code).toBe("ECONNRESET");
      expect(peer.received.length).toBeLessThan(flood);
    });

    it("resets after a flush that takes too long", async () => {
      const { peer, socket } = await connected({ security });
      peer.pause();
      server.host.syscalls.write(socket, numbered(flood));
      server.host.syscalls.closeSocket(socket, "flush");
      await settled();
      expect(closed(socket)).toBe(false);
      server.host.syscalls.closeSocket(socket, "reset");
      await server.until("the close", () => closed(socket));
      expect(server.host.of(socket)).toEqual(["opened", "closed null"]);
    });

    it("tells of a peer's reset once, after what came before it", async () => {
      const { peer, socket } = await connected({ security });
      peer.write(numbered(10));
      await server.until("the bytes", () => server.host.received.get(socket)?.length === 10);
      peer.reset();
      await server.until("the close", () => closed(socket));
      expect(server.host.of(socket)).toEqual(["opened", "received", "closed ECONNRESET"]);
    });

    it("counts what a slow reader leaves unsent, and tells when it is gone", async () => {
      const { peer, socket } = await connected({ security });
      const { host } = server;
      // Over TLS even a small write is told later.
      if (security === "plain") expect(host.syscalls.write(socket, numbered(10))).toBe(0);
      else expect(host.syscalls.write(socket, numbered(10))).toBe(10);
      await server.until("the bytes", () => peer.received.length === 10);
      await settled();
      expect(host.unsentOf(socket)).toBe(security === "plain" ? null : 0);
      peer.pause();
      host.forgetDrained();
      expect(host.syscalls.write(socket, numbered(flood))).toBe(flood);
      expect(host.syscalls.write(socket, numbered(10))).toBe(flood + 10);
      await settled();
      // The platform may tell of a part of it, but not that all has left.
      expect(host.unsentOf(socket)).not.toBe(0);
      peer.resume();
      await server.until("all bytes", () => peer.received.length === flood + 20);
      await server.until("the last word on it", () => host.unsentOf(socket) === 0);
    });

    it("never says of what was lost with the socket that it has left", async () => {
      const { peer, socket } = await connected({ security });
      peer.pause();
      server.host.forgetDrained();
      expect(server.host.syscalls.write(socket, numbered(flood))).toBe(flood);
      peer.reset();
      await server.until("the close", () => closed(socket));
      expect(server.host.unsentOf(socket)).not.toBe(0);
    });

    it("keeps bytes back while paused, and gives them all afterwards", async () => {
      const { peer, socket } = await connected({ security });
      server.host.syscalls.pauseReading(socket);
      peer.write(numbered(megabyte));
      await settled();
      expect(server.host.received.get(socket)?.length).toBe(0);
      server.host.syscalls.resumeReading(socket);
      const all = (): boolean => server.host.received.get(socket)?.length === megabyte;
      await server.until("all bytes", all);
      expect(same(server.host.received.get(socket)?.all(), numbered(megabyte))).toBe(true);
    });

    it("learns of a reset when it reads, which over TLS it does while paused", async () => {
      const { peer, socket } = await connected({ security });
      server.host.syscalls.pauseReading(socket);
      peer.write(numbered(10));
      // Between two processors a reset may overtake bytes, and is then none (RFC 5961).
      await settled();
      peer.reset();
      await settled();
      expect(closed(socket)).toBe(security === "tls");
      server.host.syscalls.resumeReading(socket);
      await server.until("the close", () => closed(socket));
      const kept = security === "plain" ? ["received"] : [];
      expect(server.host.of(socket)).toEqual(["opened", ...kept, "closed ECONNRESET"]);
    });
  });

  it("[SES-12] tells of a reset with bytes unsent as ECONNRESET", async () => {
    const { peer, socket } = await connected();
    peer.pause();
    server.host.syscalls.write(socket, numbered(flood));
    peer.reset();
    await server.until("the close", () => closed(socket));
    expect(server.host.of(socket)).toEqual(["opened", "closed ECONNRESET"]);
  });

  it("[SES-12] tells of a peer that has ended and gone as EPIPE, at the second write", async () => {
    const { peer, socket } = await connected();
    peer.end();
    await server.until("the end", () => server.host.of(socket).includes("ended"));
    peer.destroy();
    await settled();
    server.host.syscalls.write(socket, numbered(1));
    await settled();
    expect(closed(socket)).toBe(false);
    server.host.syscalls.write(socket, numbered(1));
    await server.until("the close", () => closed(socket));
    expect(server.host.of(socket)).toEqual(["opened", "ended", "closed EPIPE"]);
  });

  it("[NET-11] refuses a second listener, and clients once it has stopped listening", async () => {
    const { peer, socket } = await connected();
    const rival = await server.rival();
    expect(rival.told).toEqual(["listenFailed EADDRINUSE"]);
    server.host.syscalls.stopListening();
    const late = server.connect();
    await server.until("the refusal", () => late.closed);
    expect(late.code).toBe("ECONNREFUSED");
    peer.write(numbered(3));
    await server.until("the bytes", () => server.host.received.get(socket)?.length === 3);
  });

  it("answers TLS on a plain port with an alert and a close", async () => {
    server = await arm.start({ security: "plain" });
    const peer = server.connect("tls");
    await server.until("the peer's close", () => peer.closed);
    expect(peer.opened).toBe(false);
    await server.until("the close", () => server.host.told.length === 3);
    expect(server.host.told).toEqual(["listening", "1 opened", "1 closed EPROTO"]);
  });

  it("answers plain text on a TLS port in plain text", async () => {
    server = await arm.start({ security: "tls" });
    const peer = server.connect("text");
    peer.write(Uint8Array.of(9, 9, 9, 9));
    await server.until("the answer and the end", () => peer.ended);
    expect(peer.received.all()).toEqual(Uint8Array.of(1, 2, 3));
    peer.end();
    await server.until("the failure", () => server.host.told.length === 2);
    expect(server.host.told).toEqual(["listening", "handshakeFailed plaintext"]);
  });

  it("[TLS-04] gives up a handshake that never begins", async () => {
    server = await arm.start({ security: "tls", handshakeTimeoutMs: 100 });
    const peer = server.connect("text");
    await server.until("the failure", () => server.host.told.length === 2);
    expect(server.host.told).toEqual(["listening", "handshakeFailed timeout"]);
    await server.until("the peer's end", () => peer.ended || peer.closed);
  });

  it("tells of a client that goes away in the middle of the handshake", async () => {
    server = await arm.start({ security: "tls" });
    const peer = server.connect("text");
    await server.until("the connection", () => peer.opened);
    peer.write(Uint8Array.of(22, 3, 1));
    peer.destroy();
    await server.until("the failure", () => server.host.told.length === 2);
    expect(server.host.told).toEqual(["listening", "handshakeFailed closed"]);
  });

  it("gives a turn when it is due, never before, and one for what was delivered", async () => {
    const { peer, socket } = await connected();
    const { host } = server;
    const due = (host.syscalls.monotonic() + 30_000) as Micros;
    host.wantedTurn = due;
    // A wish is asked for after a turn, so something must be delivered first.
    peer.write(numbered(1));
    await server.until("the bytes", () => host.received.get(socket)?.length === 1);
    await server.until("the turn", () => host.wantedTurn === null);
    const after = host.turns.filter((at) => at >= due);
    expect(after.length).toBe(1);
    expect(after[0]).toBeLessThan(due + 2_000_000);
  });

  it("does file operations as they are written in the contract", async () => {
    server = await arm.start();
    const path = "folder/file";
    const write = (offset: number, text: number[]) =>
      server.file({ type: "write", path, offset, bytes: Uint8Array.from(text) });
    const read = (offset: number, length: number) =>
      server.file({ type: "read", path, offset, length });
    const done = { ok: true, type: "done" };
    expect(await read(0, 10)).toEqual({ ok: true, type: "bytes", bytes: new Uint8Array(0) });
    expect(await server.file({ type: "list", folder: "folder" })).toMatchObject({ entries: [] });
    expect(await write(2, [7, 8])).toEqual(done);
    expect(await server.file({ type: "sync", path })).toEqual(done);
    expect(await server.file({ type: "syncFolder", folder: "folder" })).toEqual(done);
    expect(await read(1, 10)).toMatchObject({ bytes: Uint8Array.of(0, 7, 8) });
    expect(await read(9, 10)).toMatchObject({ bytes: new Uint8Array(0) });
    expect(await server.file({ type: "truncate", path, length: 3 })).toEqual(done);
    await server.file({ type: "write", path: "folder/a", offset: 0, bytes: Uint8Array.of(1) });
    await server.file({ type: "write", path: "folder/sub/x", offset: 0, bytes: Uint8Array.of(1) });
    expect(await server.file({ type: "list", folder: "folder" })).toMatchObject({
      entries: [
        { name: "a", bytes: 1 },
        { name: "file", bytes: 3 },
      ],
    });
    const to = "folder/b";
    expect(await server.file({ type: "rename", from: path, to })).toEqual(done);
    expect(await read(0, 1)).toMatchObject({ bytes: new Uint8Array(0) });
    expect(await server.file({ type: "remove", path: to })).toEqual(done);
    const missing = { ok: false, code: "ENOENT" };
    expect(await server.file({ type: "remove", path })).toEqual(missing);
    expect(await server.file({ type: "sync", path })).toEqual(missing);
    expect(await server.file({ type: "truncate", path, length: 0 })).toEqual(missing);
    expect(await server.file({ type: "rename", from: path, to })).toEqual(missing);
  });
});
