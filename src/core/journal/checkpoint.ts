/**
 * A checkpoint: the whole state after one event, and where the journal goes on from there.
 *
 *     head (magic, format, checksum, named values), bytes of the machine, bytes of the host
 *
 * K1. A checkpoint stands between two blocks and names the last one by its checksum, so a recovery
 *     finds out when a checkpoint and a journal are not of one history.
 * K2. Only the build that is named may restore the bytes; what is in them is the machine's affair.
 * K3. Encrypted, the two parts are one message, whose tag and the checksum of both stand behind
 *     it. So a damaged checkpoint is told from one whose key is missing, without the key.
 */
import type { Digest } from "../contract.ts";
import { aeadTagBytes } from "../kernel/crypto.ts";
import { eventSequence } from "../kernel/ids.ts";
import { crc32, type Checksum } from "./checksum.ts";
import {
  encodeFileHead,
  headInteger,
  readFileHead,
  type FileHead,
  type HeadValue,
} from "./file-head.ts";
import {
  checkpointMagic,
  type JournalPosition,
  type JournalProblem,
  type Read,
  type SegmentIdentity,
} from "./format.ts";
import { keyOf, nonceOf, type JournalKey, type JournalKeys } from "./keys.ts";
import { chainValues, identityValues, readChain, readIdentity } from "./segment-header.ts";

export interface Checkpoint {
  /** Who made it. The incarnation is the one that wrote the last event. */
  readonly identity: Omit<SegmentIdentity, "salt">;
  /** Where the journal goes on: the state contains every event before `nextSequence`. */
  readonly position: JournalPosition;
  /**
   * Behind the last byte of that block in the file of its segment. Missing or null: not known, as
   * in a checkpoint of a build from before.
   */
  readonly end?: number | null;
  /** `machine.digest()`, to compare with after a restore. */
  readonly digest: Digest;
  /** What `machine.checkpoint()` returned. */
  readonly machine: Uint8Array;
  /** What the host must know besides: open connections, calls without an answer. May be empty. */
  readonly host: Uint8Array;
}

/**
 * The file's bytes. Cost grows with the machine's bytes, which are copied.
 *
 * @param key encrypts it; null writes format 1
 */
export const encodeCheckpoint = (
  checkpoint: Checkpoint,
  checksum: Checksum = crc32,
  key: JournalKey | null = null,
): Uint8Array => {
  const { identity, position, end = null, digest, machine, host } = checkpoint;
  const values = {
    ...identityValues(identity),
    sequence: position.nextSequence - 1,
    segment: position.nextSegment - 1,
    ...(end === null ? {} : { end }),
    ...chainValues(position.chain),
    digest,
    bytes: machine.length,
    host: host.length,
  };
  if (key !== null) return encodeSealed({ values, machine, host }, checksum, key);
  const sum = checksum(host, 0, host.length, checksum(machine, 0, machine.length, 0));
  const head = encodeFileHead(checkpointMagic, { ...values, sum }, checksum);
  return joined(head, machine, host);
};

/** The content of a checkpoint, on its way to be encrypted. */
interface PlainParts {
  readonly values: Readonly<Record<string, HeadValue>>;
  readonly machine: Uint8Array;
  readonly host: Uint8Array;
}

/** Behind the ciphertext: its tag, and the checksum of both. */
const sealedTailBytes = aeadTagBytes + 4;

const encodeSealed = (parts: PlainParts, checksum: Checksum, key: JournalKey): Uint8Array => {
  const { values, machine, host } = parts;
  const plainHead = encodeFileHead(checkpointMagic, values, checksum);
  const sealing = { keyId: key.id, salt: key.checkpointSalt([plainHead, machine, host]) };
  const head = encodeFileHead(checkpointMagic, values, checksum, sealing);
  const bytes = joined(head, machine, host, new Uint8Array(sealedTailBytes));
  const end = bytes.length - sealedTailBytes;
  key
    .cipherOf(head)
    .seal({ bytes, start: head.length, end, nonce: nonceOf(0), authenticated: none });
  const sum = checksum(bytes, head.length, end + aeadTagBytes, 0);
  new DataView(bytes.buffer).setUint32(end + aeadTagBytes, sum, true);
  return bytes;
};

const none = new Uint8Array(0);

const joined = (...parts: readonly Uint8Array[]): Uint8Array => {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
};

/**
 * Reads a file of `encodeCheckpoint`.
 *
 * @param bytes the whole file; `machine` and `host` may be views of it
 * @param keys for an encrypted one
 * @returns a problem for anything that is damaged, foreign, of a newer format or without its key
 */
export const decodeCheckpoint = (
  bytes: Uint8Array,
  checksum: Checksum = crc32,
  keys: JournalKeys | null = null,
): Read<Checkpoint> => {
  const read = readSound(bytes, checksum);
  if (!read.ok) return read;
  const { head, stateEnd, machineBytes, identity, position, digest } = read.value;
  const opened = openBody(bytes, head, stateEnd, keys);
  if (!opened.ok) return opened;
  const body = opened.value;
  const machine = body.subarray(0, machineBytes);
  const end = headInteger(head, "end", Number.MAX_SAFE_INTEGER);
  const place = end === null ? {} : { end };
  return {
    ok: true,
    value: { identity, position, ...place, digest, machine, host: body.subarray(machineBytes) },
  };
};

/**
 * Whether a file is as it was written, as its checksums say: enough for who wants to know whether
 * the disk still has it. Takes no key, and what a key has sealed is not opened.
 *
 * @param bytes the whole file
 * @returns where the journal goes on from it; a problem for all that is damaged or foreign
 */
export const verifyCheckpoint = (
  bytes: Uint8Array,
  checksum: Checksum = crc32,
): Read<JournalPosition> => {
  const read = readSound(bytes, checksum);
  return read.ok ? { ok: true, value: read.value.position } : read;
};

/** A file whose checksums fit. */
interface SoundFile extends Pick<Checkpoint, "identity" | "position" | "digest"> {
  readonly head: FileHead;
  /** Behind the state; a sealed one's tag and checksum follow. */
  readonly stateEnd: number;
  readonly machineBytes: number;
}

const readSound = (bytes: Uint8Array, checksum: Checksum): Read<SoundFile> => {
  const read = readFileHead(bytes, checkpointMagic, checksum);
  if (!read.ok) return read;
  const head = read.value;
  const machineBytes = headInteger(head, "bytes", Number.MAX_SAFE_INTEGER);
  const hostBytes = headInteger(head, "host", Number.MAX_SAFE_INTEGER);
  const identity = readIdentity(head);
  const position = readPosition(head);
  const digest = headInteger(head, "digest", 0xffff_ffff);
  const isWhole = identity !== null && position !== null && digest !== null;
  if (!isWhole || machineBytes === null || hostBytes === null) {
    return problem("content-malformed", "its header lacks a value or has a wrong one");
  }
  const length = machineBytes + hostBytes;
  const tailBytes = head.sealing === null ? 0 : sealedTailBytes;
  const stateBytes = bytes.length - head.bytes - tailBytes;
  if (length !== stateBytes) {
    return problem("block-damaged", `it has ${stateBytes} bytes of state instead of ${length}`);
  }
  const stateEnd = head.bytes + length;
  const summed = head.sealing === null ? stateEnd : stateEnd + aeadTagBytes;
  const sum = head.sealing === null ? headInteger(head, "sum", 0xffff_ffff) : wordAt(bytes, summed);
  if (sum !== checksum(bytes, head.bytes, summed, 0)) {
    return problem("block-damaged", "the checksum of its state does not fit");
  }
  return { ok: true, value: { head, stateEnd, machineBytes, identity, position, digest } };
};

/** Both parts of the state, in plain. */
const openBody = (
  bytes: Uint8Array,
  head: FileHead,
  end: number,
  keys: JournalKeys | null,
): Read<Uint8Array> => {
  if (head.sealing === null) return { ok: true, value: bytes.subarray(head.bytes) };
  const key = keyOf(keys, head.sealing);
  if (typeof key === "string") return problem("key-missing", key);
  const cipher = key.cipherOf(bytes.subarray(0, head.bytes));
  const place = { bytes, start: head.bytes, end, nonce: nonceOf(0), authenticated: none };
  const value = cipher.open(place);
  if (value !== null) return { ok: true, value };
  return problem("content-malformed", "it is not what its key has sealed: its bytes were changed");
};

const wordAt = (bytes: Uint8Array, at: number): number =>
  new DataView(bytes.buffer, bytes.byteOffset).getUint32(at, true);

const readPosition = (head: FileHead): JournalPosition | null => {
  const sequence = headInteger(head, "sequence", Number.MAX_SAFE_INTEGER - 1);
  const segment = headInteger(head, "segment", 0xffff_fffe);
  const chain = readChain(head);
  if (sequence === null || segment === null || chain === null) return null;
  return { nextSequence: eventSequence(sequence + 1), nextSegment: segment + 1, chain };
};

const problem = (code: JournalProblem["code"], detail: string): Read<never> => ({
  ok: false,
  problem: { code, detail },
});
