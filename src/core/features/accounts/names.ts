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
  return isHigh ? other >= 0xdc00 && other <= 0xdfff : other >= 0xd800 && other <= 0xdbff;
}

/** Spaces without width, marks that turn the direction, separators of lines, and their kin. */
const isInvisible = (unit: number): boolean =>
  unit === 0xad ||
  unit === 0x61c ||
  (unit >= 0x200b && unit <= 0x200f) ||
  (unit >= 0x2028 && unit <= 0x202e) ||
  (unit >= 0x2060 && unit <= 0x206f) ||
  (unit >= 0xfff0 && unit !== 0xfffd) ||
  unit === 0xfeff;
