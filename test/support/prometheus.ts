/**
 * Reads Prometheus' text format 0.0.4 and refuses what is not: an own reader, so that the exporter
 * is not checked with itself.
 */

export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface Exposition {
  readonly samples: readonly Sample[];
  readonly types: ReadonlyMap<string, string>;
  readonly help: ReadonlyMap<string, string>;
  /** The sum over all samples of the name that have these labels, or undefined without any. */
  sum(name: string, labels?: Readonly<Record<string, string>>): number | undefined;
}

const name = "[a-zA-Z_:][a-zA-Z0-9_:]*";
const comment = new RegExp(`^# (HELP|TYPE) (${name}) (.+)$`);
const sample = new RegExp(`^(${name})(?:\\{(.*)\\})? (\\S+)(?: -?\\d+)?$`);
const label = /^([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\[\\"n])*)"(?:,|$)/;

/** @throws Error naming the line that is not in the format */
export function parseExposition(text: string): Exposition {
  if (!text.endsWith("\n")) throw new Error("the last line must end with a line feed");
  const samples: Sample[] = [];
  const types = new Map<string, string>();
  const help = new Map<string, string>();
  let family = "";
  const closed = new Set<string>();
  for (const line of text.split("\n")) {
    if (line === "" || (line.startsWith("#") && !/^# (HELP|TYPE)/.test(line))) continue;
    const [, kind, commented, rest] = comment.exec(line) ?? [];
    if (kind !== undefined && commented !== undefined && rest !== undefined) {
      const known = kind === "HELP" ? help : types;
      if (known.has(commented)) throw new Error(`second ${kind} of ${commented}`);
      if (kind === "TYPE" && !/^(counter|gauge|histogram|summary|untyped)$/.test(rest)) {
        throw new Error(`unknown type: ${line}`);
      }
      known.set(commented, rest);
      family = enter(family, commented, closed);
      continue;
    }
    const read = readSample(line);
    const owner = familyOf(read.name, types);
    if (!types.has(owner)) throw new Error(`${read.name} has no type`);
    family = enter(family, owner, closed);
    samples.push(read);
  }
  const keys = samples.map((each) =>
    JSON.stringify([
      each.name,
      Object.keys(each.labels)
        .toSorted(byCodeUnit)
        .map((key) => [key, each.labels[key]]),
    ]),
  );
  if (new Set(keys).size !== keys.length) throw new Error("two samples of one name and labels");
  return {
    samples,
    types,
    help,
    sum: (wanted, labels = {}) => {
      const found = samples.filter(
        (each) =>
          each.name === wanted &&
          Object.entries(labels).every(([key, value]) => each.labels[key] === value),
      );
      return found.length === 0 ? undefined : found.reduce((sum, each) => sum + each.value, 0);
    },
  };
}

const byCodeUnit = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Samples of a histogram carry its name and what they are of it. */
function familyOf(sampled: string, types: ReadonlyMap<string, string>): string {
  const owner = sampled.replace(/_(bucket|sum|count)$/, "");
  return types.get(owner) === "histogram" ? owner : sampled;
}

/** All lines of a metric form one group. */
function enter(family: string, next: string, closed: Set<string>): string {
  if (family === next) return family;
  closed.add(family);
  if (closed.has(next)) throw new Error(`the lines of ${next} are not together`);
  return next;
}

function readSample(line: string): Sample {
  const [, found, inner = "", number] = sample.exec(line) ?? [];
  if (found === undefined || number === undefined) throw new Error(`not a sample: ${line}`);
  const labels: Record<string, string> = {};
  for (let rest = inner; rest !== "";) {
    const [whole, key, value] = label.exec(rest) ?? [];
    if (whole === undefined || key === undefined || value === undefined) {
      throw new Error(`not labels: ${line}`);
    }
    labels[key] = value.replace(/\\(.)/g, (_, escaped: string) =>
      escaped === "n" ? "\n" : escaped,
    );
    rest = rest.slice(whole.length);
  }
  const value = Number(number.replace(/^([+-]?)Inf$/, "$1Infinity"));
  if (Number.isNaN(value) && number !== "NaN") throw new Error(`not a number: ${line}`);
  return { name: found, labels, value };
}
