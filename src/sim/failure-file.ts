/**
 * A failure as a file: what broke, told as a story, how to see it again, and everything needed for
 * that. It needs neither the seed nor the version that found it, only features that do the same.
 */
import { apiRule } from "../core/kernel/assert.ts";
import { fromJson, toJson } from "./json.ts";
import { readPlan } from "./plan.ts";
import type { Plan } from "./plan.ts";
import { Shrinking } from "./shrink/index.ts";
import type { Given, Shrunk, ShrinkOptions } from "./shrink/index.ts";
import { simulate } from "./simulate.ts";
import type { SimulationFailure, SimulationResult } from "./simulate.ts";
import { storyOf } from "./story/index.ts";

export interface FailureFile {
  readonly format: "reprise-failure-1";
  /** What to type to see it again. */
  readonly replay: string;
  readonly fingerprint: string;
  readonly checker: string;
  /** In words that are the same in every run. */
  readonly rule: string;
  readonly message: string;
  /** Simulated seconds from the start. */
  readonly atSeconds: number;
  /** Steps of the realm before it. */
  readonly steps: number;
  /** That it was found with, or null. With the version that found it, the seed shows the whole. */
  readonly seed: number | null;
  /** What the plan was made of before it was shrunk; null when it was not. */
  readonly shrunk: ShrunkFrom | null;
  /** What happens, a line each; empty where nobody has told it yet. */
  readonly story: readonly string[];
  readonly log: readonly string[];
  readonly plan: Plan;
}

/** How a plan came to be as small as it is. */
export interface ShrunkFrom {
  /** Decisions and clients' actions: in the plan that the seed drew, and in this one. */
  readonly eventsBefore: number;
  readonly events: number;
  /** How many smaller plans were tried. */
  readonly runs: number;
  /** False: time was up, and this is the smallest one that was found. */
  readonly isFinished: boolean;
}

/** A name that tells failures apart: `failure-<seed>-<fingerprint>.json`. */
export const failureFileName = ({ seed }: SimulationResult, failure: SimulationFailure): string =>
  `failure-${seed === null ? "plan" : String(seed)}-${failure.fingerprint}.json`;

/** @param path where the file will be, as whoever replays it will type it */
export function failureFile(
  { seed }: Pick<SimulationResult, "seed">,
  failure: SimulationFailure,
  path: string,
): FailureFile {
  const { fingerprint, checker, rule, message, atMicros, steps, log, plan } = failure;
  return {
    format: "reprise-failure-1",
    replay: `npx reprise sim --failure ${path}`,
    fingerprint,
    checker,
    rule,
    message,
    atSeconds: atMicros / 1_000_000,
    steps,
    seed,
    shrunk: null,
    story: [],
    log,
    plan,
  };
}

/**
 * Makes a failure file small, and tells its story. One step is one run, so that whoever drives it
 * can show how it goes, and stop.
 *
 *     const shrinking = new FileShrinking(file);
 *     while (shrinking.step()) if (isTimeUp()) break;
 *     const small = shrinking.file();
 */
export class FileShrinking {
  readonly #file: FailureFile;
  readonly #given: () => Given;
  readonly #shrinking: Shrinking;

  constructor(file: FailureFile, options: ShrinkOptions = {}) {
    this.#file = file;
    this.#given = options.given ?? (() => ({}));
    const atMicros = file.atSeconds * 1_000_000;
    this.#shrinking = new Shrinking({ ...file, atMicros }, options);
  }

  get soFar(): Shrunk {
    return this.#shrinking.result;
  }

  /** Runs one smaller plan. False when there is none left. */
  step(): boolean {
    return this.#shrinking.step();
  }

  /** With the smallest plan so far; with the one that it had, when that does not fail again. */
  file(): FailureFile {
    const { failure: left, isReproduced, ...shrunk } = this.#shrinking.result;
    if (!isReproduced) return this.#file;
    const { replay, seed } = this.#file;
    const { events, eventsBefore, runs, isFinished } = shrunk;
    // Where two runs differ was not located each time.
    const isAboutTwice = left.checker === "determinism";
    const { plan } = left;
    const failure = (isAboutTwice ? simulate({ ...this.#given(), plan }).failure : null) ?? left;
    return {
      ...failureFile({ seed }, failure, ""),
      replay,
      shrunk: { eventsBefore, events, runs, isFinished },
      story: storyOf(plan, this.#given(), failure),
    };
  }
}

/** What stands in the file. Bytes and numbers that JSON does not have survive it. */
export const failureText = (file: FailureFile): string =>
  `${JSON.stringify({ ...file, plan: toJson(file.plan) }, null, 1)}\n`;

/**
 * Reads what was parsed from a failure file.
 *
 * @throws ApiMisuseError saying what is wrong with it
 */
export function readFailureFile(json: unknown): FailureFile {
  const isFile = typeof json === "object" && json !== null && "format" in json && "plan" in json;
  apiRule(isFile && json.format === "reprise-failure-1", "this is no failure file of format 1");
  const older = { rule: "", shrunk: null, story: [] };
  const file = { ...older, ...(json as FailureFile), plan: readPlan(fromJson(json.plan)) };
  for (const name of ["replay", "fingerprint", "checker", "rule", "message"] as const) {
    apiRule(typeof file[name] === "string", `${name} is no text`);
  }
  for (const name of ["atSeconds", "steps"] as const) {
    apiRule(Number.isFinite(file[name]) && file[name] >= 0, `${name} is no number from 0 on`);
  }
  for (const name of ["story", "log"] as const) {
    const lines: unknown = file[name];
    const isText = Array.isArray(lines) && lines.every((line) => typeof line === "string");
    apiRule(isText, `${name} is no list of lines`);
  }
  return file;
}
