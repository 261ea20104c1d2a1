/**
 * Hogs: rude peers who come besides a run's other clients, each with one way to ask too much of a
 * server. What they do is drawn apart, so that the scripts of the others stay what they are.
 *
 *     glutton   asks for much, reads none of it for a while, and leaves when it has read again
 *     flooder   says one thing many times, waits until that must have been told, leaves in order
 *     giant     sends a payload that no answer could carry, then a frame larger than any may be
 *     hasty     logs in again before it has heard of the first time
 */
import { RandomStream } from "../../core/kernel/random.ts";
import { seedWords } from "../decisions.ts";
import { below } from "../drawing.ts";
import type { WorkloadOptions } from "../options.ts";
import type { ClientScript, RudeAction } from "./script.ts";

/** How a hog goes about it. */
type Manner = "glutton" | "flooder" | "giant" | "hasty";

/** Where nobody logs in, and where nobody is served echoes. */
export const echoHogs: readonly Manner[] = ["glutton", "glutton", "flooder", "giant"];
export const playerHogs: readonly Manner[] = ["hasty", "flooder", "giant"];

type Timed = RudeAction & { readonly atMicros: number };
type HogScript = Extract<ClientScript, { readonly kind: "rude" }>;

/** Each is dear to play. */
const visitsMax = 14;
/** From a hog's connecting to its first word: by then it is usually in. */
const arrivalMicros = 150_000;
/** A glutton asks for so much at once, so many times, so often; and reads nothing for so long. */
const helpings = (random: RandomStream) =>
  random.pick([
    { times: 8, count: 15, everyMicros: 5_000 },
    // What is too much, and what is nearly too much, depends on the buffers on the way.
    { times: random.between(1, 75), count: 1, everyMicros: 0 },
    { times: 190, count: 1, everyMicros: 0 },
  ] as const);
const fastsMicros = [30_000, 100_000, 400_000] as const;
/** What a flooder says, and how many times. */
const floods = ["heap", "heap", "unknown-type", "server-only-type", "heartbeat"] as const;
const repetitions = [10, 60, 190] as const;
/** A word that is refused, or that is more than its budget, is told within its second. */
const lingerMicros = 1_600_000;

/**
 * Draws as many as the options say, and none where nobody is rude.
 *
 * @param manners what there is to get wrong at the servers of the run
 */
export function drawHogs(
  seed: number,
  { clients, hogs, rudePerMillion }: WorkloadOptions,
  { manners, seconds }: { readonly manners: readonly Manner[]; readonly seconds: number },
): HogScript[] {
  const count = rudePerMillion === 0 ? 0 : hogs;
  return Array.from({ length: count }, (_, index) => {
    // Its address follows from its name.
    const name = String(clients + index + 1);
    const random = RandomStream.named(seedWords(seed), `workload/hog/${name}`);
    const manner = random.pick(manners);
    const actions: Timed[] = [];
    const until = seconds * 1_000_000;
    let at = below(random, Math.floor(until / 4));
    for (let visits = 0; at < until && visits < visitsMax; visits += 1) {
      const visit = visitOf[manner](random, at + arrivalMicros);
      actions.push({ atMicros: at, type: "connect" }, ...visit);
      at = (visit.at(-1)?.atMicros ?? at) + below(random, 300_000) + 1;
    }
    return { kind: "rude", name, isStraight: true, actions };
  });
}

const say = (atMicros: number, word: HogWord, times = 1): Timed => ({
  atMicros,
  type: "say",
  word,
  times,
});

type HogWord = Extract<RudeAction, { readonly type: "say" }>["word"];

/** What a hog does from `at` on, in order of time. */
const visitOf: Readonly<Record<Manner, (random: RandomStream, at: number) => Timed[]>> = {
  glutton(random, at) {
    const forMicros = random.pick(fastsMicros);
    const { times, count, everyMicros } = helpings(random);
    // It leaves about when all that it has asked for is on its way.
    const leaveAt = at + forMicros + below(random, random.pick([1_000, 10_000, 100_000]));
    const type = random.pick(["reset", "end", "vanish"] as const);
    // Most leave before that: when what is left of it would fit the buffers on the way.
    const but = random.chance(3, 4) ? random.below(12) : -1;
    return [
      say(at, "hello"),
      { atMicros: at, type: "pause", forMicros },
      ...Array.from({ length: count }, (_, n) => say(at + n * everyMicros, "heap", times)),
      { atMicros: at + 1, type: "leaveServed", but },
      { atMicros: leaveAt, type },
    ];
  },
  flooder(random, at) {
    const word = random.pick(floods);
    const heardAt = at + lingerMicros;
    return [
      say(at, "hello"),
      say(at, word, random.pick(repetitions)),
      // It gets in behind them, which says that they were served.
      say(at, "heartbeat"),
      { atMicros: heardAt + below(random, 500_000), type: "end" },
    ];
  },
  giant: (_random, at) => [
    say(at, "hello"),
    say(at + 1, "long-payload"),
    say(at + 2, "huge-frame"),
  ],
  hasty(random, at) {
    const nextAt = at + 1 + below(random, 600_000);
    return [
      say(at, "hello"),
      say(at, "login", random.between(2, 3)),
      say(nextAt, "login", random.between(1, 2)),
      { atMicros: nextAt + below(random, 1_000_000), type: "end" },
    ];
  },
};
