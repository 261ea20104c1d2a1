/**
 * The journal on disk, formats 1 and 2: segment files of blocks of events. `docs/JOURNAL.md`
 * describes it byte by byte; this file has its constants, shapes and names, and nothing that
 * decides anything.
 *
 *     segment  = segment header, block, block, ... [zeros]
 *     block    = block header, batch of events
 *
 * F1. The first 20 bytes of a segment or a checkpoint keep their layout in every format, so that
 *     any build can name the format of any journal, also of a newer one.
 * F2. A block header has its own checksum and contains that of the batch. So its length can be
 *     trusted before the batch is read, and its checksum speaks for the whole block.
 * F3. Every block carries the salt of its segment: random words that no peer can know. So a peer's
 *     packet, which stands in a batch byte for byte, cannot pose as a block.
 * F4. Numbers of a header are little-endian; inside a batch MessagePack decides.
 * F5. Format 2 is format 1 with what is in blocks and checkpoints encrypted. Each file is of one
 *     format, and checksums are of what stands in the file, so that a damaged place is found and
 *     told without the key.
 */
import type { Digest } from "../contract.ts";
import { digestStart } from "../kernel/digest.ts";
import {
  eventSequence,
  micros,
  type EventSequence,
  type Incarnation,
  type Micros,
} from "../kernel/ids.ts";

/** What is written without and with a key, and the newest that can be read. */
export const plainFormat = 1;
export const sealedFormat = 2;
export const journalFormat = 2;

/** The folder of the segments, relative to the role's data folder. */
export const journalFolder = "journal";
export const checkpointFolder = "checkpoints";
export const captureFolder = "capture";

/** 0xAB, then "REPRISE", "RPCHKPT" or "RPCAPTR". */
export const segmentMagic: FileMagic = [0xab, 0x52, 0x45, 0x50, 0x52, 0x49, 0x53, 0x45];
export const checkpointMagic: FileMagic = [0xab, 0x52, 0x50, 0x43, 0x48, 0x4b, 0x50, 0x54];
export const captureMagic: FileMagic = [0xab, 0x52, 0x50, 0x43, 0x41, 0x50, 0x54, 0x52];
export type FileMagic = readonly number[];
/** 0xAB, then "BLK", as a little-endian word. */
export const blockMagic = 0x4b4c42ab;

/** Magic 8, format 4, length of the body 4, checksum 4. */
export const fileHeadBytes = 20;
export const blockHeaderBytes = 84;
/** The MessagePack part of a file's head: more is no head. */
export const headBodyBytesMax = 4_096;
/**
 * A batch beyond this is none. The host closes blocks at `limits.blockBytesMax`, far below, but one
 * turn may bring more than that; a length can be trusted (F2), so nothing speaks for a narrow
 * bound.
 */
export const blockPayloadBytesMax = 2_147_483_647;

/** Bits of a block header's flags. */
export const blockFlags = {
  /** The batch has a `step.failed`, so that these are found without decoding every block. */
  stepFailed: 1,
  /** The batch has a state digest. */
  stateDigest: 2,
} as const;

/** Why bytes are not what they should be. `detail` is one clause in plain words. */
export interface JournalProblem {
  readonly code: JournalProblemCode;
  readonly detail: string;
}

/**
 * - `foreign-file`: never was a file of a journal; `newer-format`: made by a later Reprise
 * - `key-missing`: encrypted with a key that was not given
 * - `header-damaged`, `block-damaged`: a checksum does not fit, or the bytes end too early
 * - `content-malformed`: sound by its checksum, yet nothing that a writer of this format makes
 * - `misnamed`: a segment under another's name; `events-missing`: a gap before this place
 * - `chain-broken`: sound, but not what followed on the block before
 * - `checkpoint-mismatch`: the log does not pass through the checkpoint
 */
export type JournalProblemCode =
  | "foreign-file"
  | "newer-format"
  | "key-missing"
  | "header-damaged"
  | "block-damaged"
  | "content-malformed"
  | "misnamed"
  | "events-missing"
  | "chain-broken"
  | "checkpoint-mismatch";

export type Read<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problem: JournalProblem };

/** How the content of a file is encrypted. */
export interface FileSealing {
  /** Names the key: 16 hexadecimal digits. */
  readonly keyId: string;
  /** Four 32-bit words that make the file's own key another one than that of any other file. */
  readonly salt: readonly number[];
}

/** Who writes: the same for all segments of one start. */
export interface SegmentIdentity {
  /** The hash of core, features and lockfile. Only this build may step the events. */
  readonly build: string;
  readonly node: string;
  readonly v8: string;
  /** The newest protocol version that the server speaks. */
  readonly protocol: number;
  readonly configDigest: Digest;
  readonly incarnation: Incarnation;
  /** Two 32-bit words from the system's secure source, new at every start. See F3. */
  readonly salt: readonly [number, number];
}

/** The last block so far, as far as the next one hangs on it. */
export interface Chain {
  /** Its number, counted over all segments from 1; 0 before the first. */
  readonly block: number;
  /** The checksum of its header; 0 before the first. */
  readonly checksum: number;
  /** Folded over the effect digests of all events so far. */
  readonly effects: Digest;
  /** `at` of its last event. */
  readonly at: Micros;
}

/** Where a journal goes on. */
export interface JournalPosition {
  readonly nextSequence: EventSequence;
  /** The number of the next segment, from 1. */
  readonly nextSegment: number;
  readonly chain: Chain;
}

/** The beginning of a journal. */
export const journalStart: JournalPosition = {
  nextSequence: eventSequence(1),
  nextSegment: 1,
  chain: { block: 0, checksum: 0, effects: digestStart >>> 0, at: micros(0) },
};

export interface SegmentHeader extends SegmentIdentity {
  /** Above that of the segment before. Not always by one: a cut segment's number is not reused. */
  readonly segment: number;
  /** The first event, which also names the file. */
  readonly firstSequence: EventSequence;
  /** The last block of the segment before. */
  readonly chain: Chain;
  /** How its blocks are encrypted; null in format 1, where they are not. */
  readonly sealing: FileSealing | null;
}

export interface BlockHeader {
  readonly salt: readonly [number, number];
  readonly segment: number;
  /** Counted over all segments, from 1. */
  readonly number: number;
  readonly firstSequence: EventSequence;
  /** >= 1. */
  readonly events: number;
  readonly payloadBytes: number;
  /** `at` of the first and of the last event. */
  readonly firstAt: Micros;
  readonly lastAt: Micros;
  /** The last event that was known to be durable when the block was sealed; 0 when none was. */
  readonly durableSequence: number;
  readonly flags: number;
  /** The checksum of the block before; 0 for the first of a journal. */
  readonly previousChecksum: number;
  /** The chain of effect digests after the last event. */
  readonly effects: Digest;
  readonly payloadChecksum: number;
  /** Over all of the header before it. */
  readonly checksum: number;
}

const sequenceDigits = 16;

const numbered = (folder: string, sequence: EventSequence, ending: string): string =>
  `${folder}/${String(sequence).padStart(sequenceDigits, "0")}.${ending}`;

/** The path of the segment that begins with the event, relative to the role's data folder. */
export const segmentPath = (firstSequence: EventSequence): string =>
  numbered(journalFolder, firstSequence, "segment");

/** The path of the checkpoint of the state after the event. */
export const checkpointPath = (lastSequence: EventSequence): string =>
  numbered(checkpointFolder, lastSequence, "checkpoint");

/** The path of a capture's file, of all starts in the order of their names. */
export const capturePath = (start: Incarnation, file: number): string =>
  `${captureFolder}/${String(start).padStart(6, "0")}-${String(file).padStart(6, "0")}.capture`;

/** Whether it is the name of a capture's file. */
export const isCaptureName = (name: string): boolean => /^[0-9]{6}-[0-9]{6}\.capture$/.test(name);

const numberedName = /(?:^|\/)([0-9]{16})\.(segment|checkpoint)$/;

const sequenceOf = (name: string, ending: string): EventSequence | null => {
  const match = numberedName.exec(name);
  if (match === null || match[2] !== ending) return null;
  const sequence = Number(match[1]);
  return Number.isSafeInteger(sequence) ? (sequence as EventSequence) : null;
};

/** The first event of a segment, by its name or path; null for the name of anything else. */
export const segmentSequence = (name: string): EventSequence | null => sequenceOf(name, "segment");

/** The last event of a checkpoint, by its name or path; null for the name of anything else. */
export const checkpointSequence = (name: string): EventSequence | null =>
  sequenceOf(name, "checkpoint");
