/**
 * Options of a run that are said on the command line instead of drawn: `--set GROUP.NAME=VALUE`,
 * by the names that a run prints.
 */
import { knownOptions, ruleBrokenBy, unknownOption } from "../../sim/index.ts";
import type { OptionValue, PartialOptions } from "../../sim/index.ts";
import { UsageError } from "../arguments.ts";

/**
 * @param given each `NAME=VALUE`
 * @throws UsageError naming the option, and the right one where it is nearly right
 */
export function fixedOptions(given: readonly string[]): PartialOptions {
  const fixed: Record<string, OptionValue | Record<string, OptionValue>> = {};
  const seen = new Set<string>();
  for (const word of given) {
    const { name, value } = readSetting(word);
    if (seen.has(name)) throw new UsageError(`--set ${name} is there twice`);
    seen.add(name);
    const [group = "", own] = name.split(".");
    if (own === undefined) {
      fixed[group] = value;
    } else {
      fixed[group] = { ...(fixed[group] as Record<string, OptionValue> | undefined), [own]: value };
    }
  }
  return fixed;
}

function readSetting(word: string): { readonly name: string; readonly value: OptionValue } {
  const at = word.indexOf("=");
  if (at < 0) throw new UsageError(`--set takes NAME=VALUE, not "${word}"`);
  const name = word.slice(0, at);
  const calm = knownOptions.get(name);
  if (calm === undefined) throw new UsageError(unknownOption(name));
  const typed = word.slice(at + 1);
  const value = readValue(calm, typed);
  const rule = ruleBrokenBy(name, value);
  if (rule !== null) throw new UsageError(`${name} ${rule}, not "${typed}"`);
  return { name, value };
}

/** Of the type that the option has, where it can be read as that. */
function readValue(calm: OptionValue, typed: string): OptionValue {
  if (typeof calm === "boolean" && (typed === "true" || typed === "false")) return typed === "true";
  return typeof calm === "number" && /^\d+$/.test(typed) ? Number(typed) : typed;
}
