import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { SocketId } from "../../../src/core/contract.ts";
import { featuresOf } from "../../../src/core/features/index.ts";
import { worldContract } from "../../../src/core/features/contracts.ts";
import { callId, connectionId, micros } from "../../../src/core/kernel/ids.ts";
import type { Step } from "../../../src/sim/checkers/checker.ts";
import {
  Coverage,
  coveredServer,
  cellsOf,
  reachedCells,
  whyUnreachable,
} from "../../../src/sim/coverage.ts";
import { cellsIn, faultNames, scenarioNames } from "../../../src/sim/index.ts";
import { crierContract } from "../../../src/sim/crier.ts";
import { LinkStates } from "../../../src/sim/link-states.ts";
import { seldomCells, unreachable } from "../../../src/sim/unreachable.ts";

const contractsOf = (role: "login" | "game") =>
  featuresOf(role).map(({ declaration }) => declaration.contract);
const connection = connectionId(7);

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

/** A login server that is down, and a game server with one link. */
function twoServers() {
  const links = { login: new LinkStates(), game: new LinkStates() };
  links.game.processStarted();
  links.game.listening();
  links.game.socketOpened(1 as SocketId, "1a.1", "10.0.0.1:40001");
  const opened = { type: "connection.opened", connection, security: "plain" } as const;
  const event = { ...opened, at: micros(1), remote: "10.0.0.1:40001" };
  links.game.stepped(step({ event }));
  return { links, coverage: new Coverage(new Map(Object.entries(links))) };
}

describe("coverage", () => {
  it("has what a link was doing for a fault of a link, and one cell for what has no situation", () => {
    const { coverage, links } = twoServers();
    coverage.struck("network.reset", "1a.1", null, null);
    coverage.struck("cheat.stale-move", "1a.1", null, null);
    coverage.struck("peer.reset", "1a.9", null, null);
    coverage.struck("peer.vanished", null, null, null);
    coverage.struck("tls.silent", "1a.1", null, null);
    coverage.struck("clock.skew", null, "game", null);
    links.game.processEnded();
    coverage.struck("peer.lingers", "1a.1", null, null);
    expect([...coverage.keys]).toEqual([
      "network.reset/-/handshaking",
      "cheat.stale-move/-/handshaking",
      "peer.reset/-/unknown",
      "peer.vanished/-/unknown",
      "tls.silent/-/-",
      "clock.skew/-/-",
      "peer.lingers/-/gone",
    ]);
  });

  it("has what a server was in the middle of for a fault of a server, link by link", () => {
    const { coverage } = twoServers();
    coverage.struck("process.crash", null, "game", null);
    coverage.struck("process.crash", null, "login", null);
    // Of none: who forgets to say which server it was is not counted, and the campaign misses it.
    coverage.struck("disk.lost", null, null, null);
    expect([...coverage.keys]).toEqual(["process.crash/-/handshaking", "process.crash/-/down"]);
  });

  it("has who asked for a call", () => {
    const { coverage, links } = twoServers();
    const wanted = { effect: null as never, operation: "data.enter", request: null };
    const call = callId(4);
    links.game.stepped(step({ calls: [{ ...wanted, call, asker: connection }] }));
    coverage.struck("call.lost", null, "game", call);
    coverage.struck("call.failed", null, "game", callId(5));
    expect([...coverage.keys]).toEqual(["call.lost/-/handshaking", "call.failed/-/server"]);
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
    const cells = scenarioNames.flatMap((name) => [...cellsIn(name).usual]);
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
    const cells = [...cellsOf("players", servers).usual];
    expect(cells).toContain("peer.reset/other/connected");
  });

  it("does not take the packets of a feature that only some runs have for rudeness", () => {
    const { type } = crierContract.entries.cry;
    const clients = { unsaid: [], rudeIn: ["inWorld"] };
    const key = new Set([`peer.reset/${String(type)}/inWorld`]);
    const without = coveredServer(contractsOf("game"), clients);
    expect([...reachedCells(key, [without])]).toEqual(["peer.reset/other/inWorld"]);
    const besides = [crierContract];
    const server = coveredServer(contractsOf("game"), { ...clients, besides });
    expect([...reachedCells(key, [server])]).toEqual([]);
    expect(server.situations).toEqual(without.situations);
  });

  it("names what is seldom, and nothing that there is not", () => {
    expect([...seldomCells.keys()]).toEqual([...scenarioNames]);
    for (const name of scenarioNames) {
      const { usual, seldom, never } = cellsIn(name);
      expect([...seldom]).toEqual(expect.arrayContaining([...(seldomCells.get(name) ?? [])]));
      // Whoever leaves out what he does not meet has covered everything.
      expect(usual.size).toBeGreaterThan(3 * seldom.size);
      for (const cell of never) expect(whyUnreachable(name, cell)?.never).toBe(true);
    }
  });

  it("has as many cells of each kind as docs/SIMULATOR.md says", () => {
    const page = readFileSync(new URL("../../../docs/SIMULATOR.md", import.meta.url), "utf8");
    const rows = [...page.matchAll(/^\| (held to|seldom|cannot be met) +\|([\d |]+)\|/gm)];
    const counted = scenarioNames.map((name) => {
      const { usual, seldom, never } = cellsIn(name);
      return [usual.size, seldom.size, never.size];
    });
    expect(rows.map(([, , counts = ""]) => counts.split("|").map(Number))).toEqual(
      [0, 1, 2].map((kind) => counted.map((sizes) => sizes[kind])),
    );
  });

  it("says why a cell is not among them", () => {
    const servers = [coveredServer(contractsOf("game").slice(0, 3), { unsaid: [], rudeIn: [] })];
    expect(cellsOf("echo", servers).never.has("cheat.movement/-/gone")).toBe(true);
    expect(cellsOf("echo", servers).usual.has("cheat.movement/-/gone")).toBe(false);
    expect(whyUnreachable("echo", "cheat.movement/2002/inWorld")?.because).toMatch(
      /without a world/,
    );
    expect(whyUnreachable("players", "cheat.movement/2002/inWorld")).toBeNull();
    expect(whyUnreachable("players", "cheat.movement/2000/connected")?.never).toBe(true);
    for (const { because, faults } of unreachable) {
      expect(because.length).toBeGreaterThan(10);
      expect(faultNames.some((name) => faults.test(name))).toBe(true);
    }
  });
});
