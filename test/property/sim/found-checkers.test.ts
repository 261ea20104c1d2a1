/**
 * Runs in which every rule holds and a checker has said otherwise, or the simulator did what
 * nothing real does: each as the few decisions that make it happen. Each is red without its mend.
 */
import { expect, it } from "vitest";
import { builtinFeatures, defineContract, defineFeature } from "../../../src/index.ts";
import { calmOptions, simulate, withOptions } from "../../../src/sim/index.ts";
import type { ClientScript, PartialOptions, Plan } from "../../../src/sim/index.ts";

type Acts = Extract<ClientScript, { readonly kind: "traveller" }>["actions"];

const play = (
  scripts: readonly ClientScript[],
  options: PartialOptions,
  more: Pick<Plan, "decisions" | "entropy"> & Partial<Plan>,
): string | null => {
  const given = withOptions(calmOptions, options);
  return (
    simulate({ plan: { format: 1, options: given, scripts, ...more } }).failure?.message ?? null
  );
};

/** The length of a TLS record was changed, so the server waits for the rest of it in vain. */
it("what was changed on its way is not heard", () => {
  const asking: ClientScript = {
    kind: "player",
    name: "3",
    actions: [
      { atMicros: 100_000, type: "start" },
      { atMicros: 100_000, type: "echo", prompt: true, bytes: 0 },
      { atMicros: 200_000, type: "stop" },
    ],
  };
  const decisions = { "network/3.1/toServer/corrupt#3": 26 };
  const options: PartialOptions = { seconds: 1, server: { security: "tls" } };
  expect(play([asking], options, { entropy: 1, decisions })).toBeNull();
});

/** Of a record that is none only the beginning got out, so all that followed it was its rest. */
it("what stands behind a record that is too large is not heard", () => {
  const traveller = (name: string, actions: Acts): ClientScript => ({
    kind: "traveller",
    name,
    account: "1",
    device: "",
    actions,
  });
  const decisions = {
    "network/3a.1/record#0": { what: "oversized", afterMicros: 1_000 },
    "network/3a.1/toServer/short#4": 1,
  };
  const scripts = [
    traveller("1", [{ atMicros: 0, type: "start" }]),
    traveller("3", [
      { atMicros: 1_000_000, type: "start" },
      { atMicros: 4_000_000, type: "logout" },
    ]),
  ];
  const options: PartialOptions = { seconds: 5, server: { security: "tls" } };
  expect(play(scripts, options, { scenario: "players", entropy: 1, decisions })).toBeNull();
});

/**
 * Two wait for what the accounts say of one token: an entry, and a logout behind it. The first is
 * told that it is good, the second, after another device has logged in, that it is void. So the
 * session has a login by then, and ends with one that is worth nothing.
 */
it("a logout with a void token succeeds, also when its session has come in meanwhile", () => {
  const traveller = (name: string, logoutMicros: number | null): ClientScript => ({
    kind: "traveller",
    name,
    account: "2",
    device: "",
    actions: [
      { atMicros: 1_000_000, type: "start" },
      ...(logoutMicros === null ? [] : [{ atMicros: logoutMicros, type: "logout" } as const]),
    ],
  });
  const killed = { way: "crash-during", killAfterMicros: 0, adopts: false, isTakenBack: false };
  const decisions = {
    "upgrade/login#0": { ...killed, afterMicros: 700_000 },
    "node/login/restart#0": 60_000,
    "upgrade/game-1#0": { ...killed, afterMicros: 900_000 },
    "calls/game-1/late#6": 3_000_000,
  };
  const options: PartialOptions = {
    seconds: 9,
    network: { delayMicros: 20_000 },
    process: { turnDelayMicros: 2_000 },
    server: { idleTimeoutMicros: 1_500_000, helloTimeoutMicros: 750_000 },
  };
  const scripts = [traveller("2", null), traveller("5", 8_730_000)];
  expect(play(scripts, options, { scenario: "players", entropy: 7004009, decisions })).toBeNull();
});

/**
 * A report was held up by a partition, and the duplicate of a later one was not: who had left was
 * entered again behind it, for good.
 */
it("what was asked twice does not overtake what was asked before it", () => {
  const traveller = (name: string, account: string): ClientScript => ({
    kind: "traveller",
    name,
    account,
    device: "",
    actions: [{ atMicros: 1_000_000, type: "start" }],
  });
  const decisions = {
    "weather/partition#0": {
      hosts: ["accounts", "client/1"],
      way: "both",
      atMicros: 2_000_000,
      forMicros: 6_000_000,
    },
    "calls/game-1/fate#5": "duplicate",
  };
  const options: PartialOptions = {
    seconds: 8,
    network: { partitionsMax: 2 },
    players: { tokenLifetimeMs: 3_000 },
    server: { idleTimeoutMicros: 1_500_000, helloTimeoutMicros: 750_000 },
  };
  const scripts = [traveller("1", "1"), traveller("5", "2")];
  expect(play(scripts, options, { scenario: "players", entropy: 2000769, decisions })).toBeNull();
});

/**
 * A disk stalls while two walk, and what they have sent is served when it goes on, one packet of
 * each in turn. One of his is refused: that was his turn, between two of the other's.
 */
it("who is refused has had his turn", () => {
  const walker = (name: string, actions: Acts): ClientScript => ({
    kind: "traveller",
    name,
    account: name,
    device: "",
    actions: [{ atMicros: 0, type: "start" }, ...actions],
  });
  const scripts = [
    walker("2", [
      { atMicros: 1_000_000, type: "turn", x: 0, z: 1 },
      { atMicros: 2_000_000, type: "cheat", cheat: "server-type" },
    ]),
    walker("6", [{ atMicros: 0, type: "turn", x: 0, z: 1 }]),
  ];
  const decisions = { "disk/game-1/stall#0": { afterMicros: 800_000, forMicros: 5_000_000 } };
  const options: PartialOptions = {
    seconds: 3,
    disk: { stallsMax: 1 },
    server: { packetsPerRoundMax: 1 },
  };
  expect(play(scripts, options, { scenario: "players", entropy: 1, decisions })).toBeNull();
});

/** His machine has ordered another heartbeat since, which his link did not take any more. */
it("an answer to a heartbeat that is not the last one ordered is no round trip", () => {
  const fixed: PartialOptions = {
    seconds: 30,
    workload: { clients: 11 },
    players: { accounts: 11 },
  };
  const { failure } = simulate({ seed: 1_160, scenario: "players", fixed, twice: false });
  expect(failure?.message ?? null).toBeNull();
});

/**
 * A pause had made it late, and then its first step threw: the one after it was as late again, when
 * nobody remembered the pause. And a process that died before it could say so began behind an event
 * that nobody had seen stepped.
 */
it("what was late when a step threw is late all the same when another machine is built", () => {
  const thrower = defineFeature({
    contract: defineContract("thrower", {}),
    version: 1,
    state: () => ({ ticks: 0 }),
  }).implement({
    tick: {
      every: 1,
      run({ state }) {
        state.ticks += 1;
        if (state.ticks % 40 === 0) throw new Error("now and then");
      },
    },
  });
  const features = [...builtinFeatures, thrower];
  for (const seed of [15, 52]) {
    const { failure } = simulate({ seed, features, mayThrow: ["thrower"], twice: false });
    expect(failure?.message ?? null, `seed ${String(seed)}`).toBeNull();
  }
});

/** Somebody who comes at once, or a second later, and cries or mutters at places. */
const crier = (name: string, startMicros: number, ...acts: Acts): ClientScript => ({
  kind: "traveller",
  name,
  account: name,
  device: "",
  actions: [{ atMicros: startMicros, type: "start" }, ...acts],
});

const crying = (atMicros: number, x: number, z: number): Acts[number] => ({
  atMicros,
  type: "request",
  contract: "simulatedCrier",
  key: "cry",
  message: { position: { x, y: 0, z } },
});

const muttering = (x: number, z: number): Acts[number] => ({
  atMicros: 200_000,
  type: "tell",
  contract: "simulatedCrier",
  key: "mutter",
  message: { position: { x, y: 0, z } },
});

/** Time was left out, and a stall was told before it came again: nobody had missed a tick. */
it("a tick that threw is late until time comes again", () => {
  const cries = [crying(8_500_000, -18, 2), crying(8_500_000, -18, 4)];
  const scripts = [crier("3", 6_000_000, ...cries)];
  const decisions = {
    "node/game-1/end#0": { ending: "crash", afterMicros: 5_187_309, calls: 8 },
    "process/game-1.2/stall#0": 1_000_000,
    "process/game-1.2/stall#95": 1_000_000,
  };
  const options: PartialOptions = { seconds: 9, players: { isRestless: true, criers: "faulty" } };
  expect(play(scripts, options, { scenario: "players", entropy: 129, decisions })).toBeNull();
});

/** More throws in a minute than a server bears: it ends itself, as it must. */
it("a server whose features throw again and again ends", () => {
  const scripts = [
    crier("2", 0, muttering(-33, 58)),
    crier("4", 0, muttering(58, 43)),
    crier("5", 0, crying(200_000, -29, -33)),
    crier("6", 0, muttering(-61, 30)),
  ];
  const options: PartialOptions = { seconds: 1, players: { criers: "faulty" } };
  const more = { scenario: "players", entropy: 164, decisions: {} } as const;
  expect(play(scripts, options, more)).toBeNull();
});

/** What waits for a tick may be no packet at all, so it ends no row of such before it is taken. */
it("a packet that waits for a tick stands between no malformed ones", () => {
  const garbage: Acts[number] = { atMicros: 500_000, type: "cheat", cheat: "garbage-frame" };
  const scripts = [crier("3", 0, garbage, crying(500_000, 23, 20), garbage)];
  const options: PartialOptions = {
    seconds: 1,
    players: { criers: "faulty" },
    server: { malformedInRowMax: 1 },
  };
  const more = { scenario: "players", entropy: 198, decisions: {} } as const;
  expect(play(scripts, options, more)).toBeNull();
});

/** Whoever says anything before a greeting is taken as greeted, so a page has him connected. */
it("who has not greeted and says something else is listed as if he had", () => {
  const message = { afterSessionId: 0, limit: 0 };
  const listing = { type: "request", contract: "operate", key: "sessions", message } as const;
  const rude: ClientScript = {
    kind: "rude",
    name: "3",
    actions: [
      { atMicros: 2_000_000, type: "connect" },
      { atMicros: 2_100_000, type: "say", word: "heartbeat", times: 1 },
    ],
  };
  const operator: ClientScript = {
    kind: "traveller",
    name: "1",
    account: "1",
    device: "",
    actions: [
      { atMicros: 0, type: "start" },
      { ...listing, atMicros: 3_000_000 },
    ],
  };
  const options = withOptions(calmOptions, { seconds: 4, players: { staff: 1 } });
  const plan: Plan = {
    ...{ format: 1, scenario: "players", entropy: 1, decisions: {} },
    ...{ options, scripts: [operator, rude] },
  };
  const { failure, checked } = simulate({ plan });
  expect(failure?.message ?? null).toBeNull();
  expect(checked["staff"]).toBe(1);
});

/** The shrinker had left the crier out, and nobody's client knew what a cry is. */
it("who cries where there is no crier is refused", () => {
  const cried: Acts = [crying(500_000, 23, 20), { atMicros: 500_000, type: "reset" }];
  const scripts = [crier("3", 0, ...cried)];
  const more = { scenario: "players", entropy: 1, decisions: {} } as const;
  expect(play(scripts, { seconds: 1 }, more)).toBeNull();
});

/** The shrinker had cut the run short: a clock jumped when faults had stopped, past a token. */
it("a clock that was to jump after the end of the run does not", () => {
  const scripts = [crier("1", 0, { atMicros: 1_400_000, type: "operate" })];
  const decisions = { "clock/game-1/jump#0": { afterMicros: 3_000_000, byMicros: 1_000_000 } };
  const options: PartialOptions = {
    seconds: 2,
    clock: { jumpsMax: 1, rightInQuiet: 1 },
    players: { tokenLifetimeMs: 1_000 },
    server: { security: "tls" },
  };
  const more = { scenario: "players", entropy: 1_655_418, decisions } as const;
  expect(play(scripts, options, more)).toBeNull();
});

/** The shrinker had the process die earlier, and its first block was not synced when it rotted. */
it("what was never synced does not rot", () => {
  const decisions = {
    "node/game-1/end#0": { ending: "crash", afterMicros: 500, calls: 0 },
    "disk/game-1/rot#0": { path: "journal/0000000000000001.segment", from: 0, length: 1, bits: 0 },
  };
  const more = { scenario: "players", entropy: 1, decisions } as const;
  const options: PartialOptions = { seconds: 1, process: { endsMax: 1 } };
  expect(play([crier("1", 0)], options, more)).toBeNull();
});

/** The shrinker had set back how far a time daemon goes, and a planned slew went on as before. */
it("no time daemon goes further than it may, whatever a plan says", () => {
  const waiting: ClientScript = {
    kind: "rude",
    name: "1",
    actions: [{ atMicros: 100_000, type: "connect" }],
  };
  const decisions = {
    "clock/server/slew#0": { afterMicros: 50_000, forMicros: 7_000_000, perMillion: 83_000 },
    "node/server/pause#0": { afterMicros: 770_000, forMicros: 700_000, isCounted: true },
  };
  const given = (slewMaxPerMillion: number): PartialOptions => ({
    seconds: 8,
    clock: { slewsMax: 1, slewMaxPerMillion },
    process: { pausesMax: 1 },
    server: { idleTimeoutMicros: 1_500_000, helloTimeoutMicros: 750_000 },
  });
  expect(play([waiting], given(83_333), { entropy: 1, decisions })).toBeNull();
  expect(play([waiting], given(500), { entropy: 1, decisions })).toBeNull();
});
