/**
 * What a segment and a checkpoint begin with: 20 bytes that never change their layout (F1), then a
 * MessagePack map of named values. A reader passes over names that it does not know.
 *
 *     0  magic             8 bytes
 *     8  format            u32
 *     12 length of the map u32
 *     16 checksum          u32, over bytes 0..15 and the map
 *     20 map
 */
import { invariant } from "../kernel/assert.ts";
import type { Checksum } from "./checksum.ts";
import {
  fileHeadBytes,
  headBodyBytesMax,
  journalFormat,
  plainFormat,
  sealedFormat,
  type FileMagic,
  type FileSealing,
  type JournalProblemCode,
  type Read,
} from "./format.ts";
import { MessagePackReader, MessagePackWriter } from "./messagepack.ts";

export type HeadValue = string | number | readonly number[];

/** The named values of a head, and how many bytes the head took. */
export interface FileHead {
  readonly values: ReadonlyMap<string, HeadValue>;
  readonly bytes: number;
  /** Null in format 1, whose content is not encrypted. */
  readonly sealing: FileSealing | null;
}

/** @param sealing makes the file one of format 2 */
export const encodeFileHead = (
  magic: FileMagic,
  values: Readonly<Record<string, HeadValue>>,
  checksum: Checksum,
  sealing: FileSealing | null = null,
): Uint8Array => {
  const sealed = sealing === null ? {} : { key: sealing.keyId, keySalt: sealing.salt };
  const body = encodeValues({ ...values, ...sealed });
  invariant(body.length <= headBodyBytesMax, "the head of a file is small", body.length);
  const bytes = new Uint8Array(fileHeadBytes + body.length);
  const view = new DataView(bytes.buffer);
  bytes.set(magic);
  view.setUint32(8, sealing === null ? plainFormat : sealedFormat, true);
  view.setUint32(12, body.length, true);
  bytes.set(body, fileHeadBytes);
  view.setUint32(16, headChecksum(bytes, bytes.length, checksum), true);
  return bytes;
};

/**
 * Reads the head of a file.
 *
 * @param bytes the beginning of the file, as much as there is; `fileHeadBytes + headBodyBytesMax`
 *   are always enough
 */
export const readFileHead = (
  bytes: Uint8Array,
  magic: FileMagic,
  checksum: Checksum,
): Read<FileHead> => {
  if (isForeign(bytes, magic)) return problem("foreign-file", "it begins unlike any such file");
  if (bytes.length < fileHeadBytes) return problem("header-damaged", "it ends within its header");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = view.getUint32(12, true);
  const end = fileHeadBytes + length;
  if (length > headBodyBytesMax || end > bytes.length) {
    return problem("header-damaged", "its header has no end");
  }
  const magicDiffers = magic.some((byte, at) => byte !== bytes[at]);
  if (magicDiffers || view.getUint32(16, true) !== headChecksum(bytes, end, checksum)) {
    return problem("header-damaged", "the checksum of its header does not fit");
  }
  const format = view.getUint32(8, true);
  if (format > journalFormat) {
    return problem(
      "newer-format",
      `it has format ${format}, this build reads up to ${journalFormat}`,
    );
  }
  const values = format === 0 ? null : readValues(bytes.subarray(fileHeadBytes, end));
  if (values === null) return problem("content-malformed", "its header is no map of named values");
  const head = { values, bytes: end, sealing: null };
  if (format === plainFormat) return { ok: true, value: head };
  const sealing = readSealing(head);
  if (sealing === null) return problem("content-malformed", "its header does not name its key");
  return { ok: true, value: { ...head, sealing } };
};

/** The text of that name, or null. */
export const headText = (head: FileHead, name: string): string | null => {
  const value = head.values.get(name);
  return typeof value === "string" ? value : null;
};

/** The integer of that name within 0..max, or null. */
export const headInteger = (head: FileHead, name: string, max: number): number | null => {
  const value = head.values.get(name);
  return typeof value === "number" && isInteger(value, max) ? value : null;
};

/** The list of 32-bit words of that name and length, or null. */
export const headWords = (
  head: FileHead,
  name: string,
  count: number,
): readonly number[] | null => {
  const value = head.values.get(name);
  if (typeof value !== "object" || value.length !== count) return null;
  return value.every((word) => isInteger(word, 0xffff_ffff)) ? value : null;
};

const readSealing = (head: FileHead): FileSealing | null => {
  const keyId = headText(head, "key");
  const salt = headWords(head, "keySalt", saltWords);
  return keyId === null || salt === null ? null : { keyId, salt };
};

const saltWords = 4;

const isInteger = (value: number, max: number): boolean =>
  Number.isSafeInteger(value) && value >= 0 && value <= max;

const problem = (code: JournalProblemCode, detail: string): Read<never> => ({
  ok: false,
  problem: { code, detail },
});

/**
 * Whether the file never was one of ours. One wrong byte of the magic is damage, and zeros are a
 * write that was lost; more than that is somebody else's file, which nobody may cut or overwrite.
 */
const isForeign = (bytes: Uint8Array, magic: FileMagic): boolean => {
  let wrong = 0;
  let nonZero = 0;
  const length = Math.min(bytes.length, magic.length);
  for (let at = 0; at < length; at += 1) {
    if (bytes[at] !== magic[at]) wrong += 1;
    if (bytes[at] !== 0) nonZero += 1;
  }
  return wrong > 1 && nonZero > 0;
};

const headChecksum = (bytes: Uint8Array, end: number, checksum: Checksum): number =>
  checksum(bytes, fileHeadBytes, end, checksum(bytes, 0, 16, 0));

const encodeValues = (values: Readonly<Record<string, HeadValue>>): Uint8Array => {
  const writer = new MessagePackWriter(256);
  const names = Object.keys(values);
  writer.map(names.length);
  for (const name of names) {
    writer.string(name);
    const value = values[name] ?? 0;
    if (typeof value === "string") writer.string(value);
    else if (typeof value === "number") writer.unsigned(value);
    else {
      writer.array(value.length);
      for (const word of value) writer.unsigned(word);
    }
  }
  return writer.written.slice();
};

const readValues = (body: Uint8Array): ReadonlyMap<string, HeadValue> | null => {
  const reader = new MessagePackReader(body);
  const values = new Map<string, HeadValue>();
  for (let left = reader.map(); left > 0 && !reader.failed; left -= 1) {
    const name = reader.string();
    const kind = reader.nextKind();
    if (kind === "string") values.set(name, reader.string());
    else if (kind === "unsigned") values.set(name, reader.unsigned());
    else if (kind === "array") values.set(name, readWords(reader));
    else reader.skip();
  }
  return reader.failed || !reader.atEnd ? null : values;
};

// Only words are of interest here; an array of anything else counts as none.
const readWords = (reader: MessagePackReader): readonly number[] => {
  const words: number[] = [];
  for (let left = reader.array(); left > 0 && !reader.failed; left -= 1) {
    if (reader.nextKind() === "unsigned") words.push(reader.unsigned());
    else reader.skip();
  }
  return words;
};
