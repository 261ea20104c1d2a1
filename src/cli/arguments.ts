/**
 * Reads a command's arguments. Options are `--name value`, `--name=value` or, for flags, `--name`;
 * `--` ends them. What is wrong is a `UsageError` that names the argument and, for a name that is
 * nearly right, the right one. The error becomes exit code 2.
 */
import { nearest } from "../core/kernel/nearest.ts";

/** The command line is wrong. The message is one line without a final full stop. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

export interface Option<T> {
  readonly takesValue: boolean;
  /** May stand several times; then the value is a list. */
  readonly repeats: boolean;
  /** @throws UsageError naming the option */
  readonly parse: (name: string, text: string) => T;
  readonly fallback: T;
}

export type Options = Readonly<Record<string, Option<unknown>>>;

export type Values<O extends Options> = {
  readonly [K in keyof O]: O[K] extends Option<infer T> ? T : never;
};

/** True when it is there. */
export const flag = (): Option<boolean> => ({
  takesValue: false,
  repeats: false,
  parse: () => true,
  fallback: false,
});

export const text = <F extends string | null>(fallback: F): Option<string | F> => ({
  takesValue: true,
  repeats: false,
  parse: (_name, value) => value,
  fallback,
});

/** Any number of texts, in their order. */
export const texts = (): Option<readonly string[]> => ({
  takesValue: true,
  repeats: true,
  parse: (_name, value) => [value],
  fallback: [],
});

export interface Range {
  readonly min: number;
  readonly max: number;
}

/** An integer in the range, both ends included. */
export const integer = <F extends number | null>(fallback: F, range: Range): Option<number | F> =>
  numeric(fallback, range, true);

/** A number in the range, both ends included. */
export const decimal = <F extends number | null>(fallback: F, range: Range): Option<number | F> =>
  numeric(fallback, range, false);

function numeric<F extends number | null>(
  fallback: F,
  { min, max }: Range,
  whole: boolean,
): Option<number | F> {
  const parse = (name: string, value: string): number => {
    const number = /^-?\d+(\.\d+)?$/.test(value) ? Number(value) : NaN;
    if (number >= min && number <= max && (!whole || Number.isInteger(number))) return number;
    const kind = whole ? "a whole number" : "a number";
    throw new UsageError(`--${name} is ${kind} from ${min} to ${max}, not "${value}"`);
  };
  return { takesValue: true, repeats: false, parse, fallback };
}

export interface Arguments<O extends Options> {
  readonly values: Values<O>;
  readonly positionals: readonly string[];
}

/**
 * @param argv what follows the command's name
 * @param positionals what stands without a name, for example `["PATH"]`; each must be there, but
 *   those in brackets, `["[PATH]"]`, which come last
 * @throws UsageError
 */
export function readArguments<O extends Options>(
  argv: readonly string[],
  options: O,
  positionals: readonly string[] = [],
): Arguments<O> {
  const values = new Map<string, unknown>();
  const found: string[] = [];
  let ended = false;
  for (let index = 0; index < argv.length; index += 1) {
    const word = argv[index] ?? "";
    if (ended || !word.startsWith("-") || word === "-") {
      found.push(word);
    } else if (word === "--") {
      ended = true;
    } else {
      const [name, inline] = split(word);
      const option = optionOf(name, word, options);
      const next = inline ?? (option.takesValue ? argv[(index += 1)] : "");
      values.set(name, valueOf({ name, option, inline, next, before: values.get(name) }));
    }
  }
  checkPositionals(found, positionals);
  const all = Object.entries(options).map(([name, { fallback }]) => [
    name,
    values.has(name) ? values.get(name) : fallback,
  ]);
  return { values: Object.fromEntries(all) as Values<O>, positionals: found };
}

function split(word: string): readonly [string, string | null] {
  const bare = word.replace(/^--?/, "");
  const at = bare.indexOf("=");
  return at < 0 ? [bare, null] : [bare.slice(0, at), bare.slice(at + 1)];
}

function optionOf(name: string, word: string, options: Options): Option<unknown> {
  const option = Object.hasOwn(options, name) ? options[name] : undefined;
  if (option !== undefined && word.startsWith("--")) return option;
  const close = nearest(name, Object.keys(options));
  throw new UsageError(
    `unknown option ${word}${close === null ? "" : `; did you mean --${close}?`}`,
  );
}

interface Given {
  readonly name: string;
  readonly option: Option<unknown>;
  readonly inline: string | null;
  readonly next: string | undefined;
  readonly before: unknown;
}

function valueOf({ name, option, inline, next, before }: Given): unknown {
  if (!option.takesValue && inline !== null) throw new UsageError(`--${name} takes no value`);
  if (next === undefined) throw new UsageError(`--${name} needs a value`);
  if (before !== undefined && !option.repeats) throw new UsageError(`--${name} is there twice`);
  const value = option.parse(name, next);
  return option.repeats ? [...((before ?? []) as unknown[]), ...(value as unknown[])] : value;
}

function checkPositionals(found: readonly string[], wanted: readonly string[]): void {
  const missing = wanted[found.length];
  const isOptional = missing?.startsWith("[") === true;
  if (missing !== undefined && !isOptional) throw new UsageError(`${missing} is missing`);
  const extra = found[wanted.length];
  if (extra !== undefined) throw new UsageError(`unexpected argument "${extra}"`);
}
