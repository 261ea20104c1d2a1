/**
 * Plays runs for `scripts/determinism.ts`, in a process of its own and on any Node that runs
 * TypeScript as it is: answers each line of standard input, one JSON object, with one of its own.
 */
import { createInterface } from "node:readline";
import { rerunOf, simulate } from "../../src/sim/index.ts";
import type { ProbeNotes, ProbeOrder, ScenarioName } from "../../src/sim/index.ts";

export interface PlayerOrder {
  readonly scenario: ScenarioName;
  readonly seed: number;
  /** Notes wanted of the run; null for what it came to. */
  readonly probe: ProbeOrder | null;
}

/** What a run came to: equal on every Node, and in every process. */
export interface PlayedRun {
  readonly digest: number;
  readonly events: number;
  /** Of the broken rule, or null. */
  readonly failure: string | null;
}

export type PlayerAnswer = PlayedRun | ProbeNotes;

function answer({ scenario, seed, probe }: PlayerOrder): PlayerAnswer {
  if (probe !== null) return rerunOf({ scenario, seed })(probe);
  // Twice in one process is what every other run is.
  const { digest, events, failure } = simulate({ scenario, seed, twice: false });
  return { digest, events, failure: failure?.fingerprint ?? null };
}

if (import.meta.main) {
  for await (const line of createInterface({ input: process.stdin })) {
    process.stdout.write(`${JSON.stringify(answer(JSON.parse(line) as PlayerOrder))}\n`);
  }
}
