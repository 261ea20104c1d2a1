/**
 * [GAME-02] [GAME-08] The world is the server's: between two steps it changes only as the rules
 * allow, whatever clients send. A model of its own judges each movement by these:
 *
 * 1. An entity moves only in the step that hears its owner, by a movement that is newer than all
 *    before, inside the world, and no farther than the time since allows.
 * 2. A movement that is all this is taken over, and one that is not is counted or answered.
 * 3. After each tick exactly those who are in the world have an entity, one each.
 *
 * Distances are compared with a little slack to both sides; between the two the realm may decide.
 */
import { worldContract } from "../../core/features/contracts.ts";
import type { Event } from "../../core/contract.ts";
import type { ConnectionId } from "../../core/kernel/ids.ts";
import { decodePayload, EnvelopeReader } from "../../core/wire/index.ts";
import type { Decoded, Position } from "../../core/wire/index.ts";
import type { PlayersOptions } from "../options.ts";
import { CheckFailure } from "./checker.ts";
import type { Checker, Step } from "./checker.ts";
import { playersViewName, readPlayersView } from "./players-view.ts";
import type { ShownEntity } from "./players-view.ts";
import type { PresenceChecker } from "./presence.ts";

const { move } = worldContract.entries;

/** What the model knows of an entity beside where it is. */
interface Body {
  at: ShownEntity;
  sequence: number;
  /** Microseconds at full speed that it may use, and as of when. */
  allowance: number;
  since: number;
}

type Movement = Decoded<typeof move.message>;
/** `either`: too near to the limit to say. */
type Judgement = "good" | "either" | "stale" | "impossible" | "foreign" | "senseless";

/** One per cent is the realm's tolerance for clients that round. */
const tolerance = 1.01;
const slackMicros = 1_000;

export class MovementChecker implements Checker {
  readonly name = "movement";
  /** Counts movements that were judged. */
  checked = 0;
  readonly #presence: PresenceChecker;
  readonly #options: PlayersOptions;
  readonly #envelope = new EnvelopeReader();
  #bodies = new Map<number, Body>();
  #stale = 0;
  readonly #saved = new Map<number, { bodies: Map<number, Body>; stale: number }>();

  /** @param presence looks on before this one does */
  constructor(presence: PresenceChecker, options: PlayersOptions) {
    this.#presence = presence;
    this.#options = options;
  }

  stepped(step: Step): void {
    const { event, machine } = step;
    if (!machine.views.includes(playersViewName)) return;
    const moved = event.type === "packet.received" ? this.#movementOf(event) : null;
    const mover = event.type === "packet.received" ? this.#playerAt(event.connection) : null;
    const { entities } = readPlayersView(machine.view(playersViewName));
    const shown = new Map(entities.map((entity) => [entity.id, entity]));
    const own = mover === null ? null : newestOf(mover, entities);
    this.#compare(shown, step, moved === null ? null : own);
    if (moved !== null) this.#judge(moved, own, step);
    if (event.type === "time.reached") this.#tick(entities, step);
  }

  machineCreated(): void {
    this.#bodies = new Map();
    this.#stale = 0;
  }

  checkpointed(steps: number): void {
    this.#saved.set(steps, structuredClone({ bodies: this.#bodies, stale: this.#stale }));
  }

  restored(steps: number): void {
    const { bodies = new Map<number, Body>(), stale = 0 } = this.#saved.get(steps) ?? {};
    this.#bodies = structuredClone(bodies);
    this.#stale = stale;
  }

  #playerAt(connection: ConnectionId): number | null {
    const present = this.#presence.present.get(connection);
    return present?.inWorld === true ? present.player : null;
  }

  /** Null for a packet that is none, "senseless" for one whose payload is none. */
  #movementOf(event: Extract<Event, { type: "packet.received" }>): Movement | "senseless" | null {
    const { bytes, start, end } = event;
    if (!this.#envelope.read(bytes, start, end)) return null;
    const { type, payloadStart, payloadEnd } = this.#envelope;
    if (type !== (move.type as number)) return null;
    return decodePayload(move.message, bytes, payloadStart, payloadEnd) ?? "senseless";
  }

  /** Who came, who went, and that nobody but `own` has changed. */
  #compare(
    shown: ReadonlyMap<number, ShownEntity>,
    { event }: Step,
    own: ShownEntity | null,
  ): void {
    for (const [id, entity] of shown) {
      const body = this.#bodies.get(id);
      if (body === undefined) {
        if (event.type !== "call.completed") this.#fail("entities come by admission", event.type);
        const allowance = this.#options.allowanceMs * 1_000;
        this.#bodies.set(id, { at: entity, sequence: 0, allowance, since: event.at });
      } else if (id !== own?.id && !isSamePlace(body.at, entity)) {
        this.#fail(
          "an entity moves only when its owner is heard",
          `entity ${String(id)} after ${event.type}`,
        );
      }
    }
    for (const id of this.#bodies.keys()) if (!shown.has(id)) this.#bodies.delete(id);
  }

  #judge(movement: Movement | "senseless", entity: ShownEntity | null, step: Step): void {
    this.checked += 1;
    const body = entity === null ? undefined : this.#bodies.get(entity.id);
    if (body === undefined || entity === null) return this.#mustBeAnswered(step, "nobody's");
    const about = `entity ${String(entity.id)}`;
    const hasMoved = !isSamePlace(body.at, entity);
    const judgement = this.#judgementOf(movement, body, { at: step.event.at, hasMoved });
    if (judgement !== "good" && judgement !== "either" && hasMoved) {
      this.#fail("only a possible movement of one's own moves", `${about}: ${judgement}`);
    }
    if (judgement === "good" && movement !== "senseless") {
      const isTaken = isSamePlace(entity, rounded(movement.position));
      if (!isTaken) this.#fail("a possible movement is taken over", about);
    }
    if (judgement === "foreign" || judgement === "senseless") this.#mustBeAnswered(step, judgement);
    if (judgement === "stale") this.#stale += 1;
    if (judgement === "impossible" && !counts(step, "world_corrections_total")) {
      this.#fail("an impossible movement is counted", about);
    }
    body.at = entity;
  }

  #judgementOf(
    movement: Movement | "senseless",
    body: Body,
    { at, hasMoved }: { readonly at: number; readonly hasMoved: boolean },
  ): Judgement {
    if (movement === "senseless") return "senseless";
    const { position, velocity } = movement;
    const vectors = [position, velocity, movement.rotation];
    const isFinite = vectors.every((vector) => axes(vector).every(Number.isFinite));
    if (position === null || position === undefined || !isFinite) return "senseless";
    const entity = Number(movement.entityId);
    if (entity !== 0 && entity !== body.at.id) return "foreign";
    if (movement.sequenceNumber <= body.sequence) return "stale";
    body.sequence = movement.sequenceNumber;
    const edge = this.#options.sizeM / 2;
    if (axes(position).some((value) => Math.abs(value) > edge)) return "impossible";
    const limit = (this.#options.speedMaxMmPerS / 1_000) * tolerance;
    if (lengthOf(axes(velocity)) > limit * 1.0001) return "impossible";
    const to = axes(position);
    const from = axes(body.at);
    const distance = lengthOf(to.map((value, axis) => value - (from[axis] ?? 0)));
    const allowance = body.allowance + (at - body.since);
    const available = Math.min(allowance, this.#options.allowanceMs * 1_000);
    const needed = (distance * 1_000_000) / limit;
    body.since = at;
    body.allowance = available;
    const isTooFar = needed > available + slackMicros;
    if (hasMoved && !isTooFar) body.allowance = Math.max(0, available - needed);
    if (isTooFar) return "impossible";
    const isFree = needed < available - slackMicros;
    return isFree && lengthOf(axes(velocity)) < limit * 0.9999 ? "good" : "either";
  }

  /** What is refused is said so to whoever sent it. */
  #mustBeAnswered(step: Step, what: string): void {
    const { event, sends, closes } = step;
    if (event.type !== "packet.received") return;
    const { connection } = event;
    const isAnswered = sends.some((send) => send.connection === connection);
    const isEnding = closes.some((close) => close.connection === connection);
    // What a session says that was told to end is ignored.
    if (isAnswered || isEnding || counts(step, "packets_ignored_total")) return;
    this.#fail("a movement that is refused is answered", what);
  }

  #tick(entities: readonly ShownEntity[], step: Step): void {
    if (!counts(step, "ticks_total")) return;
    const counted = step.counts.get("world_moves_stale_total") ?? 0;
    if (counted !== this.#stale) {
      const detail = `${String(counted)} counted, ${String(this.#stale)} seen`;
      this.#fail("stale movements are counted", detail);
    }
    this.#stale = 0;
    const shown = new Set(entities.map(({ player }) => player));
    if (shown.size !== entities.length) this.#fail("a player has one entity at most", "two");
    const players = new Set<number>();
    for (const { player, inWorld } of this.#presence.present.values()) {
      if (!inWorld) continue;
      players.add(player);
      if (!shown.has(player)) this.#fail("whoever is in the world has an entity", "none");
    }
    // Whose deadline passed in this step may have been told so after the tick.
    for (const { player } of this.#presence.leaving.values()) players.add(player);
    for (const player of shown) {
      if (!players.has(player)) this.#fail("every entity is of somebody in the world", "a ghost");
    }
  }

  #fail(rule: string, detail: string): never {
    throw new CheckFailure(this.name, rule, detail);
  }
}

/** Until the next tick a player may have one of a session that has ended, too. */
const newestOf = (player: number, entities: readonly ShownEntity[]): ShownEntity | null =>
  entities.findLast((entity) => entity.player === player) ?? null;

type Vector = { readonly [Axis in keyof Position]?: number | null } | null | undefined;

const axes = (vector: Vector): number[] => [vector?.x ?? 0, vector?.y ?? 0, vector?.z ?? 0];

const lengthOf = (vector: readonly number[]): number =>
  Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0));

const isSamePlace = (one: Position, other: Position): boolean =>
  one.x === other.x && one.y === other.y && one.z === other.z;

const rounded = (vector: Vector): Position => {
  const [x = 0, y = 0, z = 0] = axes(vector).map((value) => Math.fround(value) + 0);
  return { x, y, z };
};

/** Whether the step counted any counter of that name, whatever its labels. */
function counts({ counts: all }: Step, name: string): boolean {
  for (const [counter, by] of all) if (counter.startsWith(name) && by > 0) return true;
  return false;
}
