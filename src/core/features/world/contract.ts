/** The world: entering it, moving in it, and seeing who is near. */
import { reprise as pb } from "../../wire/gen/game.js";
import {
  defineContract,
  identity,
  invalid,
  isInvalid,
  position,
  request,
  secretSlot,
  toClient,
  toServer,
} from "../../wire/index.ts";
import type { Invalid, Position, SecretSlot } from "../../wire/index.ts";

export interface Entrance {
  /** Which of the player's characters; 0 is the first. */
  readonly character: number;
  /** Which copy of the world; 0 is for the server to choose. */
  readonly channel: number;
  readonly token: SecretSlot;
}

/** A step of the sender's own entity, as the sender would have it. Every coordinate is finite. */
export interface Movement {
  /** 0, or what the sender takes for its own entity. */
  readonly entity: number;
  /** In metres. */
  readonly position: Position;
  /** In metres per second. */
  readonly velocity: Position;
  /** In degrees about each axis. */
  readonly rotation: Position;
  /** 0..2^32-1. */
  readonly sequence: number;
}

export const worldContract = defineContract("world", {
  enter: request(2_000, pb.v1.EnterWorldRequest, 2_001, pb.v1.EnterWorldResponse, parseEntrance, {
    secrets: [3],
  }),
  move: toServer(2_002, pb.v1.MovementUpdate, parseMovement),
  entity: toClient(2_003, pb.v1.EntityUpdate, { delivery: "prompt" }),
  update: toClient(2_100, pb.v1.WorldUpdate, { delivery: "prompt" }),
});

function parseEntrance(message: pb.v1.EnterWorldRequest): Entrance | Invalid {
  const character = identity(message.characterId);
  if (isInvalid(character)) return character;
  const token = secretSlot(message.sessionToken);
  if (isInvalid(token)) return token;
  if (token === null) return invalid("the session token is missing");
  return { character, channel: message.channelId, token };
}

function parseMovement(message: pb.v1.MovementUpdate): Movement | Invalid {
  const entity = identity(message.entityId);
  if (isInvalid(entity)) return entity;
  const at = position(message.position);
  if (isInvalid(at)) return at;
  const velocity = position(message.velocity ?? nowhere);
  if (isInvalid(velocity)) return velocity;
  const rotation = position(message.rotation ?? nowhere);
  if (isInvalid(rotation)) return rotation;
  return { entity, position: at, velocity, rotation, sequence: message.sequenceNumber };
}

/** A vector that was left out. */
const nowhere = { x: 0, y: 0, z: 0 } as const;
