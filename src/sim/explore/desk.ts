/**
 * The accounts of a corner: the store in memory with its contents put in and taken out for each
 * call, and a vault that tells secrets by numbers which do not depend on the order of events.
 */
import { accountPerformers, credentialsOf, simulatedHash } from "../accounts.ts";
import type { AccountSource } from "../accounts.ts";
import { MemoryTables } from "../../core/features/accounts/memory-store.ts";
import type { TablesContent } from "../../core/features/accounts/memory-store.ts";
import { storeOver } from "../../core/features/accounts/index.ts";
import type { ServerInfo } from "../../core/features/accounts/index.ts";
import type { CallResult } from "../../core/contract.ts";
import { invariant } from "../../core/kernel/assert.ts";
import { callId } from "../../core/kernel/ids.ts";
import type { PlainData } from "../../core/kernel/plain.ts";
import type { SimulatedPerformer } from "../calls.ts";
import { Parts } from "./parts.ts";
import type { Flight, Part } from "./parts.ts";

/** How a password is told to a server: by the digits of a number, see `secretSlot`. */
export const passwordNumber = 7;
/** The number of a token: made of whose call opened it, so that every order gives the same. */
const tokenNumber = (server: number, call: number): number =>
  (server + 1) * 100_000_000 + (call % 2 ** 32);

export const cardOf = (game: number): ServerInfo => ({
  id: game,
  name: `game ${String(game)}`,
  address: "10.1.0.1",
  port: 8_080 + game,
  players: 0,
  max: 100,
});

export interface Performed {
  readonly tables: Part<TablesContent>;
  readonly result: CallResult;
}

export class Desk {
  readonly #tables = new MemoryTables();
  readonly #parts = new Parts<TablesContent>();
  readonly #performers: readonly Readonly<Record<string, SimulatedPerformer>>[];
  readonly #known = new Map<string, Performed>();
  /** Sealed tokens by their numbers. A number stands for one token in all orders. */
  readonly #sealed = new Map<number, Uint8Array>();
  readonly #store;
  #nowMs = 0;
  #token = 0;

  /** @param games how many game servers there are; the login server comes before them */
  constructor(games: number) {
    const source: AccountSource = {
      nowMs: () => this.#nowMs,
      tokenId: () => String(this.#token),
      mode: "production",
      tokenSecret: "explored",
    };
    this.#store = storeOver(this.#tables, source);
    this.#performers = Array.from({ length: games + 1 }, (_, server) => {
      const asker = { scope: String(server), card: server === 0 ? null : cardOf(server) };
      return accountPerformers(this.#store, source, asker);
    });
  }

  /** The accounts as they are before anything happens. */
  begin(accounts: Iterable<string>, nowMs: number): Part<TablesContent> {
    this.#nowMs = nowMs;
    for (const account of new Set(accounts)) {
      const { username: name, password } = credentialsOf(account);
      const passwordHash = simulatedHash(password);
      this.#store.add({ name, passwordHash, role: "player", origin: "operator" });
    }
    return this.#content();
  }

  /** Somebody else's game server reports, with nobody in it. */
  reportStranger(tables: Part<TablesContent>, nowMs: number): Part<TablesContent> {
    this.#tables.refill(tables.value);
    this.#nowMs = nowMs;
    const nothing = { entered: [], left: [], evicted: [], reset: false };
    this.#store.report({ server: cardOf(1), instance: "stranger", ...nothing });
    return this.#content();
  }

  /** Takes effect; what was performed from the same state before is remembered. */
  perform(
    tables: Part<TablesContent>,
    server: number,
    { call, operation, request }: Flight,
    nowMs: number,
  ): Performed {
    const asked = `${String(server)}/${String(call)}/${operation}/${JSON.stringify(request)}`;
    const key = `${String(tables.number)}/${String(nowMs)}/${asked}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    this.#tables.refill(tables.value);
    this.#nowMs = nowMs;
    this.#token = tokenNumber(server, call);
    const performer = this.#performers[server]?.[operation];
    invariant(performer !== undefined, "somebody performs it", operation);
    const answer = this.#sealedAnswer(performer(this.#opened(request), callId(call)));
    const performed = { tables: this.#content(), result: { ok: true, answer } as const };
    this.#known.set(key, performed);
    return performed;
  }

  #content(): Part<TablesContent> {
    const { accounts, logins, servers, instances, evictions, answers } = this.#tables.content();
    const evictionsByName = evictions.toSorted((one, other) =>
      JSON.stringify(one) < JSON.stringify(other) ? -1 : 1,
    );
    return this.#parts.of({
      accounts,
      logins: byFirst(logins),
      servers: byFirst(servers),
      instances: byFirst(instances),
      evictions: evictionsByName,
      // The oldest stand first: those of one instant in any order.
      answers: byFirst(answers).toSorted(([, one], [, other]) => one.atMs - other.atMs),
    });
  }

  /** The request with secrets in place of their numbers. */
  #opened(request: PlainData): PlainData {
    const opened: Record<string, PlainData> = {};
    for (const [key, value] of Object.entries(request as Readonly<Record<string, PlainData>>)) {
      const ref = numberIn(value);
      opened[key] = ref === null ? value : this.#secret(ref, request);
    }
    return opened;
  }

  #secret(ref: number, request: PlainData): Uint8Array {
    if (ref !== passwordNumber) {
      // A token that nobody has: as good as one of no bytes.
      return this.#sealed.get(ref) ?? new Uint8Array(0);
    }
    const { name } = request as { readonly name: string };
    const account = name.slice(credentialsOf("").username.length);
    return Uint8Array.from(credentialsOf(account).password, (letter) => letter.charCodeAt(0));
  }

  /** The answer with a number in place of a sealed token. */
  #sealedAnswer(answer: PlainData): PlainData {
    const { token, tokenId, ...rest } = answer as Readonly<Record<string, PlainData>>;
    if (token === undefined || tokenId === undefined) return answer;
    const ref = Number(tokenId);
    this.#sealed.set(ref, (token as unknown as { readonly sealed: Uint8Array }).sealed);
    return { ...rest, tokenId, token: { secret: ref } };
  }
}

function numberIn(value: PlainData): number | null {
  if (typeof value !== "object" || value === null || !("secret" in value)) return null;
  return (value as { readonly secret: number }).secret;
}

const byFirst = <K extends number | string, V>(
  entries: readonly (readonly [K, V])[],
): readonly (readonly [K, V])[] =>
  entries.toSorted(([one], [other]) => (one === other ? 0 : one < other ? -1 : 1));
