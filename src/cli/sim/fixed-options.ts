/**
 * Options of a run that are said on the command line instead of drawn: `--set GROUP.NAME=VALUE`,
 * by the names that a run prints.
 */
import { nearest } from "../../io/nearest.ts";
import { calmOptions } from "../../sim/index.ts";
import type { PartialOptions } from "../../sim/index.ts";
import { UsageError } from "../arguments.ts";

type Value = number | string | boolean;

/** By name, groups flattened; the calm value says of which type it is. */
const known: ReadonlyMap<string, Value> = new Map(
  Object.entries(calmOptions).flatMap(([group, value]: [string, Value | object]) =>
    typeof value === "object"
      ? Object.entries(value).map(([name, calm]): [string, Value] => [
          `${group}.${name}`,
          calm as Value,
        ])
      : [[group, value] satisfies [string, Value]],
  ),
);

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
  "players.accounts": [1, 10_000],
  "players.stepMicros": [1_000, 60_000_000],
  "server.connectionsMax": [1, 1_000_000],
  "server.segmentBytesMax": [32_768, 67_108_864],
};
const perMillion: readonly [number, number] = [0, 1_000_000];
const whole: readonly [number, number] = [0, Number.MAX_SAFE_INTEGER];

const choices: Readonly<Record<string, readonly string[]>> = {
  "server.security": ["tls", "plain"],
};

/**
 * @param given each `NAME=VALUE`
 * @throws UsageError naming the option, and the right one where it is nearly right
 */
export function fixedOptions(given: readonly string[]): PartialOptions {
  const fixed: Record<string, Value | Record<string, Value>> = {};
  const seen = new Set<string>();
  for (const word of given) {
    const { name, value } = readSetting(word);
    if (seen.has(name)) throw new UsageError(`--set ${name} is there twice`);
    seen.add(name);
    const [group = "", own] = name.split(".");
    if (own === undefined) {
      fixed[group] = value;
    } else {
      fixed[group] = { ...(fixed[group] as Record<string, Value> | undefined), [own]: value };
    }
  }
  return fixed;
}

function readSetting(word: string): { readonly name: string; readonly value: Value } {
  const at = word.indexOf("=");
  if (at < 0) throw new UsageError(`--set takes NAME=VALUE, not "${word}"`);
  const name = word.slice(0, at);
  const calm = known.get(name);
  if (calm === undefined) {
    const close = nearest(name, [...known.keys()]);
    const hint = close === null ? "one is network.resetPerMillion" : `did you mean ${close}?`;
    throw new UsageError(`unknown option "${name}"; ${hint}`);
  }
  return { name, value: readValue(name, calm, word.slice(at + 1)) };
}

function readValue(name: string, calm: Value, typed: string): Value {
  if (typeof calm === "boolean") {
    if (typed === "true" || typed === "false") return typed === "true";
    throw new UsageError(`${name} is true or false, not "${typed}"`);
  }
  if (typeof calm === "string") {
    const allowed = choices[name];
    if (allowed === undefined || allowed.includes(typed)) return typed;
    throw new UsageError(`${name} is ${allowed.join(" or ")}, not "${typed}"`);
  }
  const [min, max] = ranges[name] ?? (name.endsWith("PerMillion") ? perMillion : whole);
  const value = /^\d+$/.test(typed) ? Number(typed) : NaN;
  if (value >= min && value <= max) return value;
  throw new UsageError(`${name} is a whole number from ${min} to ${max}, not "${typed}"`);
}
