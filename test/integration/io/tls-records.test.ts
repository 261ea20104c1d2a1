/**
 * Records of TLS that are not what was sent, on real sockets. A proxy between a client and the
 * server replaces one chunk of one direction. Both ends must be told at once that the link is over:
 * Node tells of the error, and leaves the socket open.
 */
import { connect, createServer } from "node:net";
import type { AddressInfo, Server } from "node:net";
import { afterEach, expect, it } from "vitest";
import { NodeLink } from "../../../src/client/node.ts";
import { until } from "../../support/condition.ts";
import { startEcho } from "../../support/echo-server.ts";
import type { EchoServer } from "../../support/echo-server.ts";
import { connectSecure } from "../../support/raw-client.ts";

/** Replaces what is sent while it is set. */
type Tampering = { change: ((bytes: Buffer) => Buffer) | null };

let server: EchoServer | null = null;
let proxy: Server | null = null;
afterEach(async () => {
  await server?.stop();
  proxy?.close();
  server = null;
  proxy = null;
});

const flipped = (at: number) => (bytes: Buffer) => {
  const changed = Buffer.from(bytes);
  const index = at < 0 ? bytes.length + at : at;
  changed[index] = (changed[index] ?? 0) ^ 1;
  return changed;
};

/** Each with what the server is told of it. */
const cases: readonly (readonly [name: string, change: (bytes: Buffer) => Buffer, code: RegExp])[] =
  [
    ["a changed byte", flipped(-3), /BAD_RECORD_MAC/],
    ["a changed type", flipped(0), /BAD_RECORD_TYPE/],
    ["a record that is too large", () => Buffer.from([23, 3, 3, 0x7f, 0xff, 0, 0]), /TOO_LONG/],
    ["an alert in clear", () => Buffer.from([21, 3, 3, 0, 2, 2, 80]), /BAD_RECORD_TYPE/],
  ];

async function startBoth() {
  const echo = await startEcho({ tls: {} });
  server = echo;
  const toServer: Tampering = { change: null };
  const toClient: Tampering = { change: null };
  const through = createServer((near) => {
    const far = connect(echo.port, "127.0.0.1");
    near.on("data", (bytes: Buffer) => far.write(toServer.change?.(bytes) ?? bytes));
    far.on("data", (bytes: Buffer) => near.write(toClient.change?.(bytes) ?? bytes));
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      one.on("end", () => other.end());
      one.on("error", () => other.destroy());
    }
  });
  proxy = through;
  await new Promise<void>((resolve) => void through.listen(0, "127.0.0.1", resolve));
  return { echo, toServer, toClient, port: (through.address() as AddressInfo).port };
}

it("[TLS-06] the server is told at once that a record was wrong, and the client gets an alert", async () => {
  for (const [name, change, code] of cases) {
    const { echo, toServer, port } = await startBoth();
    const client = await connectSecure(port, { ca: echo.ca }).whenOpen();
    client.socket.write("whole");
    await client.whenReceived(5);
    toServer.change = change;
    client.socket.write("wrong");
    await until(`the end of the link: ${name}`, () => echo.host.open.size === 0, 1_000);
    expect(echo.host.ofType("closed")[0]?.code, name).toMatch(code);
    await until("the alert", () => client.code !== null);
    expect(client.code, name).toMatch(/ALERT/);
    expect(client.received.toString()).toBe("whole");
    client.socket.destroy();
    await echo.stop();
    proxy?.close();
  }
});

it("[TLS-06] the client is told at once that a record was wrong", async () => {
  const { toClient, port } = await startBoth();
  const told: string[] = [];
  const link = new NodeLink(
    { host: "127.0.0.1", port, trust: { kind: "nobody" } },
    {
      opened: () => told.push("opened"),
      received: (bytes) => told.push(Buffer.from(bytes).toString()),
      ended: () => told.push("ended"),
      closed: (reason) => told.push(`closed ${String(reason?.code)}`),
      writable: () => undefined,
    },
  );
  link.connect();
  await until("the link", () => told.length > 0);
  link.write(Buffer.from("whole"));
  await until("the echo", () => told.length > 1);
  toClient.change = flipped(-3);
  link.write(Buffer.from("wrong"));
  await until("the end of the link", () => told.length > 2, 1_000);
  expect(told).toEqual(["opened", "whole", "closed CONNECTION_LOST"]);
  await link.gone();
});
