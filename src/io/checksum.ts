/** CRC-32 by zlib: the same as the core's own, several times faster on a block. */
import { crc32 } from "node:zlib";
import type { Checksum } from "../core/journal/index.ts";

export const zlibChecksum: Checksum = (bytes, start, end, seed) =>
  crc32(bytes.subarray(start, end), seed);
