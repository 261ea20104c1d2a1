/** What is in a journal, counted: the object that `reprise inspect` prints. */
import type { EventType, PacketReceived } from "../contract.ts";
import { blockBytes, type JournalBlock } from "./block.ts";
import { readEvents } from "./event-reader.ts";
import { plainFormat, sealedFormat, type JournalProblem } from "./format.ts";
import type { ScanVerdict } from "./scanner.ts";

/** Names are those of the command's JSON: only added to, never renamed. */
export interface JournalSummary {
  /**
   * Of the last segment; that of a journal without a key for an empty one, and null for one of
   * which nothing can be read.
   */
  readonly format: number | null;
  /** Ids of the keys with which its segments are encrypted, in the order of their first use. */
  readonly keys: readonly string[];
  /** Of the last segment; null for an empty journal, as in the two that follow. */
  readonly build: string | null;
  readonly node: string | null;
  readonly protocol: number | null;
  readonly incarnation: number | null;
  readonly segments: number;
  readonly blocks: number;
  /** Of all blocks with their headers. */
  readonly bytes: number;
  readonly events: Readonly<Partial<Record<EventType, number>>>;
  /** By what `packetName` made of each packet. */
  readonly packets: Readonly<Record<string, number>>;
  /** Connections opened: until sessions resume, each is one session. */
  readonly sessions: number;
  /** Sequences of the first and the last event; null for an empty journal. */
  readonly from: number | null;
  readonly to: number | null;
  /** `at` of the same two, in microseconds since the epoch. */
  readonly fromAt: number | null;
  readonly toAt: number | null;
  readonly failedSteps: number;
  readonly unfinishedTail: null | {
    readonly path: string;
    readonly offset: number;
    readonly bytes: number;
  };
  /** The one line that says where and what, when the journal is corrupt or refused. */
  readonly problem: string | null;
}

export class JournalInspector {
  readonly #packetName: (packet: PacketReceived) => string;
  readonly #events = new Map<EventType, number>();
  readonly #packets = new Map<string, number>();
  readonly #segments = new Set<number>();
  readonly #keys = new Set<string>();
  #first: JournalBlock | null = null;
  #last: JournalBlock | null = null;
  #blocks = 0;
  #bytes = 0;

  /** @param packetName names a packet's type, also one that is unknown or malformed */
  constructor(packetName: (packet: PacketReceived) => string) {
    this.#packetName = packetName;
  }

  /** Counts a block. Returns why it cannot be read, or null. */
  add(block: JournalBlock): JournalProblem | null {
    const content = readEvents(block);
    if (!content.ok) return content.problem;
    this.#first ??= block;
    this.#last = block;
    this.#segments.add(block.segment.segment);
    this.#blocks += 1;
    this.#bytes += blockBytes(block);
    const { sealing } = block.segment;
    if (sealing !== null) this.#keys.add(sealing.keyId);
    for (const event of content.value.events) {
      count(this.#events, event.type);
      if (event.type === "packet.received") count(this.#packets, this.#packetName(event));
    }
    return null;
  }

  /** The whole, after the last block. */
  summary(verdict: ScanVerdict): JournalSummary {
    const end = verdict.type === "clean" || verdict.type === "unfinished" ? verdict : null;
    const writer = end?.segment ?? this.#last?.segment ?? null;
    const first = this.#first?.header ?? null;
    const last = this.#last?.header ?? null;
    const isUnread = end === null && writer === null;
    const format = (writer?.sealing ?? null) === null ? plainFormat : sealedFormat;
    return {
      format: isUnread ? null : format,
      keys: [...this.#keys],
      build: writer?.build ?? null,
      node: writer?.node ?? null,
      protocol: writer?.protocol ?? null,
      incarnation: writer?.incarnation ?? null,
      segments: this.#segments.size,
      blocks: this.#blocks,
      bytes: this.#bytes,
      events: Object.fromEntries(this.#events),
      packets: Object.fromEntries(this.#packets),
      sessions: this.#events.get("connection.opened") ?? 0,
      from: first?.firstSequence ?? null,
      to: last === null ? null : last.firstSequence + last.events - 1,
      fromAt: first?.firstAt ?? null,
      toAt: last?.lastAt ?? null,
      failedSteps: this.#events.get("step.failed") ?? 0,
      unfinishedTail: (verdict.type === "unfinished" ? verdict.cuts[0] : null) ?? null,
      problem: end === null && "message" in verdict ? verdict.message : null,
    };
  }
}

const count = <K>(counts: Map<K, number>, key: K): void => {
  counts.set(key, (counts.get(key) ?? 0) + 1);
};
