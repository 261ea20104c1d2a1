/**
 * Peers that vanish and servers that never answer. The loopback has neither, so the real arm is a
 * process in a network namespace of its own, whose kernel is told to give up after a second and not
 * after a quarter of an hour. Where nobody may have such a namespace only the simulated one is
 * asked.
 */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { expect, it } from "vitest";
import { startSimulated } from "./simulated-arm.ts";

const expected = {
  stories: [
    // It had written.
    ["opened", "received 10", "closed ETIMEDOUT"],
    // It had ended in order.
    ["opened", "received 10", "closed null"],
    // It had nothing to say.
    ["opened", "received 10"],
  ],
  bare: "ETIMEDOUT",
  client: ["closed CONNECT_FAILED CONNECT_FAILED"],
};

it("the simulated network tells of a peer that vanished as ETIMEDOUT", async () => {
  const server = await startSimulated({ flushTimeoutMs: 100 });
  const { host } = server;
  for (let count = 1; count <= 3; count += 1) {
    server.connect().write(new Uint8Array(10));
    await server.until("a connection", () => host.sockets.length === count);
  }
  await server.settle();
  server.vanish();
  const { bare, client } = server.connectNowhere();
  const [writes, flushes, waits] = host.sockets;
  if (writes === undefined || flushes === undefined || waits === undefined) throw new Error("few");
  host.syscalls.write(writes, new Uint8Array(10));
  host.syscalls.closeSocket(flushes, "flush");
  // Longer than any kernel waits.
  for (let count = 0; count < 10_000; count += 1) await server.settle();
  const stories = [writes, flushes, waits].map((socket) => host.story(socket));
  expect({ stories, bare: bare.code, client: client.told }).toEqual(expected);
});

/** As root, or as root of a user namespace. */
const unshare = process.getuid?.() === 0 ? ["-n"] : ["-Urn"];
const script = "ip link add v0 type veth peer name v1 && test -w /proc/sys/net/ipv4/tcp_retries2";
const mayHaveNamespace = spawnSync("unshare", [...unshare, "sh", "-c", script]).status === 0;

// Skipped where nobody may have a network namespace: there is no other way to a real ETIMEDOUT.
it.runIf(mayHaveNamespace)("and so does a real one", () => {
  const file = join(import.meta.dirname, "../fixtures/vanishing/server.ts");
  const { stdout, stderr } = spawnSync("unshare", [...unshare, process.execPath, file], {
    encoding: "utf8",
    timeout: 50_000,
  });
  expect(stdout, stderr).not.toBe("");
  expect(JSON.parse(stdout)).toEqual(expected);
});
