import { connect, createServer } from "node:net";
import type { Socket } from "node:net";
import { Duplex } from "node:stream";
import { connect as connectTls } from "node:tls";
import { afterEach, expect, it } from "vitest";
import type { SocketId } from "../../../src/core/contract.ts";
import { until } from "../../support/condition.ts";
import type { EchoHost } from "../../support/echo-host.ts";
import { startEcho } from "../../support/echo-server.ts";
import type { EchoServer, EchoServerOptions } from "../../support/echo-server.ts";
import { connectPlain, connectSecure } from "../../support/raw-client.ts";

let server: EchoServer | null = null;
const start = async (options: EchoServerOptions = {}): Promise<EchoServer> =>
  (server = await startEcho({ tls: {}, ...options }));
afterEach(async () => {
  await server?.stop();
  server = null;
});

it("[TLS-01] TLS 1.2 and 1.3 succeed, 1.1 gets the alert protocol_version", async () => {
  const { port, ca } = await start();
  for (const version of ["TLSv1.2", "TLSv1.3"] as const) {
    const options = { ca, minVersion: version, maxVersion: version };
    const client = await connectSecure(port, options).whenOpen();
    expect(client.socket.getProtocol()).toBe(version);
    expect(client.socket.authorized).toBe(true);
    client.socket.destroy();
  }
  const old = { ca, minVersion: "TLSv1.1", maxVersion: "TLSv1.1" } as const;
  const client = connectSecure(port, { ...old, ciphers: "ALL:@SECLEVEL=0" });
  await client.whenClosed();
  expect(client.code).toBe("ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION");
});

it("[TLS-01] with minVersion TLSv1.3 a client of 1.2 is refused", async () => {
  const { host, port, ca } = await start({ tls: { minVersion: "TLSv1.3" } });
  const client = connectSecure(port, { ca, maxVersion: "TLSv1.2" });
  await client.whenClosed();
  expect(client.code).toBe("ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION");
  await until("the failure", () => host.ofType("handshakeFailed").length === 1);
  expect(host.ofType("handshakeFailed")[0]?.reason).toBe("protocol");
});

it("[TLS-09] ciphers and curves of the settings are what is negotiated", async () => {
  const ciphers = "TLS_CHACHA20_POLY1305_SHA256";
  const { port, ca } = await start({ tls: { ciphers, curves: "P-384" } });
  const client = await connectSecure(port, { ca }).whenOpen();
  expect(client.socket.getCipher().standardName).toBe(ciphers);
  const key = client.socket.getEphemeralKeyInfo() as { readonly name?: string };
  expect(key.name).toBe("secp384r1");
  client.socket.destroy();
});

it("[TLS-01] [TLS-06] bytes echo, and nothing of them crosses the wire in clear", async () => {
  const { port, ca } = await start();
  const seen: Buffer[] = [];
  const tap = await startTap(port, seen);
  const client = await connectSecure(tap.port, { ca }).whenOpen();
  client.socket.write("the name of the user");
  expect((await client.whenReceived(20)).toString()).toBe("the name of the user");
  client.socket.end();
  await client.whenClosed();
  tap.close();
  const wire = Buffer.concat(seen);
  expect(wire.length).toBeGreaterThan(500);
  expect(wire.includes("name of the")).toBe(false);
});

it("[TLS-06] 4 MiB each way arrive byte-exact", async () => {
  const { port, ca } = await start();
  const client = await connectSecure(port, { ca }).whenOpen();
  const bytes = Buffer.alloc(4 * 1024 * 1024);
  for (let at = 0; at < bytes.length; at += 4) bytes.writeUInt32LE((at * 2_654_435_761) >>> 0, at);
  client.socket.write(bytes);
  expect((await client.whenReceived(bytes.length)).equals(bytes)).toBe(true);
  client.socket.destroy();
});

it("[TLS-04] 500 stalled handshakes do not delay a good one by 100 ms", async () => {
  const { host, port, ca, platform } = await start({ backlog: 511 });
  const goodConnectMs = async (): Promise<number> => {
    const before = performance.now();
    const client = await connectSecure(port, { ca }).whenOpen();
    client.socket.write("x");
    await client.whenReceived(1);
    client.socket.destroy();
    return performance.now() - before;
  };
  // Whoever shares the cores can only make it slower, so the quickest counts.
  const quickestMs = async (): Promise<number> => {
    const times: number[] = [];
    while (times.length < 5) times.push(await goodConnectMs());
    return Math.min(...times);
  };
  const alone = await quickestMs();
  const stalled = Array.from({ length: 500 }, (_, index) => {
    const client = connectPlain(port);
    // Half of them say nothing, half begin a hello and stop.
    if (index % 2 === 0) client.socket.write(Buffer.from([0x16, 0x03, 0x01, 0x02, 0x00, 0x01]));
    return client;
  });
  await until("500 handshakes", () => platform.transport.counters.handshaking === 500);
  expect(await quickestMs()).toBeLessThan(alone + 100);
  expect(host.ofType("opened")).toHaveLength(10);
  for (const client of stalled) client.socket.destroy();
  await until("the stalled ones to go", () => platform.transport.counters.handshaking === 0);
  expect(host.ofType("handshakeFailed")).toHaveLength(500);
});

it("[TLS-05] a handshake that takes too long is closed, freed and told as a timeout", async () => {
  const { host, port, platform } = await start({ handshakeTimeoutMs: 200 });
  const before = performance.now();
  const silent = connectPlain(port);
  const dribbling = connectPlain(port);
  dribbling.socket.write(Buffer.from([0x16]));
  const stalled = connectPlain(port);
  stalled.socket.write(Buffer.from([0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01]));
  await Promise.all([silent, dribbling, stalled].map((client) => client.whenClosed()));
  expect(performance.now() - before).toBeGreaterThan(150);
  // The usual time-out is 5 s.
  expect(performance.now() - before).toBeLessThan(4_000);
  await until("three failures", () => host.ofType("handshakeFailed").length === 3);
  expect(host.ofType("handshakeFailed").map(({ reason }) => reason)).toEqual(
    Array(3).fill("timeout"),
  );
  expect(host.ofType("opened")).toHaveLength(0);
  expect(platform.transport.counters.handshaking).toBe(0);
});

it("[TLS-05] a failed handshake never opens a connection and is told once", async () => {
  const { host, port } = await start();
  const garbage = connectPlain(port);
  garbage.socket.write(Buffer.from("16030100050102030405", "hex"));
  await garbage.whenClosed();
  const reset = await connectPlain(port).whenOpen();
  reset.socket.write(Buffer.from([0x16, 0x03, 0x01, 0x02, 0x00, 0x01]));
  await new Promise((resolve) => setImmediate(resolve));
  reset.socket.resetAndDestroy();
  const gone = await connectPlain(port).whenOpen();
  gone.socket.end(Buffer.from([0x16, 0x03, 0x01]));
  await until("three failures", () => host.ofType("handshakeFailed").length === 3);
  const reasons = host.ofType("handshakeFailed").map(({ reason }) => reason);
  expect(reasons.toSorted()).toEqual(["closed", "closed", "protocol"]);
  expect(host.ofType("opened")).toHaveLength(0);
  // A client that does not trust us ends the handshake itself.
  const distrustful = connectSecure(port, {});
  await distrustful.whenClosed();
  expect(distrustful.code).toBe("DEPTH_ZERO_SELF_SIGNED_CERT");
});

it("[TLS-05] a hello in single bytes is still a hello", async () => {
  const { port, ca } = await start();
  const tcp = connect({ port, host: "127.0.0.1", noDelay: true });
  const slow = new SlowWriter(tcp);
  const client = connectTls({ socket: slow, ca, servername: "localhost" });
  const opened = await new Promise<boolean>((resolve) => {
    client.on("secureConnect", () => resolve(true)).on("error", () => resolve(false));
  });
  expect(opened).toBe(true);
  client.destroy();
  tcp.destroy();
});

it("[WIRE-01] plain text on a TLS port gets the reply in clear, then a close in order", async () => {
  const plaintextReply = Buffer.from([11, 0, 0, 0, ...Buffer.from("wrong port!")]);
  const { host, port, platform } = await start({ plaintextReply });
  // As a frame: 22 bytes long, so that its first byte is that of a TLS handshake record.
  for (const bytes of [Buffer.from("GET / HTTP/1.1\r\n\r\n"), Buffer.from([0x16, 0, 0, 0, 1])]) {
    const client = await connectPlain(port).whenOpen();
    client.socket.write(bytes);
    client.socket.write(Buffer.alloc(50_000));
    await client.whenClosed();
    expect(client.code).toBeNull();
    expect(client.received.equals(plaintextReply)).toBe(true);
  }
  await until("two failures", () => host.ofType("handshakeFailed").length === 2);
  expect(host.ofType("handshakeFailed").map(({ reason }) => reason)).toEqual([
    "plaintext",
    "plaintext",
  ]);
  expect(host.ofType("opened")).toHaveLength(0);
  expect(platform.transport.counters.wrongTransport).toBe(2);
});

it("[WIRE-01] plain text stays the reason when its client lingers past the handshake's time", async () => {
  const { port, host } = await start({ handshakeTimeoutMs: 500 });
  const client = await connectPlain(port, true).whenOpen();
  client.socket.write("GET / HTTP/1.1\r\n\r\n");
  await until("the failure", () => host.ofType("handshakeFailed").length === 1);
  expect(host.ofType("handshakeFailed")).toMatchObject([{ reason: "plaintext" }]);
  expect(client.ended).toBe(true);
  client.socket.destroy();
});

it("[TLS-07] the last reply before a close arrives, with close_notify, 1,000 times", async () => {
  const reply = Buffer.alloc(3_000, 5);
  const onReceived = (host: EchoHost, socket: SocketId): void => {
    host.syscalls.write(socket, reply);
    host.syscalls.closeSocket(socket, "flush");
  };
  const { host, port, ca } = await start({ rules: { onReceived } });
  const round = async (): Promise<void> => {
    const client = await connectSecure(port, { ca }).whenOpen();
    client.socket.write("bye");
    await client.whenClosed();
    // Node tells a TLS "end" for close_notify only.
    expect([client.receivedBytes, client.ended, client.code]).toEqual([3_000, true, null]);
  };
  for (let batch = 0; batch < 100; batch += 1) {
    await Promise.all(Array.from({ length: 10 }, round));
  }
  await until("all closes", () => host.open.size === 0);
  expect(host.ofType("closed")).toHaveLength(1_000);
}, 60_000);

it("[NET-21] a reset over TLS is seen as ECONNRESET", async () => {
  const onReceived = (host: EchoHost, socket: SocketId): void =>
    host.syscalls.closeSocket(socket, "reset");
  const { host, port, ca } = await start({ rules: { onReceived } });
  const client = await connectSecure(port, { ca }).whenOpen();
  client.socket.write("abuse");
  await client.whenClosed();
  expect(client.code).toBe("ECONNRESET");
  await until("the close", () => host.ofType("closed").length === 1);
});

it("[TLS-03] the host is told the same over TLS as over TCP", async () => {
  const script = async (options: EchoServerOptions): Promise<readonly string[]> => {
    const { host, port, ca } = await start(options);
    const client =
      options.tls === false
        ? await connectPlain(port).whenOpen()
        : await connectSecure(port, { ca }).whenOpen();
    client.socket.write("one");
    await client.whenReceived(3);
    client.socket.end("two");
    await client.whenClosed();
    expect(client.received.toString()).toBe("onetwo");
    await until("the close", () => host.open.size === 0);
    await server?.stop();
    return host.told.map(({ type }) => type).filter((type) => type !== "drained");
  };
  expect(await script({ tls: {} })).toEqual(await script({ tls: false }));
});

/** Writes one byte at a time, each in a segment of its own. */
class SlowWriter extends Duplex {
  readonly #tcp: Socket;

  constructor(tcp: Socket) {
    super();
    this.#tcp = tcp;
    tcp.on("data", (bytes: Buffer) => this.push(bytes)).on("end", () => this.push(null));
    tcp.on("error", (error) => this.destroy(error));
  }

  override _read(): void {
    // What comes is pushed as it comes.
  }

  override _write(bytes: Buffer, _encoding: string, done: (error?: Error | null) => void): void {
    const next = (at: number): void => {
      if (at === bytes.length) return done();
      this.#tcp.write(bytes.subarray(at, at + 1), () => setImmediate(next, at + 1));
    };
    next(0);
  }
}

/** Passes bytes on between a client and `port`, keeping a copy of both directions. */
async function startTap(
  port: number,
  seen: Buffer[],
): Promise<{ readonly port: number; close(): void }> {
  const tap = createServer((near) => {
    const far = connect({ port, host: "127.0.0.1" });
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      from.on("data", (bytes: Buffer) => {
        seen.push(bytes);
        to.write(bytes);
      });
      from.on("end", () => to.end()).on("error", () => to.destroy());
    }
  });
  await new Promise<void>((resolve) => tap.listen(0, "127.0.0.1", resolve));
  const address = tap.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return { port: address.port, close: () => tap.close() };
}

// Skipped but on Linux, which alone answers on all of 127.0.0.0/8.
it.skipIf(process.platform !== "linux")(
  "[TLS-04] one peer port towards two addresses makes two handshakes",
  async () => {
    const { host, port, ca } = await start({ address: "0.0.0.0" });
    const first = connect({ port, host: "127.0.0.1", localAddress: "127.0.0.1" });
    first.on("error", () => undefined);
    await until("the first", () => !first.connecting && first.localPort !== undefined);
    await until("its handshake", () => server?.platform.transport.counters.handshaking === 1);
    const { localPort } = first;
    if (localPort === undefined) throw new Error("a connected socket has a port");
    const socket = connect({ port, host: "127.0.0.2", localAddress: "127.0.0.1", localPort });
    await until("the second", () => server?.platform.transport.counters.handshaking === 2);
    const second = connectTls({ socket, ca, servername: "localhost" });
    second.on("error", () => undefined);
    await until("the link", () => host.ofType("opened").length === 1);
    expect(second.localPort).toBe(localPort);
    first.destroy();
    await until("the failure", () => host.ofType("handshakeFailed").length === 1);
    expect(host.ofType("handshakeFailed")[0]).toMatchObject({ reason: "closed" });
    expect(server?.platform.transport.counters.handshaking).toBe(0);
    second.destroy();
  },
);
