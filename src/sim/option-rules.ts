/**
 * What options there are, by the names that a run prints, and what each may be. A name that nobody
 * knows would be ignored, and its test would be green without its fault.
 */
import { ApiMisuseError, apiRule } from "../core/kernel/assert.ts";
import { nearest } from "../core/kernel/nearest.ts";
import { isRecord } from "./json.ts";
import { calmOptions } from "./options.ts";

export type OptionValue = number | string | boolean;

/** By name, groups flattened (`network.resetPerMillion`); the calm value says what type it is. */
export const knownOptions: ReadonlyMap<string, OptionValue> = new Map(flattened(calmOptions));

/** Of those that have others than any whole number from 0 on. */
const ranges: Readonly<Record<string, readonly [min: number, max: number]>> = {
  seconds: [1, 3_600],
  quietSeconds: [1, 3_600],
  "network.receiveBufferBytes": [1, 1_073_741_824],
  "network.sendBufferBytes": [1, 1_073_741_824],
  "process.producers": [2, 16],
  "workload.clients": [1, 10_000],
  "workload.thinkMicros": [1, 3_600_000_000],
  "players.gameServers": [1, 100],
  "players.playersMax": [1, 1_000_000],
  "players.accounts": [1, 10_000],
  "players.stepMicros": [1_000, 60_000_000],
  "server.connectionsMax": [1, 1_000_000],
  "server.segmentBytesMax": [32_768, 67_108_864],
  "server.tickHz": [1, 1_000],
};
const perMillion: readonly [number, number] = [0, 1_000_000];
const whole: readonly [number, number] = [0, Number.MAX_SAFE_INTEGER];

const choices: Readonly<Record<string, readonly string[]>> = {
  "players.criers": ["none", "sound", "faulty"],
  "server.security": ["tls", "plain"],
};

/**
 * What a value of the option is to be, as a clause behind its name; null when this one is that.
 *
 * @param name a known one
 */
export function ruleBrokenBy(name: string, value: unknown): string | null {
  const calm = knownOptions.get(name);
  if (typeof calm === "boolean") return typeof value === "boolean" ? null : "is true or false";
  if (typeof calm === "string") {
    const allowed = choices[name];
    const isRight = typeof value === "string" && allowed?.includes(value) !== false;
    return isRight ? null : `is ${allowed?.join(" or ") ?? "a word"}`;
  }
  const [min, max] = ranges[name] ?? (name.endsWith("PerMillion") ? perMillion : whole);
  const isRight = Number.isSafeInteger(value) && Number(value) >= min && Number(value) <= max;
  return isRight ? null : `is a whole number from ${min} to ${max}`;
}

/** What to say of a name that there is not. */
export function unknownOption(name: string): string {
  const close = nearest(name, [...knownOptions.keys()]);
  const hint = close === null ? "one is network.resetPerMillion" : `did you mean ${close}?`;
  return `unknown option "${name}"; ${hint}`;
}

/**
 * Options that somebody fixes: all of them known, each of the type that it has.
 *
 * @throws ApiMisuseError with the nearest name
 */
export function checkFixed(given: object): void {
  for (const [name, value] of flattened(given)) {
    if (value === undefined) continue;
    const calm = knownOptions.get(name);
    // The nearest name takes a while to find, and each run comes here.
    if (calm === undefined) throw new ApiMisuseError(unknownOption(name));
    const isRight = typeof value === typeof calm && !Number.isNaN(value);
    apiRule(isRight, `${name} is a ${typeof calm}, not ${JSON.stringify(value)}`);
  }
}

/**
 * Options of a plan: each in its range. Those that only another build knows are passed over.
 *
 * @throws ApiMisuseError naming the option
 */
export function checkPlanned(options: object): void {
  for (const [name, calm] of Object.entries(calmOptions)) {
    const value: unknown = (options as Readonly<Record<string, unknown>>)[name];
    const isRight = value === undefined || isRecord(value) === isRecord(calm);
    const what = isRecord(calm) ? "a group of options" : "a number";
    apiRule(isRight, `options.${name} is ${what}, not ${JSON.stringify(value)}`);
  }
  for (const [name, value] of flattened(options)) {
    if (!knownOptions.has(name)) continue;
    const rule = ruleBrokenBy(name, value);
    apiRule(rule === null, `options.${name} ${rule ?? ""}, not ${JSON.stringify(value)}`);
  }
}

function flattened(options: object): [string, OptionValue][] {
  return Object.entries(options).flatMap(([group, value]: [string, unknown]) =>
    isRecord(value)
      ? Object.entries(value).map(([name, own]): [string, OptionValue] => [
          `${group}.${name}`,
          own as OptionValue,
        ])
      : [[group, value as OptionValue] satisfies [string, OptionValue]],
  );
}
