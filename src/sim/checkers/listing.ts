/**
 * What a login is answered is what the accounts have said:
 *
 * 1. [AUTH-13] The servers in their order, each with the players that it has and how full that
 *    makes it.
 * 2. [AUTH-20] Who is banned for ever is told so, and nobody is who is not banned at all.
 */
import { loginContract } from "../../core/features/contracts.ts";
import { bannedForEver } from "../../core/features/accounts/index.ts";
import type { ServerInfo } from "../../core/features/accounts/index.ts";
import { errorTable } from "../../core/kernel/errors.ts";
import type { Decoded } from "../../core/wire/index.ts";
import { CheckFailure } from "./checker.ts";
import type { Checker, Step } from "./checker.ts";
import { readPayload } from "./replies.ts";

const { login } = loginContract.entries;
type Reply = Decoded<typeof login.reply>;

export class ListingChecker implements Checker {
  readonly name = "listing";
  readonly missesEncore = true;
  readonly missesReplays = true;
  /** Counts servers that were listed, and logins that were refused for a ban. */
  checked = 0;

  stepped({ event, sends, calls }: Step): void {
    if (event.type !== "call.completed" || !event.result.ok) return;
    for (const { operation } of calls) {
      if (operation === "logins.open") this.#judgeBan(event.result.answer as Answer, false);
    }
    for (const { type, payload } of sends) {
      if (type !== login.replyType || payload === null) continue;
      const reply = readPayload(login.reply, payload);
      if (reply === null) continue;
      const answer = event.result.answer as Answer;
      this.#judgeBan(answer, reply.errorCode === errorTable.BANNED.code);
      if (!reply.success) continue;
      const { servers = [] } = answer;
      this.checked += servers.length;
      const due = servers.map(asDue).join("; ");
      const told = (reply.gameServers ?? []).map(asTold).join("; ");
      if (due === told) continue;
      this.#fail("a login lists the servers that the accounts have listed", `${told}, not ${due}`);
    }
  }

  /** A ban with an end depends on the server's clock. */
  #judgeBan({ kind, bannedUntil = 0 }: Answer, isTold: boolean): void {
    if (kind !== "verified") return;
    if (isTold) this.checked += 1;
    if (bannedUntil > 0 || isTold === (bannedUntil === bannedForEver)) return;
    this.#fail("who is banned is told so, and nobody else", `until ${String(bannedUntil)}`);
  }

  #fail(rule: string, detail: string): never {
    throw new CheckFailure(this.name, rule, detail);
  }
}

interface Answer {
  readonly servers?: readonly ServerInfo[];
  readonly kind?: string;
  readonly bannedUntil?: number;
}

const asDue = ({ id, name, address, port, players, max }: ServerInfo): string =>
  [id, name, address, port, players, max, Math.fround(players / max)].join(" ");

const asTold = (server: NonNullable<Reply["gameServers"]>[number]): string =>
  [
    server.serverId,
    server.serverName,
    server.ipAddress,
    server.port,
    server.currentPlayers,
    server.maxPlayers,
    Math.fround(server.loadFactor ?? 0),
  ].join(" ");
