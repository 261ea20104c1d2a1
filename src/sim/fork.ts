/**
 * A state to begin with: a server's of production, at some event of its log, as a restart right
 * after it would find it. Runs that begin with one are futures of that moment.
 *
 * K1. The state is a checkpoint like any other, alone on the disk: the first process recovers it.
 * K2. Every connection has been closed, as a restart closes them; calls that had no answer are
 *     asked again, of a simulated outside that has never heard of them.
 * K3. Clocks of the run go on where the log's was.
 * K4. There is no other checkpoint behind the first one, and no journal before it. So what nobody
 *     could come back from does not happen: disks of such runs neither rot nor misread.
 * K5. A state is one of the features that it was kept with: game servers get none besides.
 */
import { checkpointPath, decodeCheckpoint, encodeCheckpoint } from "../core/journal/index.ts";
import type { Checkpoint } from "../core/journal/index.ts";
import { apiRule } from "../core/kernel/assert.ts";
import { eventSequence } from "../core/kernel/ids.ts";
import type { Incarnation, Micros } from "../core/kernel/ids.ts";
import type { PartialOptions } from "./options.ts";
import { buildNames } from "./upgrade/rollout.ts";

export interface Fork {
  /** Which server of the scenario has the state, by its name. */
  readonly site: string;
  /** The last event of the log that is in it, and its time. */
  readonly sequence: number;
  readonly atMicros: number;
  /** A whole file, see docs/JOURNAL.md. */
  readonly checkpoint: Uint8Array;
}

/** See K4 and K5. */
export const forkedOptions: PartialOptions = {
  disk: { rotPerMillion: 0, misreadPerMillion: 0 },
  players: { isRestless: false, criers: "none" },
};

export interface ForkedState {
  readonly site: string;
  readonly sequence: number;
  readonly at: Micros;
  /** Of the last start in the log. */
  readonly incarnation: Incarnation;
  readonly digest: number;
  /** What the machine's and the host's halves of a checkpoint are. */
  readonly machine: Uint8Array;
  readonly host: Uint8Array;
}

/** @returns a beginning for runs, which can be kept as JSON with their plans */
export function forkFrom({ site, sequence, at, ...state }: ForkedState): Fork {
  const { incarnation, digest, machine, host } = state;
  const nextSequence = eventSequence(sequence + 1);
  const checkpoint = encodeCheckpoint({
    // The first build of a run: to it the state is its own.
    identity: {
      ...{ build: buildNames[0], node: "26", v8: "none", protocol: 1 },
      ...{ configDigest: 0, incarnation },
    },
    position: {
      nextSequence,
      nextSegment: 1,
      chain: { block: 0, checksum: 0, effects: 0, at },
    },
    digest,
    machine,
    host,
  });
  return { site, sequence, atMicros: at, checkpoint };
}

/** Where the file belongs. */
export const forkPath = ({ checkpoint }: Fork): string =>
  checkpointPath(eventSequence(read(checkpoint).position.nextSequence - 1));

/** The machine's half. */
export const forkState = ({ checkpoint }: Fork): Uint8Array => read(checkpoint).machine;

function read(bytes: Uint8Array): Checkpoint {
  const checkpoint = decodeCheckpoint(bytes);
  apiRule(checkpoint.ok, "the state to begin with is no checkpoint");
  return checkpoint.value;
}
