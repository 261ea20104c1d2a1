/**
 * What features show of their state, as JSON over HTTP: for `watch`, `load` and whoever debugs.
 *
 *     GET /views                        which there are, by role
 *     GET /views/<role>/<feature.view>  one of them, as it is between two steps
 *
 * A view may say who is where, so it is for programs on this machine only, and off in production
 * unless asked for. It is made on the main thread, which serves nobody meanwhile: hence a bound.
 *
 * Plain data that JSON does not know becomes: a Map the array of its pairs, a Set and a typed array
 * an array, a bigint its decimal digits as a string; infinities, NaN and undefined null.
 */
import type { PlainData } from "../core/kernel/plain.ts";

/** The views of one role. */
export interface ViewSource {
  /** False while the state is not to be looked at: before it is recovered, and after the end. */
  readonly isServing: boolean;
  /** Each `feature.view`. */
  readonly names: readonly string[];
  /** One of `names`. Throws whatever the feature throws. */
  read(name: string): PlainData;
}

export interface ViewsOptions {
  readonly isOn: boolean;
  /** By the role's name. */
  readonly sources: () => Readonly<Record<string, ViewSource>>;
}

/** Who asks. */
export interface ViewRequest {
  /** Without the query. */
  readonly path: string;
  /** The address of the peer, as Node gives it. */
  readonly peer: string | undefined;
  /** The `Host` header. */
  readonly host: string | undefined;
}

export interface ViewAnswer {
  readonly status: 200 | 403 | 404 | 500 | 503;
  /** JSON when the status is 200, else one line of text. */
  readonly body: string;
}

/** About what five thousand players need twenty times over; a second of the main thread. */
export const viewBytesMax = 8_388_608;

/** True for `/views` and what is below it. */
export const isViewPath = (path: string): boolean =>
  path === "/views" || path.startsWith("/views/");

export function answerView({ path, peer, host }: ViewRequest, options: ViewsOptions): ViewAnswer {
  if (!options.isOn) {
    return told(403, "views are off in production; turn them on: --set metrics.views=true");
  }
  if (!isLoopback(peer) || !isLoopbackHost(host)) {
    return told(403, "views are for programs on the server's own machine");
  }
  const sources = options.sources();
  if (path === "/views") {
    const names = Object.entries(sources).map(([role, { names: own }]) => [role, own] as const);
    return { status: 200, body: `${JSON.stringify(Object.fromEntries(names))}\n` };
  }
  const [role = "", name = "", ...more] = path.slice("/views/".length).split("/");
  const source = Object.hasOwn(sources, role) ? sources[role] : undefined;
  if (source === undefined) {
    return told(404, `no such role here; there are: ${Object.keys(sources).join(", ")}`);
  }
  if (!source.isServing) return told(503, `role ${role} is not serving`);
  if (more.length > 0 || !source.names.includes(name)) {
    const known = source.names.length === 0 ? "none" : source.names.join(", ");
    return told(404, `no such view of role ${role}; there are: ${known}`);
  }
  return read(source, name);
}

function read(source: ViewSource, name: string): ViewAnswer {
  try {
    const body = `${JSON.stringify(jsonOf(source.read(name), new Budget()))}\n`;
    return { status: 200, body };
  } catch (error) {
    if (error instanceof TooLarge) return told(500, `${name} is larger than ${viewBytesMax} bytes`);
    const [why] = (error instanceof Error ? error.message : String(error)).split("\n", 1);
    return told(500, `${name} failed: ${why ?? ""}`);
  }
}

const told = (status: ViewAnswer["status"], line: string): ViewAnswer => ({
  status,
  body: `${line}\n`,
});

const loopback = /^(::1|(::ffff:)?127(\.\d{1,3}){3})$/;
const isLoopback = (peer: string | undefined): boolean => loopback.test(peer ?? "");

/** A page in a browser may have had its own name resolved to this machine. */
function isLoopbackHost(host: string | undefined): boolean {
  const name = (host ?? "").replace(/:\d+$/, "").replace(/^\[(.*)\]$/, "$1");
  return name === "localhost" || loopback.test(name);
}

class TooLarge extends Error {}

/** The bytes that a view may still take, roughly counted. */
class Budget {
  #left = viewBytesMax;

  spend(bytes: number): void {
    this.#left -= bytes;
    if (this.#left < 0) throw new TooLarge();
  }
}

/** What a value costs beside its text: its commas, brackets and quotes. */
const valueBytes = 4;

function jsonOf(data: PlainData, budget: Budget): unknown {
  budget.spend(valueBytes);
  if (typeof data === "string") budget.spend(data.length);
  if (typeof data === "bigint") return String(data);
  if (data === undefined) return null;
  if (typeof data !== "object" || data === null) return data;
  const inner = (item: PlainData): unknown => jsonOf(item, budget);
  if (ArrayBuffer.isView(data)) {
    budget.spend(valueBytes * data.byteLength);
    return Array.from(data as Iterable<number>);
  }
  if (Array.isArray(data)) return (data as readonly PlainData[]).map(inner);
  if (data instanceof Set) return Array.from(data as ReadonlySet<PlainData>, inner);
  if (data instanceof Map) {
    const pairs = data as ReadonlyMap<PlainData, PlainData>;
    return Array.from(pairs, ([key, item]) => [inner(key), inner(item)]);
  }
  const entries = Object.entries(data as Readonly<Record<string, PlainData>>);
  return Object.fromEntries(
    entries.map(([key, item]) => {
      budget.spend(key.length);
      return [key, inner(item)];
    }),
  );
}
