/**
 * [GAME-02] [GAME-08] The world is the server's: between two steps it changes only as the rules
 * allow, whatever clients send. A model of its own judges each movement by these:
 *
 * 1. An entity moves only in the step that hears its owner, by a movement that is newer than all
 *    before, inside the world, and no farther than the time since allows.
 * 2. A movement that is all this is taken over, and one that is not is counted or answered.
 * 3. After each tick exactly those who are in the world have an entity, one each.
 * 4. Whoever was counted as one who has entered, and not as one who has left, has one at any time.
 * 5. What is no movement, a number that no server gives to an entity included, is no packet.
 * 6. An entity moves and looks as the last movement said that was taken over, bit by bit, and
 *    neither before the first: looked at after ticks.
 *
 * Distances are compared with a little slack to both sides; between the two the realm may decide.
 *
 * What the model is sure of is not looked up: the whole world is compared with it after each tick,
 * after a movement that could have gone either way, and after every so many steps.
 */
import { worldContract } from "../../core/features/contracts.ts";
import type { Event } from "../../core/contract.ts";
import type { ConnectionId } from "../../core/kernel/ids.ts";
import { decodePayload, EnvelopeReader, toSafeNumber } from "../../core/wire/index.ts";
import type { Decoded, Position } from "../../core/wire/index.ts";
import type { PlayersOptions } from "../options.ts";
import { CheckFailure } from "./checker.ts";
import type { Checker, Step, StepSend } from "./checker.ts";
import {
  bodiesViewName,
  bodyAt,
  bodyColumns,
  playersViewName,
  readBodiesView,
  readPlayersView,
} from "./players-view.ts";
import type { ShownEntity } from "./players-view.ts";
import type { PresenceChecker } from "./presence.ts";
import { Rewound } from "./rewound.ts";

const { enter, move } = worldContract.entries;

/** What the model knows of an entity. */
interface Body {
  readonly id: number;
  readonly player: number;
  /** Where it must be, how fast it must move, and where it must look. */
  at: Position;
  velocity: Position;
  rotation: Position;
  /** What became of the last movement since the world was looked at. */
  heard: "none" | "taken" | "refused";
  sequence: number;
  /** Microseconds at full speed that it may use, and as of when. */
  allowance: number;
  since: number;
}

/** What goes with a state of the machine. */
interface Model {
  readonly bodies: Map<number, Body>;
  /**
   * By player: until the world is looked at he may have one of a session that has ended, too.
   */
  readonly newest: Map<number, Body>;
  stale: number;
  /** Who has entered and not left; not a number in a state that somebody else has left. */
  counted: number;
  sinceLook: number;
}

type Movement = Decoded<typeof move.message>;
/** `either`: too near to the limit to say. */
type Judgement = "good" | "either" | "stale" | "impossible" | "foreign" | "senseless";

interface Judged {
  readonly judgement: Judgement;
  /** At full speed. */
  readonly neededMicros: number;
}

/** One per cent is the realm's tolerance for clients that round. */
const tolerance = 1.01;
const slackMicros = 1_000;
/** With so many in the world, and fewer, it is looked at after each tick; with twice as many, after
 * every second one. */
const playersPerTick = 32;
/** The fewest steps from one look at the world to the next, where nothing asks for one. */
const stepsBetweenMin = 4;

/** What is broken when an entity is elsewhere, by what was heard of its owner last. */
const ruleOf = {
  none: "an entity moves only when its owner is heard",
  taken: "a possible movement is taken over",
  refused: "only a possible movement of one's own moves",
} as const;

export class MovementChecker implements Checker {
  readonly name = "movement";
  readonly missesEncore = true;
  /** Counts movements that were judged. */
  checked = 0;
  readonly #presence: PresenceChecker;
  readonly #options: PlayersOptions;
  readonly #envelope = new EnvelopeReader();
  readonly memory = new Rewound(newModel);
  /** Null until a machine was seen. */
  #isWorld: boolean | null = null;
  /** Ticks since one was judged. */
  #ticks = 0;
  /** By player, when he was last found in the world: each tick that is judged counts twice. */
  readonly #found = new Map<number, number>();
  #finding = 0;

  /** @param presence looks on before this one does */
  constructor(presence: PresenceChecker, options: PlayersOptions) {
    this.#presence = presence;
    this.#options = options;
  }

  stepped(step: Step): void {
    const { event, machine } = step;
    this.#isWorld ??= machine.views.includes(playersViewName);
    if (!this.#isWorld) return;
    this.#model.sinceLook += 1;
    if (step.counts.size > 0) this.#model.counted += coming(step.counts);
    const moved = event.type === "packet.received" ? this.#movementOf(event) : null;
    const mover =
      moved === null || event.type !== "packet.received" ? null : this.#playerAt(event.connection);
    if (moved !== null) {
      const own = mover === null ? undefined : this.#model.newest.get(mover);
      const shown = this.#judge(moved, own, step);
      if (shown !== null) return this.#compare(shown, step);
    }
    const isTick = this.#isTick(step);
    const isDue = this.#model.sinceLook >= Math.max(stepsBetweenMin, this.#model.bodies.size >> 1);
    if (!isTick && !isDue && !step.sends.some(isAdmission)) return;
    const entities = this.#look(machine);
    this.#compare(entities, step);
    if (!isTick) return;
    this.#tick(entities);
    this.#compareMotion(machine);
  }

  /** A tick after which the world is looked at: each, but where there are many to look at. */
  #isTick(step: Step): boolean {
    if (step.event.type !== "time.reached" || !counts(step, "ticks_total")) return false;
    this.#countStale(step);
    this.#ticks += 1;
    if (this.#ticks < this.#model.bodies.size / playersPerTick) return false;
    this.#ticks = 0;
    return true;
  }

  machineCreated(): void {
    this.#isWorld = null;
  }

  get #model(): Model {
    return this.memory.now;
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

  #look(machine: Step["machine"]): readonly ShownEntity[] {
    return readPlayersView(machine.view(playersViewName)).entities;
  }

  /** Who came, who went, and that everybody is where the model has him. */
  #compare(entities: readonly ShownEntity[], { event, sends }: Step): void {
    this.#model.sinceLook = 0;
    let moved: { readonly rule: string; readonly id: number } | null = null;
    for (const entity of entities) {
      const body = this.#model.bodies.get(entity.id);
      if (body === undefined) {
        if (!sends.some(isAdmission)) this.#fail("entities come by admission", event.type);
        this.#add(this.#newBody(entity, event.at));
        continue;
      }
      // Who moved though nobody spoke for him says more than who ought to have moved.
      if (!isSamePlace(body.at, entity) && (moved === null || body.heard === "none")) {
        moved = { rule: ruleOf[body.heard], id: entity.id };
      }
      body.heard = "none";
    }
    if (moved !== null) this.#fail(moved.rule, `entity ${String(moved.id)} after ${event.type}`);
    this.#count(entities.length);
    if (this.#model.bodies.size === entities.length) return;
    const shown = new Set(entities.map(({ id }) => id));
    for (const body of this.#model.bodies.values()) if (!shown.has(body.id)) this.#drop(body);
  }

  /** 6. After the world was looked at: everybody in it is in the model. */
  #compareMotion(machine: Step["machine"]): void {
    const { bodies } = readBodiesView(machine.view(bodiesViewName));
    for (let at = 0; at < bodies.length; at += bodyColumns.count) {
      const body = this.#model.bodies.get(bodies[at] as number);
      if (body === undefined) continue;
      const about = `entity ${String(body.id)}`;
      if (!isVectorAt(bodies, at + bodyColumns.velocity, body.velocity)) {
        this.#fail("an entity is as fast as its owner has said", about);
      }
      if (!isVectorAt(bodies, at + bodyColumns.rotation, body.rotation)) {
        this.#fail("an entity looks where its owner has said", about);
      }
    }
  }

  #add(body: Body): void {
    this.#model.bodies.set(body.id, body);
    this.#model.newest.set(body.player, body);
  }

  #drop(body: Body): void {
    this.#model.bodies.delete(body.id);
    if (this.#model.newest.get(body.player) === body) this.#model.newest.delete(body.player);
  }

  /** Of a state that the run began with nobody knows who had entered it. */
  #count(there: number): void {
    if (Number.isNaN(this.#model.counted)) this.#model.counted = there;
    if (this.#model.counted === there) return;
    const detail = `${String(this.#model.counted)} by the counters, ${String(there)} in the world`;
    this.#fail("whoever has entered and not left is in the world", detail);
  }

  #newBody({ id, player, x, y, z }: ShownEntity, since: number): Body {
    const allowance = this.#options.allowanceMs * 1_000;
    const at = { x, y, z };
    const [velocity, rotation] = [nowhere, nowhere];
    return { id, player, at, velocity, rotation, heard: "none", sequence: 0, allowance, since };
  }

  /** @returns the world where the model had to look at it, otherwise null */
  #judge(
    movement: Movement | "senseless",
    body: Body | undefined,
    step: Step,
  ): readonly ShownEntity[] | null {
    this.checked += 1;
    if (body === undefined) {
      this.#mustBeAnswered(step, "nobody's");
      return null;
    }
    const about = `entity ${String(body.id)}`;
    const { judgement, neededMicros } = this.#judgementOf(movement, body, step.event.at);
    const to = movement === "senseless" ? body.at : rounded(movement.position);
    // Whether it is a possible one the realm may decide; what it decided shows in the world.
    let entities: readonly ShownEntity[] | null = null;
    let isTaken = judgement === "good";
    if (judgement === "either") {
      entities = this.#look(step.machine);
      const shown = entities.find(({ id }) => id === body.id);
      const isThere = shown !== undefined && isSamePlace(shown, to);
      // Who stays where he is may have been heard all the same.
      isTaken =
        isThere && (!isSamePlace(shown, body.at) || isMovingAs(movement, body.id, step.machine));
    }
    if (isTaken && movement !== "senseless") {
      body.allowance = Math.max(0, body.allowance - neededMicros);
      body.at = to;
      body.velocity = rounded(movement.velocity);
      body.rotation = rounded(movement.rotation);
    }
    body.heard = isTaken ? "taken" : "refused";
    if (judgement === "foreign" || judgement === "senseless") this.#mustBeAnswered(step, judgement);
    if (judgement === "senseless") this.#mustBeNoPacket(step);
    if (judgement === "stale") this.#model.stale += 1;
    if (judgement === "impossible" && !counts(step, "world_corrections_total")) {
      this.#compare(this.#look(step.machine), step);
      this.#fail("an impossible movement is counted", about);
    }
    return entities;
  }

  /** Takes the time into account that has passed, but not yet the movement. */
  #judgementOf(movement: Movement | "senseless", body: Body, at: number): Judged {
    if (movement === "senseless") return judged("senseless");
    const { position, velocity, rotation } = movement;
    const isWhole = isFinite(position) && isFinite(velocity) && isFinite(rotation);
    if (position === null || position === undefined || !isWhole) return judged("senseless");
    const entity = toSafeNumber(movement.entityId);
    if (entity === null) return judged("senseless");
    if (entity !== 0 && entity !== body.id) return judged("foreign");
    if (movement.sequenceNumber <= body.sequence) return judged("stale");
    body.sequence = movement.sequenceNumber;
    const edge = this.#options.sizeM / 2;
    const [x, y, z] = [position.x ?? 0, position.y ?? 0, position.z ?? 0];
    if (Math.max(Math.abs(x), Math.abs(y), Math.abs(z)) > edge) return judged("impossible");
    const limit = (this.#options.speedMaxMmPerS / 1_000) * tolerance;
    const speed = lengthOf(velocity?.x ?? 0, velocity?.y ?? 0, velocity?.z ?? 0);
    if (speed > limit * 1.0001) return judged("impossible");
    const distance = lengthOf(x - body.at.x, y - body.at.y, z - body.at.z);
    const allowance = body.allowance + (at - body.since);
    const available = Math.min(allowance, this.#options.allowanceMs * 1_000);
    const neededMicros = (distance * 1_000_000) / limit;
    body.since = at;
    body.allowance = available;
    if (neededMicros > available + slackMicros) return judged("impossible");
    const isFree = neededMicros < available - slackMicros && speed < limit * 0.9999;
    return { judgement: isFree ? "good" : "either", neededMicros };
  }

  /** What is refused is said so to whoever sent it. */
  #mustBeAnswered(step: Step, what: string): void {
    const { event, sends } = step;
    if (event.type !== "packet.received" || isTooLate(step)) return;
    if (sends.some(({ connection }) => connection === event.connection)) return;
    this.#fail("a movement that is refused is answered", what);
  }

  #mustBeNoPacket(step: Step): void {
    if (isTooLate(step) || counts(step, "packets_undecodable_total")) return;
    this.#fail("what is no movement is no packet", step.event.type);
  }

  #countStale(step: Step): void {
    const counted = step.counts.get("world_moves_stale_total") ?? 0;
    if (counted !== this.#model.stale) {
      const detail = `${String(counted)} counted, ${String(this.#model.stale)} seen`;
      this.#fail("stale movements are counted", detail);
    }
    this.#model.stale = 0;
  }

  #tick(entities: readonly ShownEntity[]): void {
    const found = this.#found;
    const shown = (this.#finding += 2);
    const owned = shown + 1;
    for (const { player } of entities) {
      if (found.get(player) === shown) this.#fail("a player has one entity at most", "two");
      found.set(player, shown);
    }
    for (const { player, inWorld } of this.#presence.present.values()) {
      if (!inWorld) continue;
      if ((found.get(player) ?? 0) < shown) {
        this.#fail("whoever is in the world has an entity", "none");
      }
      found.set(player, owned);
    }
    // Whose deadline passed in this step may have been told so after the tick.
    for (const { player } of this.#presence.leaving.values()) found.set(player, owned);
    for (const { player } of entities) {
      if (found.get(player) === owned) continue;
      this.#fail("every entity is of somebody in the world", "a ghost");
    }
  }

  #fail(rule: string, detail: string): never {
    throw new CheckFailure(this.name, rule, detail);
  }
}

/** What a session says that was told to end, or is in this step, is ignored. */
function isTooLate(step: Step): boolean {
  const { event, closes } = step;
  if (event.type !== "packet.received") return false;
  const isEnding = closes.some(({ connection }) => connection === event.connection);
  return isEnding || counts(step, "packets_ignored_total");
}

const newModel = (isKnown: boolean): Model => ({
  bodies: new Map(),
  newest: new Map(),
  stale: 0,
  counted: isKnown ? 0 : NaN,
  sinceLook: 0,
});

/** How many more are in the world, by what a step has counted. */
const coming = (counts: Step["counts"]): number =>
  (counts.get("world_entered_total") ?? 0) - (counts.get("world_left_total") ?? 0);

type Vector = { readonly [Axis in keyof Position]?: number | null } | null | undefined;

/** Whoever is let in or not is told so in the step that decides it. */
const isAdmission = ({ type }: StepSend): boolean => type === enter.replyType;

const judged = (judgement: Judgement): Judged => ({ judgement, neededMicros: 0 });

const isFinite = (vector: Vector): boolean =>
  Number.isFinite(vector?.x ?? 0) &&
  Number.isFinite(vector?.y ?? 0) &&
  Number.isFinite(vector?.z ?? 0);

const lengthOf = (x: number, y: number, z: number): number => Math.sqrt(x * x + y * y + z * z);

const isSamePlace = (one: Position, other: Position): boolean =>
  one.x === other.x && one.y === other.y && one.z === other.z;

const nowhere: Position = { x: 0, y: 0, z: 0 };

const isVectorAt = (bodies: readonly number[], at: number, { x, y, z }: Position): boolean =>
  bodies[at] === x && bodies[at + 1] === y && bodies[at + 2] === z;

/** The world has the entity as fast as the movement says, and looking there. */
function isMovingAs(
  movement: Movement | "senseless",
  id: number,
  machine: Step["machine"],
): boolean {
  if (movement === "senseless") return false;
  const { bodies } = readBodiesView(machine.view(bodiesViewName));
  const at = bodyAt(bodies, id);
  return (
    isVectorAt(bodies, at + bodyColumns.velocity, rounded(movement.velocity)) &&
    isVectorAt(bodies, at + bodyColumns.rotation, rounded(movement.rotation))
  );
}

/** As the wire carries it. */
const rounded = (vector: Vector): Position => ({
  x: Math.fround(vector?.x ?? 0) + 0,
  y: Math.fround(vector?.y ?? 0) + 0,
  z: Math.fround(vector?.z ?? 0) + 0,
});

/** Whether the step counted any counter of that name, whatever its labels. */
function counts({ counts: all }: Step, name: string): boolean {
  for (const [counter, by] of all) if (counter.startsWith(name) && by > 0) return true;
  return false;
}
