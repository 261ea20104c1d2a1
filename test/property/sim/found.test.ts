/**
 * What the simulator has found, each as the few decisions that make it happen: they name what they
 * apply to and need no seed. Each test here is red without what mended its fault.
 */
import { expect, it } from "vitest";
import { calmOptions, simulate, withOptions } from "../../../src/sim/index.ts";
import type {
  ClientScript,
  PartialOptions,
  Plan,
  SimulationResult,
} from "../../../src/sim/index.ts";

/** One player who asks for an echo ten times a second. */
const asking: ClientScript = {
  kind: "player",
  name: "1",
  actions: [
    { type: "start", atMicros: 0 },
    ...Array.from({ length: 40 }, (_, index) => ({
      type: "echo" as const,
      prompt: false,
      bytes: 20,
      atMicros: 100_000 * (index + 1),
    })),
  ],
};

const play = (
  decisions: Plan["decisions"],
  options: PartialOptions = {},
  scripts: readonly ClientScript[] = [asking],
): string | null => {
  const calm: PartialOptions = { seconds: 5, server: { security: "plain" } };
  const given = withOptions(withOptions(calmOptions, calm), options);
  const plan: Plan = { format: 1, entropy: 1, options: given, scripts, decisions };
  return simulate({ plan }).failure?.message ?? null;
};

type Visits = Extract<ClientScript, { readonly kind: "traveller" }>["actions"];

/** A run with one player who comes to the world and leaves it. */
function visit(
  actions: Visits,
  decisions: Plan["decisions"],
  options: PartialOptions,
  entropy: number = 1,
): SimulationResult {
  const visitor = { kind: "traveller", name: "1", account: "1", device: "", actions } as const;
  const given = withOptions(calmOptions, options);
  const parts = { options: given, scripts: [visitor], decisions };
  return simulate({ plan: { format: 1, scenario: "players", entropy, ...parts } });
}

const stormy: PartialOptions = { process: { endsMax: 2 } };

/**
 * The process died after its last block was written and before it was synced. The recovery read
 * the block from the page cache and built on it without syncing it, and a power loss took it away
 * from under the blocks behind it.
 */
it("[JRN-01] a recovery makes durable what it builds on", () => {
  for (const calls of [1, 4, 7]) {
    const broken = play(
      {
        "node/server/end#0": { ending: "crash-in-turn", afterMicros: 1_000_000, calls },
        "disk/server/pending#0": true,
        "node/server/end#1": { ending: "power-loss", afterMicros: 500_000, calls: 0 },
      },
      stormy,
    );
    expect(broken, `after ${String(calls)} calls`).toBeNull();
  }
});

/**
 * The same after an fsync that failed. The kernel keeps the bytes and forgets that they are dirty,
 * so a later fsync does not cover them: they have to be written again.
 */
it("[JRN-01] a recovery writes again what a failed sync has left in doubt", () => {
  for (const sync of [2, 3, 5]) {
    const broken = play(
      {
        [`disk/server/syncFailed#${String(sync)}`]: true,
        "node/server/end#1": { ending: "power-loss", afterMicros: 500_000, calls: 0 },
      },
      stormy,
    );
    expect(broken, `sync ${String(sync)}`).toBeNull();
  }
});

/**
 * The last socket to close was one that had been turned away, so the journal had nothing to do when
 * the drain was over, and no turn was asked for in which it would have ended the process.
 */
it("[NET-12] a drain ends also when nothing is left to be journalled", () => {
  const restless: ClientScript = {
    kind: "player",
    name: "3",
    actions: [
      { type: "start", atMicros: 18_599 },
      { type: "stop", atMicros: 1_373_044 },
      { type: "start", atMicros: 1_910_882 },
      { type: "stop", atMicros: 2_376_567 },
      { type: "start", atMicros: 2_764_123 },
      { type: "stop", atMicros: 2_868_351 },
      { type: "start", atMicros: 3_428_567 },
    ],
  };
  const broken = play(
    {
      "node/server/end#0": { ending: "drain", afterMicros: 1_175_499, calls: 0 },
      "process/server.1/stall#3": 504_512,
      "process/server.1/stall#4": 3_629_372,
      "network/3.7/toClient/delay#2": 47_058,
    },
    {
      seconds: 10,
      process: { endsMax: 1, turnDelayMicros: 200 },
      disk: { syncMicros: 100 },
      server: { security: "tls" },
    },
    [restless],
  );
  expect(broken).toBeNull();
});

/**
 * The report that told of a player's coming was believed, but its answer was lost. By the next one
 * he had gone again, so neither report said so: he was taken to play for as long as the server
 * lived, and nobody got in from elsewhere.
 */
it("[AUTH-13] who came with a report that failed and has gone since is told to have left", () => {
  const visits: Visits = [
    { type: "start", atMicros: 1_500_000 },
    { type: "quit", atMicros: 3_000_000 },
    { type: "start", atMicros: 3_500_000 },
  ];
  // The game server's calls: two reports, the token, and the report of his coming.
  const decisions = { "calls/game-1/fate#3": "unheard" };
  const options = { seconds: 5 };
  const { failure, faults } = visit(visits, decisions, options);
  expect(faults["call.unheard"]).toBe(1);
  expect(failure?.message ?? null).toBeNull();
});

/**
 * A start gave up on a report whose time was up, let the first tick send the next one, and only
 * then asked the old one again: it said that somebody was here who had gone with the process, and
 * nobody took it back.
 */
it("[AUTH-13] a report that is asked again by a start comes before the start's own", () => {
  const visits: Visits = [
    { type: "start", atMicros: 1_000_000 },
    { type: "quit", atMicros: 2_020_000 },
    { type: "start", atMicros: 3_000_000 },
  ];
  const decisions: Plan["decisions"] = {
    // Its calls: a report, another one, the token, and the report of his coming.
    "calls/game-1/fate#3": "lost",
    "node/game-1/end#0": { ending: "crash", afterMicros: 6_500_000, calls: 10 },
    "node/game-1/restart#0": 1_000_000,
  };
  const options = { seconds: 8, process: { crashesMax: 1, endsMax: 1 } };
  const { failure, faults } = visit(visits, decisions, options);
  expect(faults["call.lost"]).toBe(1);
  expect(failure?.message ?? null).toBeNull();
});

/**
 * The simulator's own: a report that a partition had kept back was performed after the next one,
 * which said that the player was gone. So he was believed to play for ever, and could not log in.
 * Production's store carries out one order after the other. One that is reached over a network will
 * have to refuse reports that are older than the last.
 */
it("[AUTH-13] a report that was kept back does not come after a later one", () => {
  const visits: Visits = [{ type: "start", atMicros: 0 }];
  const decisions: Plan["decisions"] = {
    "weather/partition#0": {
      hosts: ["accounts"],
      way: "in",
      atMicros: 3_000_000,
      forMicros: 7_000_000,
    },
    "node/game-1/end#0": { ending: "crash", afterMicros: 1_591_694, calls: 10 },
    "node/game-1/restart#0": 300_000,
    "node/game-1/end#1": { ending: "crash", afterMicros: 800_000, calls: 0 },
    "node/game-1/restart#1": 500_000,
    "node/game-1/slowRestart#1": 1_574_947,
  };
  const options = { network: { partitionsMax: 1 }, players: { tokenLifetimeMs: 5_000 } };
  const { failure, faults } = visit(visits, decisions, options, 12_237_925_807);
  expect(faults["call.cut"]).toBeGreaterThan(0);
  expect(failure?.message ?? null).toBeNull();
});

/**
 * The checkpoint of an orderly end had its timers by their place among all timers. The next build
 * has others in front of them, and gave each to whoever stood in its place there.
 */
it("[JRN-05] a timer belongs to the feature that set it also in the next build", () => {
  const depositor: ClientScript = {
    kind: "player",
    name: "1",
    actions: [
      { type: "start", atMicros: 0 },
      ...Array.from({ length: 40 }, (_, index) => ({
        type: "request" as const,
        contract: "ledger",
        key: "deposit",
        message: { bytes: [97] },
        atMicros: 100_000 * (index + 1),
      })),
    ],
  };
  const options = withOptions(calmOptions, { seconds: 6, upgrade: { servers: 1 } });
  const drained = { afterMicros: 2_000_000, way: "drain", killAfterMicros: 0, adopts: false };
  const decisions = { "upgrade/node-1#0": { ...drained, isTakenBack: false } };
  const scenario = "upgrade";
  const plan: Plan = { format: 1, scenario, entropy: 1, options, scripts: [depositor], decisions };
  const { failure, faults } = simulate({ plan });
  expect(faults["upgrade.done"]).toBe(1);
  expect(failure?.message ?? null).toBeNull();
});

/**
 * The process died when its last checkpoint had its name and before the folder was synced. The next
 * build began from it and served; a power loss took the name away, and left a journal that began
 * with events of another build.
 */
it("[JRN-01] a recovery makes the name of its checkpoint durable", () => {
  const depositor: ClientScript = {
    kind: "player",
    name: "1",
    actions: [
      { type: "start", atMicros: 0 },
      ...Array.from({ length: 20 }, (_, index) => ({
        type: "request" as const,
        contract: "ledger",
        key: "deposit",
        message: { bytes: [97] },
        atMicros: 100_000 * (index + 1),
      })),
    ],
  };
  const options = withOptions(calmOptions, { seconds: 5, upgrade: { servers: 1 } });
  const drained = { afterMicros: 1_000_000, way: "drain", killAfterMicros: 0, adopts: false };
  const ends = (calls: number): Plan["decisions"] => ({
    "upgrade/node-1#0": { ...drained, isTakenBack: false },
    "node/node-1/end#0": { ending: "crash", afterMicros: 1_000_100, calls },
    "node/node-1/end#1": { ending: "power-loss", afterMicros: 1_000_000, calls: 0 },
  });
  const scenario = "upgrade";
  for (let calls = 1; calls <= 20; calls += 1) {
    const decisions = ends(calls);
    const plan: Plan = {
      format: 1,
      scenario,
      entropy: 1,
      options,
      scripts: [depositor],
      decisions,
    };
    const { failure } = simulate({ plan, twice: false });
    expect(failure?.message ?? null, `after ${String(calls)} calls`).toBeNull();
  }
});

/**
 * A disk gave other bytes than it had when a recovery read the last block for the third time, to
 * write it again: so it wrote what it had been given over a block that was sound. And what the
 * second reading found at the end was never compared with what the first had found.
 */
it("[JRN-01] a recovery writes nothing back that was not read alike each time", () => {
  const found = new Set<string>();
  for (let read = 0; read < 5; read += 1) {
    const broken = play(
      {
        "node/server/end#0": { ending: "crash", afterMicros: 2_000_000, calls: 0 },
        [`disk/server/misread#${String(read)}`]: 1_203_618_641,
        "node/server/end#1": { ending: "crash", afterMicros: 1_500_000, calls: 0 },
      },
      stormy,
    );
    if (broken !== null) found.add(`read ${String(read)}: ${broken}`);
  }
  expect([...found]).toEqual([]);
});

/**
 * The first block of a segment found no room, so there was no file to sync behind it, and the host
 * ended with what the sync said instead of waiting for room.
 */
it("[JRN-10] a new segment that finds no room waits for it", () => {
  const fixed: PartialOptions = {
    seconds: 4,
    workload: { clients: 4, rudePerMillion: 0, thinkMicros: 30_000, stayMaxMicros: 1_500_000 },
    disk: { ...calmOptions.disk, fullsMax: 2, spellMaxMicros: 2_000_000 },
    process: { endsMax: 0, crashesMax: 0 },
    follower: calmOptions.follower,
  };
  for (const seed of [8, 21]) {
    const { failure, faults } = simulate({ seed, fixed, twice: false });
    expect(failure?.message ?? null, `seed ${String(seed)}`).toBeNull();
    expect(faults["disk.full"]).toBeGreaterThan(0);
  }
});

/**
 * Who judges what comes in took a packet of talk for one that only servers send, as it goes both
 * ways, and called it untold that a server without talk had refused it as such. One bit makes it of
 * a movement.
 */
it("[SES-14] what is said both ways is refused as what is not served, where nobody serves it", () => {
  const visits = [
    { type: "start", atMicros: 0 },
    { type: "turn", atMicros: 0, x: 0, z: 1 },
  ] as const;
  const options: PartialOptions = { seconds: 3, server: { security: "plain" } };
  const { failure, faults } = visit(visits, { "network/1b.1/toServer/corrupt#2": 59 }, options);
  expect(faults["network.corrupt"]).toBe(1);
  expect(failure?.message ?? null).toBeNull();
});

/**
 * A feature threw, so the journal was read back, and a disk gave the last block otherwise than it
 * was written. That ended the server with the words of a rule of its own that no operator can read.
 */
it("[JRN-01] a journal that reads back otherwise than it was written ends the server", () => {
  const place = (x: number, z: number) => ({ position: { x, y: 0, z } });
  const contract = "simulatedCrier";
  const visitor: ClientScript = {
    kind: "traveller",
    name: "2",
    account: "1",
    device: "",
    actions: [
      { atMicros: 0, type: "start" },
      { atMicros: 0, type: "turn", x: 0, z: -1 },
      { atMicros: 2_000_000, type: "tell", contract, key: "mutter", message: place(36, 45) },
      { atMicros: 4_000_000, type: "request", contract, key: "cry", message: place(-91, -20) },
    ],
  };
  const options = withOptions(calmOptions, {
    seconds: 7,
    follower: { everyEvents: 300, everyMicros: 3_000_000, afterMicros: 500_000 },
    players: { criers: "faulty", accounts: 1, stepMicros: 300_000 },
    server: { failedStepsMax: 1, idleTimeoutMicros: 3_000_000, helloTimeoutMicros: 1_500_000 },
  });
  const decisions = {
    "disk/game-1/misread#31": 10_000,
    "disk/game-1/misread#34": 20_000,
  };
  const plan: Plan = {
    ...{ format: 1, scenario: "players", entropy: 155, options },
    ...{ scripts: [visitor], decisions },
  };
  const { failure, faults } = simulate({ plan });
  expect(failure?.message ?? null).toBeNull();
  expect(faults["disk.misread"]).toBeGreaterThan(0);
});
