/**
 * [SYNC-02] What viewers are told of the world is what it is, and they are told at once:
 *
 * 1. After each tick that is looked at, a viewer who has taken in all his updates knows exactly
 *    those whose cell he sees, each with the place, the velocity, the rotation and the health that
 *    the world has for him, bit by bit.
 * 2. Of his movements he is told which was judged last.
 *
 * Updates are put together from parts that all viewers share, so that a few of them are followed,
 * from when they enter until they leave, and the others are told the same.
 */
import { worldContract } from "../../core/features/contracts.ts";
import type { ConnectionId } from "../../core/kernel/ids.ts";
import { toSafeNumber } from "../../core/wire/index.ts";
import type { Decoded } from "../../core/wire/index.ts";
import { CheckFailure } from "./checker.ts";
import type { Checker, Step, StepSend } from "./checker.ts";
import { readPayload } from "./replies.ts";
import { bodiesViewName, bodyAt, bodyColumns as columns, readBodiesView } from "./players-view.ts";
import type { BodiesView } from "./players-view.ts";

const { enter, update } = worldContract.entries;

/** Packets that it reads. */
export const toldPackets = [enter.replyType, update.type] as const;

type EntityRecord = NonNullable<Decoded<typeof update.message>["updates"]>[number];
type Vector = NonNullable<NonNullable<EntityRecord["movement"]>["position"]>;

/** x, y, z of place, velocity and rotation, then points of health, most points, and shield. */
type Values = number[];

/** A viewer who is followed. */
interface Viewer {
  readonly connection: ConnectionId;
  /** His own entity. */
  readonly id: number;
  readonly known: Map<number, Values>;
  inputSequence: number;
}

const valuesOf = [
  ...["x", "y", "z of the place", "x", "y", "z of the velocity", "x", "y", "z of the rotation"],
  ...["points", "most points", "shield"],
];
const followedMax = 2;
/** With more in the world it is looked at after every so manieth tick. */
const bodiesPerTick = 32;

export class ToldChecker implements Checker {
  readonly name = "told";
  readonly missesEncore = true;
  /** Nobody is connected when a process begins. */
  readonly missesReplays = true;
  /** Counts entities of which a viewer's knowledge was compared with the world. */
  checked = 0;
  readonly #viewers = new Map<ConnectionId, Viewer>();
  /** Until the world is looked at. */
  #ticksLeft = 0;

  processStarted(): void {
    this.#viewers.clear();
  }

  stepped(step: Step): void {
    const { event, sends, closes, counts } = step;
    const isTick = event.type === "time.reached" && counts.has("ticks_total");
    for (const send of sends) {
      if (send.payload === null) continue;
      if (send.type === update.type) this.#told(send, send.payload);
      else if (send.type === enter.replyType) this.#entered(send, send.payload);
    }
    if (this.#viewers.size === 0) return;
    for (const { connection } of closes) this.#viewers.delete(connection);
    if (event.type === "connection.closed") this.#viewers.delete(event.connection);
    if (isTick && (this.#ticksLeft -= 1) < 0) this.#look(step);
  }

  #entered({ connection }: StepSend, payload: Uint8Array): void {
    this.#viewers.delete(connection);
    if (this.#viewers.size >= followedMax) return;
    const answer = readPayload(enter.reply, payload);
    if (answer?.success !== true) return;
    const id = toSafeNumber(answer.entityId ?? 0) ?? 0;
    this.#viewers.set(connection, { connection, id, known: new Map(), inputSequence: 0 });
  }

  /** Removals go first. */
  #told({ connection }: StepSend, payload: Uint8Array): void {
    const viewer = this.#viewers.get(connection);
    const told = viewer === undefined ? null : readPayload(update.message, payload);
    if (viewer === undefined || told === null) return;
    const { known } = viewer;
    viewer.inputSequence = told.inputSequence;
    for (const id of told.removed) known.delete(toSafeNumber(id) ?? -1);
    for (const record of told.updates) {
      const id = toSafeNumber(record.entityId ?? 0) ?? -1;
      const values = known.get(id) ?? Array.from({ length: valuesOf.length }, () => NaN);
      known.set(id, values);
      take(record, values);
    }
  }

  #look({ machine }: Step): void {
    if (!machine.views.includes(bodiesViewName)) return;
    const view = readBodiesView(machine.view(bodiesViewName));
    this.#ticksLeft = view.bodies.length / columns.count / bodiesPerTick;
    for (const viewer of this.#viewers.values()) this.#compare(viewer, view);
  }

  #compare(viewer: Viewer, { cells, bodies }: BodiesView): void {
    const { connection, id, known, inputSequence } = viewer;
    const own = bodyAt(bodies, id);
    // He has logged out, or been told to leave, since the tick.
    if (own >= bodies.length) return void this.#viewers.delete(connection);
    // He came after the tick.
    if (bodies[own + columns.cell] === -1) return;
    if (inputSequence !== bodies[own + columns.sequence]) {
      this.#fail("a viewer is told which movement was judged last", `entity ${String(id)}`);
    }
    const sight = own + columns.sight;
    const [x0 = 0, x1 = 0, z0 = 0, z1 = 0] = bodies.slice(sight, sight + 4);
    let seen = 0;
    for (let at = 0; at < bodies.length; at += columns.count) {
      const cell = bodies[at + columns.cell] as number;
      const [x, z] = [cell % cells, Math.floor(cell / cells)];
      if (cell === -1 || x < x0 || x > x1 || z < z0 || z > z1) continue;
      const entity = bodies[at] as number;
      const values = known.get(entity);
      const about = `entity ${String(entity)}, seen by ${String(id)}`;
      if (values === undefined) this.#fail("whoever comes into sight is told of at once", about);
      for (let index = 0; index < valuesOf.length; index += 1) {
        const there = bodies[at + columns.values + index];
        if (values[index] === there) continue;
        const detail = `${valuesOf[index] ?? ""}: ${String(values[index])}, is ${String(there)}`;
        this.#fail("what is told of an entity is what the world has", `${about}: ${detail}`);
      }
      seen += 1;
      this.checked += 1;
    }
    if (known.size === seen) return;
    this.#fail("whoever goes out of sight is removed at once", `as seen by ${String(id)}`);
  }

  #fail(rule: string, detail: string): never {
    throw new CheckFailure(this.name, rule, detail);
  }
}

function take({ movement, health }: EntityRecord, values: Values): void {
  if (movement !== null && movement !== undefined) {
    put(values, 0, movement.position);
    put(values, 3, movement.velocity);
    put(values, 6, movement.rotation);
  }
  if (health === null || health === undefined) return;
  values[9] = health.currentHp ?? 0;
  values[10] = health.maxHp ?? 0;
  values[11] = health.shield ?? 0;
}

function put(values: Values, at: number, vector: Vector | null | undefined): void {
  values[at] = vector?.x ?? 0;
  values[at + 1] = vector?.y ?? 0;
  values[at + 2] = vector?.z ?? 0;
}
