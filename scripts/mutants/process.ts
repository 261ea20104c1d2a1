/** Runs `hunt.ts` in a process of its own, as whoever plants a bug should. */
import { spawn } from "node:child_process";
import { join } from "node:path";
import type { Hunted } from "./hunt.ts";

const heapMegabytesMax = 1_024;
/** What is kept of what it said on its way out, which is its end. */
const complaintLettersMax = 2_000;

/**
 * @param args of `hunt.ts`
 * @returns what it printed; null when a signal ended it: it ran out of memory, or a run did not end
 * @throws Error when it could not hunt, with what it said: that is no finding
 */
export function runHunt(args: readonly string[]): Promise<Hunted | null> {
  const script = join(import.meta.dirname, "hunt.ts");
  const heap = `--max-old-space-size=${String(heapMegabytesMax)}`;
  const child = spawn(process.execPath, [heap, script, ...args], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  let printed = "";
  child.stdout.on("data", (chunk: Buffer) => {
    printed += chunk.toString("utf8");
  });
  let complained = "";
  child.stderr.on("data", (chunk: Buffer) => {
    complained = (complained + chunk.toString("utf8")).slice(-complaintLettersMax);
  });
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => {
      if (printed.endsWith("\n")) resolve(JSON.parse(printed) as Hunted);
      else if (code === null) resolve(null);
      else reject(new Error(`${args.join(" ")} ended with ${String(code)}: ${complained.trim()}`));
    });
  });
}
