/**
 * What the clients of a run do, as data: one script a client, a list of actions with their times.
 * A seed draws scripts; a plan holds them; taking an action out leaves the others as they are.
 *
 * A `player` is the client SDK's machine and behaves; what can go wrong around it (its link, its
 * reading, its machine's power) is in its script. A `rude` peer has no machine: it writes what the
 * script says, byte for byte.
 */
import { RandomStream } from "../../core/kernel/random.ts";
import { seedWords } from "../decisions.ts";
import { below, strikes } from "../drawing.ts";
import { crierContract } from "../crier.ts";
import { drawHogs, echoHogs, playerHogs } from "./hogs.ts";
import type { PlayersOptions, SimulationOptions, WorkloadOptions } from "../options.ts";
import { withOrders } from "./orders.ts";

export type PlayerAction =
  /** Begins to connect; reconnects by itself until it stops. */
  | { readonly type: "start" }
  | { readonly type: "stop" }
  /** Asks for an echo of so many tagged bytes. */
  | { readonly type: "echo"; readonly prompt: boolean; readonly bytes: number }
  /** Any request or message of the run's contracts. */
  | Saying
  | Accident;

/** A request, for which there is an answer, or a message, for which there is none. */
export interface Saying {
  readonly type: "request" | "tell";
  readonly contract: string;
  readonly key: string;
  readonly message: unknown;
}

/** What happens to a client's link. */
export type Accident =
  /** Does not read for a while. */
  | { readonly type: "pause"; readonly forMicros: number }
  /** Reset, ended in one direction, or gone without a word. */
  | { readonly type: "reset" | "halfClose" | "vanish" };

/** What a rude peer can write. */
const rudeWords = [
  "hello",
  "heartbeat",
  "echo",
  "garbage-payload",
  "garbage-frame",
  "unknown-type",
  "server-only-type",
  "wrong-sequence",
  "zero-length",
  "huge-length",
  "half-header",
  "half-frame",
] as const;
/** And to servers that have players. */
const rudePlayerWords = [
  ...rudeWords,
  "login",
  "logout",
  "enter",
  "move",
  "garbage-move",
  "world-update",
] as const;
/** And what only hogs write, see `hogs.ts`. */
const hogWords = ["heap", "long-payload", "huge-frame"] as const;
export const allRudeWords = [...rudePlayerWords, ...hogWords, "open-group"] as const;
export type RudeWord = (typeof allRudeWords)[number];

export type RudeAction =
  | { readonly type: "connect" }
  | { readonly type: "say"; readonly word: RudeWord; readonly times: number }
  | { readonly type: "pause"; readonly forMicros: number }
  | { readonly type: "end" | "reset" | "vanish" }
  /** Resets its link as soon as all but so many of its heaps were answered. */
  | { readonly type: "leaveServed"; readonly but: number };

/** How far a traveller has come. */
export type TravellerPhase =
  /** Has not begun, or has left. */
  | "away"
  /** Wants a token. */
  | "loggingIn"
  /** Has one, and wants to be let in. */
  | "entering"
  | "playing"
  /** Wants its token to be worth nothing. */
  | "loggingOut"
  /** Its account is played with from another device, which was told to this one. */
  | "ousted";

export const cheats = [
  "too-fast",
  "teleport",
  "not-a-number",
  "out-of-bounds",
  "stale",
  "other-entity",
  "early-move",
  "server-type",
  "dead-token",
  "forged-token",
  "wrong-password",
] as const;
/** What he writes himself while he is in a world, see `outbursts.ts`. */
export const outbursts = [
  "garbage-frame",
  "zero-length",
  "huge-length",
  "wrong-sequence",
  "unknown-type",
  "garbage-move",
  "flood",
  "half-header",
  "half-frame",
] as const;
export type Outburst = (typeof outbursts)[number];
export type Cheat = (typeof cheats)[number] | Outburst;

export type TravellerAction =
  /** Logs in, enters and plays; comes again by itself until it leaves. */
  | { readonly type: "start" }
  /** Walks on in another direction: millionths of the greatest speed along x and z. */
  | { readonly type: "turn"; readonly x: number; readonly z: number }
  /** Leaves with a logout, or without a word. */
  | { readonly type: "logout" | "quit" }
  | { readonly type: "cheat"; readonly cheat: Cheat }
  /**
   * Comes into the world again, and asks before that to look after the server; before his next
   * entry when he is not in it.
   */
  | { readonly type: "operate" }
  /** Said to the server in whose world he is; while he is in none, it is not said. */
  | Saying
  /** To the link that it uses. */
  | Accident;

export type Timed<A> = A & { readonly atMicros: number };

export type ClientScript =
  | {
      readonly kind: "player";
      readonly name: string;
      readonly actions: readonly Timed<PlayerAction>[];
    }
  | {
      readonly kind: "traveller";
      readonly name: string;
      readonly account: string;
      /** What it calls its device; may be empty. */
      readonly device: string;
      readonly actions: readonly Timed<TravellerAction>[];
    }
  | {
      readonly kind: "rude";
      readonly name: string;
      /** Whatever it says, its headers and greetings are right. */
      readonly isStraight?: boolean;
      readonly actions: readonly Timed<RudeAction>[];
    };

/** Draws a script for each client, each from a stream of its own. */
export function drawScripts(
  seed: number,
  options: WorkloadOptions,
  seconds: number,
): ClientScript[] {
  const scripts = Array.from({ length: options.clients }, (_, index): ClientScript => {
    const name = String(index + 1);
    const random = RandomStream.named(seedWords(seed), `workload/${name}`);
    const until = seconds * 1_000_000;
    return strikes(random, options.rudePerMillion)
      ? { kind: "rude", name, actions: withGroups(seed, name, drawRude(random, until, rudeWords)) }
      : { kind: "player", name, actions: drawPlayer(random, options, until) };
  });
  return [...scripts, ...drawHogs(seed, options, { manners: echoHogs, seconds })];
}

/** Draws a script for each traveller. Some of them share an account. */
export function drawTravellers(seed: number, options: SimulationOptions): ClientScript[] {
  const { workload, players, seconds } = options;
  const scripts = Array.from({ length: workload.clients }, (_, index): ClientScript => {
    const name = String(index + 1);
    const random = RandomStream.named(seedWords(seed), `travel/${name}`);
    const until = seconds * 1_000_000;
    if (strikes(random, workload.rudePerMillion)) {
      const actions = withGroups(seed, name, drawRude(random, until, rudePlayerWords));
      return { kind: "rude", name, actions };
    }
    const account = String((index % players.accounts) + 1);
    // One device for two programs is a program that was started twice.
    const device = random.pick(["", `device-${account}`, `device-${account}-${name}`]);
    return {
      kind: "traveller",
      name,
      account,
      device,
      actions: withOutbursts(seed, name, {
        actions: withOrders(
          seed,
          { name, account },
          {
            actions: withCries(seed, name, {
              actions: drawTravel(random, { workload, players, until }),
              players,
            }),
            players,
          },
        ),
        perMillion: workload.rudePerMillion === 0 ? 0 : workload.outburstPerMillion,
      }),
    };
  });
  return [...scripts, ...drawHogs(seed, workload, { manners: playerHogs, seconds })];
}

/** Now and then he calls out near where he came into the world, once or several times. */
function withCries(
  seed: number,
  name: string,
  { actions, players }: { actions: Timed<TravellerAction>[]; players: PlayersOptions },
): Timed<TravellerAction>[] {
  if (players.criers === "none") return actions;
  const random = RandomStream.named(seedWords(seed), `cries/${name}`);
  const reach = Math.min(players.spawnRadiusM + players.viewDistanceM, players.sizeM / 2);
  const { name: contract } = crierContract;
  const along = (): number => random.between(-reach, reach);
  return actions.flatMap((action): Timed<TravellerAction>[] => {
    const times =
      action.type === "turn" && random.chance(1, 3) ? random.pick([1, 1, 3, 10, 80]) : 0;
    const cries = Array.from({ length: times }, (): Timed<TravellerAction> => {
      const { atMicros } = action;
      const message = { position: { x: along(), y: 0, z: along() } };
      return random.chance(1, 5)
        ? { atMicros, type: "tell", contract, key: "mutter", message }
        : { atMicros, type: "request", contract, key: "cry", message };
    });
    return [action, ...cries];
  });
}

/** Now and then he is rude, as others are in all that they do. */
function withOutbursts(
  seed: number,
  name: string,
  { actions, perMillion }: { actions: Timed<TravellerAction>[]; perMillion: number },
): Timed<TravellerAction>[] {
  const random = RandomStream.named(seedWords(seed), `outbursts/${name}`);
  if (!strikes(random, perMillion)) return actions;
  const manner = random.chance(1, 2) ? [random.pick(outbursts)] : outbursts;
  return actions.flatMap((action): Timed<TravellerAction>[] =>
    action.type === "turn" && random.chance(1, 4)
      ? [action, { atMicros: action.atMicros, type: "cheat", cheat: random.pick(manner) }]
      : [action],
  );
}

interface Travel {
  readonly workload: WorkloadOptions;
  readonly players: PlayersOptions;
  readonly until: number;
}

function drawTravel(
  random: RandomStream,
  { workload, players, until }: Travel,
): Timed<TravellerAction>[] {
  const actions: Timed<TravellerAction>[] = [];
  const accidentPerMille = random.pick([0, 0, 50, 200]);
  const cheatPerMille = strikes(random, players.cheatPerMillion) ? random.pick([100, 500]) : 0;
  let at = below(random, Math.floor(until / 5));
  while (at < until) {
    actions.push({ atMicros: at, type: "start" });
    const leaveAt = at + below(random, workload.stayMaxMicros) + 500_000;
    for (;;) {
      at += 1 + below(random, 600_000);
      if (at >= leaveAt || at >= until) break;
      actions.push({ atMicros: at, ...drawStep(random, accidentPerMille, cheatPerMille) });
    }
    if (leaveAt >= until) break;
    actions.push({ atMicros: leaveAt, type: random.chance(2, 3) ? "logout" : "quit" });
    at = leaveAt + random.below(2_000_000) + 1;
  }
  return actions;
}

const drawStep = (
  random: RandomStream,
  accidentPerMille: number,
  cheatPerMille: number,
): TravellerAction => {
  if (random.chance(accidentPerMille, 1_000)) return drawAccident(random);
  if (random.chance(cheatPerMille, 1_000)) return { type: "cheat", cheat: random.pick(cheats) };
  const [x, z] = random.pick(headings);
  return { type: "turn", x, z };
};

/** Millionths of the greatest speed: where to walk, and now and then to stand. */
const headings: readonly (readonly [x: number, z: number])[] = [
  [0, 0],
  [990_000, 0],
  [-990_000, 0],
  [0, 990_000],
  [0, -990_000],
  [700_000, 700_000],
  [-700_000, 700_000],
  [300_000, -600_000],
  [-200_000, -100_000],
];

function drawPlayer(
  random: RandomStream,
  options: WorkloadOptions,
  until: number,
): Timed<PlayerAction>[] {
  const actions: Timed<PlayerAction>[] = [];
  // Some players have bad luck with their links, most do not.
  const accidentPerMille = random.pick([0, 0, 5, 30]);
  let at = below(random, Math.floor(until / 10));
  while (at < until) {
    actions.push({ atMicros: at, type: "start" });
    const leaveAt = at + below(random, options.stayMaxMicros) + 1;
    for (
      at += think(random, options);
      at < Math.min(leaveAt, until);
      at += think(random, options)
    ) {
      actions.push(
        random.chance(accidentPerMille, 1_000)
          ? { atMicros: at, ...drawAccident(random) }
          : { atMicros: at, ...drawEcho(random, options) },
      );
    }
    if (leaveAt >= until) break;
    actions.push({ atMicros: leaveAt, type: "stop" });
    at = leaveAt + random.below(1_000_000);
  }
  return actions;
}

const think = (random: RandomStream, { thinkMicros }: WorkloadOptions): number =>
  1 + below(random, 2 * thinkMicros);

/** Most packets of a game are small; a few are as large as they may be. */
const smallBytesMax = 60;

const drawEcho = (random: RandomStream, { payloadBytesMax }: WorkloadOptions): PlayerAction => {
  const most = random.chance(1, 12) ? payloadBytesMax : Math.min(payloadBytesMax, smallBytesMax);
  return { type: "echo", prompt: random.chance(1, 2), bytes: below(random, most + 1) };
};

const drawAccident = (random: RandomStream): Accident => {
  const type = random.pick(["pause", "reset", "halfClose", "vanish"] as const);
  return type === "pause" ? { type, forMicros: random.below(5_000_000) } : { type };
};

function drawRude(
  random: RandomStream,
  until: number,
  words: readonly RudeWord[],
): Timed<RudeAction>[] {
  const actions: Timed<RudeAction>[] = [];
  let at = below(random, Math.floor(until / 4));
  // Each has its manner: one word most of the time, or anything.
  const manner = random.chance(1, 2) ? [random.pick(words)] : words;
  const pause = random.pick([20_000, 200_000, 2_000_000]);
  while (at < until) {
    actions.push({ atMicros: at, type: "connect" });
    if (random.chance(2, 3)) actions.push({ atMicros: at, type: "say", word: "hello", times: 1 });
    const words = random.below(12);
    for (let word = 0; word < words; word += 1) {
      at += random.below(pause) + 1;
      actions.push({ atMicros: at, ...drawRudeAction(random, manner) });
    }
    at += random.below(4_000_000) + 1;
    if (random.chance(3, 4)) {
      actions.push({ atMicros: at, type: random.pick(["end", "reset", "vanish"] as const) });
    }
    at += random.below(1_000_000) + 1;
  }
  return actions;
}

/** Half of the garbage is a frame that ends within a group, see `rude.ts`. */
function withGroups(
  seed: number,
  name: string,
  actions: readonly Timed<RudeAction>[],
): Timed<RudeAction>[] {
  const random = RandomStream.named(seedWords(seed), `groups/${name}`);
  return actions.map((action) =>
    action.type === "say" && action.word === "garbage-frame" && random.chance(1, 2)
      ? { ...action, word: "open-group" }
      : action,
  );
}

const drawRudeAction = (random: RandomStream, manner: readonly RudeWord[]): RudeAction => {
  if (random.chance(1, 10)) return { type: "pause", forMicros: random.below(3_000_000) };
  const times = random.chance(1, 10) ? random.between(50, 600) : 1;
  return { type: "say", word: random.pick(manner), times };
};
