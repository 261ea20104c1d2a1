/** Fighting: what a player does, and what came of it. */
import { limits } from "../../kernel/limits.ts";
import { reprise as pb } from "../../wire/gen/game.js";
import {
  defineContract,
  identity,
  invalid,
  isInvalid,
  position,
  toClient,
  toServer,
} from "../../wire/index.ts";
import type { Invalid, Position } from "../../wire/index.ts";

export interface Action {
  /** 0, or what the sender takes for its own entity. */
  readonly attacker: number;
  /** 0 when the action is aimed at a place. */
  readonly target: number;
  readonly skill: number;
  /** In metres, finite; null when the action is aimed at an entity. */
  readonly at: Position | null;
  /** In seconds, 0..`castSecondsMax`. */
  readonly castTime: number;
  /** 0..2^32-1. */
  readonly sequence: number;
}

export const combatContract = defineContract("combat", {
  act: toServer(2_004, pb.v1.CombatAction, parseAction),
  result: toClient(2_005, pb.v1.CombatResult),
});

function parseAction(message: pb.v1.CombatAction): Action | Invalid {
  const attacker = identity(message.attackerId);
  if (isInvalid(attacker)) return attacker;
  const target = identity(message.targetId);
  if (isInvalid(target)) return target;
  const given = message.targetPosition ?? null;
  const at = given === null ? null : position(given);
  if (isInvalid(at)) return at;
  const { skillId: skill, castTime, actionSequence: sequence } = message;
  // NaN fails both comparisons.
  const sound = castTime >= 0 && castTime <= limits.castSecondsMax;
  if (!sound) return invalid(`the cast time is not within 0 and ${limits.castSecondsMax} seconds`);
  return { attacker, target, skill, at, castTime, sequence };
}
