/** Guilds: founding one, inviting, leaving, and war between two. */
import { limits } from "../../kernel/limits.ts";
import { reprise as pb } from "../../wire/gen/guild.js";
import {
  defineContract,
  identities,
  identity,
  invalid,
  isInvalid,
  request,
  text,
  toClient,
  toServer,
} from "../../wire/index.ts";
import type { Invalid } from "../../wire/index.ts";

export interface Founding {
  /** 1..`guildNameBytesMax` bytes. */
  readonly name: string;
  /** At most `charterSignersMax` players. */
  readonly signers: readonly number[];
}

export interface Invitation {
  readonly guild: number;
  /** Who is invited: a player's id, >= 1, or a name that is not empty. */
  readonly whom: { readonly player: number } | { readonly name: string };
}

export const guildContract = defineContract("guild", {
  create: request(3_000, pb.v1.GuildCreateRequest, 3_001, pb.v1.GuildCreateResponse, parseFounding),
  invite: request(
    3_002,
    pb.v1.GuildInviteRequest,
    3_003,
    pb.v1.GuildInviteResponse,
    parseInvitation,
  ),
  declareWar: request(
    3_004,
    pb.v1.GuildWarRequest,
    3_005,
    pb.v1.GuildWarResponse,
    ({ targetGuildId, instanced }) => ({ target: targetGuildId, instanced }),
  ),
  /** Parsed to the guild whose invitation is meant. */
  acceptInvite: toServer(3_006, pb.v1.GuildInviteAcceptRequest, ({ guildId }) => guildId),
  leave: toServer(3_007, pb.v1.GuildLeaveRequest, () => undefined),
  warStarted: toClient(3_010, pb.v1.GuildWarStart),
});

function parseFounding(message: pb.v1.GuildCreateRequest): Founding | Invalid {
  const name = text(message.guildName, "the guild's name", limits.guildNameBytesMax);
  if (isInvalid(name)) return name;
  if (name === "") return invalid("the guild's name is empty");
  const signers = identities(message.charterSigners, limits.charterSignersMax);
  return isInvalid(signers) ? signers : { name, signers };
}

function parseInvitation(message: pb.v1.GuildInviteRequest): Invitation | Invalid {
  const { guildId: guild } = message;
  const player = identity(message.targetId);
  if (isInvalid(player)) return player;
  if (player !== 0) return { guild, whom: { player } };
  const name = text(message.targetName, "the player's name", limits.usernameBytesMax);
  if (isInvalid(name)) return name;
  return name === "" ? invalid("nobody is invited") : { guild, whom: { name } };
}
