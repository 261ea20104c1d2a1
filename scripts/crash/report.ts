/** What crash rounds have come to. */
import { grouped, table } from "../../src/cli/output.ts";
import { endings } from "./plan.ts";
import type { RoundEnding } from "./plan.ts";
import type { CrashEffects, CrashNews, CrashRound } from "./rounds.ts";

/** Fields may be added, never renamed. */
export interface CrashReport {
  readonly rounds: number;
  readonly seed: number;
  readonly seconds: number;
  readonly byEnding: Readonly<Record<RoundEnding, number>>;
  /** Committed answers that clients saw, and of these, such that no recovery found. */
  readonly answered: number;
  readonly lost: number;
  /** Deposits in flight when their server was ended. */
  readonly inFlight: number;
  /** Calls to the outside, and of these, such that took effect exactly once. */
  readonly callsOrdered: number;
  readonly callsOnce: number;
  /** Bytes of unfinished tails that were cut, and the starts that did. */
  readonly cutBytes: number;
  readonly cutStarts: number;
  readonly recoveredEventsMax: number;
  /** From the start of a process to its first answer. */
  readonly firstAnswerMs: {
    readonly starts: number;
    readonly median: number;
    readonly max: number;
  };
  /** Every rule that was broken, in words. */
  readonly broken: readonly string[];
}

export class Tally {
  readonly #rounds: CrashRound[] = [];
  readonly #effects: CrashEffects[] = [];
  readonly #broken: string[] = [];

  take(news: CrashNews): void {
    if (news.type === "round") {
      this.#rounds.push(news.round);
      const { round, broken } = news.round;
      this.#broken.push(...broken.map((rule) => `found in round ${String(round)}: ${rule}`));
    } else {
      this.#effects.push(news.effects);
      this.#broken.push(...news.effects.broken);
    }
  }

  failed(error: unknown): void {
    this.#broken.push(error instanceof Error ? error.message : String(error));
  }

  get line(): string {
    const { length } = this.#rounds;
    const broken = String(this.#broken.length);
    return `${String(length)} rounds, ${grouped(this.#sum("answered"))} answers, ${broken} broken`;
  }

  report(seed: number, seconds: number): CrashReport {
    const rounds = this.#rounds;
    const times = rounds
      .flatMap(({ firstAnswerMs }) => (firstAnswerMs === null ? [] : [Math.round(firstAnswerMs)]))
      .toSorted((a, b) => a - b);
    return {
      rounds: rounds.length,
      seed,
      seconds: Math.round(seconds * 10) / 10,
      byEnding: Object.fromEntries(
        endings.map((name) => [name, rounds.filter(({ ending }) => ending === name).length]),
      ) as Record<RoundEnding, number>,
      answered: this.#sum("answered"),
      lost: this.#sum("lost"),
      inFlight: this.#sum("inFlight"),
      callsOrdered: this.#effects.reduce((sum, { ordered }) => sum + ordered, 0),
      callsOnce: this.#effects.reduce((sum, { once }) => sum + once, 0),
      cutBytes: this.#sum("cutBytes"),
      cutStarts: rounds.filter(({ cutBytes }) => cutBytes > 0).length,
      recoveredEventsMax: Math.max(0, ...rounds.map(({ recoveredEvents }) => recoveredEvents)),
      firstAnswerMs: {
        starts: times.length,
        median: times[times.length >> 1] ?? 0,
        max: times.at(-1) ?? 0,
      },
      broken: this.#broken,
    };
  }

  #sum(field: "answered" | "lost" | "inFlight" | "cutBytes"): number {
    return this.#rounds.reduce((sum, round) => sum + round[field], 0);
  }
}

export function tell(report: CrashReport): string {
  const { byEnding, firstAnswerMs, broken } = report;
  const killed = report.rounds - byEnding.orderly;
  const ends = endings.map((name) => `${String(byEnding[name])} ${name}`).join(", ");
  const rows: (readonly [string, string])[] = [
    [
      "rounds",
      `${String(report.rounds)} in ${String(report.seconds)} s, seed ${String(report.seed)}`,
    ],
    ["killed", `${String(killed)} (${ends})`],
    ["committed answers seen", grouped(report.answered)],
    ["of them lost", grouped(report.lost)],
    ["in flight at the end of a round", grouped(report.inFlight)],
    ["calls to the outside", grouped(report.callsOrdered)],
    ["of them effective once", grouped(report.callsOnce)],
    ["unfinished tails cut", `${String(report.cutStarts)}, ${grouped(report.cutBytes)} bytes`],
    ["events recovered, at most", grouped(report.recoveredEventsMax)],
    [
      "start to first answer, ms",
      `median ${String(firstAnswerMs.median)}, max ${String(firstAnswerMs.max)}`,
    ],
    ["rules broken", String(broken.length)],
  ];
  return [table(rows), ...broken.slice(0, 20).map((rule) => `  ${rule}`)].join("\n");
}
