/**
 * Secrets are slots. On the way in, the content of a secret field is replaced by the decimal digits
 * of a reference to a vault outside the core; on the way out the reference is replaced by the
 * content. The core, its journal and its digests hold digits.
 *
 * A secret field is a string or bytes field of the packet's own message and never repeated: of
 * several occurrences the last counts, as in every decoder, and the others are dropped.
 *
 * 1. What `cutSecrets` returns was written anew: no byte of a secret is in it.
 * 2. A payload that cannot be walked, or that has a secret field of another wire type, gives null
 *    and seals nothing. Nothing that might hold a secret passes.
 * 3. `fillSecrets(cutSecrets(x))` decodes to what `x` decodes to.
 */
import protobuf from "protobufjs/minimal.js";
import { secretRef } from "../kernel/ids.ts";
import type { SecretRef } from "../kernel/ids.ts";
import { FieldCursor, malformed, wireTypes } from "../wire/index.ts";

/** Where secrets are kept: outside the core, never journalled. */
export interface SecretVault {
  /** Keeps the bytes, which are the vault's from here on, under a new reference. */
  seal(bytes: Uint8Array): SecretRef;
  /** The bytes, to be read only; null when they are lost or released. */
  open(ref: SecretRef): Uint8Array | null;
  /** Forgets the bytes. */
  release(ref: SecretRef): void;
  /** How many secrets are kept. */
  readonly size: number;
}

/**
 * The payload with references in place of secrets, newly written; null when it is malformed.
 *
 * @param fieldNumbers the secret fields of the message
 */
export function cutSecrets(
  payload: Uint8Array,
  fieldNumbers: readonly number[],
  vault: SecretVault,
): Uint8Array | null {
  return rewrite(payload, fieldNumbers, (content) => digitsOf(vault.seal(content)));
}

/**
 * The payload with secrets in place of references, newly written; null when a secret is lost, a
 * field holds no reference or the payload is malformed. An empty field names none and stays empty.
 * The vault keeps what it has.
 *
 * @param fieldNumbers the fields of the message that name a secret
 */
export function fillSecrets(
  payload: Uint8Array,
  fieldNumbers: readonly number[],
  vault: Pick<SecretVault, "open">,
): Uint8Array | null {
  return rewrite(payload, fieldNumbers, (content) => {
    if (content.length === 0) return content;
    const ref = refOf(content);
    return ref === null ? null : vault.open(ref);
  });
}

/**
 * Copies the payload with the content of the fields replaced; null as soon as `replace` says so.
 */
function rewrite(
  payload: Uint8Array,
  fieldNumbers: readonly number[],
  replace: (content: Uint8Array) => Uint8Array | null,
): Uint8Array | null {
  const lastStarts = findLast(payload, fieldNumbers);
  if (lastStarts === null) return null;
  const writer = new protobuf.Writer();
  const cursor = new FieldCursor();
  cursor.reset(payload, 0, payload.length);
  while (cursor.at < payload.length) {
    const start = cursor.at;
    const tag = cursor.tag();
    const last = lastStarts.get(tag >>> 3);
    // Cannot fail: `findLast` has walked the same bytes.
    cursor.skip(tag, 0);
    if (last === undefined) {
      writer.raw(payload.subarray(start, cursor.at));
    } else if (last === start) {
      const replacement = replace(contentOf(payload, start));
      if (replacement === null) return null;
      writer.uint32(tag).bytes(replacement);
    }
  }
  return writer.buf.slice(0, writer.pos);
}

/**
 * Walks the whole payload. For each of the fields that is present, where its last occurrence
 * begins; null when the payload is malformed or one of the fields has another wire type.
 */
function findLast(
  payload: Uint8Array,
  fieldNumbers: readonly number[],
): ReadonlyMap<number, number> | null {
  const starts = new Map<number, number>();
  const cursor = new FieldCursor();
  cursor.reset(payload, 0, payload.length);
  while (cursor.at < payload.length) {
    const start = cursor.at;
    const tag = cursor.tag();
    if (tag === malformed) return null;
    if (fieldNumbers.includes(tag >>> 3)) {
      if ((tag & 7) !== wireTypes.lengthDelimited) return null;
      starts.set(tag >>> 3, start);
    }
    if (!cursor.skip(tag, 0)) return null;
  }
  return starts;
}

/** A copy of the content of the length-delimited field that begins at `start`. */
function contentOf(payload: Uint8Array, start: number): Uint8Array {
  const cursor = new FieldCursor();
  cursor.reset(payload, start, payload.length);
  cursor.tag();
  const size = cursor.size();
  return payload.slice(cursor.at, cursor.at + size);
}

/** A reference at its longest: 2^53-1 has 16 digits. */
export const referenceBytesMax = 16;

const digitZero = 0x30;

function digitsOf(ref: SecretRef): Uint8Array {
  const text = String(ref);
  const digits = new Uint8Array(text.length);
  for (let index = 0; index < text.length; index++) digits[index] = text.charCodeAt(index);
  return digits;
}

/** The reference that the digits are, or null when they are none as `digitsOf` writes it. */
function refOf(digits: Uint8Array): SecretRef | null {
  const { length } = digits;
  if (length === 0 || length > referenceBytesMax || (length > 1 && digits[0] === digitZero))
    return null;
  let value = 0;
  for (const byte of digits) {
    if (byte < digitZero || byte > digitZero + 9) return null;
    value = value * 10 + (byte - digitZero);
  }
  return Number.isSafeInteger(value) ? secretRef(value) : null;
}
