/**
 * A checkpoint: the whole state after one event, and where the journal goes on from there.
 *
 *     head (magic, format, checksum, named values), bytes of the machine, bytes of the host
 *
 * K1. A checkpoint stands between two blocks and names the last one by its checksum, so a recovery
 *     finds out when a checkpoint and a journal are not of one history.
 * K2. Only the build that is named may restore the bytes; what is in them is the machine's affair.
 */
import type { Digest } from "../contract.ts";
import { eventSequence } from "../kernel/ids.ts";
import { crc32, type Checksum } from "./checksum.ts";
import { encodeFileHead, headInteger, readFileHead, type FileHead } from "./file-head.ts";
import {
  checkpointMagic,
  type JournalPosition,
  type JournalProblem,
  type Read,
  type SegmentIdentity,
} from "./format.ts";
import { chainValues, identityValues, readChain, readIdentity } from "./segment-header.ts";

export interface Checkpoint {
  /** Who made it. The incarnation is the one that wrote the last event. */
  readonly identity: Omit<SegmentIdentity, "salt">;
  /** Where the journal goes on: the state contains every event before `nextSequence`. */
  readonly position: JournalPosition;
  /** `machine.digest()`, to compare with after a restore. */
  readonly digest: Digest;
  /** What `machine.checkpoint()` returned. */
  readonly machine: Uint8Array;
  /** What the host must know besides: open connections, calls without an answer. May be empty. */
  readonly host: Uint8Array;
}

/** The file's bytes. Cost grows with the machine's bytes, which are copied. */
export const encodeCheckpoint = (
  checkpoint: Checkpoint,
  checksum: Checksum = crc32,
): Uint8Array => {
  const { identity, position, digest, machine, host } = checkpoint;
  const machineSum = checksum(machine, 0, machine.length, 0);
  const head = encodeFileHead(
    checkpointMagic,
    {
      ...identityValues(identity),
      sequence: position.nextSequence - 1,
      segment: position.nextSegment - 1,
      ...chainValues(position.chain),
      digest,
      bytes: machine.length,
      host: host.length,
      sum: checksum(host, 0, host.length, machineSum),
    },
    checksum,
  );
  const bytes = new Uint8Array(head.length + machine.length + host.length);
  bytes.set(head);
  bytes.set(machine, head.length);
  bytes.set(host, head.length + machine.length);
  return bytes;
};

/**
 * Reads a file of `encodeCheckpoint`.
 *
 * @param bytes the whole file; `machine` and `host` are views of it
 * @returns a problem for anything that is damaged, foreign or of a newer format
 */
export const decodeCheckpoint = (
  bytes: Uint8Array,
  checksum: Checksum = crc32,
): Read<Checkpoint> => {
  const read = readFileHead(bytes, checkpointMagic, checksum);
  if (!read.ok) return read;
  const head = read.value;
  const body = bytes.subarray(head.bytes);
  const machineBytes = headInteger(head, "bytes", Number.MAX_SAFE_INTEGER);
  const hostBytes = headInteger(head, "host", Number.MAX_SAFE_INTEGER);
  const sum = headInteger(head, "sum", 0xffff_ffff);
  const identity = readIdentity(head);
  const position = readPosition(head);
  const digest = headInteger(head, "digest", 0xffff_ffff);
  const isWhole = identity !== null && position !== null && digest !== null;
  if (!isWhole || machineBytes === null || hostBytes === null) {
    return problem("content-malformed", "its header lacks a value or has a wrong one");
  }
  const length = machineBytes + hostBytes;
  if (length !== body.length) {
    return problem("block-damaged", `it has ${body.length} bytes of state instead of ${length}`);
  }
  if (sum !== checksum(body, 0, length, 0)) {
    return problem("block-damaged", "the checksum of its state does not fit");
  }
  const machine = body.subarray(0, machineBytes);
  return {
    ok: true,
    value: { identity, position, digest, machine, host: body.subarray(machineBytes) },
  };
};

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
