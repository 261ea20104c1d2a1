/**
 * [AUTH-14] No password and no token is on a server's disk or in its log, neither as it is nor in
 * hexadecimal digits or base64, but in captures that are not encrypted: what clients send is what
 * they are for. All secrets of a run have `secretMark` in them.
 */
import type { LogFields, LogLevel } from "../../core/contract.ts";
import { captureFolder } from "../../core/journal/index.ts";
import { secretMark } from "../accounts.ts";
import { CheckFailure } from "./checker.ts";
import type { Checker, DiskImage } from "./checker.ts";
import type { Ending } from "../process/node.ts";
import type { ProcessEnd } from "../process/process.ts";

export class SecrecyChecker implements Checker {
  readonly name = "secrecy";
  /** Counts files that were looked through. */
  checked = 0;
  readonly #isEncrypted: boolean;

  /** @param isEncrypted whether the server was given a key for what it writes */
  constructor(isEncrypted: boolean) {
    this.#isEncrypted = isEncrypted;
  }

  processEnded(_end: ProcessEnd, _ending: Ending | null, disk: DiskImage): void {
    for (const path of disk.paths()) {
      if (!this.#isEncrypted && path.startsWith(`${captureFolder}/`)) continue;
      this.checked += 1;
      const form = formIn(letters.decode(disk.read(path) ?? new Uint8Array(0)));
      if (form !== null) this.#fail(form, `in ${path}`);
    }
  }

  logged(_level: LogLevel, message: string, fields: LogFields): void {
    const form = formIn(message + textOf(fields));
    if (form !== null) this.#fail(form, `in a line of the log: ${message}`);
  }

  #fail(form: string, where: string): never {
    throw new CheckFailure(this.name, "no secret is kept or logged", `one ${form} ${where}`);
  }
}

/** Bytes in a log are shown as they would be printed: in digits. */
const readable = (_key: string, value: unknown): unknown =>
  value instanceof Uint8Array ? hexOf(value) : value;

/** Numbers and the like hold no text, and most fields are such. */
function textOf(fields: LogFields): string {
  let text = "";
  for (const name of Object.keys(fields)) {
    const value = fields[name];
    if (typeof value === "string") text += ` ${name} ${value}`;
    else if (typeof value === "object") text += ` ${name} ${JSON.stringify(value, readable)}`;
    else text += ` ${name}`;
  }
  return text;
}

const bytesOf = (text: string): Uint8Array =>
  Uint8Array.from(text, (letter) => letter.charCodeAt(0) & 0xff);

/** The mark in every form in which it would be found, whatever stands before it. */
const forms: readonly (readonly [name: string, text: string])[] = [
  ["as it is", secretMark],
  ["in hexadecimal digits", hexOf(bytesOf(secretMark))],
  ["in hexadecimal digits", hexOf(bytesOf(secretMark)).toUpperCase()],
  // What stands before it shifts its bits by 0, 2 or 4 within the letters.
  ...[0, 1, 2].map((before) => ["in base64", base64Of(secretMark, before)] as const),
];

function hexOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** The letters that depend on nothing but the text, when so many bytes stand before it. */
function base64Of(text: string, before: number): string {
  const whole = btoa(`${"\0".repeat(before)}${text}`);
  const first = Math.ceil((before * 8) / 6);
  return whole.slice(first, Math.floor(((before + text.length) * 8) / 6));
}

/** The letters that bytes are, one each: text is searched by the platform, bytes would be here. */
const letters = new TextDecoder("latin1");

function formIn(text: string): string | null {
  for (const [name, form] of forms) if (text.includes(form)) return name;
  return null;
}
