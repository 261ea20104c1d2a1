/** The head of a segment: who wrote it, what it begins with, and what it hangs on. */
import { INCARNATION_MAX, eventSequence, incarnation, micros } from "../kernel/ids.ts";
import type { Checksum } from "./checksum.ts";
import {
  encodeFileHead,
  headInteger,
  headText,
  headWords,
  readFileHead,
  type FileHead,
  type HeadValue,
} from "./file-head.ts";
import {
  segmentMagic,
  type Chain,
  type Read,
  type SegmentHeader,
  type SegmentIdentity,
} from "./format.ts";
import { keyOf, type JournalKeys } from "./keys.ts";

const WORD_MAX = 0xffff_ffff;
const INTEGER_MAX = Number.MAX_SAFE_INTEGER;

export const encodeSegmentHeader = (header: SegmentHeader, checksum: Checksum): Uint8Array =>
  encodeFileHead(
    segmentMagic,
    {
      ...identityValues(header),
      salt: header.salt,
      segment: header.segment,
      sequence: header.firstSequence,
      ...chainValues(header.chain),
    },
    checksum,
    header.sealing,
  );

/** @param bytes the beginning of the file, see `readFileHead` */
export const readSegmentHeader = (
  bytes: Uint8Array,
  checksum: Checksum,
): Read<{ readonly header: SegmentHeader; readonly bytes: number }> => {
  const head = readFileHead(bytes, segmentMagic, checksum);
  if (!head.ok) return head;
  const identity = readIdentity(head.value);
  const chain = readChain(head.value);
  const salt = headWords(head.value, "salt", 2);
  const segment = headInteger(head.value, "segment", WORD_MAX);
  const sequence = headInteger(head.value, "sequence", INTEGER_MAX);
  if (!identity || !chain || !salt || !segment || !sequence) {
    return {
      ok: false,
      problem: { code: "content-malformed", detail: "its header lacks a value or has a wrong one" },
    };
  }
  const header: SegmentHeader = {
    ...identity,
    salt: [salt[0] ?? 0, salt[1] ?? 0],
    segment,
    firstSequence: eventSequence(sequence),
    chain,
    sealing: head.value.sealing,
  };
  return { ok: true, value: { header, bytes: head.value.bytes } };
};

/**
 * What to tell who lacks the key of the segment; null when there is no such thing to tell, also for
 * a head that cannot be read.
 *
 * @param bytes the beginning of the file, see `readFileHead`
 */
export const missingKey = (
  bytes: Uint8Array,
  checksum: Checksum,
  keys: JournalKeys | null,
): string | null => {
  const read = readFileHead(bytes, segmentMagic, checksum);
  if (!read.ok || read.value.sealing === null) return null;
  const key = keyOf(keys, read.value.sealing);
  return typeof key === "string" ? key : null;
};

type Identity = Omit<SegmentIdentity, "salt">;

export const identityValues = (identity: Identity): Record<string, HeadValue> => ({
  build: identity.build,
  node: identity.node,
  v8: identity.v8,
  protocol: identity.protocol,
  config: identity.configDigest,
  incarnation: identity.incarnation,
});

export const readIdentity = (head: FileHead): Identity | null => {
  const build = headText(head, "build");
  const node = headText(head, "node");
  const v8 = headText(head, "v8");
  const protocol = headInteger(head, "protocol", WORD_MAX);
  const configDigest = headInteger(head, "config", WORD_MAX);
  const start = headInteger(head, "incarnation", INCARNATION_MAX);
  if (build === null || node === null || v8 === null) return null;
  if (protocol === null || configDigest === null || !start) return null;
  return { build, node, v8, protocol, configDigest, incarnation: incarnation(start) };
};

export const chainValues = (chain: Chain): Record<string, HeadValue> => ({
  block: chain.block,
  checksum: chain.checksum,
  effects: chain.effects,
  at: chain.at,
});

export const readChain = (head: FileHead): Chain | null => {
  const block = headInteger(head, "block", INTEGER_MAX);
  const checksum = headInteger(head, "checksum", WORD_MAX);
  const effects = headInteger(head, "effects", WORD_MAX);
  const at = headInteger(head, "at", INTEGER_MAX);
  if (block === null || checksum === null || effects === null || at === null) return null;
  return { block, checksum, effects, at: micros(at) };
};
