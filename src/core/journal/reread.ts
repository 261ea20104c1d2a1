/**
 * Whether bytes that were read a second time are still the block that was found sound the first
 * time. A disk that gives other bytes each time must not have them written back to it.
 */
import { readBlockHeader } from "./block.ts";
import type { Checksum } from "./checksum.ts";
import { blockHeaderBytes, type BlockHeader } from "./format.ts";
import { readSegmentHeader } from "./segment-header.ts";

/**
 * @param bytes the block as it stands in its file, the segment's head in front of it if `at` > 0
 * @param at where in `bytes` the block begins
 */
export function isStillBlock(
  bytes: Uint8Array,
  at: number,
  block: BlockHeader,
  checksum: Checksum,
): boolean {
  if (bytes.length !== at + blockHeaderBytes + block.payloadBytes) return false;
  if (at > 0) {
    const head = readSegmentHeader(bytes, checksum);
    if (!head.ok || head.value.bytes !== at) return false;
  }
  const header = readBlockHeader(bytes, at, checksum);
  if (header?.checksum !== block.checksum) return false;
  return checksum(bytes, at + blockHeaderBytes, bytes.length, 0) === block.payloadChecksum;
}
