/**
 * What a planted bug is: one place of one file whose text is another. The lists of them are in
 * `drawn.json` (by operator, over the source) and `faults.ts` (by hand, after the faults that the
 * originals had); `plant.ts` plants one in a process; `hunt.ts` looks for it with the simulator.
 */
import { existsSync, readFileSync } from "node:fs";
import { stripTypeScriptTypes } from "node:module";
import { join } from "node:path";

export const areas = [
  "kernel",
  "wire",
  "edge",
  "realm",
  "host",
  "journal",
  "features",
  "client",
] as const;
export type Area = (typeof areas)[number];

export interface Mutant {
  /** Unique over all lists. */
  readonly id: string;
  /** Relative to the repository, with `/`. */
  readonly file: string;
  /** From 1: where `from` began when the mutant was listed. Of several equal places the nearest. */
  readonly line: number;
  /** The operator that drew it, or the fault of REQUIREMENTS part 6 that it is after. */
  readonly operator: string;
  /** Text of the file, of one line or several; their indentation is left out. */
  readonly from: string;
  readonly to: string;
  /** What is wrong then, in words. */
  readonly about?: string;
}

/** Made by hand, after a fault or a row of REQUIREMENTS; the others were drawn by an operator. */
export const isMade = ({ operator }: Mutant): boolean => /^[A-Z]/.test(operator);

export const root = join(import.meta.dirname, "../..");

/**
 * The text of the mutant's file with the mutant in it.
 *
 * @throws Error when the file has no such text any more: the list must be mended
 */
export function mutated(mutant: Mutant, text: string): string {
  const place = placeOf(mutant, text);
  if (place === null) throw new Error(`${mutant.id}: ${mutant.file} has no ${mutant.from}`);
  return text.slice(0, place.start) + mutant.to + text.slice(place.end);
}

/** Why it cannot be planted any more, or would make no program; null: it can. */
export function plantingProblem(mutant: Mutant): string | null {
  const { file, from } = mutant;
  const path = join(root, file);
  const text = existsSync(path) ? readFileSync(path, "utf8") : "";
  if (placeOf(mutant, text) === null) return `${file} has no ${from}`;
  try {
    stripTypeScriptTypes(mutated(mutant, text));
    return null;
  } catch (error) {
    return `${file} is no program with it: ${(error as Error).message}`;
  }
}

interface Place {
  readonly start: number;
  readonly end: number;
}

/** Where `from` is, nearest to where it was; null: nowhere. */
function placeOf({ from, line }: Mutant, text: string): Place | null {
  const pattern = from
    .split("\n")
    .map((part) => part.trim().replaceAll(/[$()*+.?[\\\]^{|}]/g, String.raw`\$&`))
    .join("\\n[ \\t]*");
  let best: (Place & { readonly distance: number }) | null = null;
  for (const match of text.matchAll(new RegExp(pattern, "gu"))) {
    const start = match.index;
    const distance = Math.abs(text.slice(0, start).split("\n").length - line);
    if (best !== null && best.distance <= distance) continue;
    best = { start, end: start + match[0].length, distance };
  }
  return best;
}

/** The part of the program that a file belongs to; null: none that mutants are planted in. */
export function areaOf(file: string): Area | null {
  const [, top, folder] = file.split("/");
  if (top === "client") return "client";
  if (top !== "core" || folder === undefined) return null;
  if (folder === "ecs") return "features";
  return areas.find((area) => area === folder) ?? null;
}
