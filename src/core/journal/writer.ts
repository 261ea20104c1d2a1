/**
 * The writing end of a journal: events in, sealed blocks out. It knows files by name only; who
 * owns it writes each block where the block says, one after the other.
 *
 *     append, effects, stateDigest*   append, effects, ...   seal -> block   append, ...
 *
 * W1. An event is appended before its step and its effects' digest is put in after it, so nothing
 *     of a step can leave before its event has a place in the journal.
 * W2. A block hangs on the one before by number, sequence and checksum, also across segments and
 *     restarts. There is one sound continuation of any block, or none.
 * W3. A writer begins with a segment of its own. What an earlier start left half-written in the
 *     last segment stays behind in that file, under another salt, and can never become part of
 *     what is written now.
 * W4. A block must be complete on the disk before the next one is handed to it, and the next
 *     segment is begun only when the one before is durable. The recovery scan rests on this.
 */
import type { Digest, Event, EventType } from "../contract.ts";
import { invariant } from "../kernel/assert.ts";
import { aeadTagBytes, type Aead } from "../kernel/crypto.ts";
import { mix } from "../kernel/digest.ts";
import { eventSequence, type EventSequence, type Micros } from "../kernel/ids.ts";
import { sealBlock } from "./block.ts";
import { crc32, type Checksum } from "./checksum.ts";
import { EventWriter } from "./event-writer.ts";
import {
  blockFlags,
  blockHeaderBytes,
  segmentPath,
  type Chain,
  type JournalPosition,
  type SegmentIdentity,
} from "./format.ts";
import type { JournalKey } from "./keys.ts";
import { encodeSegmentHeader } from "./segment-header.ts";

export interface JournalWriterOptions extends JournalPosition {
  readonly identity: SegmentIdentity;
  readonly limits: {
    /** When the owner should seal; the writer itself never does. */
    readonly blockBytesMax: number;
    /** A block that would pass this begins the next segment, unless it is the first of its own. */
    readonly segmentBytesMax: number;
  };
  /** CRC-32, the pure one unless the platform has a faster one. */
  readonly checksum?: Checksum;
  /** Encrypts all segments of this writer; null, the default, writes format 1. */
  readonly encryption?: WriterEncryption | null;
}

export interface WriterEncryption {
  readonly key: JournalKey;
  /** Four 32-bit words from the system's secure source, new at every start: N1 of the keys. */
  readonly salt: readonly number[];
}

/** A block on its way to the disk. */
export interface SealedBlock {
  /** The segment's path, relative to the role's data folder. */
  readonly path: string;
  /** Where in the segment the bytes belong. Always behind the bytes of the block before. */
  readonly offset: number;
  /** The receiver's own. Includes the segment's header when the block starts a segment. */
  readonly bytes: Uint8Array;
  readonly firstSequence: EventSequence;
  readonly lastSequence: EventSequence;
  /** The file is new: its folder must be synced, too. */
  readonly startsSegment: boolean;
}

/** One is being filled, one is on its way, one waits. */
const sparesMax = 2;

interface OpenSegment {
  readonly number: number;
  readonly path: string;
  bytes: number;
}

export class JournalWriter {
  readonly #identity: SegmentIdentity;
  readonly #limits: JournalWriterOptions["limits"];
  readonly #checksum: Checksum;
  readonly #encryption: WriterEncryption | null;
  /** Of the open segment. */
  #cipher: Aead | null = null;
  readonly #batch = new EventWriter(blockHeaderBytes);
  /** Buffers of blocks that are written: a new one for each would be filled with zeros first. */
  readonly #spares: Uint8Array[] = [];
  #segment: OpenSegment | null = null;
  #nextSegment: number;
  // Numbers from the beginning: a field that was undefined once gets a new object for each number
  // above 2^31 that is written into it, and times are above that.
  #nextSequence = 0 as EventSequence;
  #durableSequence = 0;
  /** The last sealed block. */
  #chain: Chain;

  // The open block. Its first event is `#nextSequence - #openEvents`.
  #openEvents = 0;
  #firstAt = 0 as Micros;
  #lastAt = 0 as Micros;
  #flags = 0;
  /** The chain of effect digests up to the event before the last. */
  #effects = 0;
  /** The last event's digest, still open to `effects`. */
  #lastEffects: Digest = 0;

  constructor(options: JournalWriterOptions) {
    const { limits, chain } = options;
    invariant(limits.blockBytesMax > blockHeaderBytes, "block limit", limits.blockBytesMax);
    invariant(limits.blockBytesMax < limits.segmentBytesMax, "a block fits a segment");
    this.#identity = options.identity;
    this.#limits = limits;
    this.#checksum = options.checksum ?? crc32;
    this.#encryption = options.encryption ?? null;
    this.#nextSegment = options.nextSegment;
    this.#nextSequence = options.nextSequence;
    this.#chain = chain;
    this.#firstAt = chain.at;
    this.#lastAt = chain.at;
    this.#effects = chain.effects;
  }

  /** Events in the open block. */
  get openEvents(): number {
    return this.#openEvents;
  }

  /** Bytes that the open block would have if it were sealed now; 0 when it is empty. */
  get openBytes(): number {
    return this.#openEvents === 0 ? 0 : blockHeaderBytes + this.#batch.length;
  }

  /** True when the open block has reached its limit: seal it before the next event. */
  get isFull(): boolean {
    return this.openBytes >= this.#limits.blockBytesMax;
  }

  /** The sequence that the next event will have. */
  get nextSequence(): EventSequence {
    return this.#nextSequence;
  }

  /** Where the journal goes on after the last sealed block; for a checkpoint. No block is open. */
  get position(): JournalPosition {
    invariant(this.#openEvents === 0, "a position between two blocks", this.#openEvents);
    return {
      nextSequence: this.#nextSequence,
      nextSegment: this.#nextSegment,
      chain: this.#chain,
    };
  }

  /**
   * Takes the event of the coming step. Copies what it borrows. Returns the event's sequence.
   *
   * @param type the event's, and `at` its time, for whoever has them at hand: events have many
   *   shapes, and what all of them have is slow to look up
   */
  append(event: Event, type: EventType = event.type, at: Micros = event.at): EventSequence {
    invariant(at >= this.#lastAt, "time goes back in the journal", at, this.#lastAt);
    if (this.#openEvents === 0) {
      this.#batch.begin();
      this.#firstAt = at;
      this.#lastAt = at;
      this.#flags = 0;
    } else {
      this.#effects = mix(this.#effects, this.#lastEffects);
    }
    this.#batch.event(event, at - this.#lastAt, type);
    if (type === "step.failed") this.#flags |= blockFlags.stepFailed;
    this.#lastAt = at;
    this.#lastEffects = 0;
    this.#openEvents += 1;
    const sequence = this.#nextSequence;
    this.#nextSequence = (sequence + 1) as EventSequence;
    return sequence;
  }

  /**
   * Puts in the digest of the last event's effects, after its step. Left out when the step did not
   * end: the event then keeps 0, which is nobody's digest.
   */
  effects(digest: Digest): void {
    invariant(this.#openEvents > 0 && this.#lastEffects === 0, "effects follow their event, once");
    this.#batch.effects(digest);
    this.#lastEffects = digest;
  }

  /** Puts in the digest of one table of the state after the last event. */
  stateDigest(table: number, digest: Digest): void {
    invariant(this.#openEvents > 0, "a state digest follows an event of the open block");
    this.#batch.stateDigest(table, digest);
    this.#flags |= blockFlags.stateDigest;
  }

  /** Tells that all events up to this one are durable. The next blocks say so, see the scanner. */
  durable(sequence: EventSequence): void {
    invariant(sequence < this.#nextSequence, "only a written event is durable", sequence);
    this.#durableSequence = Math.max(this.#durableSequence, sequence);
  }

  /** Closes the open block; null when it is empty. The next event begins a new one. */
  seal(): SealedBlock | null {
    if (this.#openEvents === 0) return null;
    const block = this.#batch.end(this.#encryption === null ? 0 : aeadTagBytes);
    const events = this.#openEvents;
    const firstSequence = eventSequence(this.#nextSequence - events);
    const head = this.#roll(block.length, firstSequence);
    const segment = this.#segment;
    invariant(segment !== null, "a block has a segment");
    const bytes = this.#own(head, block);
    this.#effects = mix(this.#effects, this.#lastEffects) >>> 0;
    const header = {
      salt: this.#identity.salt,
      segment: segment.number,
      number: this.#chain.block + 1,
      firstSequence,
      events,
      payloadBytes: block.length - blockHeaderBytes,
      firstAt: this.#firstAt,
      lastAt: this.#lastAt,
      durableSequence: this.#durableSequence,
      flags: this.#flags,
      previousChecksum: this.#chain.checksum,
      effects: this.#effects,
    };
    const checksum = sealBlock(bytes, head.length, header, this.#checksum, this.#cipher);
    this.#chain = { block: header.number, checksum, effects: this.#effects, at: this.#lastAt };
    this.#openEvents = 0;
    const offset = segment.bytes;
    segment.bytes += bytes.length;
    const lastSequence = eventSequence(this.#nextSequence - 1);
    const startsSegment = head.length > 0;
    return { path: segment.path, offset, bytes, firstSequence, lastSequence, startsSegment };
  }

  /**
   * Takes back the bytes of a block that nobody reads any more, to write later ones into. Need not
   * be called.
   */
  recycle(bytes: Uint8Array): void {
    const whole = bytes.byteOffset === 0 && bytes.buffer.byteLength >= this.#batch.capacity;
    if (whole && this.#spares.length < sparesMax) this.#spares.push(new Uint8Array(bytes.buffer));
  }

  /** The block for its receiver, the head of a segment in front of it if there is one. */
  #own(head: Uint8Array, block: Uint8Array): Uint8Array {
    if (head.length === 0) {
      this.#batch.give(this.#spares.pop() ?? new Uint8Array(this.#batch.capacity));
      return block;
    }
    const bytes = new Uint8Array(head.length + block.length);
    bytes.set(head);
    bytes.set(block, head.length);
    return bytes;
  }

  /** Begins a segment if the block needs one, and returns its header; else nothing. */
  #roll(blockBytes: number, firstSequence: EventSequence): Uint8Array {
    const open = this.#segment;
    if (open !== null && open.bytes + blockBytes <= this.#limits.segmentBytesMax) {
      return new Uint8Array(0);
    }
    const number = this.#nextSegment;
    this.#nextSegment += 1;
    this.#segment = { number, path: segmentPath(firstSequence), bytes: 0 };
    const encryption = this.#encryption;
    const sealing = encryption && { keyId: encryption.key.id, salt: encryption.salt };
    const head = encodeSegmentHeader(
      { ...this.#identity, segment: number, firstSequence, chain: this.#chain, sealing },
      this.#checksum,
    );
    if (encryption !== null) this.#cipher = encryption.key.cipherOf(head);
    return head;
  }
}
