/**
 * Captured bytes: what the edge of some connections was given and asked, as files of their own
 * beside the journal. `docs/JOURNAL.md` describes them byte by byte.
 *
 *     file = head, part, part, ...      part = length, checksum, batch of records
 *
 * B1. A capture is a beginning of what happened: it may end anywhere and has no gap before its end.
 *     So whatever it says can be held against the journal.
 * B2. A part is whole or it is the end. Nobody waits for captures, and nobody syncs them.
 */
import { aeadTagBytes, type Aead } from "../kernel/crypto.ts";
import { connectionId, micros, secretRef } from "../kernel/ids.ts";
import type { ConnectionId, Micros, SecretRef } from "../kernel/ids.ts";
import { limits } from "../kernel/limits.ts";
import { crc32, type Checksum } from "./checksum.ts";
import { encodeFileHead, headInteger, headText, readFileHead, type FileHead } from "./file-head.ts";
import { captureMagic, type Read, type SegmentIdentity } from "./format.ts";
import { keyOf, nonceOf, type JournalKeys } from "./keys.ts";
import { MessagePackReader, MessagePackWriter } from "./messagepack.ts";
import { identityValues, readIdentity } from "./segment-header.ts";
import type { WriterEncryption } from "./writer.ts";

/** What happened at the edge of one connection. */
export type CaptureRecord =
  | {
      readonly type: "opened";
      readonly connection: ConnectionId;
      readonly at: Micros;
      readonly remote: string;
    }
  /** Bytes as they came from the transport, decrypted if that was TLS. */
  | {
      readonly type: "received";
      readonly connection: ConnectionId;
      readonly at: Micros;
      readonly bytes: Uint8Array;
    }
  /** The edge was polled at that time: it found so many things, and then nothing if `isStarved`. */
  | {
      readonly type: "polled";
      readonly connection: ConnectionId;
      readonly at: Micros;
      readonly found: number;
      readonly isStarved: boolean;
    }
  /** It was asked for a report that was due at `due`. */
  | {
      readonly type: "reported";
      readonly connection: ConnectionId;
      readonly at: Micros;
      readonly due: Micros;
    }
  /** A secret was cut out of a packet, and this stands in its place. */
  | {
      readonly type: "sealed";
      readonly connection: ConnectionId;
      readonly at: Micros;
      readonly ref: SecretRef;
    }
  | { readonly type: "closed"; readonly connection: ConnectionId; readonly at: Micros };

/** The place of a type in this list is its code. Only added to. */
const types = ["opened", "received", "polled", "reported", "sealed", "closed"] as const;

/** How the edge of all captured connections was configured. */
export interface CaptureEdge {
  readonly lengthEndian: "little" | "big";
  readonly perSecond: number;
  readonly burst: number;
  readonly budgetMultiplier: number;
}

export interface CaptureHead {
  readonly identity: Omit<SegmentIdentity, "salt">;
  /** Of the files of one start, from 1. */
  readonly file: number;
  readonly edge: CaptureEdge;
}

/** Length and checksum. */
const partHeadBytes = 8;

/** Takes records and gives the bytes of a file, part by part. */
export class CaptureWriter {
  readonly #batch = new MessagePackWriter(65_536);
  readonly #checksum: Checksum;
  readonly #cipher: Aead | null;
  /** The head of the file, until the first part takes it along. */
  #head: Uint8Array;
  #parts = 0;
  #records = 0;
  #countAt = 0;

  constructor(head: CaptureHead, encryption: WriterEncryption | null, checksum: Checksum = crc32) {
    const { identity, file, edge } = head;
    this.#checksum = checksum;
    const values = {
      ...identityValues(identity),
      file,
      lengthEndian: edge.lengthEndian,
      perSecond: String(edge.perSecond),
      burst: String(edge.burst),
      budgetMultiplier: String(edge.budgetMultiplier),
    };
    const sealing = encryption && { keyId: encryption.key.id, salt: encryption.salt };
    this.#head = encodeFileHead(captureMagic, values, checksum, sealing);
    this.#cipher = encryption?.key.cipherOf(this.#head) ?? null;
    this.#begin();
  }

  /** Bytes of the records that were not taken yet. */
  get openBytes(): number {
    return this.#records === 0 ? 0 : this.#batch.length;
  }

  /** The part with all records since the last one; null when there are none. */
  take(): Uint8Array | null {
    if (this.#records === 0) return null;
    const pack = this.#batch;
    pack.patch32(this.#countAt, this.#records);
    if (this.#cipher !== null) pack.skip(aeadTagBytes);
    const head = this.#head;
    const part = new Uint8Array(head.length + pack.length);
    part.set(head);
    part.set(pack.written, head.length);
    this.#seal(part, head.length);
    this.#head = none;
    this.#begin();
    return part;
  }

  put(record: CaptureRecord): void {
    const pack = this.#batch;
    this.#records += 1;
    pack.array(fieldsOf[record.type]);
    pack.unsigned(types.indexOf(record.type));
    pack.unsigned(record.connection);
    pack.unsigned(record.at);
    switch (record.type) {
      case "opened":
        return pack.string(record.remote);
      case "received":
        return pack.binary(record.bytes);
      case "polled":
        pack.unsigned(record.found);
        return pack.unsigned(record.isStarved ? 1 : 0);
      case "reported":
        return pack.unsigned(record.due);
      case "sealed":
        return pack.unsigned(record.ref);
      case "closed":
        return;
    }
  }

  #begin(): void {
    this.#batch.clear(partHeadBytes);
    this.#countAt = this.#batch.openArray();
    this.#records = 0;
  }

  #seal(bytes: Uint8Array, at: number): void {
    this.#parts += 1;
    const view = new DataView(bytes.buffer, at);
    const start = at + partHeadBytes;
    view.setUint32(0, bytes.length - start, true);
    this.#cipher?.seal(placeOf(bytes, { at, end: bytes.length, part: this.#parts }));
    view.setUint32(4, this.#checksum(bytes, start, bytes.length, 0), true);
  }
}

const none = new Uint8Array(0);

/** Items of the array of each type. */
const fieldsOf: Readonly<Record<CaptureRecord["type"], number>> = {
  opened: 4,
  received: 4,
  polled: 5,
  reported: 4,
  sealed: 4,
  closed: 3,
};

const placeOf = (
  bytes: Uint8Array,
  { at, end, part }: { readonly at: number; readonly end: number; readonly part: number },
) => ({
  bytes,
  start: at + partHeadBytes,
  end: end - aeadTagBytes,
  nonce: nonceOf(part),
  authenticated: bytes.subarray(at, at + 4),
});

/** What a capture's file has, up to its first part that is not whole. */
export interface CaptureContent extends CaptureHead {
  readonly records: readonly CaptureRecord[];
  /** Bytes behind the last whole part. */
  readonly tailBytes: number;
}

/**
 * Reads a capture's file.
 *
 * @param bytes the whole file; the chunks of records are views of it or of what was decrypted
 * @param keys for an encrypted one
 * @returns a problem for what is no capture, of a newer format, forged, or without its key
 */
export function readCapture(
  bytes: Uint8Array,
  keys: JournalKeys | null = null,
  checksum: Checksum = crc32,
): Read<CaptureContent> {
  const read = readFileHead(bytes, captureMagic, checksum);
  if (!read.ok) return read;
  const head = captureHead(read.value);
  if (head === null) return malformed("its header lacks a value or has a wrong one");
  const { sealing } = read.value;
  const key = sealing === null ? null : keyOf(keys, sealing);
  if (typeof key === "string") return { ok: false, problem: { code: "key-missing", detail: key } };
  const cipher = key?.cipherOf(bytes.subarray(0, read.value.bytes)) ?? null;
  const records: CaptureRecord[] = [];
  let at = read.value.bytes;
  for (let part = 1; ; part += 1) {
    const end = partEnd(bytes, at, checksum);
    if (end === null)
      return { ok: true, value: { ...head, records, tailBytes: bytes.length - at } };
    const batch =
      cipher === null
        ? bytes.subarray(at + partHeadBytes, end)
        : cipher.open(placeOf(bytes, { at, end, part }));
    if (batch === null || !readRecords(batch, records)) {
      return malformed(`the part at byte ${at} is nothing that was captured`);
    }
    at = end;
  }
}

/**
 * What the bytes behind the last whole part are. A process that was killed leaves the beginning of
 * one part, and nothing behind it.
 *
 * @param at where the last whole part ends: length of the file less `tailBytes`
 * @returns "damaged" for a part that is all there and is another one than was written, for bytes
 *   that begin none, and where a whole part stands behind
 */
export function captureTail(
  bytes: Uint8Array,
  at: number,
  checksum: Checksum = crc32,
): "none" | "unfinished" | "damaged" {
  if (at >= bytes.length) return "none";
  if (at + partHeadBytes >= bytes.length) return "unfinished";
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const lengthAt = (place: number): number => view.getUint32(place, true);
  const isLength = (length: number): boolean => length > 0 && length <= partBytesMax;
  const left = bytes.length - at - partHeadBytes;
  if (!isLength(lengthAt(at)) || lengthAt(at) <= left) return "damaged";
  let budget = searchBytesMax;
  for (let place = at + 1; place + partHeadBytes < bytes.length && budget > 0; place += 1) {
    const length = lengthAt(place);
    const end = place + partHeadBytes + length;
    if (!isLength(length) || end > bytes.length) continue;
    // Behind a part is another one, or what a kill has left of it.
    if (end + partHeadBytes <= bytes.length && !isLength(lengthAt(end))) continue;
    if (partEnd(bytes, place, checksum) !== null) return "damaged";
    budget -= length;
  }
  return "unfinished";
}

/** A capture ends before so much waits for the disk. */
const partBytesMax = 4 * limits.captureAheadBytes;

/** What the search for a whole part may read again and again, for about a second. */
const searchBytesMax = 2 ** 30;

const malformed = (detail: string): Read<never> => ({
  ok: false,
  problem: { code: "content-malformed", detail },
});

function captureHead(head: FileHead): CaptureHead | null {
  const identity = readIdentity(head);
  const file = headInteger(head, "file", 0xffff_ffff);
  const endian = headText(head, "lengthEndian");
  const lengthEndian = endian === "little" || endian === "big" ? endian : null;
  const [perSecond, burst, budgetMultiplier] = ["perSecond", "burst", "budgetMultiplier"].map(
    (name) => Number(headText(head, name) ?? Number.NaN),
  );
  if (identity === null || file === null || lengthEndian === null) return null;
  if (!perSecond || !burst || !budgetMultiplier) return null;
  return { identity, file, edge: { lengthEndian, perSecond, burst, budgetMultiplier } };
}

/** Where the part at `at` ends; null when it is not whole. */
function partEnd(bytes: Uint8Array, at: number, checksum: Checksum): number | null {
  const start = at + partHeadBytes;
  if (start >= bytes.length) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset + at);
  const end = start + view.getUint32(0, true);
  const isWhole =
    end > start &&
    end <= bytes.length &&
    view.getUint32(4, true) === checksum(bytes, start, end, 0);
  return isWhole ? end : null;
}

function readRecords(batch: Uint8Array, records: CaptureRecord[]): boolean {
  const reader = new MessagePackReader(batch);
  for (let left = reader.array(); left > 0 && !reader.failed; left -= 1) {
    const items = reader.array();
    const type = types[reader.unsigned()];
    if (type === undefined || items !== fieldsOf[type]) return false;
    records.push(readRecord(type, reader));
  }
  return !reader.failed && reader.atEnd;
}

function readRecord(type: CaptureRecord["type"], reader: MessagePackReader): CaptureRecord {
  const connection = connectionId(reader.unsigned());
  const at = micros(reader.unsigned());
  const common = { connection, at };
  switch (type) {
    case "opened":
      return { type, ...common, remote: reader.string() };
    case "received":
      return { type, ...common, bytes: reader.binary() };
    case "polled":
      return { type, ...common, found: reader.unsigned(), isStarved: reader.unsigned() === 1 };
    case "reported":
      return { type, ...common, due: micros(reader.unsigned()) };
    case "sealed":
      return { type, ...common, ref: secretRef(reader.unsigned()) };
    case "closed":
      return { type, ...common };
  }
}
