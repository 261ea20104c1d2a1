/** What cheats do, as far as it is no movement. */
import { echoContract, worldContract } from "../../core/features/contracts.ts";
import { defineContract, toServer } from "../../core/wire/index.ts";
import type { Fault } from "../faults.ts";
import { outburstFaults } from "./outbursts.ts";
import type { Cheat } from "./script.ts";

const { entity, update } = worldContract.entries;
/** A number that no contract of ours has. */
const unknownType = 2_998;

/** The server's own packets, and nobody's, as if clients might send them. */
export const forgedContract = defineContract("forged", {
  update: toServer(update.type, update.message, () => null),
  entity: toServer(entity.type, entity.message, () => null),
  unknown: toServer(unknownType, echoContract.entries.echo.message, () => null),
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
  ...outburstFaults,
};
