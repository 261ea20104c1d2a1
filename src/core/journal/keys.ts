/**
 * The keys of an encrypted journal, and what is made of them.
 *
 * N1. No two messages share a key and a nonce. A file's own key is made of its whole head. The head
 *     of a segment has 128 random bits of its start and a number that no other segment of that
 *     start has, and within a segment the nonce is the block's number. The head of a checkpoint has
 *     128 bits that are made of all that stands in it, so that two alike are the same file.
 * N2. A head that was changed is another key: whoever changes a build, a sequence or a chain there
 *     makes all blocks of the file unreadable.
 * N3. The key's id is made of it one way. So two keys have two ids, a wrong key is told from a
 *     damaged file before anything is decrypted, and an id gives nothing away.
 */
import { invariant } from "../kernel/assert.ts";
import { aeadNonceBytes, type Aead, type CryptoPort } from "../kernel/crypto.ts";
import type { FileSealing } from "./format.ts";

/** Length of a key. */
export const journalKeyBytes = 32;
/** What a file's head has of randomness: four u32. */
export const fileSaltWords = 4;

/** Hashed with a key, its first 8 bytes are the key's id. */
const idLabel = asciiBytes("reprise journal key");
const checkpointLabel = asciiBytes("reprise checkpoint");

export class JournalKey {
  /** 16 hexadecimal digits. */
  readonly id: string;
  readonly #key: Uint8Array;
  readonly #crypto: CryptoPort;

  /** @param key `journalKeyBytes` long; kept */
  constructor(crypto: CryptoPort, key: Uint8Array) {
    invariant(key.length === journalKeyBytes, "length of a journal's key", key.length);
    this.#crypto = crypto;
    this.#key = key;
    const named = crypto.hmacSha256(key, [idLabel]).subarray(0, 8);
    this.id = Array.from(named, (byte) => byte.toString(16).padStart(2, "0")).join("");
  }

  /** A copy of the key, for another thread of this process. */
  bytes(): Uint8Array {
    return this.#key.slice();
  }

  /** What seals the file with that head. */
  cipherOf(head: Uint8Array): Aead {
    return this.#crypto.aes256Gcm(this.#crypto.hmacSha256(this.#key, [head]));
  }

  /** The salt of a checkpoint with that content, see N1. */
  checkpointSalt(parts: readonly Uint8Array[]): readonly number[] {
    const hash = this.#crypto.hmacSha256(this.#key, [checkpointLabel, ...parts]);
    return saltOf(hash);
  }
}

/** The key that is written with, if any, and all that can be read with. */
export class JournalKeys {
  /** Null: what is written is not encrypted. */
  readonly current: JournalKey | null;
  readonly #known: ReadonlyMap<string, JournalKey>;

  constructor(current: JournalKey | null, old: readonly JournalKey[]) {
    this.current = current;
    const known = current === null ? old : [...old, current];
    this.#known = new Map(known.map((key) => [key.id, key]));
  }

  find(id: string): JournalKey | null {
    return this.#known.get(id) ?? null;
  }

  /** In the order in which they were given. */
  get all(): readonly JournalKey[] {
    return [...this.#known.values()];
  }

  /** Of all keys, in the order in which they were given. */
  get ids(): readonly string[] {
    return [...this.#known.keys()];
  }
}

/** The key of a sealed file, or what to tell the one who lacks it. */
export function keyOf(keys: JournalKeys | null, { keyId }: FileSealing): JournalKey | string {
  const key = keys?.find(keyId) ?? null;
  if (key !== null) return key;
  const ids = keys?.ids ?? [];
  const have = ids.length === 0 ? "no key was given" : `the given keys are ${ids.join(", ")}`;
  return `it is encrypted with key ${keyId}, and ${have}`;
}

/** The words of the first 16 bytes. */
function saltOf(bytes: Uint8Array): readonly number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: fileSaltWords }, (_, at) => view.getUint32(at * 4, true));
}

/** The nonce of a block or of a chunk: its number, little-endian. */
export function nonceOf(number: number): Uint8Array {
  const nonce = new Uint8Array(aeadNonceBytes);
  const view = new DataView(nonce.buffer);
  view.setUint32(0, number % 0x1_0000_0000, true);
  view.setUint32(4, Math.floor(number / 0x1_0000_0000), true);
  return nonce;
}

function asciiBytes(text: string): Uint8Array {
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0));
}
