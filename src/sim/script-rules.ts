/**
 * What a script must be to mean anything: held against it before a run, so that a run in which
 * nothing was asked is never taken for one in which nothing went wrong.
 */
import { builtinFeatures } from "../core/features/index.ts";
import { ApiMisuseError, apiRule } from "../core/kernel/assert.ts";
import { decodePayload, encodePayload } from "../core/wire/index.ts";
import type { AnyContract, AnyMessage } from "../core/wire/index.ts";
import type { ClientScript, Saying } from "./clients/script.ts";

/**
 * Somebody comes, while there is time.
 *
 * @param seconds how long scripts are followed
 * @throws ApiMisuseError when nobody does
 */
export function checkStarts(scripts: readonly ClientScript[], seconds: number): void {
  const isStart = ({ type, atMicros }: ClientScript["actions"][number]): boolean =>
    (type === "start" || type === "connect") && atMicros < seconds * 1_000_000;
  const starts = scripts.some(({ actions }) => actions.some(isStart));
  const hint = 'give it an action { atMicros: 0, type: "start" }';
  apiRule(starts, `no client of the workload starts within the run's ${seconds} s: ${hint}`);
}

/**
 * What scripts say can be said: contracts have it, and it survives being encoded.
 *
 * @param contracts of all servers
 * @param isExact also fields that no message has are refused; a plan may be of an older contract
 * @throws ApiMisuseError naming the client and the message
 */
export function checkSayings(
  scripts: readonly ClientScript[],
  contracts: readonly AnyContract[],
  isExact: boolean,
): void {
  const known = [...contracts, ...builtinFeatures.map(({ declaration }) => declaration.contract)];
  for (const { name, actions } of scripts) {
    for (const action of actions) {
      if (action.type === "request" || action.type === "tell")
        checkSaying(name, action, { known, isExact });
    }
  }
}

interface Rules {
  readonly known: readonly AnyContract[];
  readonly isExact: boolean;
}

function checkSaying(client: string, saying: Saying, { known, isExact }: Rules): void {
  const { type, contract, key, message } = saying;
  const what = `client ${client}: ${type} ${contract}.${key}`;
  const entries = known.filter(({ name }) => name === contract).map((one) => one.entries[key]);
  const kind = type === "request" ? "request" : "toServer";
  const entry = entries.find((one) => one?.kind === kind);
  apiRule(entry !== undefined, `${what}: the features of the run have no ${type} of that name`);
  const lost = lossOf(entry.message, message, isExact);
  apiRule(lost === null, `${what}: ${lost ?? ""}`);
}

/** What would not arrive as it is meant, in words; null when all of it does. */
function lossOf(type: AnyMessage, message: unknown, isExact: boolean): string | null {
  if (typeof message !== "object" || message === null) return "the message is no object";
  let arrived: Readonly<Record<string, unknown>>;
  try {
    const bytes = encodePayload(type, message as never);
    arrived = decodePayload(type, bytes, 0, bytes.length) as Readonly<Record<string, unknown>>;
  } catch (error) {
    if (!(error instanceof ApiMisuseError)) throw error;
    return error.message;
  }
  if (!isExact) return null;
  for (const [field, value] of Object.entries(message)) {
    // A union's name, as protobufjs has it, and what is not said.
    if (value === undefined || value === null) continue;
    if (!(field in arrived)) return `the message has no field "${field}"`;
    const there = arrived[field];
    if (isWord(value) && isWord(there) && typeof value !== typeof there) {
      return `the field "${field}" is a ${typeof there}, not ${JSON.stringify(value)}`;
    }
  }
  return null;
}

/** Numbers of 64 bits have several types, and are none of these. */
const isWord = (value: unknown): value is string | number | boolean =>
  typeof value === "string" || typeof value === "number" || typeof value === "boolean";
