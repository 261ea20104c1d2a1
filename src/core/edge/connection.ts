/**
 * What stands between the bytes of one connection and the realm. Runs once for each connection, is
 * pure, and is not journalled: the realm's log holds what it lets through and counts of the rest.
 *
 * In: `receive` with chunks in any split. Out: `poll` until it says "starved"; the getters tell
 * what
 * the last `poll` found, until the next. Ask `reportDueAt` after polling, and call `takeReport`
 * when
 * that time has come. At the end, `takeReport` at `reportDueAt()` until that is null tells the
 * rest.
 *
 * Each frame is checked in this order, and the first check that fails decides:
 *
 *     length -> envelope -> size -> compression -> sequence -> type -> budgets -> secrets
 *
 * 1. What comes out depends on the bytes and the times of `poll`, never on how the bytes were
 *    split.
 * 2. Every frame counts in the sequence, a refused one too. A frame whose envelope cannot be read
 *    may have carried a number or not: the next one may be either.
 * 3. After a lost framing or sequence the edge is `broken`: that is told once, then it starves.
 * 4. A packet that comes out has a sound envelope, the next sequence, a type that this server takes
 *    from clients, a budget that it has been charged to, and no secrets.
 * 5. A refused packet is charged to no budget. Budgets are charged together or not at all.
 * 6. Nothing that a peer sends throws. Memory is bounded by the bytes that wait and the packet
 *    types
 *    served, not by what the peer names.
 */
import type { PacketMalformed } from "../contract.ts";
import { invariant } from "../kernel/assert.ts";
import type { Micros, PacketType } from "../kernel/ids.ts";
import type { RefusalReason } from "../kernel/reasons.ts";
import {
  Deframer,
  envelopeBytesMax,
  isPacketType,
  packetEnvelope,
  payloadBytesMax,
  writeEnvelope,
  type LengthEndian,
  type PacketRules,
} from "../wire/index.ts";
import { TokenBucket, type Budget } from "./budgets.ts";
import { RefusalLedger, type Refusal } from "./refusals.ts";
import { cutSecrets, referenceBytesMax, type SecretVault } from "./secrets.ts";

export interface EdgeConfig {
  readonly lengthEndian: LengthEndian;
  /** For all types together. */
  readonly session: Budget;
  /** For single types; a type without one has the session's alone. */
  readonly budgets: ReadonlyMap<PacketType, Budget>;
  /** Scales all budgets: above 1 for tools and servers that speak for many, 1 otherwise. */
  readonly budgetMultiplier: number;
  readonly rules: PacketRules;
  /** The longest frame content, 1..65,536. */
  readonly frameBytesMax: number;
}

/**
 * - `packet`: see `packet` and `packetType`
 * - `refused`: packets turned away, see `refusal`
 * - `malformed`: bytes that are no packet, see `malformed`
 * - `starved`: more bytes are needed, or the edge is broken
 */
export type EdgeResult = "packet" | "refused" | "malformed" | "starved";

/** What this connection knows of one packet type. */
interface Lane {
  /** Why no packet of the type passes; null when they may. */
  readonly refusal: RefusalReason | null;
  readonly bucket: TokenBucket | null;
  readonly secrets: readonly number[];
}

const closedLane = (refusal: RefusalReason): Lane => ({ refusal, bucket: null, secrets: [] });
const invalidLane = closedLane("INVALID_PACKET");
const notServedLane = closedLane("NOT_SERVED");
const serverOnlyLane = closedLane("SERVER_ONLY");
const nothing = new Uint8Array(0);

export class ConnectionEdge {
  /** After "packet": `bytes[start..end)` is the `Packet`, secrets cut. Never written again. */
  bytes: Uint8Array = nothing;
  start = 0;
  end = 0;
  private readonly config: EdgeConfig;
  private readonly vault: SecretVault;
  private readonly deframer: Deframer;
  private readonly session: TokenBucket;
  /** Of the types served; made when a type first comes. */
  private readonly lanes = new Map<number, Lane>();
  /** Of the last packet: those of one type come in a row. */
  private lane: Lane = invalidLane;
  private laneType = -1;
  private readonly refusals = new RefusalLedger();
  /** The sequence of the last frame that had one. */
  private sequence = 0;
  /** Frames since then that may have had one. */
  private unnumbered = 0;
  private brokenTold = false;
  private currentRefusal: Refusal | null = null;
  private currentMalformed: PacketMalformed["reason"] = "envelope";

  /** @throws ApiMisuseError when a number of the configuration is out of its range */
  constructor(config: EdgeConfig, vault: SecretVault) {
    this.config = config;
    this.vault = vault;
    this.deframer = new Deframer(config);
    this.session = new TokenBucket(config.session, config.budgetMultiplier);
  }

  /** Takes the next bytes of the stream. Ownership passes: nobody writes them afterwards. */
  receive(chunk: Uint8Array): void {
    this.deframer.push(chunk);
  }

  /**
   * Finds the next thing in the bytes received. Refusals that are withheld are passed over, so one
   * call may go through all bytes that wait.
   *
   * @param at now; it never goes back
   */
  poll(at: Micros): EdgeResult {
    for (;;) {
      const { deframer } = this;
      if (!deframer.find()) return this.withoutFrame();
      const { bytes, start, end } = deframer;
      const reader = packetEnvelope;
      if (!reader.read(bytes, start, end)) return this.malform("envelope");
      const payloadBytes = reader.payloadEnd - reader.payloadStart;
      if (reader.size !== payloadBytes) return this.malform("size");
      // What is no longer than any answer may be, can be sent back.
      if (payloadBytes > payloadBytesMax) return this.malform("size");
      if (reader.isCompressed) return this.malform("compressed");
      if (!this.follow(reader.sequence)) return this.loseSequence();
      if (reader.type !== this.laneType) this.takeLane(reader.type as PacketType);
      const { lane } = this;
      const reason = lane.refusal ?? this.charge(lane, at);
      if (reason === null) {
        if (lane.secrets.length > 0) return this.admitCut(lane.secrets);
        if (this.bytes !== bytes) this.bytes = bytes; // See `Visits.#poll`.
        this.start = start;
        this.end = end;
        return "packet";
      }
      const type = reader.type as PacketType;
      const told = this.refusals.note(type, reason, reader.sequence, at);
      if (told === null) continue;
      this.currentRefusal = told;
      return "refused";
    }
  }

  /** After "packet". */
  get packetType(): PacketType {
    return this.laneType as PacketType;
  }

  /** After "refused". */
  get refusal(): Refusal {
    invariant(this.currentRefusal !== null, "edge: no refusal was polled");
    return this.currentRefusal;
  }

  /** After "malformed". */
  get malformed(): PacketMalformed["reason"] {
    return this.currentMalformed;
  }

  /** Bytes received that no `poll` has gone through. */
  get bufferedBytes(): number {
    return this.deframer.bufferedBytes;
  }

  /** True when nothing more can come: the framing or the sequence is lost. */
  get broken(): boolean {
    return this.deframer.broken;
  }

  /** When withheld refusals want to be told, or null when there are none. */
  reportDueAt(): Micros | null {
    return this.refusals.dueAt();
  }

  /** Withheld refusals that are due at `at`, one (type, reason) a call; null when none are left. */
  takeReport(at: Micros): Refusal | null {
    return this.refusals.take(at);
  }

  /** The connection is gone: nothing more is given or asked. */
  closed(): void {
    // For whoever looks on: see `TappedEdge`.
  }

  private withoutFrame(): EdgeResult {
    this.bytes = nothing;
    this.start = this.end = 0;
    if (!this.deframer.broken || this.brokenTold) return "starved";
    this.brokenTold = true;
    this.currentMalformed = "frame-length";
    return "malformed";
  }

  private malform(reason: PacketMalformed["reason"]): EdgeResult {
    // An envelope that could be read has a number; if it is the wrong one, the next frame tells.
    if (reason === "envelope" || !this.follow(packetEnvelope.sequence)) this.unnumbered++;
    this.currentMalformed = reason;
    return "malformed";
  }

  /** Whether the sequence is the next one; if so, it is the last from here on. */
  private follow(sequence: number): boolean {
    const ahead = sequence - this.sequence;
    if (ahead !== 1 && !(ahead > 1 && ahead <= 1 + this.unnumbered)) return false;
    this.sequence = sequence;
    this.unnumbered = 0;
    return true;
  }

  private loseSequence(): EdgeResult {
    this.deframer.abandon();
    this.brokenTold = true;
    this.currentMalformed = "sequence";
    return "malformed";
  }

  private takeLane(type: PacketType): void {
    this.lane = this.lanes.get(type) ?? this.openLane(type);
    this.laneType = type;
  }

  /** What is known of the type; remembered only when it is served, as the peer can name any. */
  private openLane(type: PacketType): Lane {
    const rule = this.config.rules.get(type);
    if (rule === undefined) return isPacketType(type) ? notServedLane : invalidLane;
    if (rule.direction === "toClient") return serverOnlyLane;
    const budget = this.config.budgets.get(type);
    const bucket =
      budget === undefined ? null : new TokenBucket(budget, this.config.budgetMultiplier);
    const lane = { refusal: null, bucket, secrets: rule.secrets };
    this.lanes.set(type, lane);
    return lane;
  }

  private charge(lane: Lane, at: Micros): RefusalReason | null {
    const { bucket } = lane;
    if (!this.session.has(at) || (bucket !== null && !bucket.has(at))) return "RATE_LIMITED";
    this.session.take();
    if (bucket !== null) bucket.take();
    return null;
  }

  private admitCut(secrets: readonly number[]): EdgeResult {
    const { payloadStart, payloadEnd } = packetEnvelope;
    const payload = this.deframer.bytes.subarray(payloadStart, payloadEnd);
    // References may be longer than what they replace, and a packet is never longer than a frame.
    const fits = payload.length + secrets.length * referenceBytesMax <= payloadBytesMax;
    const cut = fits ? cutSecrets(payload, secrets, this.vault) : null;
    if (cut === null) {
      this.currentMalformed = fits ? "envelope" : "size";
      return "malformed";
    }
    this.bytes = this.rewriteEnvelope(cut);
    this.start = 0;
    this.end = this.bytes.length;
    return "packet";
  }

  /** The packet just read, with another payload and nothing else that the peer put round it. */
  private rewriteEnvelope(payload: Uint8Array): Uint8Array {
    const { type, sequence, timestamp, inReplyTo } = packetEnvelope;
    const header = {
      type,
      sequence,
      // No number holds these when they are above 2^53-1; the core trusts neither of them.
      timestamp: timestamp === Infinity ? 0 : timestamp,
      isCompressed: false,
      inReplyTo: inReplyTo === Infinity ? 0 : inReplyTo,
    };
    const target = new Uint8Array(envelopeBytesMax(payload.length));
    return target.subarray(0, writeEnvelope(target, 0, header, payload, 0, payload.length));
  }
}
