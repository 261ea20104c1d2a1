/**
 * The metrics of the core: counters that only grow, gauges that go both ways, and histograms, by
 * name.
 *
 * A name may carry labels, as in `packets_refused_total{reason="NOT_SERVED"}`: the part in front of
 * the brace must be defined, the labels are free. Names follow Prometheus: snake case, units and
 * `_total` for counters last. The exporter puts `reprise_` in front.
 *
 * 1. A spelling is parsed the first time it is seen; after that it costs one look-up in a Map.
 * 2. The same labels in another order are the same metric.
 * 3. Labels cannot exhaust memory: of one name at most `labelSetsMax` are kept apart, all others
 *    are
 *    added up under `{overflow="true"}`.
 * 4. Metrics are no state: they are in no digest and no checkpoint, and nothing is decided by them.
 */
import { ApiMisuseError, apiRule } from "./assert.ts";
import { compareCodeUnits } from "./plain-shape.ts";

export type CounterDefinition =
  | {
      /** One sentence for the operator. */
      readonly help: string;
      readonly kind: "counter" | "gauge";
    }
  | {
      readonly help: string;
      readonly kind: "histogram";
      /** The upper ends of the buckets, ascending; one more bucket takes what is above them. */
      readonly bounds: readonly number[];
    };

/** What a histogram has seen. */
export interface Buckets {
  readonly bounds: readonly number[];
  /** How many values were at most each bound and above the one before; the last: above all. */
  readonly counts: readonly number[];
  readonly sum: number;
}

export interface CounterEntry {
  /** Without labels and without `reprise_`. */
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Of a histogram: how many values it has seen. */
  readonly value: number;
  readonly help: string;
  readonly kind: CounterDefinition["kind"];
  /** Of a histogram only. */
  readonly buckets?: Buckets;
}

/** Label sets of one name that are kept apart. All packet types times all reasons are below 300. */
export const labelSetsMax = 512;

export class Counters {
  readonly #families = new Map<string, Family>();
  /** By every spelling that was used so far and is kept. */
  readonly #cells = new Map<string, Cell>();
  /** In the order of their definition, behind everything else. */
  readonly #histograms = new Map<string, HistogramCell>();

  /**
   * @param definitions by name; lower snake case, counters and only they end in `_total`
   * @throws ApiMisuseError naming a definition that breaks these rules
   */
  constructor(definitions: Readonly<Record<string, CounterDefinition>>) {
    for (const [name, definition] of Object.entries(definitions)) {
      apiRule(/^[a-z][a-z0-9]*(_[a-z0-9]+)*$/.test(name), `metric "${name}" is not snake case`);
      apiRule(!name.startsWith("reprise_"), `metric "${name}": the exporter adds reprise_`);
      if (definition.kind === "histogram") {
        this.#histograms.set(name, new HistogramCell(definition.help, definition.bounds));
        continue;
      }
      const isNamedCounter = name.endsWith("_total");
      apiRule(
        isNamedCounter === (definition.kind === "counter"),
        `metric "${name}" is a ${definition.kind}: counters, and only they, end in _total`,
      );
      const bare = new Cell(definition.kind, {});
      this.#families.set(name, new Family(name, definition, bare));
      this.#cells.set(name, bare);
    }
  }

  /**
   * Adds to a counter or gauge.
   *
   * @param by finite; for a counter >= 0
   * @throws ApiMisuseError for a name that is not defined, labels of another form, or such a `by`
   */
  add(name: string, by: number = 1): void {
    const cell = this.#cells.get(name) ?? this.#resolve(name);
    if (!(by >= 0 || cell.kind === "gauge") || !Number.isFinite(by)) refuseAmount(name, by);
    cell.value += by;
    cell.isUsed = true;
  }

  /**
   * Sets a gauge.
   *
   * @throws ApiMisuseError for a counter, for what `add` refuses, and unless `value` is finite
   */
  set(name: string, value: number): void {
    const cell = this.#cells.get(name) ?? this.#resolve(name);
    if (cell.kind !== "gauge") refuseToSet(name);
    if (!Number.isFinite(value)) refuseAmount(name, value);
    cell.value = value;
    cell.isUsed = true;
  }

  /**
   * Has a metric read whenever somebody asks for it, in place of `add` and `set`: for what changes
   * more often than anybody looks.
   *
   * @param name without labels
   * @param read finite; of a counter it never falls
   * @throws ApiMisuseError for a name that is not defined, and for a histogram
   */
  collect(name: string, read: () => number): void {
    const family = this.#families.get(name);
    if (family === undefined) throw new ApiMisuseError(`metric "${name}" is not defined`);
    family.bare.read = read;
    family.bare.isUsed = true;
  }

  /**
   * Adds a value to a histogram.
   *
   * @throws ApiMisuseError for what is no histogram, and for NaN
   */
  observe(name: string, value: number): void {
    const histogram = this.#histograms.get(name);
    if (histogram === undefined) throw new ApiMisuseError(`metric "${name}" is no histogram`);
    if (Number.isNaN(value)) refuseAmount(name, value);
    histogram.observe(value);
  }

  /**
   * The value of exactly this name and these labels; 0 when nothing was ever added.
   *
   * @throws ApiMisuseError for a name that is not defined or labels of another form
   */
  get(name: string): number {
    const known = this.#cells.get(name);
    if (known !== undefined) return valueOf(known);
    const { family, labels } = this.#parse(name);
    return family.cells.get(spellingOf(labels))?.value ?? 0;
  }

  /**
   * Every metric, names in the order of their definition, labels in the order of their first use.
   * A name that was only ever used with labels has no entry without.
   */
  *entries(): Generator<CounterEntry> {
    for (const { name, help, kind, bare, cells } of this.#families.values()) {
      if (bare.isUsed || cells.size === 0)
        yield { name, labels: {}, value: valueOf(bare), help, kind };
      for (const { labels, value } of cells.values()) yield { name, labels, value, help, kind };
    }
    for (const [name, { help, bounds, counts, sum, seen }] of this.#histograms) {
      const buckets = { bounds, counts: [...counts], sum };
      yield { name, labels: {}, value: seen, help, kind: "histogram", buckets };
    }
  }

  /** By name: values summed over labels, and of histograms how many values they have seen. */
  totals(): Map<string, number> {
    const totals = new Map<string, number>();
    for (const { name, bare, cells } of this.#families.values()) {
      let total = valueOf(bare);
      for (const cell of cells.values()) total += cell.value;
      totals.set(name, total);
    }
    for (const [name, { seen }] of this.#histograms) totals.set(name, seen);
    return totals;
  }

  #resolve(spelling: string): Cell {
    const { family, labels } = this.#parse(spelling);
    const canonical = spellingOf(labels);
    const known = family.cells.get(canonical);
    if (known === undefined && family.cells.size >= labelSetsMax) return family.overflow();
    const cell = known ?? new Cell(family.kind, labels);
    family.cells.set(canonical, cell);
    // Other spellings of one metric are as many as somebody's permutations; only a few are kept.
    if (cell.spellings++ < spellingsMax) this.#cells.set(spelling, cell);
    return cell;
  }

  #parse(spelling: string): { readonly family: Family; readonly labels: Labels } {
    const brace = spelling.indexOf("{");
    const name = brace === -1 ? spelling : spelling.slice(0, brace);
    const family = this.#families.get(name);
    if (family === undefined) throw new ApiMisuseError(`metric "${name}" is not defined`);
    return { family, labels: parseLabels(spelling, brace) };
  }
}

type Labels = Readonly<Record<string, string>>;

const spellingsMax = 4;

class HistogramCell {
  readonly help: string;
  readonly bounds: readonly number[];
  readonly counts: number[];
  sum = 0;
  seen = 0;

  constructor(help: string, bounds: readonly number[]) {
    const ascend = bounds.every((bound, index) => bound > (bounds[index - 1] ?? -Infinity));
    apiRule(bounds.length > 0 && ascend, "the bounds of a histogram ascend");
    this.help = help;
    this.bounds = bounds;
    this.counts = Array.from({ length: bounds.length + 1 }, () => 0);
  }

  observe(value: number): void {
    let bucket = 0;
    while (bucket < this.bounds.length && value > (this.bounds[bucket] as number)) bucket += 1;
    this.counts[bucket] = (this.counts[bucket] as number) + 1;
    this.sum += value;
    this.seen += 1;
  }
}

class Cell {
  readonly kind: "counter" | "gauge";
  readonly labels: Labels;
  value = 0;
  /** Null: it is added to or set. */
  read: (() => number) | null = null;
  isUsed = false;
  spellings = 0;

  constructor(kind: "counter" | "gauge", labels: Labels) {
    this.kind = kind;
    this.labels = labels;
  }
}

const valueOf = ({ read, value }: Cell): number => (read === null ? value : read());

/** A defined name with all its label sets, by their canonical spelling. */
class Family {
  readonly name: string;
  readonly help: string;
  readonly kind: "counter" | "gauge";
  readonly bare: Cell;
  readonly cells = new Map<string, Cell>();

  constructor(
    name: string,
    { help, kind }: Extract<CounterDefinition, { kind: "counter" | "gauge" }>,
    bare: Cell,
  ) {
    this.name = name;
    this.help = help;
    this.kind = kind;
    this.bare = bare;
  }

  overflow(): Cell {
    const labels = { overflow: "true" };
    const canonical = spellingOf(labels);
    const cell = this.cells.get(canonical) ?? new Cell(this.kind, labels);
    this.cells.set(canonical, cell);
    return cell;
  }
}

function refuseToSet(name: string): never {
  throw new ApiMisuseError(`metric "${name}" is a counter: it is added to, never set`);
}

function refuseAmount(name: string, amount: number): never {
  throw new ApiMisuseError(`metric "${name}" cannot take ${amount}`);
}

// Quotes, backslashes and line ends in a value are escaped as in Prometheus' text format.
const label = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"(,|$)/y;

function parseLabels(spelling: string, brace: number): Labels {
  const labels: Record<string, string> = {};
  if (brace === -1) return labels;
  const broken = `the labels of metric ${JSON.stringify(spelling)} are not {name="value",...}`;
  const inner = spelling.slice(brace + 1, -1);
  apiRule(spelling.endsWith("}") && inner !== "" && !inner.endsWith(","), broken);
  label.lastIndex = 0;
  while (label.lastIndex < inner.length) {
    const [, name, value] = label.exec(inner) ?? [];
    if (name === undefined || value === undefined) throw new ApiMisuseError(broken);
    apiRule(!Object.hasOwn(labels, name) && name !== "__proto__", broken);
    labels[name] = value.replace(/\\(.)/g, (_, escaped: string) =>
      escaped === "n" ? "\n" : escaped,
    );
  }
  return labels;
}

/** One text for one set of labels, whatever the order. */
function spellingOf(labels: Labels): string {
  const entries = Object.entries(labels).sort(([left], [right]) => compareCodeUnits(left, right));
  return JSON.stringify(entries);
}
