/** `reprise sim --canary`: whether the alarm rings. */
import { canary, canaryBug } from "../../sim/index.ts";
import { printJson } from "../output.ts";
import { shrunkText } from "./shrink.ts";

/** @returns the exit code: 0 when the planted bug is found, shrunk and replayed */
export function runCanary(json: boolean): number {
  const { seed, file, silent } = canary();
  if (json) {
    const { fingerprint = null, message = null, shrunk = null } = file ?? {};
    printJson({ rings: silent === null, silent, seed, fingerprint, message, shrunk });
    return silent === null ? 0 : 1;
  }
  console.log(`planted: ${canaryBug}`);
  if (file !== null && seed !== null) {
    console.log(`found by seed ${String(seed)}, ${shrunkText(file) ?? "not shrunk"}\n`);
    console.log(file.story.join("\n"));
  }
  console.log(silent === null ? "\nThe alarm rings." : `\nTHE ALARM IS SILENT: ${silent}`);
  return silent === null ? 0 : 1;
}
