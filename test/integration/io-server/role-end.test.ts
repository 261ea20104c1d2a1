import { expect, it, vi } from "vitest";
import { builtinFeatures } from "../../../src/core/features/index.ts";
import { reprise as pb } from "../../../src/core/wire/gen/session.js";
import { encodePayload } from "../../../src/core/wire/index.ts";
import { RoleServer } from "../../../src/io/role-server.ts";
import { until } from "../../support/condition.ts";
import { fragile, fragileTypes } from "../../support/fragile.ts";
import { PacketClient } from "../../support/packet-client.ts";
import { connectPlain } from "../../support/raw-client.ts";
import { startTestServer } from "../../support/server.ts";

it("when one role ends, its reason is logged, and one that is being rebuilt ends, too", async () => {
  const { server, logLines } = await startTestServer(
    { "tls.enabled": false, role: "all", "host.drainTimeoutMs": 1_000 },
    { features: [...builtinFeatures, fragile] },
  );
  const inFact = Object.getOwnPropertyDescriptor(RoleServer.prototype, "health")?.get;
  // To the server the game role is being rebuilt until it is drained.
  const drained = new Set<string>();
  const drain = vi.spyOn(RoleServer.prototype, "drain");
  const health = vi.spyOn(RoleServer.prototype, "health", "get");
  health.mockImplementation(function (this: RoleServer) {
    for (const role of drain.mock.contexts) drained.add((role as RoleServer).role);
    return this.role === "game" && !drained.has("game") ? "starting" : inFact?.call(this);
  });
  try {
    const payload = encodePayload(pb.v1.EchoRequest, { bytes: Uint8Array.of(1) });
    for (let failures = 0; failures < 4; failures += 1) {
      const client = new PacketClient(connectPlain(server.portOf("login")));
      await client.raw.whenOpen();
      client.send(fragileTypes.breakNow, payload);
      await client.raw.whenClosed();
    }
    const told = (): boolean => logLines().some(({ message }) => message === "a role has ended");
    await until("the end to be told", told);
    const end = await server.ended;
    expect(end.code).not.toBe(0);
    const lines = logLines().filter(({ message }) => message === "a role has ended");
    expect(lines).toMatchObject([
      { level: "error", role: "login", code: end.code, problem: end.message },
      { level: "info", role: "game", code: 0 },
    ]);
    const threw = logLines().filter(({ message }) => message === "a step threw");
    expect(threw).toHaveLength(4);
    expect(threw[0]).toMatchObject({
      level: "error",
      role: "login",
      feature: "fragile",
      problem: "Error: broken after the noise",
      stack: expect.stringContaining("fragile.ts:"),
    });
    expect(drain.mock.contexts.map((role) => (role as RoleServer).role)).toEqual(["game"]);
  } finally {
    health.mockRestore();
    drain.mockRestore();
  }
});
