/** What cheats do, as far as it is no movement. */
import { worldContract } from "../../core/features/contracts.ts";
import { defineContract, toServer } from "../../core/wire/index.ts";
import type { Fault } from "../faults.ts";
import type { Cheat } from "./script.ts";

const { entity, update } = worldContract.entries;

/** The server's own packets, as if clients might send them. */
export const forgedContract = defineContract("forged", {
  update: toServer(update.type, update.message, () => null),
  entity: toServer(entity.type, entity.message, () => null),
});

/** By which fault each is counted. */
export const cheatFaults: Readonly<Record<Cheat, Fault>> = {
  "too-fast": "cheat.movement",
  teleport: "cheat.movement",
  "not-a-number": "cheat.movement",
  "out-of-bounds": "cheat.movement",
  stale: "cheat.stale-move",
  "other-entity": "cheat.other-entity",
  "early-move": "cheat.early-move",
  "server-type": "cheat.server-type",
  "dead-token": "cheat.dead-token",
  "forged-token": "cheat.forged-token",
  "wrong-password": "cheat.wrong-password",
};
