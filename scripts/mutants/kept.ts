/**
 * Results of hunts that outlive the run that made them: one JSON object a line, in a file.
 *
 * 1. What is in the file is not hunted again, where the mutant and the bounds are the same.
 * 2. It does not know whether the program has changed since: whoever has changed it begins anew.
 */
import { appendFileSync, existsSync, readFileSync } from "node:fs";
import type { Hunted } from "./hunt.ts";
import type { Mutant } from "./mutant.ts";
import { runHunt } from "./process.ts";

export class Kept {
  readonly #path: string | null;
  readonly #hunted = new Map<string, Hunted | null>();

  /** @param path of the file, which need not be there; null: nothing is kept */
  constructor(path: string | null) {
    this.#path = path;
    if (path === null || !existsSync(path)) return;
    for (const line of readFileSync(path, "utf8").split("\n").slice(0, -1)) {
      const { key, hunted } = JSON.parse(line) as { key: string; hunted: Hunted | null };
      this.#hunted.set(key, hunted);
    }
  }

  /**
   * What `runHunt` gives, of now or of before.
   *
   * @param mutant null: the program as it is
   * @param args of `hunt.ts`, without the mutant's name
   */
  async hunt(mutant: Mutant | null, args: readonly string[]): Promise<Hunted | null> {
    const { file, from, to } = mutant ?? { file: "", from: "", to: "" };
    const key = JSON.stringify([file, from, to, ...args]);
    const before = this.#hunted.get(key);
    if (before !== undefined) return before;
    const hunted = await runHunt(mutant === null ? args : [mutant.id, ...args]);
    if (this.#path !== null) appendFileSync(this.#path, `${JSON.stringify({ key, hunted })}\n`);
    return hunted;
  }
}
