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
import type { WorkloadOptions } from "../options.ts";

export type PlayerAction =
  /** Begins to connect; reconnects by itself until it stops. */
  | { readonly type: "start" }
  | { readonly type: "stop" }
  /** Asks for an echo of so many tagged bytes. */
  | { readonly type: "echo"; readonly prompt: boolean; readonly bytes: number }
  /** Any request or message of the run's contracts. */
  | {
      readonly type: "request" | "tell";
      readonly contract: string;
      readonly key: string;
      readonly message: unknown;
    }
  /** Does not read for a while. */
  | { readonly type: "pause"; readonly forMicros: number }
  /** Its link: reset, ended in one direction, or gone without a word. */
  | { readonly type: "reset" | "halfClose" | "vanish" };

/** What a rude peer can write. */
export const rudeWords = [
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
export type RudeWord = (typeof rudeWords)[number];

export type RudeAction =
  | { readonly type: "connect" }
  | { readonly type: "say"; readonly word: RudeWord; readonly times: number }
  | { readonly type: "pause"; readonly forMicros: number }
  | { readonly type: "end" | "reset" | "vanish" };

type Timed<A> = A & { readonly atMicros: number };

export type ClientScript =
  | {
      readonly kind: "player";
      readonly name: string;
      readonly actions: readonly Timed<PlayerAction>[];
    }
  | {
      readonly kind: "rude";
      readonly name: string;
      readonly actions: readonly Timed<RudeAction>[];
    };

/** Draws a script for each client, each from a stream of its own. */
export function drawScripts(
  seed: number,
  options: WorkloadOptions,
  seconds: number,
): ClientScript[] {
  return Array.from({ length: options.clients }, (_, index) => {
    const name = String(index + 1);
    const random = RandomStream.named(seedWords(seed), `workload/${name}`);
    const until = seconds * 1_000_000;
    return strikes(random, options.rudePerMillion)
      ? { kind: "rude", name, actions: drawRude(random, until) }
      : { kind: "player", name, actions: drawPlayer(random, options, until) };
  });
}

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

const drawAccident = (random: RandomStream): PlayerAction => {
  const type = random.pick(["pause", "reset", "halfClose", "vanish"] as const);
  return type === "pause" ? { type, forMicros: random.below(5_000_000) } : { type };
};

function drawRude(random: RandomStream, until: number): Timed<RudeAction>[] {
  const actions: Timed<RudeAction>[] = [];
  let at = below(random, Math.floor(until / 4));
  // Each has its manner: one word most of the time, or anything.
  const manner = random.chance(1, 2) ? [random.pick(rudeWords)] : rudeWords;
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

const drawRudeAction = (random: RandomStream, manner: readonly RudeWord[]): RudeAction => {
  if (random.chance(1, 10)) return { type: "pause", forMicros: random.below(3_000_000) };
  const times = random.chance(1, 10) ? random.between(50, 600) : 1;
  return { type: "say", word: random.pick(manner), times };
};
