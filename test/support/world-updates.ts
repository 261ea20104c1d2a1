/** WORLD_UPDATEs as a client gets them: encoded and decoded again. */
import type { WorldUpdate } from "../../src/client/world-view.ts";
import { worldContract } from "../../src/core/features/contracts.ts";
import { decodePayload, encodePayload } from "../../src/core/wire/index.ts";
import type { Encodable } from "../../src/core/wire/index.ts";

const { message } = worldContract.entries.update;

type Given = Encodable<typeof message>;
export type GivenRecord = NonNullable<Given["updates"]>[number];

export function worldUpdate(given: Given): WorldUpdate {
  const bytes = encodePayload(message, given);
  const decoded = decodePayload(message, bytes, 0, bytes.length);
  if (decoded === null) throw new Error("the update does not decode");
  return decoded;
}

/** The entity stands at (x, 0, z). */
export const stands = (entityId: number, x = 0, z = 0): GivenRecord => ({
  entityId,
  movement: { entityId, position: { x, y: 0, z } },
});

export const hasHealth = (entityId: number, currentHp: number): GivenRecord => ({
  entityId,
  health: { currentHp, maxHp: 100, shield: 0 },
});
