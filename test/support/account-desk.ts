/**
 * Performs the operations of accounts in memory, when it is told to: taking effect and being
 * answered are two things, so that a test decides what overtakes what. Secrets are numbers, as the
 * realm sees them.
 */
import { memoryStore } from "../../src/core/features/accounts/index.ts";
import type { AccountStore, Grant, LoginKey } from "../../src/core/features/accounts/index.ts";
import type { CallResult } from "../../src/core/contract.ts";
import { playerId } from "../../src/core/kernel/ids.ts";
import type { PlainData } from "../../src/core/kernel/plain.ts";
import type { Called } from "./realm-driver.ts";

/** Who calls: a role of a server. */
export interface Caller {
  /** Names its calls. */
  readonly name: string;
  /** Of a game server. */
  readonly server: { readonly id: number; readonly max: number } | null;
}

type Fields = Readonly<Record<string, PlainData>>;

export class AccountDesk {
  readonly store: AccountStore;
  /** The tokens that were issued, by the number that stands for each. */
  readonly tokens = new Map<number, Grant>();
  /** The passwords that stand behind numbers. */
  readonly passwords = new Map<number, string>();
  #secrets = 1_000;
  #tokenIds = 0;
  readonly #nowMs: () => number;

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
    const tokenId = (): string => `login ${(this.#tokenIds += 1)}`;
    this.store = memoryStore({ nowMs, tokenId, mode: "development" });
  }

  /** A number that stands for the password. */
  password(text: string): number {
    this.#secrets += 1;
    this.passwords.set(this.#secrets, text);
    return this.#secrets;
  }

  /** Takes effect, and gives the answer to deliver. */
  perform(call: Called, caller: Caller): CallResult {
    const request = call.request as Fields;
    return { ok: true, answer: this.#answer(call, request, caller) };
  }

  #answer(call: Called, request: Fields, caller: Caller): PlainData {
    const named = `${caller.name}/${call.id}`;
    switch (call.operation) {
      case "accounts.verify":
        return this.#verify(String(request["name"]), secretOf(request["password"]));
      case "logins.open":
        return this.#open({ ...request, call: named } as never);
      case "logins.end":
        return { ended: this.store.end({ ...request, call: named } as never) };
      case "tokens.verify":
        return this.#token(
          secretOf(request["token"]),
          request["leaving"] === true ? null : (caller.server?.id ?? 0),
          caller.name,
        );
      case "directory.report":
        return this.#report(request, caller);
      default:
        throw new Error(`nobody performs ${call.operation}`);
    }
  }

  #verify(name: string, password: number): PlainData {
    const text = this.passwords.get(password) ?? "";
    const known = this.store.find(name);
    const account =
      known ?? this.store.add({ name, passwordHash: text, role: "player", origin: "development" });
    if (account === null || account.passwordHash !== text) return { kind: "refused" };
    const { player, role, bannedUntilMs: bannedUntil, passwordVersion } = account;
    return { kind: "verified", player, name: account.name, role, bannedUntil, passwordVersion };
  }

  #open(request: Parameters<AccountStore["open"]>[0]): PlainData {
    const outcome = this.store.open(request);
    if (outcome.kind !== "opened") return outcome;
    const { grant, replaced, servers } = outcome;
    this.#secrets += 1;
    this.tokens.set(this.#secrets, grant);
    const { tokenId, expiresAtMs } = grant;
    const token = { secret: this.#secrets };
    return { kind: "opened", token, tokenId, expiresAtMs, replaced, servers: [...servers] };
  }

  #token(secret: number, server: number | null, instance: string): PlainData {
    const grant = this.tokens.get(secret);
    if (grant === undefined) return { kind: "invalid", reason: "malformed" };
    if (grant.expiresAtMs <= this.#nowMs()) return { kind: "invalid", reason: "expired" };
    const { player, tokenId } = grant;
    const standing = this.store.standing({ player, tokenId, server, instance });
    return standing.kind === "invalid" ? standing : { kind: "valid", ...standing.grant };
  }

  #report(request: Fields, caller: Caller): PlainData {
    const { server } = caller;
    if (server === null) throw new Error("a login server reports nothing");
    const keys = (list: PlainData): LoginKey[] =>
      (list as [number, string][]).map(([player, login]) => [playerId(player), login]);
    const evict = this.store.report({
      server: {
        ...server,
        name: `Server ${server.id}`,
        address: "127.0.0.1",
        port: 8_000 + server.id,
        players: Number(request["players"]),
      },
      instance: caller.name,
      entered: keys(request["entered"]),
      left: keys(request["left"]),
      evicted: keys(request["evicted"]),
      reset: request["reset"] === true,
    });
    if (evict === null) return { evict: [], isSupplanted: true };
    return { evict: evict.map(([player, login]) => [player, login]) };
  }
}

const secretOf = (value: PlainData): number => (value as { secret: number }).secret;
