/** Drives a realm with a world in it: players enter, move, and keep what they are told. */
import { builtinFeatures } from "../../src/core/features/index.ts";
import { world } from "../../src/core/features/world/feature.ts";
import type { ConnectionId } from "../../src/core/kernel/ids.ts";
import { reprise as pb } from "../../src/core/wire/gen/game.js";
import { decodePayload, toSafeNumber } from "../../src/core/wire/index.ts";
import type { Feature } from "../../src/core/realm/index.ts";
import { NaiveClient } from "./naive-view.ts";
import { RealmDriver } from "./realm-driver.ts";
import type { RecordingOutbox, Sent } from "./realm-driver.ts";

export const worldTypes = { enter: 2_000, entered: 2_001, move: 2_002, update: 2_100 } as const;

/** One tick at 30 Hz, and a little. */
export const tickMicros = 33_334;

export interface Walker {
  readonly connection: ConnectionId;
  readonly player: number;
  readonly entity: number;
  readonly at: { x: number; y: number; z: number };
  readonly client: NaiveClient;
  sequence: number;
}

export const worldFeatures: readonly Feature[] = [...builtinFeatures, world];

export class WorldDriver extends RealmDriver {
  readonly walkers = new Map<ConnectionId, Walker>();

  constructor(config: Readonly<Record<string, number>> = {}, features = worldFeatures) {
    super({ features, config });
    this.start();
  }

  /** A greeted connection asks to enter; its token is checked when `admit` is called. */
  ask(connection = this.join()): ConnectionId {
    const sessionToken = "7"; // The edge has put a reference there.
    this.message(connection, worldTypes.enter, pb.v1.EnterWorldRequest, { sessionToken });
    return connection;
  }

  /** Answers the last token check: it is player `player`'s, and good. */
  admit(player: number): pb.v1.EnterWorldResponse {
    const [call] = this.outbox.called;
    if (call === undefined) throw new Error("no token is being checked");
    const expiresAtMs = Math.floor(this.at / 1_000) + 60_000;
    const verdict = { tokenId: `t${player}`, player, name: `player ${player}`, role: "player" };
    const answer = { kind: "valid", ...verdict, issuedAtMs: 0, expiresAtMs };
    const { sent } = this.answer(call.id, { ok: true, answer });
    const reply = sent.find((each) => each.type === worldTypes.entered);
    if (reply === undefined) throw new Error("entering was not answered");
    return read(pb.v1.EnterWorldResponse, reply);
  }

  enter(player: number): Walker {
    const connection = this.ask();
    const { entityId, spawnPosition } = this.admit(player);
    const walker: Walker = {
      connection,
      player,
      entity: toSafeNumber(entityId) ?? -1,
      at: { x: spawnPosition?.x ?? 0, y: spawnPosition?.y ?? 0, z: spawnPosition?.z ?? 0 },
      client: new NaiveClient(),
      sequence: 0,
    };
    this.walkers.set(connection, walker);
    return walker;
  }

  /** Steps by so many metres; `changes` are laid over the packet. */
  walk(walker: Walker, dx: number, dz: number, changes: object = {}): RecordingOutbox {
    const { at } = walker;
    at.x = Math.fround(at.x + dx);
    at.z = Math.fround(at.z + dz);
    return this.tell(walker, { position: { ...at }, ...changes });
  }

  /** Sends a movement with the next sequence number. */
  tell(walker: Walker, movement: object): RecordingOutbox {
    walker.sequence += 1;
    const message = { sequenceNumber: walker.sequence, ...movement };
    return this.message(walker.connection, worldTypes.move, pb.v1.MovementUpdate, message);
  }

  /** Lets one tick pass, or several; clients apply what they get. */
  ticks(count = 1): Sent[] {
    const sent: Sent[] = [];
    for (let tick = 0; tick < count; tick += 1) sent.push(...this.pass(tickMicros));
    for (const { connection, type, bytes } of sent) {
      if (type === worldTypes.update) this.walkers.get(connection)?.client.apply(bytes);
    }
    return sent;
  }

  leave(walker: Walker): void {
    this.close(walker.connection);
    this.walkers.delete(walker.connection);
  }
}

export function read<T>(message: { decode(bytes: Uint8Array): T }, { bytes }: Sent): T {
  const decoded = decodePayload(message as never, bytes, 0, bytes.length) as T | null;
  if (decoded === null) throw new Error("a packet does not decode");
  return decoded;
}
