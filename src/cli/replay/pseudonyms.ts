/**
 * Other names for people: the same text becomes the same other text, of the same length, with a
 * letter for a letter and a digit for a digit. With a key that nobody keeps, nobody can tell which
 * name it was by trying names.
 *
 * N1. Two texts never become one, so what was told apart is still told apart.
 * N2. UTF-8 lengths stay, so that limits hold for the one as for the other.
 * N3. A version (three numbers with points between) and a loopback address are nobody's and stay.
 */
import { createHmac } from "node:crypto";

/** The least length of a known text that is looked for within others. */
const insideMin = 4;

export class Pseudonyms {
  readonly #key: Uint8Array;
  readonly #known = new Map<string, string>();
  readonly #taken = new Set<string>();

  /** @param key any bytes; another key gives other names */
  constructor(key: Uint8Array) {
    this.#key = key;
  }

  /** How many texts have another name. */
  get size(): number {
    return this.#known.size;
  }

  /** The other name of a person's text. */
  of(text: string): string {
    const known = this.#known.get(text);
    if (known !== undefined) return known;
    const other = isNobodys(text) ? text : this.#fresh(text, (bytes) => disguised(text, bytes));
    this.#known.set(text, other);
    return other;
  }

  /** As `of` for `address:port`: the digits of another address that could be one. */
  address(remote: string): string {
    const known = this.#known.get(remote);
    if (known !== undefined) return known;
    const [, ip = "", port = ""] = /^(\d+\.\d+\.\d+\.\d+)(:\d+)?$/.exec(remote) ?? [];
    if (ip === "" || ip.startsWith("127.")) return isLoopback(remote) ? remote : this.of(remote);
    const other = this.#known.get(ip) ?? this.#fresh(ip, (bytes) => otherIp(ip, bytes));
    this.#known.set(ip, other);
    return other + port;
  }

  /** A text of whoever: known ones, and known ones within it, have their other names. */
  apply(text: string): string {
    const known = this.#known.get(text);
    if (known !== undefined) return known;
    let other = text;
    for (const [from, to] of this.#known) {
      if (from.length >= insideMin && other.includes(from)) other = other.replaceAll(from, to);
    }
    return other;
  }

  /** Changes the key's number until nobody else has the result. */
  #fresh(text: string, make: (bytes: Uint8Array) => string): string {
    for (let round = 0; ; round += 1) {
      const digest = createHmac("sha256", this.#key).update(`${round}/${text}`);
      const other = make(stretched(digest.digest(), Buffer.byteLength(text)));
      // A text of few letters may run out of others: then it keeps the last one tried.
      const isFree = !this.#taken.has(other) && (other !== text || round > 100);
      if (!isFree && round < 1_000) continue;
      this.#taken.add(other);
      return other;
    }
  }
}

const isLoopback = (remote: string): boolean => /^(127\.|\[?::1|unknown$)/.test(remote);

const isNobodys = (text: string): boolean =>
  text === "" || /^\d{1,4}\.\d{1,4}\.\d{1,4}$/.test(text) || isLoopback(text);

/** So many bytes, from few. */
function stretched(seed: Uint8Array, length: number): Uint8Array {
  const bytes = new Uint8Array(Math.max(length, seed.length));
  for (let at = 0; at < bytes.length; at += seed.length) {
    const block = at === 0 ? seed : createHmac("sha256", seed).update(String(at)).digest();
    bytes.set(block.subarray(0, Math.min(block.length, bytes.length - at)), at);
  }
  return bytes;
}

/** Ranges of code points whose members are as long in UTF-8, and of one kind. */
const classes: readonly (readonly [first: number, last: number])[] = [
  [0x61, 0x7a], // a to z
  [0x41, 0x5a], // A to Z
  [0x30, 0x39], // digits
  [0xe0, 0xf6], // small letters of Latin-1
  [0xc0, 0xd6], // its capital letters
  [0x3b1, 0x3c1], // Greek
  [0x430, 0x44f], // Cyrillic
  [0x3041, 0x3096], // Hiragana
  [0x30a1, 0x30fa], // Katakana
  [0xac00, 0xd7a3], // Hangul
  [0x4e00, 0x9fa5], // Chinese characters
  [0x1f600, 0x1f64f], // faces
];

/** Letters for letters; what is of no class, such as a space, stays. */
function disguised(text: string, bytes: Uint8Array): string {
  let other = "";
  let at = 0;
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    const range = classes.find(([first, last]) => code >= first && code <= last);
    const byte = bytes[at % bytes.length] ?? 0;
    const next = bytes[(at + 1) % bytes.length] ?? 0;
    at += 1;
    if (range === undefined) other += character;
    else {
      const [first, last] = range;
      other += String.fromCodePoint(first + ((byte * 256 + next) % (last - first + 1)));
    }
  }
  return other;
}

/** Each number with as many digits as before, and none above 255. */
const otherIp = (ip: string, bytes: Uint8Array): string =>
  ip
    .split(".")
    .map((part, index) => {
      const byte = bytes[index] ?? 0;
      if (part.length === 1) return String(byte % 10);
      if (part.length === 2) return String(10 + (byte % 90));
      return String(128 + (byte % 100));
    })
    .join(".");
