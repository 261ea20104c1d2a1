/**
 * An account store in memory: for the simulator, and for servers that may forget everybody when
 * they end.
 */
import { playerId } from "../../kernel/ids.ts";
import type { PlayerId } from "../../kernel/ids.ts";
import type { ServerReport } from "./directory.ts";
import type { Eviction } from "./login-rows.ts";
import type { LoginKey } from "./operations.ts";
import type { Account, AccountStore, StoreSource } from "./store.ts";
import type { KeptAnswer, KeptLogin, Tables } from "./tables.ts";
import { nameKey, storeOver } from "./transactions.ts";

/** Makes an empty store. */
export const memoryStore = (source: StoreSource): AccountStore =>
  storeOver(new MemoryTables(), source);

interface Dated<T> {
  readonly value: T;
  readonly atMs: number;
}

/** All that stands in the tables. What is in it is never changed, only replaced. */
export interface TablesContent {
  readonly accounts: readonly (readonly [PlayerId, Account])[];
  readonly logins: readonly (readonly [PlayerId, KeptLogin])[];
  readonly servers: readonly (readonly [number, ServerReport])[];
  readonly instances: readonly (readonly [number, string])[];
  readonly evictions: readonly Dated<Eviction>[];
  readonly answers: readonly (readonly [string, Dated<KeptAnswer>])[];
}

export class MemoryTables implements Tables {
  #accounts = new Map<PlayerId, Account>();
  #players = new Map<string, PlayerId>();
  #logins = new Map<PlayerId, KeptLogin>();
  #servers = new Map<number, ServerReport>();
  #instances = new Map<number, string>();
  // Few at a time: each is gone with its server's next report.
  #evictions: readonly Dated<Eviction>[] = [];
  /** In the order of their times, so that the oldest is found at once. */
  #answers = new Map<string, Dated<KeptAnswer>>();

  /** For whoever tries several futures of one store: see `refill`. */
  content(): TablesContent {
    return {
      accounts: [...this.#accounts],
      logins: [...this.#logins],
      servers: [...this.#servers],
      instances: [...this.#instances],
      evictions: this.#evictions,
      answers: [...this.#answers],
    };
  }

  /** Puts in place of everything what `content` once gave. */
  refill({ accounts, logins, servers, instances, evictions, answers }: TablesContent): void {
    this.#accounts = new Map(accounts);
    this.#players = new Map(accounts.map(([player, { name }]) => [nameKey(name), player]));
    this.#logins = new Map(logins);
    this.#servers = new Map(servers);
    this.#instances = new Map(instances);
    this.#evictions = evictions;
    this.#answers = new Map(answers);
  }

  // Nothing else runs while the body does, and the body does not throw half-way.
  transaction<T>(body: () => T): T {
    return body();
  }

  snapshot<T>(body: () => T): T {
    return body();
  }

  addAccount(account: Omit<Account, "player">, key: string): Account | null {
    if (this.#players.has(key)) return null;
    const player = playerId(this.#accounts.size + 1);
    const whole = { ...account, player };
    this.#accounts.set(player, whole);
    this.#players.set(key, player);
    return whole;
  }

  putAccount(account: Account): void {
    this.#accounts.set(account.player, account);
  }

  accountOfName(key: string): Account | null {
    const player = this.#players.get(key);
    return player === undefined ? null : this.accountOf(player);
  }

  accountOf(player: PlayerId): Account | null {
    return this.#accounts.get(player) ?? null;
  }

  accounts(after: number, limit: number): readonly Account[] {
    return [...this.#accounts.values()].filter(({ player }) => player > after).slice(0, limit);
  }

  login(player: PlayerId): KeptLogin | null {
    return this.#logins.get(player) ?? null;
  }

  putLogin(login: KeptLogin): void {
    this.#logins.set(login.row.player, login);
  }

  loginsOn(server: number): readonly KeptLogin[] {
    return [...this.#logins.values()].filter(({ row }) => row.server === server);
  }

  servers(): Iterable<ServerReport> {
    return this.#servers.values();
  }

  serverSeen(server: number): number | null {
    return this.#servers.get(server)?.seenAtMs ?? null;
  }

  instanceOf(server: number): string | null {
    return this.#instances.get(server) ?? null;
  }

  putServer(report: ServerReport, instance: string): void {
    this.#servers.set(report.id, report);
    this.#instances.set(report.id, instance);
  }

  evictionsOf(server: number): readonly LoginKey[] {
    return this.#evictions
      .filter(({ value }) => value.server === server)
      .map(({ value }) => [value.player, value.tokenId]);
  }

  evicting(player: PlayerId): readonly number[] {
    return this.#evictions
      .filter(({ value }) => value.player === player)
      .map(({ value }) => value.server);
  }

  addEviction(eviction: Eviction, nowMs: number): void {
    const isThere = this.#evictions.some(({ value }) => isSame(value, eviction));
    if (!isThere) this.#evictions = [...this.#evictions, { value: eviction, atMs: nowMs }];
  }

  removeEviction(eviction: Eviction): void {
    this.#evictions = this.#evictions.filter(({ value }) => !isSame(value, eviction));
  }

  clearEvictions(server: number): void {
    this.#evictions = this.#evictions.filter(({ value }) => value.server !== server);
  }

  answer(call: string): KeptAnswer | null {
    return this.#answers.get(call)?.value ?? null;
  }

  keepAnswer(call: string, answer: KeptAnswer, nowMs: number): void {
    this.#answers.set(call, { value: answer, atMs: nowMs });
  }

  forget(before: { readonly answersMs: number; readonly evictionsMs: number }): void {
    for (const [call, { atMs }] of this.#answers) {
      if (atMs >= before.answersMs) break;
      this.#answers.delete(call);
    }
    if (this.#evictions.some(({ atMs }) => atMs < before.evictionsMs)) {
      this.#evictions = this.#evictions.filter(({ atMs }) => atMs >= before.evictionsMs);
    }
  }
}

const isSame = (one: Eviction, other: Eviction): boolean =>
  one.server === other.server && one.player === other.player && one.tokenId === other.tokenId;
