/**
 * The cryptography of simulated servers: HMAC-SHA-256 (FIPS 180-4, RFC 2104) and AES-256-GCM
 * (FIPS 197, SP 800-38D), so that an encrypted journal of a run is one that any Reprise reads.
 *
 * It is pure and not constant in time. That is right for a simulator and for nothing else.
 */
import { aeadTagBytes } from "../core/kernel/crypto.ts";
import type { Aead, CryptoPort, SealedPlace } from "../core/kernel/crypto.ts";

export const simulatedCrypto: CryptoPort = {
  hmacSha256,
  aes256Gcm: (key) => new GaloisCounter(key),
};

// ---------------------------------------------------------------- SHA-256

const primes = ((): readonly number[] => {
  const found: number[] = [];
  for (let candidate = 2; found.length < 64; candidate += 1) {
    if (found.every((prime) => candidate % prime !== 0)) found.push(candidate);
  }
  return found;
})();

/** The first 32 bits of the fraction of a root, by whole numbers only. */
function rootFraction(prime: number, degree: 2 | 3): number {
  // The root times 2^32, found bit by bit.
  const target = BigInt(prime) << BigInt(32 * degree);
  let root = 0n;
  for (let bit = 1n << 37n; bit > 0n; bit >>= 1n) {
    const candidate = root | bit;
    if (candidate ** BigInt(degree) <= target) root = candidate;
  }
  return Number(root & 0xffff_ffffn) | 0;
}

const shaStart = Int32Array.from(primes.slice(0, 8), (prime) => rootFraction(prime, 2));
const shaRounds = Int32Array.from(primes, (prime) => rootFraction(prime, 3));
const shaBlockBytes = 64;

function sha256(parts: readonly Uint8Array[]): Uint8Array {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const padded = new Uint8Array((Math.floor((length + 8) / shaBlockBytes) + 1) * shaBlockBytes);
  let at = 0;
  for (const part of parts) {
    padded.set(part, at);
    at += part.length;
  }
  padded[at] = 0x80;
  const view = new DataView(padded.buffer);
  view.setUint32(padded.length - 8, Math.floor(length / 0x2000_0000));
  view.setUint32(padded.length - 4, (length * 8) >>> 0);
  const state = shaStart.slice();
  for (let block = 0; block < padded.length; block += shaBlockBytes) {
    digestBlock(state, view, block);
  }
  const digest = new Uint8Array(32);
  const out = new DataView(digest.buffer);
  state.forEach((word, index) => out.setInt32(index * 4, word));
  return digest;
}

const rotr = (word: number, by: number): number => (word >>> by) | (word << (32 - by));

/** The words of the block that is being digested; nothing outlives a call. */
const words = new Int32Array(64);

function digestBlock(state: Int32Array, view: DataView, block: number): void {
  for (let index = 0; index < 16; index += 1) words[index] = view.getInt32(block + index * 4);
  for (let index = 16; index < 64; index += 1) {
    const near = words[index - 2] as number;
    const far = words[index - 15] as number;
    const low = rotr(far, 7) ^ rotr(far, 18) ^ (far >>> 3);
    const high = rotr(near, 17) ^ rotr(near, 19) ^ (near >>> 10);
    const older = ((words[index - 16] as number) + low) | 0;
    words[index] = (older + (((words[index - 7] as number) + high) | 0)) | 0;
  }
  let a = state[0] as number;
  let b = state[1] as number;
  let c = state[2] as number;
  let d = state[3] as number;
  let e = state[4] as number;
  let f = state[5] as number;
  let g = state[6] as number;
  let h = state[7] as number;
  for (let index = 0; index < 64; index += 1) {
    const choice = (e & f) ^ (~e & g);
    const high = rotr(e, 6) ^ rotr(e, 11) ^ rotr(e, 25);
    const added = ((shaRounds[index] as number) + (words[index] as number)) | 0;
    const first = (((h + high) | 0) + ((choice + added) | 0)) | 0;
    const majority = (a & b) ^ (a & c) ^ (b & c);
    const second = ((rotr(a, 2) ^ rotr(a, 13) ^ rotr(a, 22)) + majority) | 0;
    h = g;
    g = f;
    f = e;
    e = (d + first) | 0;
    d = c;
    c = b;
    b = a;
    a = (first + second) | 0;
  }
  state[0] = (state[0] as number) + a;
  state[1] = (state[1] as number) + b;
  state[2] = (state[2] as number) + c;
  state[3] = (state[3] as number) + d;
  state[4] = (state[4] as number) + e;
  state[5] = (state[5] as number) + f;
  state[6] = (state[6] as number) + g;
  state[7] = (state[7] as number) + h;
}

function hmacSha256(key: Uint8Array, parts: readonly Uint8Array[]): Uint8Array {
  const short = key.length > shaBlockBytes ? sha256([key]) : key;
  const padded = (byte: number): Uint8Array =>
    Uint8Array.from({ length: shaBlockBytes }, (_, at) => (short[at] ?? 0) ^ byte);
  return sha256([padded(0x5c), sha256([padded(0x36), ...parts])]);
}

// ---------------------------------------------------------------- AES-256

const double = (byte: number): number => ((byte << 1) ^ (byte & 0x80 ? 0x11b : 0)) & 0xff;

/** The substitution box, made of inverses in the field of 256 elements. */
const box = ((): Uint8Array => {
  const bytes = new Uint8Array(256);
  let power = 1;
  let inverse = 1;
  do {
    // Three generates the field, and so does its inverse, by which the other one goes back.
    power = power ^ double(power);
    inverse ^= inverse << 1;
    inverse ^= inverse << 2;
    inverse ^= inverse << 4;
    inverse &= 0xff;
    if (inverse & 0x80) inverse ^= 0x09;
    const around = inverse | (inverse << 8);
    const spread = around ^ (around >>> 7) ^ (around >>> 6) ^ (around >>> 5) ^ (around >>> 4);
    bytes[power] = (spread ^ 0x63) & 0xff;
  } while (power !== 1);
  bytes[0] = 0x63;
  return bytes;
})();

/** Substitution and mixing of a column's first byte; the others are the same, turned. */
const mixed = Int32Array.from(box, (byte) => {
  const twice = double(byte);
  return (twice << 24) | (byte << 16) | (byte << 8) | (twice ^ byte);
});

const roundsOf256 = 14;
const keyWords = 8;

const substituted = (word: number): number =>
  ((box[word >>> 24] as number) << 24) |
  ((box[(word >>> 16) & 0xff] as number) << 16) |
  ((box[(word >>> 8) & 0xff] as number) << 8) |
  (box[word & 0xff] as number);

function expandKey(key: Uint8Array): Int32Array {
  const view = new DataView(key.buffer, key.byteOffset, key.byteLength);
  const words = new Int32Array(4 * (roundsOf256 + 1));
  for (let index = 0; index < keyWords; index += 1) words[index] = view.getInt32(index * 4);
  let constant = 1;
  for (let index = keyWords; index < words.length; index += 1) {
    let word = words[index - 1] as number;
    if (index % keyWords === 0) {
      word = substituted(rotr(word, 24)) ^ (constant << 24);
      constant = double(constant);
    } else if (index % keyWords === 4) word = substituted(word);
    words[index] = (words[index - keyWords] as number) ^ word;
  }
  return words;
}

/** The same for the other three bytes of a column. */
const mixed1 = mixed.map((word) => rotr(word, 8));
const mixed2 = mixed.map((word) => rotr(word, 16));
const mixed3 = mixed.map((word) => rotr(word, 24));

const lastColumn = (a: number, b: number, c: number, d: number): number =>
  ((box[a >>> 24] as number) << 24) |
  ((box[(b >>> 16) & 0xff] as number) << 16) |
  ((box[(c >>> 8) & 0xff] as number) << 8) |
  (box[d & 0xff] as number);

/** Encrypts four words in place. */
function encryptBlock(keys: Int32Array, block: Int32Array): void {
  let a = (block[0] as number) ^ (keys[0] as number);
  let b = (block[1] as number) ^ (keys[1] as number);
  let c = (block[2] as number) ^ (keys[2] as number);
  let d = (block[3] as number) ^ (keys[3] as number);
  let at = 4;
  for (let round = 1; round < roundsOf256; round += 1, at += 4) {
    const first =
      (mixed[a >>> 24] as number) ^
      (mixed1[(b >>> 16) & 0xff] as number) ^
      (mixed2[(c >>> 8) & 0xff] as number) ^
      (mixed3[d & 0xff] as number);
    const second =
      (mixed[b >>> 24] as number) ^
      (mixed1[(c >>> 16) & 0xff] as number) ^
      (mixed2[(d >>> 8) & 0xff] as number) ^
      (mixed3[a & 0xff] as number);
    const third =
      (mixed[c >>> 24] as number) ^
      (mixed1[(d >>> 16) & 0xff] as number) ^
      (mixed2[(a >>> 8) & 0xff] as number) ^
      (mixed3[b & 0xff] as number);
    const fourth =
      (mixed[d >>> 24] as number) ^
      (mixed1[(a >>> 16) & 0xff] as number) ^
      (mixed2[(b >>> 8) & 0xff] as number) ^
      (mixed3[c & 0xff] as number);
    a = first ^ (keys[at] as number);
    b = second ^ (keys[at + 1] as number);
    c = third ^ (keys[at + 2] as number);
    d = fourth ^ (keys[at + 3] as number);
  }
  block[0] = lastColumn(a, b, c, d) ^ (keys[at] as number);
  block[1] = lastColumn(b, c, d, a) ^ (keys[at + 1] as number);
  block[2] = lastColumn(c, d, a, b) ^ (keys[at + 2] as number);
  block[3] = lastColumn(d, a, b, c) ^ (keys[at + 3] as number);
}

// ---------------------------------------------------------------- GCM

const gcmBlockBytes = 16;

class GaloisCounter implements Aead {
  readonly #keys: Int32Array;
  /** The hash's key times every polynomial of one byte: four words for each. */
  readonly #products: Int32Array;

  constructor(key: Uint8Array) {
    this.#keys = expandKey(key);
    const hashKey = new Int32Array(4);
    encryptBlock(this.#keys, hashKey);
    this.#products = productsOf(hashKey);
  }

  seal(place: SealedPlace): void {
    const { bytes, start, end, nonce } = place;
    this.#crypt(bytes, start, end, nonce);
    bytes.set(this.#tag(place), end);
  }

  open(place: SealedPlace): Uint8Array | null {
    const { bytes, start, end, nonce } = place;
    const tag = this.#tag(place);
    if (tag.some((byte, at) => byte !== bytes[end + at])) return null;
    const opened = bytes.slice(start, end);
    this.#crypt(opened, 0, opened.length, nonce);
    return opened;
  }

  /** Exclusive-or with the key stream, which begins at 2: 1 is the tag's. */
  #crypt(bytes: Uint8Array, start: number, end: number, nonce: Uint8Array): void {
    const view = new DataView(nonce.buffer, nonce.byteOffset, nonce.byteLength);
    const [first, second, third] = [view.getInt32(0), view.getInt32(4), view.getInt32(8)];
    for (let at = start, count = 2; at < end; at += gcmBlockBytes, count += 1) {
      stream[0] = first;
      stream[1] = second;
      stream[2] = third;
      stream[3] = count;
      encryptBlock(this.#keys, stream);
      const stop = Math.min(gcmBlockBytes, end - at);
      for (let index = 0; index < stop; index += 4) {
        const word = stream[index >> 2] as number;
        const here = at + index;
        bytes[here] = (bytes[here] as number) ^ (word >>> 24);
        // What would lie behind the end belongs to somebody else.
        if (here + 1 < end) bytes[here + 1] = (bytes[here + 1] as number) ^ (word >>> 16);
        if (here + 2 < end) bytes[here + 2] = (bytes[here + 2] as number) ^ (word >>> 8);
        if (here + 3 < end) bytes[here + 3] = (bytes[here + 3] as number) ^ word;
      }
    }
  }

  #tag({ bytes, start, end, nonce, authenticated }: SealedPlace): Uint8Array {
    hash.fill(0);
    this.#hash(authenticated, 0, authenticated.length);
    this.#hash(bytes, start, end);
    const tag = new Uint8Array(aeadTagBytes);
    const out = new DataView(tag.buffer);
    // The last block of what is hashed: both lengths in bits.
    out.setBigUint64(0, BigInt(authenticated.length) * 8n);
    out.setBigUint64(8, BigInt(end - start) * 8n);
    this.#hash(tag, 0, gcmBlockBytes);
    const view = new DataView(nonce.buffer, nonce.byteOffset, nonce.byteLength);
    for (let word = 0; word < 3; word += 1) stream[word] = view.getInt32(word * 4);
    stream[3] = 1;
    encryptBlock(this.#keys, stream);
    for (let word = 0; word < 4; word += 1) {
      out.setInt32(word * 4, (hash[word] as number) ^ (stream[word] as number));
    }
    return tag;
  }

  /** Folds the bytes into the hash, the last block filled up with zeros. */
  #hash(bytes: Uint8Array, start: number, end: number): void {
    const products = this.#products;
    let at = start;
    for (; at + gcmBlockBytes <= end; at += gcmBlockBytes) {
      for (let word = 0; word < 4; word += 1) {
        const from = at + word * 4;
        const low = ((bytes[from + 2] as number) << 8) | (bytes[from + 3] as number);
        const high = ((bytes[from] as number) << 24) | ((bytes[from + 1] as number) << 16);
        hash[word] = (hash[word] as number) ^ high ^ low;
      }
      multiply(hash, products);
    }
    if (at === end) return;
    for (let index = 0; at + index < end; index += 1) {
      const shift = 24 - 8 * (index & 3);
      hash[index >> 2] = (hash[index >> 2] as number) ^ ((bytes[at + index] as number) << shift);
    }
    multiply(hash, products);
  }
}

/** The block of the key stream, and the hash, of the call that is under way. */
const stream = new Int32Array(4);
const hash = new Int32Array(4);

/** Times x: bits are in the order of the field, the highest one is the constant. */
function timesX(words: Int32Array): void {
  const carry = (words[3] as number) & 1;
  for (let word = 3; word > 0; word -= 1) {
    words[word] = ((words[word] as number) >>> 1) | ((words[word - 1] as number) << 31);
  }
  words[0] = ((words[0] as number) >>> 1) ^ (carry === 0 ? 0 : 0xe100_0000);
}

function productsOf(hashKey: Int32Array): Int32Array {
  const products = new Int32Array(256 * 4);
  const power = hashKey.slice();
  for (let bit = 0x80; bit > 0; bit >>= 1) {
    products.set(power, bit * 4);
    timesX(power);
  }
  // Every other one is the sum of two that come before it.
  for (let byte = 3; byte < 256; byte += 1) {
    const rest = byte & (byte - 1);
    if (rest === 0) continue;
    const [one, other] = [rest * 4, (byte ^ rest) * 4];
    for (let word = 0; word < 4; word += 1) {
      products[byte * 4 + word] =
        (products[one + word] as number) ^ (products[other + word] as number);
    }
  }
  return products;
}

/** What a byte that is shifted out at the end comes back as. */
const remainders = ((): Int32Array => {
  const words = new Int32Array(256);
  for (let byte = 0; byte < 256; byte += 1) {
    const shifted = new Int32Array([0, 0, 0, byte]);
    for (let bit = 0; bit < 8; bit += 1) timesX(shifted);
    words[byte] = shifted[0] as number;
  }
  return words;
})();

/** Multiplies by the hash's key, byte by byte from the last (Horner's rule in x^8). */
function multiply(value: Int32Array, products: Int32Array): void {
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  for (let word = 3; word >= 0; word -= 1) {
    let bytes = value[word] as number;
    for (let byte = 0; byte < 4; byte += 1, bytes >>>= 8) {
      const out = remainders[d & 0xff] as number;
      const at = (bytes & 0xff) * 4;
      d = ((d >>> 8) | (c << 24)) ^ (products[at + 3] as number);
      c = ((c >>> 8) | (b << 24)) ^ (products[at + 2] as number);
      b = ((b >>> 8) | (a << 24)) ^ (products[at + 1] as number);
      a = (a >>> 8) ^ out ^ (products[at] as number);
    }
  }
  value[0] = a;
  value[1] = b;
  value[2] = c;
  value[3] = d;
}
