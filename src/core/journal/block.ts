/** A block: the unit that is written, made durable and verified as one. */
import type { Digest } from "../contract.ts";
import { invariant } from "../kernel/assert.ts";
import { aeadTagBytes, type Aead } from "../kernel/crypto.ts";
import { eventSequence, micros, type EventSequence } from "../kernel/ids.ts";
import type { Checksum } from "./checksum.ts";
import {
  blockHeaderBytes,
  blockMagic,
  blockPayloadBytesMax,
  type BlockHeader,
  type SegmentHeader,
} from "./format.ts";
import { nonceOf } from "./keys.ts";

/** A block that was verified: its checksums fit, and it continues the block before. */
export interface JournalBlock {
  /** The file, and where in it the block begins. */
  readonly path: string;
  readonly offset: number;
  readonly segment: SegmentHeader;
  readonly header: BlockHeader;
  /** The chain of effect digests before the block's first event. */
  readonly effectsBefore: Digest;
  /** The batch, decrypted. Valid as long as it is kept. */
  readonly payload: Uint8Array;
}

export const lastSequence = (header: BlockHeader): EventSequence =>
  eventSequence(header.firstSequence + header.events - 1);

/** How long the block is in its file. */
export const blockBytes = ({ header }: JournalBlock): number =>
  blockHeaderBytes + header.payloadBytes;

const WORD = 0x1_0000_0000;

const putInteger = (view: DataView, at: number, value: number): void => {
  view.setUint32(at, value % WORD, true);
  view.setUint32(at + 4, Math.floor(value / WORD), true);
};

const getInteger = (view: DataView, at: number): number =>
  view.getUint32(at, true) + view.getUint32(at + 4, true) * WORD;

/** All of a header but its two checksums, which are made of the bytes. */
export type UnsealedHeader = Omit<BlockHeader, "payloadChecksum" | "checksum">;

/** What is authenticated of the header of an encrypted block: all but the two checksums. */
const authenticatedBytes = 76;

/**
 * Puts the header of the block whose batch already stands in `bytes` behind the header's place, and
 * encrypts the batch if the segment is encrypted. Returns the checksum of the header, on which the
 * next block hangs.
 *
 * @param header `payloadBytes` counts the tag of an encrypted batch, whose room is behind the batch
 */
export const sealBlock = (
  bytes: Uint8Array,
  offset: number,
  header: UnsealedHeader,
  checksum: Checksum,
  cipher: Aead | null = null,
): number => {
  const payloadStart = offset + blockHeaderBytes;
  const payloadEnd = payloadStart + header.payloadBytes;
  invariant(payloadEnd <= bytes.length, "the batch stands behind its header", payloadEnd);
  invariant(header.payloadBytes <= blockPayloadBytesMax, "block length", header.payloadBytes);
  const view = new DataView(bytes.buffer, bytes.byteOffset + offset, blockHeaderBytes);
  view.setUint32(0, blockMagic, true);
  view.setUint32(4, header.salt[0], true);
  view.setUint32(8, header.salt[1], true);
  view.setUint32(12, header.segment, true);
  putInteger(view, 16, header.number);
  putInteger(view, 24, header.firstSequence);
  view.setUint32(32, header.events, true);
  view.setUint32(36, header.payloadBytes, true);
  putInteger(view, 40, header.firstAt);
  putInteger(view, 48, header.lastAt);
  putInteger(view, 56, header.durableSequence);
  view.setUint32(64, header.flags, true);
  view.setUint32(68, header.previousChecksum, true);
  view.setUint32(72, header.effects, true);
  cipher?.seal(sealedPlace(bytes, offset, header));
  view.setUint32(76, checksum(bytes, payloadStart, payloadEnd, 0), true);
  const sum = checksum(bytes, offset, offset + blockHeaderBytes - 4, 0);
  view.setUint32(80, sum, true);
  return sum;
};

/** The batch of the sound block at `offset`, decrypted in new memory; null when it is forged. */
export const openBlock = (
  bytes: Uint8Array,
  offset: number,
  header: BlockHeader,
  cipher: Aead,
): Uint8Array | null =>
  header.payloadBytes < aeadTagBytes ? null : cipher.open(sealedPlace(bytes, offset, header));

const sealedPlace = (bytes: Uint8Array, offset: number, header: UnsealedHeader) => {
  const start = offset + blockHeaderBytes;
  return {
    bytes,
    start,
    end: start + header.payloadBytes - aeadTagBytes,
    nonce: nonceOf(header.number),
    authenticated: bytes.subarray(offset, offset + authenticatedBytes),
  };
};

/** Whether a block could begin here: a quick test for whoever searches. */
export const isBlockMagic = (bytes: Uint8Array, offset: number): boolean =>
  bytes[offset] === 0xab &&
  bytes[offset + 1] === 0x42 &&
  bytes[offset + 2] === 0x4c &&
  bytes[offset + 3] === 0x4b;

/**
 * Reads the header at `offset`, where `blockHeaderBytes` stand. Null when it is none: another
 * magic, a checksum that does not fit, or numbers that no writer makes.
 */
export const readBlockHeader = (
  bytes: Uint8Array,
  offset: number,
  checksum: Checksum,
): BlockHeader | null => {
  if (!isBlockMagic(bytes, offset)) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset + offset, blockHeaderBytes);
  const sum = view.getUint32(80, true);
  if (sum !== checksum(bytes, offset, offset + blockHeaderBytes - 4, 0)) return null;
  const number = getInteger(view, 16);
  const firstSequence = getInteger(view, 24);
  const events = view.getUint32(32, true);
  const payloadBytes = view.getUint32(36, true);
  const firstAt = getInteger(view, 40);
  const lastAt = getInteger(view, 48);
  const durableSequence = getInteger(view, 56);
  const counted = number >= 1 && firstSequence >= 1 && events >= 1 && firstAt <= lastAt;
  const largest = Math.max(number, firstSequence + events, lastAt, durableSequence);
  if (!counted || !Number.isSafeInteger(largest) || payloadBytes > blockPayloadBytesMax)
    return null;
  return {
    salt: [view.getUint32(4, true), view.getUint32(8, true)],
    segment: view.getUint32(12, true),
    number,
    firstSequence: eventSequence(firstSequence),
    events,
    payloadBytes,
    firstAt: micros(firstAt),
    lastAt: micros(lastAt),
    durableSequence,
    flags: view.getUint32(64, true),
    previousChecksum: view.getUint32(68, true),
    effects: view.getUint32(72, true),
    payloadChecksum: view.getUint32(76, true),
    checksum: sum,
  };
};
