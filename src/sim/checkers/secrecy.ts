/**
 * [AUTH-14] No password and no token is on a server's disk or in its log, neither as it is nor in
 * hexadecimal digits or base64. All secrets of a run have `secretMark` in them.
 */
import type { LogFields, LogLevel } from "../../core/contract.ts";
import { secretMark } from "../accounts.ts";
import { CheckFailure } from "./checker.ts";
import type { Checker, DiskImage } from "./checker.ts";
import type { Ending } from "../process/node.ts";
import type { ProcessEnd } from "../process/process.ts";

export class SecrecyChecker implements Checker {
  readonly name = "secrecy";
  /** Counts files that were looked through. */
  checked = 0;

  processEnded(_end: ProcessEnd, _ending: Ending | null, disk: DiskImage): void {
    for (const path of disk.paths()) {
      this.checked += 1;
      const form = formIn(disk.read(path) ?? new Uint8Array(0));
      if (form !== null) this.#fail(form, `in ${path}`);
    }
  }

  logged(_level: LogLevel, message: string, fields: LogFields): void {
    const form = formIn(bytesOf(`${message} ${JSON.stringify(fields, readable)}`));
    if (form !== null) this.#fail(form, `in a line of the log: ${message}`);
  }

  #fail(form: string, where: string): never {
    throw new CheckFailure(this.name, "no secret is kept or logged", `one ${form} ${where}`);
  }
}

const bytesOf = (text: string): Uint8Array =>
  Uint8Array.from(text, (letter) => letter.charCodeAt(0) & 0xff);

/** Bytes in a log are shown as they would be printed: in digits. */
const readable = (_key: string, value: unknown): unknown => {
  if (!(value instanceof Uint8Array)) return value;
  return Array.from(value, (byte) => byte.toString(16).padStart(2, "0")).join("");
};

/** The mark in every form in which it would be found, whatever stands before it. */
const forms: readonly (readonly [name: string, bytes: Uint8Array])[] = [
  ["as it is", bytesOf(secretMark)],
  ["in hexadecimal digits", bytesOf(hexOf(secretMark))],
  ["in hexadecimal digits", bytesOf(hexOf(secretMark).toUpperCase())],
  // What stands before it shifts its bits by 0, 2 or 4 within the letters.
  ...[0, 1, 2].map((before) => ["in base64", bytesOf(base64Of(secretMark, before))] as const),
];

function hexOf(text: string): string {
  return Array.from(bytesOf(text), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** The letters that depend on nothing but the text, when so many bytes stand before it. */
function base64Of(text: string, before: number): string {
  const whole = btoa(`${"\0".repeat(before)}${text}`);
  const first = Math.ceil((before * 8) / 6);
  return whole.slice(first, Math.floor(((before + text.length) * 8) / 6));
}

function formIn(bytes: Uint8Array): string | null {
  for (const [name, form] of forms) if (includes(bytes, form)) return name;
  return null;
}

function includes(bytes: Uint8Array, wanted: Uint8Array): boolean {
  const [first = 0] = wanted;
  for (let at = bytes.indexOf(first); at !== -1; at = bytes.indexOf(first, at + 1)) {
    let length = 1;
    while (length < wanted.length && bytes[at + length] === wanted[length]) length += 1;
    if (length === wanted.length) return true;
  }
  return false;
}
