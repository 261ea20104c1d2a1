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
  const words = new Int32Array(64);
  for (let block = 0; block < padded.length; block += shaBlockBytes)
    digestBlock(state, words, view, block);
  const digest = new Uint8Array(32);
  const out = new DataView(digest.buffer);
  state.forEach((word, index) => out.setInt32(index * 4, word));
  return digest;
}

const rotr = (word: number, by: number): number => (word >>> by) | (word << (32 - by));

function digestBlock(state: Int32Array, words: Int32Array, view: DataView, block: number): void {
  const word = (index: number): number => words[index] as number;
  for (let index = 0; index < 16; index += 1) words[index] = view.getInt32(block + index * 4);
  for (let index = 16; index < 64; index += 1) {
    const near = word(index - 2);
    const far = word(index - 15);
    const low = rotr(far, 7) ^ rotr(far, 18) ^ (far >>> 3);
    const high = rotr(near, 17) ^ rotr(near, 19) ^ (near >>> 10);
    words[index] = (word(index - 16) + low + word(index - 7) + high) | 0;
  }
  let [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = state;
  for (let index = 0; index < 64; index += 1) {
    const choice = (e & f) ^ (~e & g);
    const high = rotr(e, 6) ^ rotr(e, 11) ^ rotr(e, 25);
    const first = (h + high + choice + (shaRounds[index] as number) + word(index)) | 0;
    const majority = (a & b) ^ (a & c) ^ (b & c);
    const second = ((rotr(a, 2) ^ rotr(a, 13) ^ rotr(a, 22)) + majority) | 0;
    [h, g, f, e, d, c, b, a] = [g, f, e, (d + first) | 0, c, b, a, (first + second) | 0];
  }
  [a, b, c, d, e, f, g, h].forEach((value, index) => {
    state[index] = ((state[index] as number) + value) | 0;
  });
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

const column = (a: number, b: number, c: number, d: number): number =>
  (mixed[a >>> 24] as number) ^
  rotr(mixed[(b >>> 16) & 0xff] as number, 8) ^
  rotr(mixed[(c >>> 8) & 0xff] as number, 16) ^
  rotr(mixed[d & 0xff] as number, 24);

const lastColumn = (a: number, b: number, c: number, d: number): number =>
  ((box[a >>> 24] as number) << 24) |
  ((box[(b >>> 16) & 0xff] as number) << 16) |
  ((box[(c >>> 8) & 0xff] as number) << 8) |
  (box[d & 0xff] as number);

/** Encrypts four words in place. */
function encryptBlock(keys: Int32Array, block: Int32Array): void {
  let [a = 0, b = 0, c = 0, d = 0] = block;
  const key = (at: number): number => keys[at] as number;
  a ^= key(0);
  b ^= key(1);
  c ^= key(2);
  d ^= key(3);
  let at = 4;
  for (let round = 1; round < roundsOf256; round += 1, at += 4) {
    const first = column(a, b, c, d) ^ key(at);
    const second = column(b, c, d, a) ^ key(at + 1);
    const third = column(c, d, a, b) ^ key(at + 2);
    d = column(d, a, b, c) ^ key(at + 3);
    [a, b, c] = [first, second, third];
  }
  block[0] = lastColumn(a, b, c, d) ^ key(at);
  block[1] = lastColumn(b, c, d, a) ^ key(at + 1);
  block[2] = lastColumn(c, d, a, b) ^ key(at + 2);
  block[3] = lastColumn(d, a, b, c) ^ key(at + 3);
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
    this.#crypt(bytes.subarray(start, end), nonce);
    bytes.set(this.#tag(place), end);
  }

  open(place: SealedPlace): Uint8Array | null {
    const { bytes, start, end, nonce } = place;
    const tag = this.#tag(place);
    if (tag.some((byte, at) => byte !== bytes[end + at])) return null;
    const opened = bytes.slice(start, end);
    this.#crypt(opened, nonce);
    return opened;
  }

  /** Exclusive-or with the key stream, which begins at 2: 1 is the tag's. */
  #crypt(bytes: Uint8Array, nonce: Uint8Array): void {
    const stream = new Int32Array(4);
    for (let at = 0, count = 2; at < bytes.length; at += gcmBlockBytes, count += 1) {
      this.#counter(stream, nonce, count);
      const length = Math.min(gcmBlockBytes, bytes.length - at);
      for (let index = 0; index < length; index += 1) {
        const byte = (stream[index >> 2] as number) >>> (24 - 8 * (index & 3));
        bytes[at + index] = (bytes[at + index] as number) ^ (byte & 0xff);
      }
    }
  }

  #counter(block: Int32Array, nonce: Uint8Array, count: number): void {
    const view = new DataView(nonce.buffer, nonce.byteOffset, nonce.byteLength);
    for (let word = 0; word < 3; word += 1) block[word] = view.getInt32(word * 4);
    block[3] = count;
    encryptBlock(this.#keys, block);
  }

  #tag({ bytes, start, end, nonce, authenticated }: SealedPlace): Uint8Array {
    const hash = new Int32Array(4);
    this.#hash(hash, authenticated);
    this.#hash(hash, bytes.subarray(start, end));
    const lengths = new Uint8Array(gcmBlockBytes);
    const view = new DataView(lengths.buffer);
    view.setBigUint64(0, BigInt(authenticated.length) * 8n);
    view.setBigUint64(8, BigInt(end - start) * 8n);
    this.#hash(hash, lengths);
    const mask = new Int32Array(4);
    this.#counter(mask, nonce, 1);
    const tag = new Uint8Array(aeadTagBytes);
    const out = new DataView(tag.buffer);
    for (let word = 0; word < 4; word += 1) {
      out.setInt32(word * 4, (hash[word] as number) ^ (mask[word] as number));
    }
    return tag;
  }

  /** Folds the bytes into the hash, the last block filled up with zeros. */
  #hash(hash: Int32Array, bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; at += gcmBlockBytes) {
      const length = Math.min(gcmBlockBytes, bytes.length - at);
      for (let index = 0; index < length; index += 1) {
        const shift = 24 - 8 * (index & 3);
        hash[index >> 2] = (hash[index >> 2] as number) ^ ((bytes[at + index] as number) << shift);
      }
      multiply(hash, this.#products);
    }
  }
}

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
    for (let byte = bit; byte < 256; byte += 1) {
      if ((byte & bit) === 0) continue;
      for (let word = 0; word < 4; word += 1) {
        const at = byte * 4 + word;
        products[at] = (products[at] as number) ^ (power[word] as number);
      }
    }
    timesX(power);
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
function multiply(hash: Int32Array, products: Int32Array): void {
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  for (let index = 15; index >= 0; index -= 1) {
    const out = d & 0xff;
    d = (d >>> 8) | (c << 24);
    c = (c >>> 8) | (b << 24);
    b = (b >>> 8) | (a << 24);
    a = (a >>> 8) ^ (remainders[out] as number);
    const at = (((hash[index >> 2] as number) >>> (24 - 8 * (index & 3))) & 0xff) * 4;
    a ^= products[at] as number;
    b ^= products[at + 1] as number;
    c ^= products[at + 2] as number;
    d ^= products[at + 3] as number;
  }
  hash[0] = a;
  hash[1] = b;
  hash[2] = c;
  hash[3] = d;
}
