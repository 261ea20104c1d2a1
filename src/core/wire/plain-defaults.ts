/**
 * Makes the defaults of `bytes` fields plain. Where Node's `Buffer` exists, protobufjs static code
 * puts an empty `Buffer` on the prototype of each message, and an absent field reads as that. It
 * would pass for bytes until it stands in a feature's state, where subclasses are not plain data:
 * a peer could fail a feature by leaving a field out.
 */
import type { AnyMessage } from "./contract.ts";

/**
 * Replaces such defaults by an empty `Uint8Array`, in the message and in the messages inside it.
 *
 * Static code does not tell which messages are inside. So one is decoded in which every field from
 * 1 to `fieldMax` is present and empty; a message field then holds an instance of its type. Only
 * types that stand in fields above that are missed.
 */
export function plainDefaults(message: AnyMessage): void {
  const seen = new Set<object>();
  visit(message, seen);
}

/** Two bytes of tag reach this far; nobody numbers by the thousand what is sent by the thousand. */
const fieldMax = 2_047;

function visit(message: AnyMessage, seen: Set<object>): void {
  if (seen.has(message)) return;
  seen.add(message);
  let probe: unknown;
  try {
    probe = message.decode(everyField);
  } catch {
    // A message of another making, or one with required fields: left as it is.
    return;
  }
  if (typeof probe !== "object" || probe === null) return;
  const prototype = Object.getPrototypeOf(probe) as Record<string, unknown>;
  for (const [key, value] of Object.entries(prototype)) {
    if (isBytesSubclass(value)) prototype[key] = new Uint8Array(0);
  }
  for (const value of Object.values(probe)) visitValue(value, seen);
}

function visitValue(value: unknown, seen: Set<object>): void {
  if (typeof value !== "object" || value === null || value instanceof Uint8Array) return;
  const type: unknown = (value as { constructor?: unknown }).constructor;
  if (isMessage(type)) visit(type, seen);
  else for (const item of Object.values(value)) visitValue(item, seen);
}

const isBytesSubclass = (value: unknown): boolean =>
  value instanceof Uint8Array && Object.getPrototypeOf(value) !== Uint8Array.prototype;

const isMessage = (type: unknown): type is AnyMessage =>
  typeof type === "function" && "decode" in type && "encode" in type;

/** Tag and length 0 of every field from 1 to `fieldMax`. */
const everyField = ((): Uint8Array => {
  const bytes: number[] = [];
  for (let field = 1; field <= fieldMax; field++) {
    const tag = field * 8 + 2;
    if (tag < 0x80) bytes.push(tag, 0);
    else bytes.push((tag & 0x7f) | 0x80, tag >>> 7, 0);
  }
  return new Uint8Array(bytes);
})();
