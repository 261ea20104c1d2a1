/**
 * A failure as a file: what broke, how to see it again, and everything needed for that. It needs
 * neither the seed nor the version that found it, only features that do the same.
 */
import { apiRule } from "../core/kernel/assert.ts";
import { readPlan } from "./plan.ts";
import type { Plan } from "./plan.ts";
import type { SimulationFailure, SimulationResult } from "./simulate.ts";

export interface FailureFile {
  readonly format: "reprise-failure-1";
  /** What to type to see it again. */
  readonly replay: string;
  readonly fingerprint: string;
  readonly checker: string;
  readonly message: string;
  /** Simulated seconds from the start. */
  readonly atSeconds: number;
  /** Steps of the realm before it. */
  readonly steps: number;
  /** That it was found with, or null. */
  readonly seed: number | null;
  readonly log: readonly string[];
  readonly plan: Plan;
}

/** A name that tells failures apart: `failure-<seed>-<fingerprint>.json`. */
export const failureFileName = ({ seed }: SimulationResult, failure: SimulationFailure): string =>
  `failure-${seed === null ? "plan" : String(seed)}-${failure.fingerprint}.json`;

/** @param path where the file will be, as whoever replays it will type it */
export function failureFile(
  { seed }: SimulationResult,
  failure: SimulationFailure,
  path: string,
): FailureFile {
  const { fingerprint, checker, message, atMicros, steps, log, plan } = failure;
  return {
    format: "reprise-failure-1",
    replay: `npx reprise sim --failure ${path}`,
    fingerprint,
    checker,
    message,
    atSeconds: atMicros / 1_000_000,
    steps,
    seed,
    log,
    plan,
  };
}

/**
 * Reads what was parsed from a failure file.
 *
 * @throws ApiMisuseError saying what is wrong with it
 */
export function readFailureFile(json: unknown): FailureFile {
  const isFile = typeof json === "object" && json !== null && "format" in json && "plan" in json;
  apiRule(isFile && json.format === "reprise-failure-1", "this is no failure file of format 1");
  return { ...(json as FailureFile), plan: readPlan(json.plan) };
}
