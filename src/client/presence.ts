/**
 * Being in the world: enters it with a token, keeps the view of it, and moves.
 *
 * A presence ends with the link. After `reconnected` the game enters again with the same token, and
 * gets a new presence with a view of its own.
 */
import type { worldContract } from "../core/features/contracts.ts";
import { toSafeNumber } from "../core/wire/index.ts";
import type { Position } from "../core/wire/index.ts";
import { refusedByClient, refusedByServer } from "./refused.ts";
import { Refusal } from "./types.ts";
import type { Face, Unsubscribe } from "./types.ts";
import { WorldView } from "./world-view.ts";
import type { WorldEvent } from "./world-view.ts";

type WorldFace = Face<typeof worldContract.entries>;

export interface EnterOptions {
  /** From `login`. */
  readonly token: string;
  /** Which of the player's characters; default 0, the first. */
  readonly character?: number;
  /** Which copy of the world; default 0, the server chooses. */
  readonly channel?: number;
}

export interface Step {
  /** Metres; y is up. */
  readonly position: Position;
  /** Metres per second; default: none. */
  readonly velocity?: Position;
  /** Degrees about each axis; default: none. */
  readonly rotation?: Position;
  /** Of a `Prediction`; default: one more than the last. */
  readonly sequence?: number;
}

/**
 * Enters the world.
 *
 * @param game a client of a game server, connected with `worldContract`
 * @throws Refusal with the server's code; after INVALID_CREDENTIALS log in again
 */
export async function enter(
  game: { readonly world: WorldFace },
  { token, character = 0, channel = 0 }: EnterOptions,
): Promise<Presence> {
  const presence = new Presence(game.world);
  try {
    const answer = await game.world.enter({
      sessionToken: token,
      characterId: character,
      channelId: channel,
    });
    if (!answer.success) throw new Refusal(refusedByServer(answer.errorCode, "", 0), "world.enter");
    const entity = toSafeNumber(answer.entityId);
    const { x, y, z } = answer.spawnPosition ?? {};
    if (entity === null) {
      throw new Refusal(refusedByClient("SERVER_BROKEN", "the entity has no id"), "world.enter");
    }
    presence.begun({ entity, spawn: { x: x ?? 0, y: y ?? 0, z: z ?? 0 }, map: answer.mapId });
    return presence;
  } catch (error) {
    presence.end();
    throw error;
  }
}

/** Where a presence began. */
export interface Entered {
  readonly entity: number;
  readonly spawn: Position;
  readonly map: number;
}

type Listener = (event: WorldEvent) => void;

export class Presence {
  /** Who is seen now. Whoever was seen before `enter` resolved stands in it already. */
  readonly view = new WorldView();
  readonly #world: WorldFace;
  readonly #listeners = new Map<string, Set<Listener>>();
  readonly #stopHearing: Unsubscribe;
  #entered: Entered = { entity: 0, spawn: { x: 0, y: 0, z: 0 }, map: 0 };
  #sequence = 0;

  constructor(world: WorldFace) {
    this.#world = world;
    // From now on: the first update may come before the answer that lets us in.
    this.#stopHearing = world.on("update", (update) => {
      for (const event of this.view.apply(update)) this.#tell(event);
    });
  }

  /** One's own entity. */
  get entity(): number {
    return this.#entered.entity;
  }

  get spawn(): Position {
    return this.#entered.spawn;
  }

  get map(): number {
    return this.#entered.map;
  }

  begun(entered: Entered): void {
    this.#entered = entered;
    this.view.entered(entered.entity);
  }

  /** Calls the listener with each such event, after the view has taken the whole update in. */
  on<K extends WorldEvent["type"]>(
    type: K,
    listener: (event: Extract<WorldEvent, { readonly type: K }>) => void,
  ): Unsubscribe {
    const listeners = this.#listeners.get(type) ?? new Set();
    this.#listeners.set(type, listeners);
    const own: Listener = (event) => listener(event as never);
    listeners.add(own);
    return () => void listeners.delete(own);
  }

  /**
   * Says where one's own entity goes. The server has the last word: see `view.self`.
   *
   * @returns the sequence that `view.inputSequence` will reach when the server has judged it
   * @throws Refusal when it cannot even wait to be sent
   */
  move({ position, velocity = still, rotation = still, sequence }: Step): number {
    const next = sequence ?? this.#sequence + 1;
    this.#world.move({ entityId: 0, position, velocity, rotation, sequenceNumber: next });
    this.#sequence = next;
    return next;
  }

  /** Hears no more. The server is not told: that is what `logout` and `close` are for. */
  end(): void {
    this.#stopHearing();
  }

  #tell(event: WorldEvent): void {
    for (const listener of [...(this.#listeners.get(event.type) ?? [])]) listener(event);
  }
}

const still: Position = { x: 0, y: 0, z: 0 };
