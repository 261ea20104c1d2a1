import { describe, expect, it } from "vitest";
import type { SocketId } from "../../../src/core/contract.ts";
import { featuresOf } from "../../../src/core/features/index.ts";
import { worldContract } from "../../../src/core/features/contracts.ts";
import { connectionId, micros } from "../../../src/core/kernel/ids.ts";
import { encodePayload } from "../../../src/core/wire/index.ts";
import type { Step, StepSend } from "../../../src/sim/checkers/checker.ts";
import {
  coverageKey,
  coveredServer,
  LinkStates,
  reachableCells,
  reachedCells,
  unreachable,
  whyUnreachable,
} from "../../../src/sim/coverage.ts";
import { faultNames, reachableIn, scenarioNames } from "../../../src/sim/index.ts";

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
    expect(links.about("1a.1")?.state).toBe("gone");
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

  it("does not ask what was sent where there is no session", () => {
    const keys = ["unknown", "handshaking", "disconnecting", "gone"].map((state) =>
      coverageKey("peer.reset", { packetType: 1_053, state }),
    );
    expect(keys).toEqual([
      "peer.reset/-/unknown",
      "peer.reset/-/handshaking",
      "peer.reset/-/disconnecting",
      "peer.reset/-/gone",
    ]);
  });

  it("knows what is sent to a server, and in which states", () => {
    const polite = { unsaid: [], rudeIn: [] };
    const login = coveredServer(contractsOf("login"), polite).situations;
    const game = coveredServer(contractsOf("game"), { unsaid: [], rudeIn: ["inWorld"] }).situations;
    expect(login).toContain("1000/authenticated");
    expect(login).not.toContain("2002/inWorld");
    expect(game).toEqual(expect.arrayContaining(["2000/connected", "2002/inWorld"]));
    expect(game).toContain("other/inWorld");
    expect(game).not.toContain("2002/connected");
    const quiet = coveredServer(contractsOf("game"), { ...polite, unsaid: [worldContract] });
    expect(quiet.situations).not.toContain("2002/inWorld");
  });

  it("has every fault in some scenario", () => {
    const cells = scenarioNames.flatMap((name) => [...reachableIn(name)]);
    for (const fault of faultNames) {
      expect(
        cells.some((cell) => cell.startsWith(`${fault}/`)),
        fault,
      ).toBe(true);
    }
  });

  it("counts what nobody should send in a state as one", () => {
    const servers = [coveredServer(contractsOf("game"), { unsaid: [], rudeIn: ["connected"] })];
    const keys = new Set(["peer.reset/2002/connected", "peer.reset/0/connected"]);
    expect([...reachedCells(keys, servers)]).toEqual(["peer.reset/other/connected"]);
    const cells = [...reachableCells("players", servers)];
    expect(cells).toContain("peer.reset/other/connected");
  });

  it("says why a cell is not among them", () => {
    const servers = [coveredServer(contractsOf("game").slice(0, 3), { unsaid: [], rudeIn: [] })];
    expect(reachableCells("echo", servers).has("cheat.movement/-/-")).toBe(false);
    expect(whyUnreachable("echo", "cheat.movement/-/-")?.because).toMatch(/without a world/);
    expect(whyUnreachable("players", "cheat.movement/-/-")).toBeNull();
    for (const { because, faults } of unreachable) {
      expect(because.length).toBeGreaterThan(10);
      expect(faultNames.some((name) => faults.test(name))).toBe(true);
    }
  });
});
