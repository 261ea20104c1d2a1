/**
 * What waits to leave on one connection: pieces of slabs, some of them held until the block of
 * their event is durable.
 *
 * O1. Held pieces leave in the order in which they were added, and so do ready ones.
 * O2. A held piece becomes ready only by `settle` with its ticket or a later one.
 * O3. The counts of bytes are those of the pieces.
 */
import { invariant } from "../kernel/assert.ts";

/** Frames that one step sent to one connection, next to each other in a slab. */
export interface FrameRun {
  readonly slab: Uint8Array;
  readonly start: number;
  readonly end: number;
  readonly frames: number;
}

/** Runs that stand next to each other and wait for the same. */
interface Piece {
  readonly slab: Uint8Array;
  readonly start: number;
  end: number;
  frames: number;
  /** The block that it waits for; 0 for none. */
  readonly ticket: number;
}

export class Outbound {
  /** What may leave now. */
  readyBytes = 0;
  readyFrames = 0;
  /** What waits for its block. */
  heldBytes = 0;
  /** What the platform was given and has not sent, as far as it has told. */
  unsentBytes = 0;
  /** The realm was told that the peer reads too slowly. */
  isCongested = false;
  /** In the list of those to be flushed. */
  isDirty = false;
  /** The latest block that something here waits for; 0 for none. */
  lastTicket = 0;
  #ready: Piece[] = [];
  #held: Piece[] = [];

  get queuedBytes(): number {
    return this.readyBytes + this.heldBytes + this.unsentBytes;
  }

  /**
   * Adds frames.
   *
   * @param ticket the block to wait for, never below an earlier one; 0 for none
   */
  add({ slab, start, end, frames }: FrameRun, ticket: number): void {
    const pieces = ticket === 0 ? this.#ready : this.#held;
    const bytes = end - start;
    if (ticket === 0) {
      this.readyBytes += bytes;
      this.readyFrames += frames;
    } else {
      invariant(ticket >= this.lastTicket, "tickets only grow", ticket, this.lastTicket);
      this.heldBytes += bytes;
      this.lastTicket = ticket;
    }
    const last = pieces[pieces.length - 1];
    if (last !== undefined && last.slab === slab && last.end === start && last.ticket === ticket) {
      last.end = end;
      last.frames += frames;
    } else {
      pieces.push({ slab, start, end, frames, ticket });
    }
  }

  /** Makes ready what waited for a block up to `durableTicket`; returns how many bytes. */
  settle(durableTicket: number): number {
    const held = this.#held;
    let count = 0;
    let bytes = 0;
    for (const piece of held) {
      if (piece.ticket > durableTicket) break;
      count += 1;
      bytes += piece.end - piece.start;
      this.readyFrames += piece.frames;
      this.#ready.push(piece);
    }
    if (count === held.length) this.#held = [];
    else held.splice(0, count);
    this.heldBytes -= bytes;
    this.readyBytes += bytes;
    invariant((this.heldBytes === 0) === (this.#held.length === 0), "O3", this.heldBytes);
    return bytes;
  }

  /**
   * Takes all that is ready, as one run of bytes that nobody changes afterwards.
   *
   * @param copies whether to copy even a single piece: a view keeps its whole slab alive for as
   *   long as the peer does not read
   */
  take(copies: boolean): Uint8Array {
    const pieces = this.#ready;
    const length = this.readyBytes;
    const [first] = pieces;
    invariant(first !== undefined, "something is ready");
    this.readyBytes = 0;
    this.readyFrames = 0;
    if (pieces.length === 1) {
      pieces.length = 0;
      const view = first.slab.subarray(first.start, first.end);
      return copies ? view.slice() : view;
    }
    this.#ready = [];
    const joined = new Uint8Array(length);
    let at = 0;
    for (const { slab, start, end } of pieces) {
      joined.set(slab.subarray(start, end), at);
      at += end - start;
    }
    invariant(at === length, "O3", at, length);
    return joined;
  }

  /** Forgets everything that has not been given to the platform; returns how many held bytes. */
  discard(): number {
    const held = this.heldBytes;
    this.#ready = [];
    this.#held = [];
    this.readyBytes = 0;
    this.readyFrames = 0;
    this.heldBytes = 0;
    return held;
  }
}
