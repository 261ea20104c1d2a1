/** Duels: the challenge, which the server passes on, and the two answers to it. */
import { reprise as pb } from "../../wire/gen/game.js";
import { defineContract, identity, invalid, toClient, toServer } from "../../wire/index.ts";
import type { Invalid, LongHalves } from "../../wire/index.ts";

export const duelContract = defineContract("duel", {
  /** Parsed to the player who is challenged, >= 1. */
  challenge: toServer(2_101, pb.v1.DuelRequest, ({ targetId }) => player(targetId)),
  challenged: toClient(2_101, pb.v1.DuelRequest),
  /** Parsed to the player whose challenge is meant, >= 1; so is the next. */
  accept: toServer(3_008, pb.v1.DuelAcceptRequest, ({ challengerId }) => player(challengerId)),
  decline: toServer(3_009, pb.v1.DuelDeclineRequest, ({ challengerId }) => player(challengerId)),
});

function player(id: number | LongHalves): number | Invalid {
  const number = identity(id);
  return number === 0 ? invalid("no player is named") : number;
}
