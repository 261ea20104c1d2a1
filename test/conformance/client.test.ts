/**
 * The client library's transport and its twin, where there is no connection yet: what comes of an
 * attempt that fails or is given up. What they do with one is drawn in `drawn.test.ts`.
 */
import { afterEach, describe, expect, it } from "vitest";
import type { ConformanceServer } from "./arm.ts";
import { loopbackArm } from "./loopback-arm.ts";
import { simulatedArm } from "./simulated-arm.ts";

describe.each([simulatedArm, loopbackArm])("a client's transport on the $name arm", (arm) => {
  let server: ConformanceServer;
  afterEach(async () => {
    await server.stop();
  });

  const serverTold = (): readonly string[] => server.host.told.slice(1);

  it.each(["plain", "tls"] as const)("is refused where nobody listens, %s", async (security) => {
    server = await arm.start({ security });
    // The port is known from here on.
    server.client().destroy();
    await server.settle();
    server.host.syscalls.stopListening();
    const client = server.client();
    await server.until("the refusal", () => client.told.length > 0);
    expect(client.told).toEqual(["closed CONNECT_FAILED CONNECT_FAILED"]);
  });

  it.each(["plain", "tls"] as const)(
    "gives up at once, and nobody saw it, %s",
    async (security) => {
      server = await arm.start({ security });
      const client = server.client();
      client.destroy();
      await server.settle();
      expect(serverTold()).toEqual([]);
      expect(client.told).toEqual([]);
    },
  );

  it.each(["plain", "tls"] as const)("tells nothing after it has closed, %s", async (security) => {
    server = await arm.start({ security });
    const client = server.client();
    await server.until("the link", () => client.opened && server.host.sockets.length > 0);
    client.write(new Uint8Array(10));
    client.end();
    await server.until("the end", () => serverTold().includes("1 ended"));
    expect(serverTold()).toEqual(["1 opened", "1 received", "1 ended"]);
    const [socket] = server.host.sockets;
    if (socket === undefined) throw new Error("no socket was opened");
    server.host.syscalls.write(socket, new Uint8Array(10));
    await server.settle();
    expect(client.told).toEqual(["opened"]);
    // It has read them all the same: unread bytes would be a reset.
    server.host.syscalls.closeSocket(socket, "flush");
    await server.until("the close", () => serverTold().length === 4);
    expect(serverTold().at(-1)).toBe("1 closed null");
  });
});
