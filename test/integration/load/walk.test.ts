/** Players of a load against real servers, and `watch` on what they leave behind. */
import { cpSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { connect, enter, login, Prediction, Refusal } from "../../../src/client/index.ts";
import { LogPlayer } from "../../../src/cli/watch/log-player.ts";
import { LogShow } from "../../../src/cli/watch/show.ts";
import { worldContract, loginContract } from "../../../src/core/features/contracts.ts";
import { fetchPlayersView } from "../../../src/load/players-view.ts";
import type { LoadResult } from "../../../src/load/result.ts";
import type { Position } from "../../../src/contract.ts";
import { reprise } from "../../support/command-line.ts";
import { until } from "../../support/condition.ts";
import { startTestServer } from "../../support/server.ts";
import type { TestServer } from "../../support/server.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

const startBoth = (settings: Readonly<Record<string, unknown>> = {}): Promise<TestServer> =>
  startTestServer({ role: "all", "realm.worldSpawnRadiusM": 25, ...settings });

const load = async (dataDir: string, ...argv: string[]) => {
  const { code, out, err } = await reprise("load", "--data-dir", dataDir, "--json", ...argv);
  return { code, err, result: JSON.parse(out) as LoadResult };
};

const walk = ["--scenario", "walk", "--clients", "8", "--rate", "10"];

describe("the scenario walk", () => {
  it("[PRJ-06] logs in, enters, walks, and sees what the server says that it sees", async () => {
    const { dataDir, server } = await startBoth();
    const { code, err, result } = await load(dataDir, ...walk, "--seconds", "1.5");
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(result).toMatchObject({
      ...{ scenario: "walk", clients: 8, connected: 8, sent: 120, received: 120, errors: {} },
      ...{ disconnects: 0, viewMismatches: 0, viewNotes: [], seenMin: 7, seenMean: 7 },
    });
    expect(result.latencyMs.p50).toBeGreaterThan(0);
    // Everybody has logged out: the accounts are free and the world is empty.
    const views = `http://127.0.0.1:${server.metricsPort ?? 0}`;
    expect((await fetchPlayersView(views)).entities).toEqual([]);
    const again = await load(dataDir, ...walk, "--seconds", "0.2");
    expect(again).toMatchObject({ code: 0, result: { connected: 8, viewMismatches: 0 } });
  });

  it("[GAME-02] counts it as an error when the server puts a move right", async () => {
    const { dataDir } = await startBoth({ "realm.worldAllowanceMs": 100 });
    const fast = [...walk, "--speed", "100", "--seconds", "0.5"];
    const { code, err, result } = await load(dataDir, ...fast);
    expect(code).toBe(1);
    expect(err).toMatch(/errors: \d+ CORRECTED/);
    expect(result.received + (result.errors["CORRECTED"] ?? 0)).toBe(40);
    expect(result.viewMismatches).toBe(0);
  });

  it("says so when nobody shows what is to be seen", async () => {
    const { dataDir } = await startBoth({ "metrics.views": false });
    const { code, result } = await load(dataDir, ...walk, "--seconds", "0.2");
    expect(code).toBe(0);
    expect(result).toMatchObject({ connected: 8, viewMismatches: null, seenMin: null });
    expect(result.viewNotes.join()).toMatch(/^not compared: .*403/);
  });

  it("tells why players do not get in", async () => {
    const { dataDir } = await startBoth();
    expect(await load(dataDir, ...walk, "--seconds", "0.2")).toMatchObject({ code: 0 });
    const { code, err } = await load(dataDir, ...walk, "--password", "another one");
    expect(code).toBe(1);
    expect(err).toContain("clients got in");
  });
});

describe("the scenario login-storm", () => {
  it("logs every client in once, and leaves no login behind", async () => {
    const { dataDir, metrics } = await startBoth();
    const storm = ["--scenario", "login-storm", "--clients", "12", "--seconds", "0.5"];
    const { code, err, result } = await load(dataDir, ...storm);
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(result).toMatchObject({ connected: 12, sent: 12, received: 12, errors: {} });
    expect((await metrics()).sum("reprise_logins_answered_total")).toBe(12);
    expect((await load(dataDir, ...storm)).result.received).toBe(12);
  });
});

describe("the client SDK", () => {
  it("[PKT-09] logs in, enters, predicts its moves and sees others", async () => {
    const { server, ca } = await startBoth();
    const lobby = await connect(server.urls.login ?? "", { ca, contracts: [loginContract] });
    const wrong = login(lobby, { name: "", password: "x" });
    await expect(wrong).rejects.toMatchObject({ code: "INVALID_CREDENTIALS" });
    await expect(wrong).rejects.toBeInstanceOf(Refusal);
    const { token, servers, player } = await login(lobby, { name: "ada", password: "secret" });
    await lobby.close();
    expect(player).toBeGreaterThan(0);
    const [place] = servers;
    expect(place?.url).toBe(server.urls.game);
    const game = await connect(place?.url ?? "", { ca, contracts: [worldContract] });
    const refused = enter(game, { token: "no token" });
    await expect(refused).rejects.toMatchObject({ code: "INVALID_CREDENTIALS" });
    const world = await enter(game, { token });
    const moves: number[] = [];
    world.on("moved", ({ entity }) => moves.push(entity.id));
    const step = ({ x, y, z }: Position, by: number): Position => ({
      x: Math.fround(x + by) + 0,
      y,
      z,
    });
    await until("oneself to be seen", () => world.view.self !== null);
    const walking = new Prediction({ state: world.spawn, step });
    for (const by of [0.25, 0.25, 0.5]) {
      const sequence = walking.act(by);
      expect(world.move({ position: walking.state, sequence: sequence ?? 0 })).toBe(sequence);
    }
    const { view } = world;
    await until("the moves to be judged", () => view.inputSequence === 3);
    expect(view.self?.id).toBe(world.entity);
    expect(walking.reconcile(view.self?.position ?? world.spawn, view.inputSequence)).toEqual(
      view.self?.position,
    );
    expect(walking.pending).toBe(0);
    expect(moves).toContain(world.entity);
    await game.close();
  });
});

describe("reprise watch", () => {
  it("prints a frame of the running server, and of a log at any moment", async () => {
    const { dataDir, server, ca } = await startBoth();
    const names = ["--names", "w", "--seconds", "1"];
    expect(await load(dataDir, ...walk, ...names)).toMatchObject({ code: 0 });
    const lobby = await connect(server.urls.login ?? "", { ca, contracts: [loginContract] });
    const { token } = await login(lobby, { name: "ada", password: "secret" });
    const game = await connect(server.urls.game ?? "", { ca, contracts: [worldContract] });
    await enter(game, { token });
    const frame = ["--frame", "--columns", "60", "--rows", "12"];
    const followed = ["--follow", "ada"];
    const live = await reprise("watch", "--data-dir", dataDir, ...frame, ...followed);
    expect(live).toMatchObject({ code: 0, err: "" });
    expect(live.out.split("\n")[0]).toContain("1 player ");
    expect(live.out).toContain("@");
    await game.close();
    await lobby.close();
    // The log is looked at while the server writes it, and in a copy.
    const log = await reprise("watch", dataDir, ...frame, "--at", "0");
    expect(log.out).toContain("0:00.0 of");
    const copy = temporaryFolder();
    cpSync(join(dataDir, "game", "journal"), join(copy, "journal"), { recursive: true });
    expect(await reprise("watch", join(copy, "journal"), ...frame)).toMatchObject({ code: 0 });
  });

  it("goes back in time to the same scene that it came by, with few checkpoints", async () => {
    const { dataDir, server } = await startBoth();
    expect(await load(dataDir, ...walk, "--seconds", "2")).toMatchObject({ code: 0 });
    await server.stop();
    const player = new LogPlayer(dataDir, { markEveryMicros: 200_000, marksMax: 4 });
    const length = player.lastAt - player.firstAt;
    const seen: { at: number; scene: unknown }[] = [];
    for (let tenth = 1; tenth <= 10; tenth += 1) {
      player.seek(player.firstAt + (length * tenth) / 10);
      while (!player.work(5));
      seen.push({ at: player.at, scene: structuredClone(player.scene()) });
    }
    expect(player.marks).toBeGreaterThan(1);
    expect(player.marks).toBeLessThanOrEqual(4);
    const crowds = seen.map(({ scene }) => (scene as { entities: unknown[] }).entities.length);
    expect(Math.max(...crowds)).toBe(8);
    expect(crowds.at(-1)).toBe(0);
    for (const { at, scene } of seen.toReversed()) {
      player.seek(at);
      while (!player.work(5));
      expect(player.scene()).toEqual(scene);
    }
    expect(player.trouble).toBeNull();
  });

  it("plays, stops, skips and runs at other speeds", async () => {
    const { dataDir, server } = await startBoth();
    expect(await load(dataDir, ...walk, "--seconds", "1")).toMatchObject({ code: 0 });
    await server.stop();
    const player = new LogPlayer(dataDir);
    const show = new LogShow(player, "log");
    show.settle();
    const shownAt = (): number => Math.round((player.at - player.firstAt) / 1_000);
    show.pass(100);
    expect(shownAt()).toBe(100);
    show.order({ type: "pause" });
    show.pass(100);
    expect([shownAt(), show.caption().moment]).toEqual([100, expect.stringContaining("stopped")]);
    show.order({ type: "skip", seconds: 1 });
    show.settle();
    expect(shownAt()).toBe(1_100);
    show.order({ type: "skip", seconds: -10 });
    show.settle();
    expect([shownAt(), show.scene.entities]).toEqual([0, []]);
    show.order({ type: "pause" });
    show.order({ type: "faster", by: 2 });
    show.pass(100);
    expect([shownAt(), show.caption().moment]).toEqual([200, expect.stringContaining("x2")]);
    show.order({ type: "goto", end: "last" });
    show.settle();
    expect(player.at).toBe(player.lastAt);
    expect(show.caption().moment).toContain("the end");
  });

  it("says in one line what it cannot show", async () => {
    const { dataDir } = await startBoth();
    const none = await reprise("watch", "--data-dir", temporaryFolder(), "--frame");
    expect(none).toMatchObject({ code: 1, out: "" });
    expect(none.err).toContain("no game server runs");
    const wrongRole = await reprise("watch", join(dataDir, "login"), "--frame");
    expect(wrongRole.err).toContain("no log of a game server");
    expect(wrongRole.code).toBe(1);
    const noTerminal = await reprise("watch", "--data-dir", dataDir);
    expect(noTerminal.code).toBe(2);
    expect(noTerminal.err).toContain("--frame prints one frame");
    expect((await reprise("watch", "--frame", "--at", "3")).code).toBe(2);
    const nobody = ["--frame", "--follow", "nobody", "--data-dir", dataDir];
    expect((await reprise("watch", ...nobody)).err).toContain('no player "nobody"');
  });
});
