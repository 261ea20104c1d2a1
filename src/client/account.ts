/**
 * Logging in as a player means it: a name and a password in, a token and the game servers that it
 * opens out.
 */
import type { loginContract } from "../core/features/contracts.ts";
import { toSafeNumber } from "../core/wire/index.ts";
import { refusedByClient, refusedByServer } from "./refused.ts";
import { showTarget } from "./target.ts";
import { Refusal } from "./types.ts";
import type { Face } from "./types.ts";

export interface Credentials {
  readonly name: string;
  /** In clear. It does not leave this process: what leaves is its SHA-256. */
  readonly password: string;
  /** Who logs in again from the same device takes over his own login; absent: no device. */
  readonly device?: string;
  /** What the game's client is called, such as "1.4.2"; a server may refuse old ones. */
  readonly clientVersion?: string;
}

export interface Login {
  /** What every game server lets this player in for. Secret. */
  readonly token: string;
  readonly player: number;
  /** Those that have room, the emptiest first; never empty. */
  readonly servers: readonly ListedServer[];
}

export interface ListedServer {
  readonly id: number;
  /** For players. */
  readonly name: string;
  /** `tls://address:port`, for `connect`. */
  readonly url: string;
  readonly address: string;
  readonly port: number;
  readonly players: number;
  readonly playersMax: number;
}

/**
 * Logs in.
 *
 * @param game a client of a login server, connected with `loginContract`
 * @throws Refusal with the server's code, such as INVALID_CREDENTIALS or BANNED
 */
export async function login(
  game: { readonly login: Face<typeof loginContract.entries> },
  { name, password, device = "", clientVersion = "" }: Credentials,
): Promise<Login> {
  const answer = await game.login.login({
    username: name,
    passwordHash: await hashPassword(password),
    clientVersion,
    deviceId: device,
  });
  if (!answer.success) {
    throw new Refusal(refusedByServer(answer.errorCode, answer.errorMessage, 0), "login");
  }
  const player = toSafeNumber(answer.playerId);
  if (player === null) {
    throw new Refusal(refusedByClient("SERVER_BROKEN", "the player's id is no number"), "login");
  }
  return { token: answer.sessionToken, player, servers: answer.gameServers.map(listed) };
}

/** What is sent in a password's place: the SHA-256 of its UTF-8 in lower-case hexadecimal. */
export async function hashPassword(password: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(password));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

type Answer = Awaited<ReturnType<Face<typeof loginContract.entries>["login"]>>;

function listed(server: Answer["gameServers"][number]): ListedServer {
  const { ipAddress, port, serverId, serverName, currentPlayers, maxPlayers } = server;
  const address = ipAddress ?? "";
  return {
    id: serverId ?? 0,
    name: serverName ?? "",
    url: showTarget({ host: address, port: port ?? 0, trust: { kind: "system" } }),
    address,
    port: port ?? 0,
    players: currentPlayers ?? 0,
    playersMax: maxPlayers ?? 0,
  };
}
