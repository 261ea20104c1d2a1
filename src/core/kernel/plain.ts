/**
 * Plain data: its type, its check, its copy and its bytes. What plain data is stands in
 * `plain-shape.ts`, how it is encoded in `plain-codec.ts`; others import this file.
 */
import { ApiMisuseError } from "./assert.ts";
import {
  containerKind,
  plainDepthMax,
  type PlainContainerKind,
  type PlainData,
  type PlainObject,
  type PlainTypedArray,
} from "./plain-shape.ts";

export { decodePlain, encodePlain } from "./plain-codec.ts";
export { plainDepthMax, type PlainData } from "./plain-shape.ts";

/**
 * Says with its path what is not plain data. Looks at every part; `encodePlain`, `clonePlain` and
 * `digestPlain` do not need it, they refuse on their own, only less precisely.
 *
 * @param where what the value is to the reader, the first word of the path: "state of lantern"
 * @throws ApiMisuseError such as "state of lantern.lit[3].owner is a function: ..."
 */
export function assertPlain(value: unknown, where: string): asserts value is PlainData {
  const problem = findProblem(value, []);
  if (problem === null) return;
  throw new ApiMisuseError(
    `${where}${problem.path} is ${problem.what}: plain data is made of objects, arrays, Map, Set, ` +
      "typed arrays and primitives",
  );
}

/** Whether `assertPlain` lets it pass: for those who make the text of `where` only if not. */
export const isPlain = (value: unknown): value is PlainData => findProblem(value, []) === null;

/**
 * A copy that shares nothing with the value. A part that occurs twice comes out as two parts, as it
 * would from a checkpoint.
 *
 * @throws ApiMisuseError for what is not plain data, or is nested deeper than `plainDepthMax`
 */
export function clonePlain<T extends PlainData>(value: T): T {
  return cloneAt(value, 1) as T;
}

interface Problem {
  /** What comes behind the `where` of `assertPlain`. */
  readonly path: string;
  readonly what: string;
}

const under = (step: string, problem: Problem | null): Problem | null =>
  problem === null ? null : { path: step + problem.path, what: problem.what };

const here = (what: string): Problem => ({ path: "", what });

// `around` holds the containers that the value is in, from the outermost.
function findProblem(value: unknown, around: object[]): Problem | null {
  if (typeof value === "function" || typeof value === "symbol") return here(`a ${typeof value}`);
  if (typeof value !== "object" || value === null) return null;
  const kind = containerKind(value);
  if (kind === null) return here(strangerName(value));
  if (around.includes(value)) return here("a part of itself");
  if (around.length === plainDepthMax) return here(`nested deeper than ${plainDepthMax}`);
  around.push(value);
  const problem = findProblemInside(kind, value, around);
  around.pop();
  return problem;
}

function findProblemInside(
  kind: PlainContainerKind,
  value: object,
  around: object[],
): Problem | null {
  switch (kind) {
    case "object":
      return findInObject(value, around);
    case "array":
      return findInArray(value as readonly unknown[], around);
    case "map":
      return findInMap(value as ReadonlyMap<unknown, unknown>, around);
    case "set":
      return findInSet(value as ReadonlySet<unknown>, around);
    default:
      return typedArrayProblem(value as PlainTypedArray);
  }
}

function findInObject(value: object, around: object[]): Problem | null {
  for (const key of Reflect.ownKeys(value)) {
    const descriptor = Object.getOwnPropertyDescriptor(value, key);
    if (typeof key === "symbol") return { path: `[${String(key)}]`, what: "named by a symbol" };
    if (descriptor === undefined) continue;
    if (!("value" in descriptor)) return { path: keyStep(key), what: "computed by an accessor" };
    if (!descriptor.enumerable) return { path: keyStep(key), what: "hidden (not enumerable)" };
    const problem = findProblem(descriptor.value, around);
    if (problem !== null) return under(keyStep(key), problem);
  }
  return null;
}

function findInArray(value: readonly unknown[], around: object[]): Problem | null {
  for (let index = 0; index < value.length; index++) {
    if (!(index in value)) return { path: `[${index}]`, what: "a hole in an array" };
    const problem = findProblem(value[index], around);
    if (problem !== null) return under(`[${index}]`, problem);
  }
  // Its length and its elements, and nothing else, such as the `index` of a regular expression's
  // match.
  if (Reflect.ownKeys(value).length === value.length + 1) return null;
  const extra = Reflect.ownKeys(value).find((key) => key !== "length" && !isIndex(key));
  return { path: keyStep(String(extra)), what: "a named property of an array" };
}

function findInMap(value: ReadonlyMap<unknown, unknown>, around: object[]): Problem | null {
  let position = 0;
  for (const [key, item] of value) {
    const inKey = findProblem(key, around);
    if (inKey !== null) return under(`.keys[${position}]`, inKey);
    const inItem = findProblem(item, around);
    if (inItem !== null) return under(`.get(${shownKey(key, position)})`, inItem);
    position++;
  }
  return extraProblem(value);
}

function findInSet(value: ReadonlySet<unknown>, around: object[]): Problem | null {
  let position = 0;
  for (const item of value) {
    const problem = findProblem(item, around);
    if (problem !== null) return under(`.keys[${position}]`, problem);
    position++;
  }
  return extraProblem(value);
}

function typedArrayProblem(value: PlainTypedArray): Problem | null {
  return Reflect.ownKeys(value).length === value.length
    ? null
    : here("a typed array with named properties");
}

function extraProblem(value: object): Problem | null {
  const [extra] = Reflect.ownKeys(value);
  if (extra === undefined) return null;
  return { path: keyStep(String(extra)), what: "a named property of a Map or Set" };
}

const isIndex = (key: string | symbol): boolean =>
  typeof key === "string" && String(Number(key) >>> 0) === key;

const keyStep = (key: string): string =>
  /^[A-Za-z_$][\w$]*$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`;

const shownKey = (key: unknown, position: number): string => {
  if (typeof key === "string") return JSON.stringify(key);
  return typeof key === "object" ? `key ${position}` : String(key);
};

function strangerName(value: object): string {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === null) return "an object without a prototype";
  const made: unknown = (value as { constructor?: unknown }).constructor;
  const name = typeof made === "function" ? made.name : "";
  if (name === "Promise") return "a promise";
  return name === "" ? "an instance of a class without a name" : `an instance of ${name}`;
}

function cloneAt(value: PlainData, depth: number): PlainData {
  if (typeof value === "function" || typeof value === "symbol") {
    throw new ApiMisuseError(`a ${typeof value} is not plain data`);
  }
  if (typeof value !== "object" || value === null) return value;
  if (depth > plainDepthMax) {
    throw new ApiMisuseError(`plain data is nested deeper than ${plainDepthMax}, or in a circle`);
  }
  const inner = depth + 1;
  switch (containerKind(value)) {
    case "object":
      return cloneObject(value as PlainObject, inner);
    case "array":
      return (value as readonly PlainData[]).map((item) => cloneAt(item, inner));
    case "map":
      return cloneMap(value as ReadonlyMap<PlainData, PlainData>, inner);
    case "set":
      return cloneSet(value as ReadonlySet<PlainData>, inner);
    case null:
      throw new ApiMisuseError(`${strangerName(value)} is not plain data`);
    default:
      return (value as PlainTypedArray).slice();
  }
}

function cloneObject(value: PlainObject, inner: number): PlainObject {
  const copy: Record<string, PlainData> = {};
  for (const key of Object.keys(value)) {
    const item = cloneAt(value[key], inner);
    if (key === "__proto__") defineOwn(copy, key, item);
    else copy[key] = item;
  }
  return copy;
}

// An assignment to `__proto__` would change the prototype instead.
function defineOwn(target: object, key: string, value: PlainData): void {
  Object.defineProperty(target, key, {
    value,
    configurable: true,
    enumerable: true,
    writable: true,
  });
}

function cloneMap(
  value: ReadonlyMap<PlainData, PlainData>,
  inner: number,
): ReadonlyMap<PlainData, PlainData> {
  const copy = new Map<PlainData, PlainData>();
  for (const [key, item] of value) copy.set(cloneAt(key, inner), cloneAt(item, inner));
  return copy;
}

function cloneSet(value: ReadonlySet<PlainData>, inner: number): ReadonlySet<PlainData> {
  const copy = new Set<PlainData>();
  for (const item of value) copy.add(cloneAt(item, inner));
  return copy;
}
