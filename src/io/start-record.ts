/**
 * Which start of a role was the last that served, beside the role's folder. The journal knows that
 * too, but an operator may have had to move its end away, or have put an older copy of the folder
 * back. What is counted within a start, ids of calls above all, must not be used a second time
 * then: the accounts store would answer with what it answered to the first.
 *
 * 1. It is kept for each name that calls are made under (`call-scope.ts`), so a folder that begins
 *    anew counts anew, and one that was put back counts on from where it was.
 * 2. It is a second line of defence: what cannot be read counts as nothing, and a server that
 *    cannot write it serves, and says so.
 */
import fs from "node:fs";
import { basename, dirname, join } from "node:path";
import type { StartRecord } from "../core/host/index.ts";
import { INCARNATION_MAX } from "../core/kernel/ids.ts";
import { keptScope } from "./accounts/call-scope.ts";
import { platformCode } from "./completions.ts";
import { replaceFileSync } from "./replace-file.ts";

/** Names of which the last starts are kept: the latest ones. */
const scopesMax = 16;

type Starts = Readonly<Record<string, number>>;

/**
 * @param folder of the role
 * @param warn is told once that the record cannot be kept
 */
export function startRecord(
  folder: string,
  warn: (file: string, code: string) => void,
): StartRecord {
  const file = startsFile(folder);
  const scope = keptScope(folder);
  return {
    last: readStarts(file)[scope] ?? 0,
    begins: (incarnation) => {
      const { [scope]: _before, ...others } = readStarts(file);
      const latest = Object.entries(others).slice(1 - scopesMax);
      try {
        const starts: Starts = Object.fromEntries([...latest, [scope, incarnation]]);
        replaceFileSync(file, `${JSON.stringify(starts)}\n`, 0o600, { flush: true });
      } catch (error) {
        warn(file, platformCode(error));
      }
    },
  };
}

const startsFile = (folder: string): string => join(dirname(folder), `${basename(folder)}.starts`);

function readStarts(file: string): Starts {
  try {
    const read: unknown = JSON.parse(fs.readFileSync(file, "utf8"));
    return Object.fromEntries(Object.entries(read ?? {}).filter(isStart));
  } catch {
    return {};
  }
}

const isStart = (entry: [string, unknown]): entry is [string, number] =>
  Number.isInteger(entry[1]) && Number(entry[1]) >= 1 && Number(entry[1]) < INCARNATION_MAX;
