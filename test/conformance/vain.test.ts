/**
 * Connections that come to nothing before a server has them: there is no way to it, it has no
 * descriptor left, or the peer has gone before it was accepted.
 *
 * A real way is missing in a network namespace of its own, and real descriptors run out in a
 * process of its own, so no packet leaves the machine and nobody else runs short of anything. What
 * cannot be brought about so:
 *
 * - ENFILE, ENOBUFS and ENOMEM of `accept`, and ENOBUFS of `connect`: the whole machine would have
 *   to run out. What `src/io/listener.ts` makes of them is in `test/unit/io/listener.test.ts`.
 * - ECONNABORTED of `accept`: Linux hands over a connection that was reset in the queue, and
 *   reading it fails; that is the last case here. `src/sim/process/listener.ts` says why nobody
 *   can tell.
 */
import { spawn, spawnSync } from "node:child_process";
import { connect } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { expect, it } from "vitest";
import { until } from "../support/condition.ts";
import { startSimulated } from "./simulated-arm.ts";

const fixture = (name: string): string => join(import.meta.dirname, "../fixtures", name);

const unrouted = {
  bare: ["EHOSTUNREACH", "ENETUNREACH"],
  clients: [["closed CONNECT_FAILED CONNECT_FAILED"], ["closed CONNECT_FAILED CONNECT_FAILED"]],
};

it("a simulated network tells of a missing way as EHOSTUNREACH or ENETUNREACH", async () => {
  const server = await startSimulated();
  const attempts = [
    server.connectWithoutRoute("EHOSTUNREACH"),
    server.connectWithoutRoute("ENETUNREACH"),
  ];
  await server.settle();
  expect({
    bare: attempts.map(({ bare }) => bare.code),
    clients: attempts.map(({ client }) => client.told),
  }).toEqual(unrouted);
});

/** As root, or as root of a user namespace. */
const unshare = process.getuid?.() === 0 ? ["-n"] : ["-Urn"];
const script = "ip link set lo up && ip route add unreachable 10.9.0.0/24";
const mayHaveNamespace = spawnSync("unshare", [...unshare, "sh", "-c", script]).status === 0;

// Skipped where nobody may have a network namespace: a way that is missing cannot be had otherwise.
it.runIf(mayHaveNamespace)("and so does a real network", () => {
  const file = fixture("unroutable/clients.ts");
  const { stdout, stderr } = spawnSync("unshare", [...unshare, process.execPath, file], {
    encoding: "utf8",
    timeout: 20_000,
  });
  expect(stdout, stderr).not.toBe("");
  expect(JSON.parse(stdout)).toEqual(unrouted);
});

const crowded = {
  /** Of the peer that came when there was no descriptor: it is connected, and then at its end. */
  shed: ["opened", "ended", "closed null"],
  /** What the server hears of those before it, after it, and gone before they were accepted. */
  heard: [["opened"], ["opened"], ["opened", "closed ECONNRESET"]],
};

it("a simulated server without a descriptor ends who comes, and goes on afterwards", async () => {
  const server = await startSimulated();
  const { host } = server;
  const isConnected = (count: number) => () => host.sockets.length === count;
  server.connect();
  await server.until("a connection", isConnected(1));
  const peer = server.connectCrowded();
  await server.until("its end", () => peer.ended);
  peer.end();
  await server.until("its close", () => peer.closed);
  server.connect();
  await server.until("another connection", isConnected(2));
  server.stopProcesses();
  const gone = server.connect();
  await server.until("a connection that waits", () => gone.opened);
  gone.reset();
  await server.settle();
  server.goOn();
  await server.settle();
  const shed = [...(peer.opened ? ["opened"] : []), ...peer.told];
  expect({ shed, heard: host.sockets.map((socket) => host.of(socket)) }).toEqual(crowded);
});

it("and so does a real server", async () => {
  const limited = 'ulimit -n 64; exec "$0" "$1"';
  const file = fixture("crowded/server.ts");
  const server = spawn("sh", ["-c", limited, process.execPath, file], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  try {
    const said: string[] = [];
    createInterface({ input: server.stdout }).on("line", (line) => said.push(line));
    const answered = async (order: string, beginning: string): Promise<string> => {
      const before = said.length;
      if (order !== "") server.stdin.write(`${order}\n`);
      const next = (): string | undefined =>
        said.slice(before).find((line) => line.startsWith(beginning));
      await until(`"${beginning}"`, () => next() !== undefined, 20_000);
      return next() ?? "";
    };
    const port = Number((await answered("", "port ")).slice("port ".length));
    const heard = async (count: number): Promise<unknown[]> => {
      for (;;) {
        const stories = JSON.parse(await answered("tell", "[")) as unknown[];
        if (stories.length === count) return stories;
      }
    };
    const first = newcomer(port);
    await heard(1);
    await answered("fill", "filled ");
    const shed = newcomer(port);
    await until("its end", () => shed.told.includes("ended"));
    shed.socket.end();
    await until("its close", () => shed.told.length === 3);
    await answered("free", "freed");
    const second = newcomer(port);
    await heard(2);
    server.kill("SIGSTOP");
    const gone = newcomer(port);
    await until("a connection that waits", () => gone.told.includes("opened"));
    gone.socket.resetAndDestroy();
    server.kill("SIGCONT");
    let stories = await heard(3);
    await until("its reset", () => gone.told.length === 2);
    while (!JSON.stringify(stories).includes("closed")) stories = await heard(3);
    expect({ shed: shed.told, heard: stories }).toEqual(crowded);
    first.socket.destroy();
    second.socket.destroy();
  } finally {
    server.kill("SIGKILL");
  }
});

/** A connection, and what its program is told of it. */
function newcomer(port: number) {
  const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
  const told: string[] = [];
  let code: string | null = null;
  socket.on("connect", () => told.push("opened"));
  socket.on("end", () => told.push("ended"));
  socket.on("error", (error: NodeJS.ErrnoException) => {
    code ??= error.code ?? "unknown";
  });
  socket.on("close", () => told.push(`closed ${String(code)}`));
  socket.resume();
  return { socket, told };
}
