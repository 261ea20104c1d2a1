/** Runs `hunt.ts` in a process of its own, as whoever plants a bug should. */
import { spawn } from "node:child_process";
import { join } from "node:path";
import type { Hunted } from "./hunt.ts";

const heapMegabytesMax = 1_024;

/**
 * @param args of `hunt.ts`
 * @returns what it printed; null when it ended without a word: it ran out of memory, or a run did
 *   not end
 */
export function runHunt(args: readonly string[]): Promise<Hunted | null> {
  const script = join(import.meta.dirname, "hunt.ts");
  const heap = `--max-old-space-size=${String(heapMegabytesMax)}`;
  const child = spawn(process.execPath, [heap, script, ...args], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  let printed = "";
  child.stdout.on("data", (chunk: Buffer) => {
    printed += chunk.toString("utf8");
  });
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", () => {
      resolve(printed.endsWith("\n") ? (JSON.parse(printed) as Hunted) : null);
    });
  });
}
