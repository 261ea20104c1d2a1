/**
 * What waits to leave on one connection: pieces of slabs, some of them held until the block of
 * their event is durable.
 *
 * Nearly always there is one piece or none, so they hang on each other instead of standing in an
 * array: an array of one costs more than the piece.
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
class Piece {
  readonly slab: Uint8Array;
  readonly start: number;
  end: number;
  frames: number;
  /** The block that it waits for; 0 for none. */
  readonly ticket: number;
  next: Piece | null = null;

  constructor({ slab, start, end, frames }: FrameRun, ticket: number) {
    this.slab = slab;
    this.start = start;
    this.end = end;
    this.frames = frames;
    this.ticket = ticket;
  }
}

/** Pieces in order. */
class Pieces {
  first: Piece | null = null;
  last: Piece | null = null;

  /** Makes the run longer part of the last piece when it continues that. */
  add(run: FrameRun, ticket: number): void {
    const { last } = this;
    const continues =
      last !== null && last.slab === run.slab && last.end === run.start && last.ticket === ticket;
    if (continues) {
      last.end = run.end;
      last.frames += run.frames;
    } else {
      this.append(new Piece(run, ticket));
    }
  }

  append(piece: Piece): void {
    if (this.last === null) this.first = piece;
    else this.last.next = piece;
    this.last = piece;
  }

  /** Takes the first piece out. */
  shift(): Piece {
    const { first } = this;
    invariant(first !== null, "there is a piece");
    this.first = first.next;
    if (this.first === null) this.last = null;
    first.next = null;
    return first;
  }

  clear(): void {
    this.first = null;
    this.last = null;
  }
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
  readonly #ready = new Pieces();
  readonly #held = new Pieces();

  get queuedBytes(): number {
    return this.readyBytes + this.heldBytes + this.unsentBytes;
  }

  /**
   * Adds frames.
   *
   * @param ticket the block to wait for, never below an earlier one; 0 for none
   */
  add(run: FrameRun, ticket: number): void {
    const bytes = run.end - run.start;
    if (ticket === 0) {
      this.readyBytes += bytes;
      this.readyFrames += run.frames;
      this.#ready.add(run, 0);
    } else {
      invariant(ticket >= this.lastTicket, "tickets only grow", ticket, this.lastTicket);
      this.heldBytes += bytes;
      this.lastTicket = ticket;
      this.#held.add(run, ticket);
    }
  }

  /** Makes ready what waited for a block up to `durableTicket`; returns how many bytes. */
  settle(durableTicket: number): number {
    const held = this.#held;
    let bytes = 0;
    while (held.first !== null && held.first.ticket <= durableTicket) {
      const piece = held.shift();
      bytes += piece.end - piece.start;
      this.readyFrames += piece.frames;
      this.#ready.append(piece);
    }
    this.heldBytes -= bytes;
    this.readyBytes += bytes;
    invariant((this.heldBytes === 0) === (held.first === null), "O3", this.heldBytes);
    return bytes;
  }

  /**
   * Takes all that is ready, as one run of bytes that nobody changes afterwards.
   *
   * @param copies whether to copy even a single piece: a view keeps its whole slab alive for as
   *   long as the peer does not read
   */
  take(copies: boolean): Uint8Array {
    const { first } = this.#ready;
    invariant(first !== null, "something is ready");
    const length = this.readyBytes;
    this.readyBytes = 0;
    this.readyFrames = 0;
    this.#ready.clear();
    const { slab, start, end } = first;
    if (first.next === null) return copies ? slab.slice(start, end) : slab.subarray(start, end);
    const joined = new Uint8Array(length);
    let at = 0;
    for (let piece: Piece | null = first; piece !== null; piece = piece.next) {
      joined.set(piece.slab.subarray(piece.start, piece.end), at);
      at += piece.end - piece.start;
    }
    invariant(at === length, "O3", at, length);
    return joined;
  }

  /** Forgets everything that has not been given to the platform; returns how many held bytes. */
  discard(): number {
    const held = this.heldBytes;
    this.#ready.clear();
    this.#held.clear();
    this.readyBytes = 0;
    this.readyFrames = 0;
    this.heldBytes = 0;
    return held;
  }
}
