/**
 * Whether those who wrote a log had other contracts than the features that step it: then what goes
 * otherwise is no fault of the server, but of what it is replayed with.
 */
import { startContractHash } from "../../core/realm/index.ts";
import { startIn } from "../journal-role.ts";
import type { Log } from "./log.ts";

/**
 * What to do about a log that goes otherwise because other features wrote it, in one sentence; null
 * when they have the same contracts as those that step it, or the log does not tell.
 *
 * @param sequence of the event that goes otherwise: its server's contracts count, and no other's
 */
export function otherContracts(log: Log, sequence: number, { than, so }: Given): string | null {
  const written = contractsAt(log, sequence);
  const { contractHash: own } = log.realm;
  if (written === null || written === own) return null;
  const what = `contracts ${hex(written)}, and these have ${hex(own)}`;
  const build = "if it is of another build, replay it with that one";
  return `this log was written with other features${than} (${what}): ${so}; ${build}`;
}

/** Where features come from, and how to give others. */
interface Given {
  readonly than: string;
  readonly so: string;
}

/** @param file of `--features`; null: they are the built-in ones */
export const givenByFile = (file: string | null): Given =>
  file === null
    ? { than: "", so: "give them with --features FILE" }
    : {
        than: ` than ${file} gives`,
        so: `let it export as "features" all that the server had, built-in ones, too`,
      };

/** @param isGiven whether there is an option `features` */
export const givenByOption = (isGiven: boolean): Given =>
  isGiven
    ? { than: ' than "features" has', so: "give all that the server had, built-in ones, too" }
    : { than: "", so: 'give them as "features"' };

/** The hash of the contracts of whoever wrote that event; null when the log does not tell. */
function contractsAt({ files, realm, beginning }: Log, sequence: number): number | null {
  for (const segment of files.segments.toReversed()) {
    if (segment.firstSequence > sequence) continue;
    const config = startIn(files, segment);
    if (config !== undefined) return startContractHash(config);
  }
  if (beginning === null) return null;
  const machine = realm.create();
  try {
    machine.restore(beginning.machine);
  } catch {
    return null; // of a state that this build does not have
  }
  return machine.state.kernel.contractHash;
}

const hex = (hash: number): string => hash.toString(16).padStart(8, "0");
