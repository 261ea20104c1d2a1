/**
 * [AUTH-08] [AUTH-09] [AUTH-16] What the accounts grant to all servers together, told from what
 * was asked and answered there:
 *
 * 1. An account that is alive on one device is not opened from another: nobody plays by its login,
 *    which was issued, or left by who did, less than its grace ago; or a server that has reported
 *    within three seconds plays it.
 * 2. A token is good for as long as it is the account's newest and has not been ended, and not a
 *    moment longer.
 * 3. Whoever asks again is told what he was told: a login that was opened is that login, unless he
 *    was banned since, and one that was ended has ended.
 * 4. [AUTH-13] A login lists the servers that have reported within two seconds and have room, as
 *    they have reported, by load, then id; and none is opened where there is none.
 * 5. [AUTH-17] Ending a login ends it, and ends none that is over.
 * 6. A server that plays a login which is over is told so with each report until it has ended it;
 *    and nobody is ended whose login is good and plays nowhere else.
 * 7. [AUTH-20] Who is banned is said to be, has no login from then on, and gets none.
 *
 * What is certain is judged. Who was said to be on two servers may be alive or not, and is left
 * alone.
 */
import type { LoginKey, ServerInfo } from "../../core/features/accounts/index.ts";
import type { PlainData } from "../../core/kernel/plain.ts";
import { CheckFailure } from "./checker.ts";
import type { Checker } from "./checker.ts";
import { loginName } from "./login-name.ts";

/** One call, as it was carried out. */
export interface Performance {
  /** Who asks again has the same. */
  readonly call: string;
  readonly operation: string;
  /** With secrets in place of their names. */
  readonly request: PlainData;
  readonly answer: PlainData;
  /** The game server that asked, with 0 players; null: the login server. */
  readonly card: ServerInfo | null;
  /** By the clock of the accounts. */
  readonly nowMs: number;
}

interface Login {
  readonly tokenId: string;
  readonly device: string;
  readonly openedMs: number;
  /** When it was issued, or left by who played by it. */
  seenMs: number;
  /** Where he plays by it: a server's id; `unknown`: he was said to be on two. */
  place: number | "none" | "unknown";
  /** Two servers have said that he is there, and one of them will end him. */
  isTorn: boolean;
  isEnded: boolean;
}

/** What requests and answers have, as far as it is looked at. */
interface Fields {
  readonly kind?: string;
  readonly reason?: string;
  readonly player?: number;
  readonly tokenId?: string;
  readonly device?: string;
  readonly graceMs?: number;
  readonly ended?: boolean;
  readonly isSupplanted?: boolean;
  readonly token?: Uint8Array;
  readonly reset?: boolean;
  readonly entered?: readonly LoginKey[];
  readonly left?: readonly LoginKey[];
  readonly evicted?: readonly LoginKey[];
  readonly evict?: readonly LoginKey[];
  readonly players?: number;
  readonly servers?: readonly ServerInfo[];
  readonly known?: number;
  readonly bannedUntil?: number;
}

const serverAliveMs = 3_000;
const serverListedMs = 2_000;

export class DeskChecker implements Checker {
  readonly name = "desk";
  /** Counts logins that were opened over another, and tokens that were judged. */
  checked = 0;
  /** The newest of each player. */
  readonly #logins = new Map<number, Login>();
  /** When each server has reported last, and what. */
  readonly #reports = new Map<number, { readonly atMs: number; readonly server: ServerInfo }>();
  readonly #banned = new Set<number>();
  /** Whom each server has to end, by login. */
  readonly #unwanted = new Map<number, Set<string>>();
  /** What was told of each call that was done, which is once: the login's id, or that it ended. */
  readonly #done = new Map<string, string>();

  performed({ call, operation, request, answer, card, nowMs }: Performance): void {
    const asked = request as Fields;
    const told = answer as Fields;
    const isAgain = this.#isAgain(call, asked, told);
    if (operation === "logins.open") this.#listed(told, isAgain, nowMs);
    if (isAgain) return;
    switch (operation) {
      case "accounts.verify":
        return this.#known(told);
      case "logins.open":
        if (told.kind === "opened") this.#opened(asked, told.tokenId ?? "", nowMs);
        return;
      case "logins.end":
        return this.#end(asked, told.ended === true);
      case "tokens.verify":
        return this.#verified(asked, told);
      case "directory.report":
        if (card === null || told.isSupplanted === true) return;
        this.#reported(asked, { ...card, players: asked.players ?? 0 }, nowMs);
        this.#evicted(told.evict ?? [], card.id);
    }
  }

  /** An operator has banned him, or lifted the ban. */
  banned(player: number, isBanned: boolean): void {
    if (!isBanned) return void this.#banned.delete(player);
    this.#banned.add(player);
    const login = this.#logins.get(player);
    if (login === undefined) return;
    this.#over(player, login);
    login.isEnded = true;
  }

  #known({ kind, player = 0, bannedUntil = 0 }: Fields): void {
    if (kind !== "verified" || (bannedUntil !== 0) === this.#banned.has(player)) return;
    this.#fail("who is banned is said to be, and nobody else", `player ${String(player)}`);
  }

  #listed({ kind, servers = [], known }: Fields, isAgain: boolean, nowMs: number): void {
    if (kind !== "opened" && kind !== "full") return;
    const alive = Array.from(this.#reports.values())
      .filter(({ atMs }) => nowMs >= atMs && nowMs - atMs <= serverListedMs)
      .map(({ server }) => server);
    const due = alive
      .filter(({ players, max }) => players < max)
      .toSorted((one, other) => loadOrder(one, other) || one.id - other.id);
    const detail = `${textOf(servers)}, not ${textOf(due)}`;
    if (kind === "full") {
      const isSo = due.length === 0 && known === alive.length;
      if (!isSo) this.#fail("only where no server has room there is none", detail);
    } else if ((due.length === 0 && !isAgain) || textOf(due) !== textOf(servers)) {
      this.#fail("the servers with room are listed as they have reported, by load", detail);
    }
  }

  /** Of what was done and is asked for once more. */
  #isAgain(call: string, { player = 0 }: Fields, { kind, tokenId = "", ended }: Fields): boolean {
    const done = kind === "opened" ? tokenId : ended === true ? "ended" : null;
    const before = this.#done.get(call);
    if (before === undefined) {
      if (done !== null) this.#done.set(call, done);
      return false;
    }
    this.checked += 1;
    if (done === before) return true;
    // A ban has ended that login, and its token is void.
    if (kind === "refused" && this.#banned.has(player)) return true;
    this.#fail("whoever asks again is told what he was told", `${before}, then ${String(done)}`);
  }

  #opened({ player = 0, device = "", graceMs = 0 }: Fields, tokenId: string, nowMs: number): void {
    if (this.#banned.has(player)) this.#fail("who is banned gets no login", String(player));
    const before = this.#logins.get(player);
    if (before !== undefined) {
      this.checked += 1;
      const isHis = device !== "" && device === before.device;
      if (!isHis && this.#isAlive(before, graceMs, nowMs)) {
        const age = String(nowMs - before.openedMs);
        const detail = `player ${String(player)}, whose login is ${age} ms old`;
        this.#fail("who is alive on one device is not let in from another", detail);
      }
      this.#over(player, before);
    }
    this.#logins.set(player, {
      ...{ tokenId, device, openedMs: nowMs, seenMs: nowMs },
      ...{ place: "none", isTorn: false, isEnded: false },
    });
  }

  /** The login is over, and whoever plays it is to end it. */
  #over(player: number, { tokenId, place, isTorn, isEnded }: Login): void {
    if (isEnded || isTorn || typeof place !== "number") return;
    this.#unwantedOf(place).add(loginName([player, tokenId]));
  }

  #unwantedOf(server: number): Set<string> {
    const unwanted = this.#unwanted.get(server) ?? new Set();
    this.#unwanted.set(server, unwanted);
    return unwanted;
  }

  #isAlive({ seenMs, place, isEnded }: Login, graceMs: number, nowMs: number): boolean {
    if (isEnded || place === "unknown") return false;
    // What seems to come from the future is not alive: clocks step back.
    if (place === "none") return nowMs >= seenMs && nowMs - seenMs < graceMs;
    return nowMs - (this.#reports.get(place)?.atMs ?? -Infinity) < serverAliveMs;
  }

  #end({ player = 0, tokenId }: Fields, hasEnded: boolean): void {
    const login = this.#logins.get(player);
    const isGood = login !== undefined && login.tokenId === tokenId && !login.isEnded;
    if (isGood !== hasEnded) {
      this.#fail("a login that is good can be ended, and no other", `player ${String(player)}`);
    }
    if (!isGood) return;
    this.#over(player, login);
    login.isEnded = true;
  }

  #verified({ token }: Fields, { kind, reason, player = 0, tokenId }: Fields): void {
    if (kind === "valid") {
      this.checked += 1;
      const login = this.#logins.get(player);
      if (login !== undefined && login.tokenId === tokenId && !login.isEnded) return;
      const why = login?.tokenId === tokenId ? "its login has ended" : "there is a newer one";
      this.#fail("a token is good until its login ends", `player ${String(player)}: ${why}`);
    }
    if (reason !== "revoked" || token === undefined) return;
    const [number = "", id = ""] = String.fromCharCode(...token).split(".");
    const login = this.#logins.get(Number(number));
    if (login === undefined || login.tokenId !== id || login.isEnded) return;
    this.#fail("a token is good until its login ends", `player ${number}: it is the newest`);
  }

  #reported(
    { reset = false, entered = [], left = [], evicted = [] }: Fields,
    server: ServerInfo,
    nowMs: number,
  ): void {
    const { id } = server;
    this.#reports.set(id, { atMs: nowMs, server });
    const unwanted = this.#unwantedOf(id);
    if (reset) unwanted.clear();
    for (const key of evicted) unwanted.delete(loginName(key));
    for (const login of reset ? this.#logins.values() : []) {
      if (login.place === id) leave(login, nowMs);
    }
    for (const key of left) this.#left(key, id, nowMs);
    for (const key of entered) {
      this.#entered(key, id);
      if (this.#goodLogin(key) === null) unwanted.add(loginName(key));
    }
  }

  /** After a report of the server. */
  #evicted(evict: readonly LoginKey[], server: number): void {
    const told = new Set(evict.map(loginName));
    for (const key of this.#unwantedOf(server)) {
      this.checked += 1;
      if (!told.has(key)) this.#fail("a server ends whose login is over", key);
    }
    for (const key of evict) {
      const login = this.#goodLogin(key);
      if (login === null || login.isTorn) continue;
      this.#fail("nobody is ended whose login is good", loginName(key));
    }
  }

  /** Null for one that has ended or was replaced. */
  #goodLogin([player, tokenId]: LoginKey): Login | null {
    const login = this.#logins.get(player);
    return login?.tokenId === tokenId && !login.isEnded ? login : null;
  }

  #left([player, tokenId]: LoginKey, server: number, nowMs: number): void {
    const login = this.#logins.get(player);
    if (login === undefined || login.tokenId !== tokenId) return;
    const { place } = login;
    // Who is on another server by now is left where he is, or is not: it is not judged.
    if (place === server || place === "none") leave(login, nowMs);
    else login.place = "unknown";
  }

  #entered([player, tokenId]: LoginKey, server: number): void {
    const login = this.#logins.get(player);
    if (login === undefined || login.tokenId !== tokenId) return;
    // Who is at two servers is sent away from one of them: which of them is another's business.
    const isElsewhere = typeof login.place === "number" && login.place !== server;
    if (isElsewhere) login.isTorn = true;
    login.place = isElsewhere ? "unknown" : server;
  }

  #fail(rule: string, detail: string): never {
    throw new CheckFailure(this.name, rule, detail);
  }
}

/** Nobody plays by it any more, since now. */
function leave(login: Login, nowMs: number): void {
  login.place = "none";
  login.seenMs = nowMs;
}

/** Negative where the first is the emptier one. */
const loadOrder = (one: ServerInfo, other: ServerInfo): number =>
  one.players * other.max - other.players * one.max;

const textOf = (servers: readonly ServerInfo[]): string =>
  servers
    .map(({ id, name, address, port, players, max }) =>
      [id, name, address, port, players, max].join(" "),
    )
    .join("; ");
