/**
 * [AUTH-12] [AUTH-13] Whoever has logged in is told what the accounts have said: who he is, and the
 * servers in their order, each with the players that it has and how full that makes it.
 */
import { loginContract } from "../../core/features/contracts.ts";
import type { ServerInfo } from "../../core/features/accounts/index.ts";
import { decodePayload } from "../../core/wire/index.ts";
import type { Decoded } from "../../core/wire/index.ts";
import { CheckFailure } from "./checker.ts";
import type { Checker, Step } from "./checker.ts";

const { login } = loginContract.entries;
type Reply = Decoded<typeof login.reply>;

export class ListingChecker implements Checker {
  readonly name = "listing";
  readonly missesEncore = true;
  readonly missesReplays = true;
  /** Counts servers that were listed. */
  checked = 0;

  stepped({ event, sends }: Step): void {
    if (event.type !== "call.completed" || !event.result.ok) return;
    for (const { type, payload } of sends) {
      if (type !== login.replyType || payload === null) continue;
      const reply = decodePayload(login.reply, payload, 0, payload.length);
      if (reply?.success !== true) continue;
      const { servers = [] } = event.result.answer as { readonly servers?: readonly ServerInfo[] };
      this.checked += servers.length;
      const due = servers.map(asDue).join("; ");
      const told = (reply.gameServers ?? []).map(asTold).join("; ");
      if (due === told) continue;
      throw new CheckFailure(
        this.name,
        "a login lists the servers that the accounts have listed",
        `${told}, not ${due}`,
      );
    }
  }
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
