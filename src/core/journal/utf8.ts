/**
 * UTF-8 for the journal's strings: names, addresses and versions, short and mostly ASCII. Strict
 * in both directions, so that a string has one encoding and bytes have at most one string.
 */

/** Bytes that `utf8Write` puts. @param text without lone surrogates */
export const utf8Length = (text: string): number => {
  let length = 0;
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    // Both halves of a surrogate pair count 2 of the 4 bytes.
    length += unit < 0x80 ? 1 : unit < 0x800 || (unit & 0xf800) === 0xd800 ? 2 : 3;
  }
  return length;
};

/** Puts `text`, which has no lone surrogates, into `bytes` from `offset`; the space is there. */
export const utf8Write = (text: string, bytes: Uint8Array, offset: number): void => {
  let to = offset;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.codePointAt(at) as number;
    if (code < 0x80) {
      bytes[to] = code;
      to += 1;
      continue;
    }
    const tail = code < 0x800 ? 1 : code < 0x1_0000 ? 2 : 3;
    bytes[to] = (leads[tail] as number) | (code >>> (6 * tail));
    for (let index = 1; index <= tail; index += 1) {
      bytes[to + index] = 0x80 | ((code >>> (6 * (tail - index))) & 0x3f);
    }
    to += tail + 1;
    if (tail === 3) at += 1;
  }
};

/** The string of `bytes[start, end)`, or null when they are not well-formed UTF-8. */
export const utf8Read = (bytes: Uint8Array, start: number, end: number): string | null => {
  let text = "";
  for (let at = start; at < end;) {
    const lead = bytes[at] as number;
    if (lead < 0x80) {
      text += String.fromCharCode(lead);
      at += 1;
      continue;
    }
    const tail =
      lead >= 0xc2 && lead < 0xe0 ? 1 : (lead & 0xf0) === 0xe0 ? 2 : lead >> 3 === 0x1e ? 3 : 0;
    const code = tail === 0 || at + tail >= end ? -1 : codePoint(bytes, at, tail);
    if (code < 0) return null;
    text += String.fromCodePoint(code);
    at += tail + 1;
  }
  return text;
};

const leads = [0, 0xc0, 0xe0, 0xf0];
/** The least code point that needs a tail of so many bytes: a smaller one is an overlong form. */
const least = [0, 0x80, 0x800, 0x1_0000];

const codePoint = (bytes: Uint8Array, at: number, tail: number): number => {
  let code = (bytes[at] as number) & (0x3f >> tail);
  for (let index = 1; index <= tail; index += 1) {
    const byte = bytes[at + index] as number;
    if ((byte & 0xc0) !== 0x80) return -1;
    code = (code << 6) | (byte & 0x3f);
  }
  const surrogate = code >= 0xd800 && code <= 0xdfff;
  return code < (least[tail] as number) || code > 0x10_ffff || surrogate ? -1 : code;
};
