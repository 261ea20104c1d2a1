import { describe, expect, it } from "vitest";
import type { SocketId } from "../../../src/core/contract.ts";
import { featuresOf } from "../../../src/core/features/index.ts";
import { worldContract } from "../../../src/core/features/contracts.ts";
import { connectionId, micros } from "../../../src/core/kernel/ids.ts";
import { encodePayload } from "../../../src/core/wire/index.ts";
import type { Step, StepSend } from "../../../src/sim/checkers/checker.ts";
import {
  coverageKey,
  coverageTotal,
  coveredServer,
  LinkStates,
} from "../../../src/sim/coverage.ts";

const contractsOf = (role: "login" | "game") =>
  featuresOf(role).map(({ declaration }) => declaration.contract);
const connection = connectionId(7);
const socket = 1 as SocketId;

const step = (change: Partial<Step>): Step => ({
  index: 0,
  isReplay: false,
  event: { type: "time.reached", at: micros(1) },
  sends: [],
  closes: [],
  calls: [],
  counts: new Map(),
  digest: 0,
  machine: null as never,
  stallMicros: 0,
  ...change,
});

const answer = (success: boolean): StepSend => {
  const { reply, replyType } = worldContract.entries.enter;
  const payload = encodePayload(reply, { success });
  return { connection, type: replyType, delivery: "committed", sequence: 1, inReplyTo: 1, payload };
};

describe("what a link is doing", () => {
  it("is known from its packets and from what the realm orders", () => {
    const links = new LinkStates();
    expect(links.about("1a.1")).toBeNull();
    links.socketOpened(socket, "1a.1", "10.0.0.1:40001");
    const at = micros(1);
    const opened = { type: "connection.opened", at, connection, security: "plain" } as const;
    links.stepped(step({ event: { ...opened, remote: "10.0.0.1:40001" } }));
    expect(links.about("1a.1")).toEqual({ packetType: 0, state: "handshaking" });
    links.stepped(step({ sends: [answer(false)] }));
    expect(links.about("1a.1")?.state).toBe("connected");
    links.stepped(step({ sends: [answer(true)] }));
    expect(links.about("1a.1")?.state).toBe("inWorld");
    links.stepped(step({ closes: [{ connection, mode: "flush", code: "GOODBYE" }] }));
    expect(links.about("1a.1")?.state).toBe("disconnecting");
    links.stepped(step({ event: { type: "connection.closed", at, connection, reason: "peer" } }));
    expect(links.about("1a.1")?.state).toBe("unknown");
  });
});

describe("coverage", () => {
  it("has a key for each fault of a link, packet type and state, and one for any other fault", () => {
    const about = { packetType: 2_002, state: "inWorld" };
    expect(coverageKey("network.reset", about)).toBe("network.reset/2002/inWorld");
    expect(coverageKey("network.reset", null)).toBe("network.reset/-/-");
    expect(coverageKey("tls.silent", about)).toBe("tls.silent/-/-");
    expect(coverageKey("cheat.stale-move", null)).toBe("cheat.stale-move/-/-");
  });

  it("grows with the packets and states that a server adds", () => {
    const echo = coveredServer(contractsOf("game").slice(0, 3));
    const login = coveredServer(contractsOf("login"));
    const game = coveredServer(contractsOf("game"));
    expect(echo.states).toEqual(["unknown", "handshaking", "connected", "disconnecting"]);
    expect(login.states.at(-1)).toBe("authenticated");
    expect(game.states.at(-1)).toBe("inWorld");
    expect(game.packetTypes).toEqual(expect.arrayContaining([0, 1_002, 2_000, 2_002]));
    const totals = [[echo], [login], [game], [login, game]].map(coverageTotal);
    expect(totals).toEqual([...totals].sort((a, b) => a - b));
    // What both have is one.
    expect(coverageTotal([game, game])).toBe(coverageTotal([game]));
  });
});
