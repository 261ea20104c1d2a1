/**
 * A client of the published contracts: logging in, entering, walking. Checked by `tsc` alone, as
 * client.types.ts is.
 */
import { connect } from "../../src/client/index.ts";
import {
  accountContract,
  chatContract,
  combatContract,
  duelContract,
  guildContract,
  identity,
  isInvalid,
  loginContract,
  worldContract,
} from "../../src/contract.ts";
import type { Invalid } from "../../src/contract.ts";

const accounts = [loginContract, accountContract] as const;
const play = [worldContract, accountContract, combatContract, chatContract] as const;
const others = [duelContract, guildContract] as const;

export async function allowed(): Promise<readonly unknown[]> {
  const lobby = await connect("tls://127.0.0.1:8080", { contracts: accounts });
  const login = await lobby.login.login({ username: "ada", passwordHash: "00", deviceId: "d" });
  const [server] = login.gameServers ?? [];
  const code: number = login.errorCode;
  const player: number | Invalid = identity(login.playerId);
  if (isInvalid(player)) throw new Error(player.invalid);
  const url = `tls://${server?.ipAddress ?? ""}:${server?.port ?? 0}`;
  const game = await connect(url, { contracts: [...play, ...others] });
  const sessionToken = login.sessionToken;
  const entered = await game.world.enter({ characterId: 0, channelId: 0, sessionToken });
  const x: number = entered.spawnPosition?.x ?? 0;
  game.world.move({ position: { x, y: 0, z: 0 }, velocity: { x: 1 }, sequenceNumber: 1 });
  game.world.on("update", ({ tick, updates, removed }) => [tick, updates, removed]);
  game.world.on("entity", ({ entityId, movement, health, status }) => [
    entityId,
    movement?.position?.x,
    health?.currentHp,
    status?.buffIds,
  ]);
  game.combat.act({ targetId: 5, skillId: 1 });
  game.chat.say({ channel: 4, message: "psst", recipientId: player });
  game.chat.on("said", ({ senderName, message }) => `${senderName}: ${message}`);
  game.duel.challenge({ targetId: 5 });
  game.guild.leave({});
  const { success } = await game.account.logout({ sessionToken });
  return [code, success];
}

export async function misused(): Promise<void> {
  const game = await connect("tls://127.0.0.1:8081", { contracts: play });
  // @ts-expect-error -- the login is not asked of this server
  await game.login.login({ username: "ada" });
  // @ts-expect-error -- a movement is told, not asked
  const answer: Promise<unknown> = game.world.move({});
  await answer;
  // @ts-expect-error -- a position is no pair
  game.world.move({ position: [1, 2] });
  // @ts-expect-error -- only the server sends it
  game.world.update({ tick: 1 });
  // @ts-expect-error -- the name on the wire is no name here
  game.chat.say({ recipient_id: 1 });
}
