import { describe, expect, it } from "vitest";
import { Routes } from "../../../src/client/routes.ts";
import { publishedContracts } from "../../../src/core/features/contracts.ts";
import { packetType } from "../../../src/core/kernel/ids.ts";

describe("a client of all published contracts", () => {
  const routes = new Routes(publishedContracts);

  it("[WIRE-11] asks, tells and hears by their names", () => {
    expect(routes.request("login", "login").replyType).toBe(1_001);
    expect(routes.request("world", "enter").replyType).toBe(2_001);
    expect(routes.tell("world", "move").type).toBe(2_002);
    expect(routes.inbound(packetType(2_100))).toMatchObject({
      kind: "message",
      delivery: "prompt",
      contract: "world",
      key: "update",
    });
  });

  it("[WIRE-11] tells apart what goes both ways under one number", () => {
    for (const [type, contract, told, heard] of [
      [2_006, "chat", "say", "said"],
      [2_101, "duel", "challenge", "challenged"],
    ] as const) {
      expect(routes.tell(contract, told).type).toBe(type);
      expect(routes.inbound(packetType(type))).toMatchObject({ contract, key: heard });
    }
  });
});
