/**
 * World updates as bytes, written here and not by protobufjs: what is said of an entity in a tick
 * is encoded once and copied to all who see it. Protobuf allows that, because the fields of a
 * message may come in any number of pieces.
 *
 * W1. A record is whole fields of a `WorldUpdate`: one update of one entity, or one removal. So
 *     records that stand behind each other are a message, and any part of a sequence of them is.
 * W2. An update has the bytes that protobufjs gives it. A removal is a field of its own, where
 *     protobufjs would pack them; every reader takes both.
 * W3. Every length inside a record is below 128 and takes one byte.
 */
import type { Store } from "../../ecs/index.ts";
import type { worldSchema } from "./world.ts";

type WorldStore = Store<typeof worldSchema>;

/** The longest record: id 8, movement 51, health 18 bytes, with their tags and lengths. */
const recordBytesMax = 128;
/** Up to here a loop over words takes less than a call of `copyWithin`. */
const loopBytesMax = 64;
/** Tag and number of `tick` and of `input_sequence`. */
const headBytesMax = 32;

/** Bytes that are written forwards and read by their offsets. Grows; offsets stay. */
export class Arena {
  bytes: Uint8Array = new Uint8Array(65_536);
  /** Where the next byte is written. */
  at = 0;
  #view: DataView = new DataView(this.bytes.buffer);

  /** Makes room for `count` bytes from `at`. */
  reserve(count: number): void {
    if (this.bytes.length - this.at >= count) return;
    let length = this.bytes.length * 2;
    while (length - this.at < count) length *= 2;
    const larger = new Uint8Array(length);
    larger.set(this.bytes.subarray(0, this.at));
    this.bytes = larger;
    this.#view = new DataView(larger.buffer);
  }

  /** Copies what stands at [start, end) to `at`, where there is room for it. */
  copy(start: number, end: number): void {
    const { bytes, at } = this;
    this.at = at + end - start;
    if (end - start > loopBytesMax) {
      bytes.copyWithin(at, start, end);
      return;
    }
    const view = this.#view;
    const ahead = at - start;
    const wordsEnd = end - 3;
    let from = start;
    for (; from < wordsEnd; from += 4) view.setInt32(from + ahead, view.getInt32(from, true), true);
    for (; from < end; from += 1) bytes[from + ahead] = bytes[from] as number;
  }

  /** Tick and acknowledgement, which every update begins with. 0 is left out, as always. */
  head(tick: number, inputSequence: number): void {
    this.reserve(headBytesMax);
    if (tick !== 0) {
      this.bytes[this.at++] = tags.tick;
      this.#varint(tick);
    }
    if (inputSequence === 0) return;
    this.bytes[this.at++] = tags.inputSequence;
    this.#varint(inputSequence);
  }

  /** One entity that is no longer seen. */
  removal(id: number): void {
    this.reserve(recordBytesMax);
    this.bytes[this.at++] = tags.removed;
    this.#varint(id);
  }

  /** Where the entity in `row` is, how it moves and where it looks. */
  movement({ components }: WorldStore, row: number, id: number): void {
    this.reserve(recordBytesMax);
    const outer = this.#open(tags.updates);
    this.#id(id);
    const inner = this.#open(tags.movement);
    const { columns } = components.body;
    this.#vector(tags.position, columns.x, columns.y, columns.z, row);
    this.#vector(tags.velocity, columns.vx, columns.vy, columns.vz, row);
    this.#vector(tags.rotation, columns.rx, columns.ry, columns.rz, row);
    this.#close(inner);
    this.#close(outer);
  }

  /** Its health. */
  health({ components }: WorldStore, row: number, id: number): void {
    this.reserve(recordBytesMax);
    const outer = this.#open(tags.updates);
    this.#id(id);
    const inner = this.#open(tags.health);
    const { current, max, shield } = components.health.columns;
    this.#uint32(tags.currentHp, current[row] as number);
    this.#uint32(tags.maxHp, max[row] as number);
    this.#uint32(tags.shield, shield[row] as number);
    this.#close(inner);
    this.#close(outer);
  }

  /** Begins a message inside; what is returned goes to `#close`. */
  #open(tag: number): number {
    this.bytes[this.at] = tag;
    this.at += 2;
    return this.at;
  }

  #close(start: number): void {
    this.bytes[start - 1] = this.at - start;
  }

  #id(id: number): void {
    this.bytes[this.at++] = tags.entityId;
    this.#varint(id);
  }

  #uint32(tag: number, value: number): void {
    if (value === 0) return;
    this.bytes[this.at++] = tag;
    this.#varint(value);
  }

  /** @param value a safe integer >= 0 */
  #varint(value: number): void {
    const { bytes } = this;
    let { at } = this;
    let low = value;
    while (low >= 0x1000_0000) {
      bytes[at++] = (low % 0x80) | 0x80;
      low = Math.floor(low / 0x80);
    }
    while (low >= 0x80) {
      bytes[at++] = (low & 0x7f) | 0x80;
      low >>>= 7;
    }
    bytes[at++] = low;
    this.at = at;
  }

  #vector(tag: number, xs: Float32Array, ys: Float32Array, zs: Float32Array, row: number): void {
    const { bytes } = this;
    const view = this.#view;
    const start = this.at + 2;
    let at = start;
    const x = xs[row] as number;
    const y = ys[row] as number;
    const z = zs[row] as number;
    // Columns never hold -0 (see `movement.ts`), which would be written.
    if (x !== 0) {
      bytes[at] = tags.x;
      view.setFloat32(at + 1, x, true);
      at += 5;
    }
    if (y !== 0) {
      bytes[at] = tags.y;
      view.setFloat32(at + 1, y, true);
      at += 5;
    }
    if (z !== 0) {
      bytes[at] = tags.z;
      view.setFloat32(at + 1, z, true);
      at += 5;
    }
    bytes[start - 2] = tag;
    bytes[start - 1] = at - start;
    this.at = at;
  }
}

/**
 * Cuts records into runs of at most `bytesMax`.
 *
 * @param each gets the ends of a run; runs come in their order
 */
export function cutRecords(
  bytes: Uint8Array,
  start: number,
  end: number,
  bytesMax: number,
  each: (start: number, end: number) => void,
): void {
  let from = start;
  for (let at = start; at < end;) {
    const next = recordEnd(bytes, at);
    if (next - from > bytesMax) {
      each(from, at);
      from = at;
    }
    at = next;
  }
  if (from < end) each(from, end);
}

function recordEnd(bytes: Uint8Array, start: number): number {
  if (bytes[start] === tags.updates) return start + 2 + (bytes[start + 1] as number);
  let at = start + 1;
  while ((bytes[at] as number) >= 0x80) at += 1;
  return at + 1;
}

/** Field number * 8 + wire type, of the messages in `game.proto` and `common.proto`. */
const tags = {
  // WorldUpdate
  tick: 0x08,
  inputSequence: 0x10,
  updates: 0x1a,
  removed: 0x20,
  // EntityUpdate
  entityId: 0x08,
  movement: 0x12,
  health: 0x1a,
  // MovementUpdate
  position: 0x12,
  velocity: 0x1a,
  rotation: 0x22,
  // HealthUpdate
  currentHp: 0x08,
  maxHp: 0x10,
  shield: 0x18,
  // Vector3
  x: 0x0d,
  y: 0x15,
  z: 0x1d,
} as const;
