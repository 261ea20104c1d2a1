/**
 * Counts what a piece of code walks over: a measure of its cost that no busy machine changes.
 * Seen are loops over maps, sets and arrays, and the methods of arrays that look at or move every
 * element; not seen are loops that count an index.
 */

type Method = (this: unknown, ...args: unknown[]) => unknown;
type Methods = Record<string, Method>;

const iterators: readonly object[] = [new Map().values(), new Set().values(), [].values()].map(
  (iterator) => Object.getPrototypeOf(iterator) as object,
);

const walkingMethods = (
  "forEach map filter find findIndex findLast findLastIndex some every includes indexOf " +
  "lastIndexOf reduce reduceRight slice splice shift unshift concat join sort toSorted reverse " +
  "toReversed flatMap"
).split(" ");

/** How many elements `run` looks at, all loops and calls together. */
export function walked(run: () => void): number {
  let elements = 0;
  const restores = [
    ...iterators.map((iterator) => wrapped(iterator, "next", () => (elements += 1))),
    wrapped(Map.prototype, "forEach", (map) => (elements += sizeOf(map))),
    wrapped(Set.prototype, "forEach", (set) => (elements += sizeOf(set))),
    ...walkingMethods.map((name) =>
      wrapped(Array.prototype, name, (array) => (elements += (array as unknown[]).length)),
    ),
  ];
  try {
    run();
    return elements;
  } finally {
    for (const restore of restores) restore();
  }
}

const sizeOf = (table: unknown): number => (table as ReadonlySet<unknown>).size;

/** Calls `before` with what the method is called on, each time, until it is restored. */
function wrapped(owner: object, name: string, before: (on: unknown) => void): () => void {
  const methods = owner as Methods;
  const original = methods[name];
  if (original === undefined) throw new Error(`there is no method ${name}`);
  methods[name] = function counting(...args) {
    before(this);
    return Reflect.apply(original, this, args);
  };
  return () => {
    methods[name] = original;
  };
}
