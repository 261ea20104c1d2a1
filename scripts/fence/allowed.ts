/**
 * What the core may use of the language's own library, and what to use instead of the rest.
 *
 * The globals are an allow-list, so that a global that a later version of the language brings is
 * refused until somebody has thought about it. `Math` is an allow-list too. Of the other objects
 * everything may be used except the members named here.
 */

const typedArrays =
  "Int8Array Uint8Array Uint8ClampedArray Int16Array Uint16Array Int32Array Uint32Array " +
  "BigInt64Array BigUint64Array Float32Array Float64Array";

const words = (text: string): readonly string[] => text.trim().split(/\s+/);

export const allowedGlobals: ReadonlySet<string> = new Set([
  ...words("undefined NaN Infinity Object Number String Boolean BigInt Symbol Array Map Set"),
  ...words("WeakMap WeakSet Math JSON Reflect ArrayBuffer DataView Iterator RegExp parseInt"),
  ...words("Error TypeError RangeError AggregateError"),
  ...words(typedArrays),
]);

/** Exact in every engine: IEEE 754 demands it of `sqrt`, the others pick, cut or count bits. */
export const allowedMath: ReadonlySet<string> = new Set(
  words("abs ceil floor round trunc sign min max sqrt fround imul clz32 PI E LN2 LN10 SQRT2"),
);

const inexact = "its bits differ between engines: use a table or a polynomial";
const wallClock = "take the event's `at`; calendar dates come by `clock.corrected`";
const synchronous = "a step is synchronous: ask the outside by `call`, see `call.completed`";
const collector = "garbage collection is not an event: end life cycles by name";
const unicode = "the engine's Unicode version decides: use the checked-in table";
const locale = "it differs between builds of Node: format in the client";
const stack = "stacks differ between engines: say what happened in the message";
const threads = "threads belong to io, behind the Inbox port";

const replacements: Readonly<Record<string, string>> = {
  Date: wallClock,
  Promise: synchronous,
  PromiseLike: synchronous,
  Intl: locale,
  WeakRef: collector,
  FinalizationRegistry: collector,
  Atomics: threads,
  SharedArrayBuffer: threads,
  "Math.random": "take a named stream of kernel/random",
  "Math.pow": "its bits differ between engines: multiply, or use a table",
  "Math.hypot": "its bits differ between engines: compare squares, or take Math.sqrt of the sum",
};

/** Said of a global or a member of `Math` that is not on its list. */
export function replacementOf(name: string): string {
  const known = replacements[name];
  if (known !== undefined) return known;
  if (name.startsWith("Math.")) return inexact;
  return "it is not on the core's allow-list (scripts/fence/allowed.ts)";
}

/** Members of library objects that the core may not use, by `Interface.member`. */
export const bannedMembers: ReadonlyMap<string, string> = new Map([
  ["String.localeCompare", "compare with < and >: code units have one order everywhere"],
  ["String.normalize", unicode],
  ["String.toLowerCase", unicode],
  ["String.toUpperCase", unicode],
  ["String.toLocaleLowerCase", unicode],
  ["String.toLocaleUpperCase", unicode],
  ["Number.toLocaleString", locale],
  ["BigInt.toLocaleString", locale],
  ["Object.toLocaleString", locale],
  ["Array.toLocaleString", locale],
  ["ReadonlyArray.toLocaleString", locale],
  ["Error.stack", stack],
  ["ErrorConstructor.captureStackTrace", stack],
  ["ErrorConstructor.stackTraceLimit", stack],
]);

/** Sorting that takes its order from the text of the elements when it is called without one. */
export const defaultSorts: ReadonlySet<string> = new Set([
  "Array.sort",
  "Array.toSorted",
  "ReadonlyArray.toSorted",
]);
