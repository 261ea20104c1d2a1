/**
 * [AUTH-08] [AUTH-09] [AUTH-16] What the accounts grant to all servers together, told from what
 * was asked and answered there:
 *
 * 1. An account that is alive on one device is not opened from another: its login was issued less
 *    than its grace ago and nobody has entered by it, or a server that has reported within three
 *    seconds plays it.
 * 2. A token is good for as long as it is the account's newest and has not been ended, and not a
 *    moment longer.
 * 3. Whoever asks again is told what he was told: a login that was opened is that login, and one
 *    that was ended has ended.
 *
 * What is certain is judged. Who has left a server may be alive or not, and is left alone.
 */
import type { LoginKey } from "../../core/features/accounts/index.ts";
import type { PlainData } from "../../core/kernel/plain.ts";
import { CheckFailure } from "./checker.ts";
import type { Checker } from "./checker.ts";

/** One call, as it was carried out. */
export interface Performance {
  /** Who asks again has the same. */
  readonly call: string;
  readonly operation: string;
  /** With secrets in place of their names. */
  readonly request: PlainData;
  readonly answer: PlainData;
  /** The game server that asked; null: the login server. */
  readonly server: number | null;
  /** By the clock of the accounts. */
  readonly nowMs: number;
}

interface Login {
  readonly tokenId: string;
  readonly device: string;
  readonly openedMs: number;
  /** By which he has entered: a server's id; `none`: nobody yet; `unknown`: he has left one. */
  place: number | "none" | "unknown";
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
}

const serverAliveMs = 3_000;

export class DeskChecker implements Checker {
  readonly name = "desk";
  /** Counts logins that were opened over another, and tokens that were judged. */
  checked = 0;
  /** The newest of each player. */
  readonly #logins = new Map<number, Login>();
  readonly #reportedMs = new Map<number, number>();
  /** What was told of each call that was done, which is once: the login's id, or that it ended. */
  readonly #done = new Map<string, string>();

  performed({ call, operation, request, answer, server, nowMs }: Performance): void {
    const asked = request as Fields;
    const told = answer as Fields;
    if (this.#isAgain(call, told)) return;
    switch (operation) {
      case "logins.open":
        if (told.kind === "opened") this.#opened(asked, told.tokenId ?? "", nowMs);
        return;
      case "logins.end":
        if (told.ended === true) this.#end(asked);
        return;
      case "tokens.verify":
        return this.#verified(asked, told);
      case "directory.report":
        if (server !== null && told.isSupplanted !== true) this.#reported(asked, server, nowMs);
    }
  }

  /** Of what was done and is asked for once more. */
  #isAgain(call: string, { kind, tokenId = "", ended }: Fields): boolean {
    const done = kind === "opened" ? tokenId : ended === true ? "ended" : null;
    const before = this.#done.get(call);
    if (before === undefined) {
      if (done !== null) this.#done.set(call, done);
      return false;
    }
    this.checked += 1;
    if (done === before) return true;
    this.#fail("whoever asks again is told what he was told", `${before}, then ${String(done)}`);
  }

  #opened({ player = 0, device = "", graceMs = 0 }: Fields, tokenId: string, nowMs: number): void {
    const before = this.#logins.get(player);
    if (before !== undefined) {
      this.checked += 1;
      const isHis = device !== "" && device === before.device;
      if (!isHis && this.#isAlive(before, graceMs, nowMs)) {
        const age = String(nowMs - before.openedMs);
        const detail = `player ${String(player)}, whose login is ${age} ms old`;
        this.#fail("who is alive on one device is not let in from another", detail);
      }
    }
    const login: Login = { tokenId, device, openedMs: nowMs, place: "none", isEnded: false };
    this.#logins.set(player, login);
  }

  #isAlive({ openedMs, place, isEnded }: Login, graceMs: number, nowMs: number): boolean {
    if (isEnded || place === "unknown") return false;
    if (place === "none") return nowMs - openedMs < graceMs;
    return nowMs - (this.#reportedMs.get(place) ?? -Infinity) < serverAliveMs;
  }

  #end({ player = 0, tokenId }: Fields): void {
    const login = this.#logins.get(player);
    if (login !== undefined && login.tokenId === tokenId) login.isEnded = true;
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

  #reported({ reset = false, entered = [], left = [] }: Fields, server: number, nowMs: number) {
    this.#reportedMs.set(server, nowMs);
    for (const login of reset ? this.#logins.values() : []) {
      if (login.place === server) login.place = "unknown";
    }
    for (const key of left) this.#move(key, "unknown");
    for (const key of entered) this.#move(key, server);
  }

  #move([player, tokenId]: LoginKey, to: number | "unknown"): void {
    const login = this.#logins.get(player);
    if (login === undefined || login.tokenId !== tokenId) return;
    // Who is at two servers is sent away from one of them: which of them is another's business.
    const isElsewhere = typeof login.place === "number" && login.place !== to;
    login.place = isElsewhere ? "unknown" : to;
  }

  #fail(rule: string, detail: string): never {
    throw new CheckFailure(this.name, rule, detail);
  }
}
