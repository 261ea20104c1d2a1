/**
 * Other names for people: the same text becomes the same other text, of the same length, with a
 * letter for a letter and a digit for a digit. With a key that nobody keeps, nobody can tell which
 * name it was by trying names.
 *
 * N1. Two texts never become one, so what was told apart is still told apart. Only where so many
 *     short texts have come before that no other one is left do two share one, and are counted.
 * N2. UTF-8 lengths stay, so that limits hold for the one as for the other.
 * N3. No letter, mark, digit or symbol of any script stays at its place; see characters.ts. Digits
 *     of an address are drawn anew.
 * N4. A whole loopback address is nobody's and stays, and so does a text of nothing but spaces and
 *     punctuation.
 * N5. A host has one other name, whatever port or brackets stand with it, and that is an address of
 *     the same family and length.
 */
import { createHmac } from "node:crypto";
import { isIP, isIPv6 } from "node:net";
import { isTelling, otherCharacter } from "./characters.ts";

/** The least length of a known text that is looked for within others. */
const insideMin = 4;

/** After so many tries a text has taken all others of its kind: then it takes any letters. */
const kindTries = 100;
const allTries = 1_000;

export class Pseudonyms {
  /** Texts that share their other name with another one, see N1. */
  shared = 0;
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
    if (isNobodys(text)) return text;
    const known = this.#known.get(text);
    if (known !== undefined) return known;
    const other =
      isIP(text) === 0
        ? this.#fresh(text, disguised)
        : this.#fresh(text, isIPv6(text) ? otherIp6 : otherIp4);
    this.#known.set(text, other);
    return other;
  }

  /** As `of` for `address:port` or `[address]:port`: another host, and the same port. */
  address(remote: string): string {
    const [, open = "", host = "", rest = ""] = /^(\[?)(.*?)(\]?(?::\d+)?)$/.exec(remote) ?? [];
    if (remote === "unknown" || isLoopback(host)) return remote;
    if (isIP(host) === 0 || isIPv6(host) !== (open === "[")) return this.of(remote);
    return open + this.of(host) + rest;
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
  #fresh(text: string, make: (text: string, bytes: Uint8Array, isAny: boolean) => string): string {
    for (let round = 0; ; round += 1) {
      const digest = createHmac("sha256", this.#key).update(`${round}/${text}`).digest();
      const bytes = stretched(digest, 2 * Buffer.byteLength(text));
      const other = make(text, bytes, round >= kindTries);
      const isFree = !this.#taken.has(other) && !isNobodys(other);
      if (other === text || (!isFree && round < allTries)) continue;
      if (this.#taken.has(other)) this.shared += 1;
      this.#taken.add(other);
      return other;
    }
  }
}

/** A whole address of this machine. */
const isLoopback = (host: string): boolean =>
  isIP(host) !== 0 && /^(127\.|::ffff:127\.|::1$)/.test(host);

const isNobodys = (text: string): boolean => isLoopback(text) || !Array.from(text).some(isTelling);

/** So many bytes, from few. */
function stretched(seed: Uint8Array, length: number): Uint8Array {
  const bytes = new Uint8Array(Math.max(length, seed.length));
  for (let at = 0; at < bytes.length; at += seed.length) {
    const block = at === 0 ? seed : createHmac("sha256", seed).update(String(at)).digest();
    bytes.set(block.subarray(0, Math.min(block.length, bytes.length - at)), at);
  }
  return bytes;
}

/** Letters for letters; what tells nothing, such as a space, stays. */
function disguised(text: string, bytes: Uint8Array, isAny: boolean): string {
  let other = "";
  let at = 0;
  for (const character of text) {
    const random = (bytes[at] ?? 0) * 256 + (bytes[at + 1] ?? 0);
    at += 2;
    other += isTelling(character) ? otherCharacter(character, random, isAny) : character;
  }
  return other;
}

/** Each number with as many digits as before, and none above 255. */
const otherIp4 = (ip: string, bytes: Uint8Array): string =>
  ip
    .split(".")
    .map((part, index) => {
      const byte = bytes[index] ?? 0;
      if (part.length === 1) return String(byte % 10);
      if (part.length === 2) return String(10 + (byte % 90));
      return String(128 + (byte % 100));
    })
    .join(".");

/** The same colons; other digits between them, no group with a zero in front that had none. */
function otherIp6(ip: string, bytes: Uint8Array): string {
  const [address = "", ...zone] = ip.split("%");
  const last = address.slice(address.lastIndexOf(":") + 1);
  const isMixed = last.includes(".");
  const hex = isMixed ? address.slice(0, -last.length) : address;
  const other = hex.replaceAll(/[0-9a-f]+/gi, (group, at: number) =>
    Array.from(group)
      .map((digit, index) => {
        const random = bytes[at + index] ?? 0;
        const isFirst = index === 0 && digit !== "0";
        const value = isFirst ? 1 + (random % 15) : random % 16;
        const letter = value.toString(16);
        return /[A-F]/.test(group) ? letter.toUpperCase() : letter;
      })
      .join(""),
  );
  const tail = isMixed ? otherIp4(last, bytes.subarray(hex.length)) : "";
  const name = zone.map((each) => `%${disguised(each, bytes.subarray(address.length), false)}`);
  return other + tail + name.join("");
}
