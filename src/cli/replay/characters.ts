/**
 * Other characters for characters: of the same length in UTF-8 and, where there are any, of the
 * same kind, so a capital letter of a script for a capital letter of it, and a mark for a mark.
 *
 * C1. What carries a meaning is exchanged and never for itself: every letter, mark, number and
 *     symbol of any script, and what Unicode has not named yet; of ASCII, letters and digits only.
 * C2. What stays are spaces, punctuation, and characters of control and of format.
 */

/** Ranges of code points whose members are as long in UTF-8, and of one kind. */
const ranges: readonly (readonly [first: number, last: number])[] = [
  [0x61, 0x7a], // a to z
  [0x41, 0x5a], // A to Z
  [0x30, 0x39], // digits
  [0xe0, 0xf6], // small letters of Latin-1
  [0xc0, 0xd6], // its capital letters
  [0x3b1, 0x3c1], // Greek
  [0x430, 0x44f], // Cyrillic
  [0x410, 0x42f], // its capital letters
  [0x3041, 0x3096], // Hiragana
  [0x30a1, 0x30fa], // Katakana
  [0xac00, 0xd7a3], // Hangul
  [0x4e00, 0x9fa5], // Chinese characters
  [0x1f600, 0x1f64f], // faces
];

const kinds: readonly RegExp[] = [
  /[\u{e0001}-\u{e007f}]/u, // tags: letters that nobody sees
  ...[/\p{Lu}/u, /\p{Ll}/u, /\p{Lt}/u, /\p{Lm}/u, /\p{Lo}/u, /\p{Mn}/u, /\p{Mc}/u, /\p{Me}/u],
  ...[/\p{Nd}/u, /\p{Nl}/u, /\p{No}/u, /\p{S}/u, /\p{Co}/u, /\p{Cn}/u],
];

/** Code points in a row among which others of a kind are looked for: blocks, and wider. */
const neighbourhoods = [7, 10, 13] as const;

/** As few as these are told apart too easily, so wider neighbourhoods are looked at, too. */
const fewest = 8;

/** By kind, length and neighbourhood. */
const found = new Map<string, readonly number[]>();

/** For texts that have run out of others of their kind, by length in UTF-8: letters and digits. */
const anything: Readonly<Record<number, readonly number[]>> = {
  1: [...members(0x61, 0x7a), ...members(0x41, 0x5a), ...members(0x30, 0x39)],
  2: [...members(0xe0, 0xf6), ...members(0x100, 0x17e), ...members(0x430, 0x44f)],
  3: members(0x4e00, 0x9fa5),
  4: members(0x2_0000, 0x2_a6d6),
};

/** Whether nothing of the character may stay, see C1. */
export function isTelling(character: string): boolean {
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x80) return /[0-9A-Za-z]/.test(character);
  return kindOf(character) >= 0;
}

/**
 * Another character of its length.
 *
 * @param character one that is telling
 * @param random any integer >= 0
 * @param isAny takes one of any kind
 */
export function otherCharacter(character: string, random: number, isAny: boolean): string {
  const code = character.codePointAt(0) ?? 0;
  const length = lengthOf(code);
  const others = isAny ? (anything[length] ?? []) : alike(code, character, length);
  const at = others.indexOf(code);
  // Behind its own place and before it again: never itself.
  const other =
    at < 0
      ? others[random % others.length]
      : others[(at + 1 + (random % (others.length - 1))) % others.length];
  return String.fromCodePoint(other ?? code);
}

/** At least one other than itself. */
function alike(code: number, character: string, length: number): readonly number[] {
  const range = ranges.find(([first, last]) => code >= first && code <= last);
  const kind = kindOf(character);
  let most: readonly number[] = [];
  if (range !== undefined) return cached(`${range[0]}`, () => members(...range));
  for (const bits of neighbourhoods) {
    const first = (code >> bits) << bits;
    const own = cached(`${kind}/${length}/${bits}/${first}`, () =>
      members(first, Math.min(first + (1 << bits) - 1, 0x10_ffff)).filter(
        (each) => lengthOf(each) === length && kindOf(String.fromCodePoint(each)) === kind,
      ),
    );
    if (own.length > most.length) most = own;
    if (most.length >= fewest) return most;
  }
  return most.length > 1 ? most : (anything[length] ?? []);
}

function cached(key: string, make: () => readonly number[]): readonly number[] {
  const known = found.get(key) ?? make();
  found.set(key, known);
  return known;
}

const kindOf = (character: string): number => kinds.findIndex((kind) => kind.test(character));

const lengthOf = (code: number): number =>
  code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x1_0000 ? 3 : 4;

function members(first: number, last: number): readonly number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}
