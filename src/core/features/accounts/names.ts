/** Names of players where people and tools read them. */

/**
 * The name as one word of a log: every letter of every script as it is, and `\u` with four digits
 * for what could end a line, turn it round, hide in it or pretend to be its end.
 */
export function loggedName(name: string): string {
  let text = "";
  for (let index = 0; index < name.length; index += 1) {
    const unit = name.charCodeAt(index);
    text += isPlain(name, index, unit) ? name.charAt(index) : escaped(unit);
  }
  return text;
}

const escaped = (unit: number): string => `\\u${unit.toString(16).padStart(4, "0")}`;

const backslash = 0x5c;
const quote = 0x22;

function isPlain(name: string, index: number, unit: number): boolean {
  if (unit < 0x20 || unit === quote || unit === backslash) return false;
  if (unit < 0x7f) return true;
  if (unit < 0xa1 || isInvisible(unit)) return false;
  if (unit < 0xd800 || unit > 0xdfff) return true;
  const isHigh = unit < 0xdc00;
  const other = name.charCodeAt(isHigh ? index + 1 : index - 1);
  if (isInvisible(isHigh ? unit : other)) return false;
  return isHigh ? other >= 0xdc00 && other <= 0xdfff : other >= 0xd800 && other <= 0xdbff;
}

/**
 * What shows nothing or only changes its neighbour: spaces without width, marks that turn the
 * direction, separators of lines, fillers, joiners, selectors of variants, tags. From Unicode's
 * `Default_Ignorable_Code_Point`, with the blank letters that it leaves out.
 */
const isInvisible = (unit: number): boolean =>
  invisible.some(([first, last]) => unit >= first && unit <= last);

const invisible: readonly (readonly [first: number, last: number])[] = [
  [0xad, 0xad],
  [0x34f, 0x34f],
  [0x61c, 0x61c],
  [0x115f, 0x1160],
  [0x17b4, 0x17b5],
  [0x180b, 0x180f],
  [0x200b, 0x200f],
  [0x2028, 0x202e],
  [0x2060, 0x206f],
  [0x2800, 0x2800],
  [0x3164, 0x3164],
  // The first half of every tag and of the later selectors: U+E0000 to U+E03FF.
  [0xdb40, 0xdb40],
  [0xfe00, 0xfe0f],
  [0xfeff, 0xfeff],
  [0xffa0, 0xffa0],
  [0xfff0, 0xfffc],
  [0xfffe, 0xffff],
];
