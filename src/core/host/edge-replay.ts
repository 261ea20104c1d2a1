/**
 * Runs the edge again on captured bytes, and holds what comes out against the journal: for each
 * captured connection exactly the packets, refusals and malformed packets that the realm was told.
 *
 *     takeFile(content)* in the order of names, then meet(sequence, event)* for the journal, finish
 *
 * E1. A capture and a journal may each end before the other, because a process may die. As far as
 *     both go they must agree; of a connection that both saw closed, to the last event.
 * E2. Refusals that are reported once the realm has closed a connection are told to nobody: these
 *     may be missing in the journal, at the end.
 */
import type { Event, PacketMalformed, PacketReceived, PacketRefused } from "../contract.ts";
import { ConnectionEdge } from "../edge/index.ts";
import type { EdgeConfig, Refusal, SecretVault } from "../edge/index.ts";
import type { CaptureContent, CaptureRecord } from "../journal/index.ts";
import type { ConnectionId, Micros, SecretRef } from "../kernel/ids.ts";
import { limits } from "../kernel/limits.ts";
import type { HostRealm } from "./parts.ts";

/** An event that the edge makes. */
type EdgeEvent = PacketReceived | PacketRefused | PacketMalformed;

/** The first thing that is not as the journal says. */
export interface EdgeDifference {
  readonly connection: ConnectionId;
  /** The journal's event; null when it has none. */
  readonly sequence: number | null;
  readonly journalled: EdgeEvent | null;
  /** What the edge made of the captured bytes; null for nothing. */
  readonly made: EdgeEvent | null;
  readonly message: string;
}

export class EdgeReplay {
  /** Events that came out as they were journalled. */
  agreed = 0;
  /** Captured connections whose opening the journal has. */
  connections = 0;
  readonly #realm: Pick<HostRealm, "rules" | "budgets">;
  readonly #links = new Map<ConnectionId, Link>();

  /** @param realm of the build that captured: another one may let other packets through */
  constructor(realm: Pick<HostRealm, "rules" | "budgets">) {
    this.#realm = realm;
  }

  /** Runs the edges on the next file. */
  takeFile({ edge, records }: CaptureContent): void {
    const { lengthEndian, perSecond, burst, budgetMultiplier } = edge;
    const config: EdgeConfig = {
      rules: this.#realm.rules,
      budgets: this.#realm.budgets,
      lengthEndian,
      session: { perSecond, burst },
      budgetMultiplier,
      frameBytesMax: limits.frameBytesMax,
    };
    for (const record of records) {
      const { connection } = record;
      if (record.type === "opened") this.#links.set(connection, new Link(config, connection));
      else this.#links.get(connection)?.take(record);
    }
  }

  /** Takes the next event of the journal. Returns what differs, or null. */
  meet(sequence: number, event: Event): EdgeDifference | null {
    if (!("connection" in event) || event.connection === null) return null;
    const link = this.#links.get(event.connection);
    if (link === undefined) return null;
    if (event.type === "connection.opened") {
      this.connections += 1;
      link.isKnown = true;
    }
    // A journal whose beginning is gone says nothing of what was opened before.
    if (!link.isKnown) return null;
    if (event.type === "connection.closed") {
      link.isJournalledWhole = event.reason !== "restart";
      return null;
    }
    if (!isOfEdge(event)) return null;
    const made = link.next();
    if (made === null) {
      const why = link.trouble ?? (link.isClosed ? "the edge makes nothing" : null);
      return why === null ? null : link.differs(sequence, event, null, why);
    }
    const what = differenceOf(event, made);
    if (what !== null) return link.differs(sequence, event, made, what);
    this.agreed += 1;
    return null;
  }

  /** The journal has ended. Returns the first event that it lacks, or null. */
  finish(): EdgeDifference | null {
    for (const link of this.#links.values()) {
      if (!link.isKnown) continue;
      if (link.trouble !== null) return link.differs(null, null, null, link.trouble);
      if (!link.isClosed || !link.isJournalledWhole) continue;
      const left = link.leftOver();
      if (left !== null) return link.differs(null, null, left, "the journal does not have it");
    }
    return null;
  }
}

const isOfEdge = (event: Event): event is EdgeEvent =>
  event.type === "packet.received" ||
  event.type === "packet.refused" ||
  event.type === "packet.malformed";

interface Made {
  readonly event: EdgeEvent;
  readonly isReport: boolean;
}

/** One connection's edge, and what came out of it. */
class Link {
  isKnown = false;
  isClosed = false;
  isJournalledWhole = false;
  /** Why it does not go on as it went, behind all that came out; null while it does. */
  trouble: string | null = null;
  readonly #id: ConnectionId;
  readonly #edge: ConnectionEdge;
  readonly #vault = new GivenVault();
  readonly #made: Made[] = [];
  /** How many of them the journal has had. */
  #met = 0;

  constructor(config: EdgeConfig, id: ConnectionId) {
    this.#id = id;
    this.#edge = new ConnectionEdge(config, this.#vault);
  }

  take(record: Exclude<CaptureRecord, { readonly type: "opened" }>): void {
    if (this.trouble !== null) return;
    switch (record.type) {
      case "received":
        return this.#edge.receive(record.bytes);
      case "polled":
        return this.#poll(record.at, record.found, record.isStarved);
      case "reported": {
        const report = this.#edge.takeReport(record.due);
        if (report !== null) this.#put(this.#refused(report, record.at), true);
        return;
      }
      case "sealed":
        return this.#vault.give(record.ref);
      case "closed":
        this.isClosed = true;
    }
  }

  /** The next event that came out; null when there is none. */
  next(): EdgeEvent | null {
    const made = this.#made[this.#met];
    if (made === undefined) return null;
    this.#met += 1;
    return made.event;
  }

  /** The first event that nobody asked for and that should be journalled, see E2. */
  leftOver(): EdgeEvent | null {
    return this.#made.slice(this.#met).find(({ isReport }) => !isReport)?.event ?? null;
  }

  differs(
    sequence: number | null,
    journalled: EdgeEvent | null,
    made: EdgeEvent | null,
    message: string,
  ): EdgeDifference {
    return { connection: this.#id, sequence, journalled, made, message };
  }

  #poll(at: Micros, found: number, isStarved: boolean): void {
    for (let count = 0; count < found; count += 1) {
      const event = this.#find(at);
      if (event === null) {
        this.trouble = "the edge starves where it found something";
        return;
      }
      this.#put(event, false);
    }
    const more = isStarved ? this.#find(at) : null;
    if (more !== null) this.trouble = `the edge finds a ${more.type} where it starved`;
  }

  #find(at: Micros): EdgeEvent | null {
    const edge = this.#edge;
    const connection = this.#id;
    switch (edge.poll(at)) {
      case "starved":
        return null;
      case "packet": {
        const { bytes, start, end } = edge;
        return { type: "packet.received", at, connection, transport: "stream", bytes, start, end };
      }
      case "refused":
        return this.#refused(edge.refusal, at);
      case "malformed":
        return { type: "packet.malformed", at, connection, reason: edge.malformed };
    }
  }

  #refused(refusal: Refusal, at: Micros): PacketRefused {
    return { type: "packet.refused", at, connection: this.#id, ...refusal };
  }

  #put(event: EdgeEvent, isReport: boolean): void {
    this.#made.push({ event, isReport });
  }
}

/** Gives the references that the first run gave, in their order. */
class GivenVault implements SecretVault {
  readonly size = 0;
  readonly #given: SecretRef[] = [];

  give(ref: SecretRef): void {
    this.#given.push(ref);
  }

  seal(): SecretRef {
    return this.#given.shift() ?? (0 as SecretRef);
  }

  open(): null {
    return null;
  }

  release(): void {
    // It keeps nothing.
  }
}

/** What two events do not have in common; null when they are alike. */
function differenceOf(journalled: EdgeEvent, made: EdgeEvent): string | null {
  if (journalled.type !== made.type) return `the edge makes a ${made.type}`;
  if (journalled.at !== made.at) return "another time";
  if (journalled.type === "packet.received" && made.type === "packet.received") {
    return isSameRange(journalled, made) ? null : "other bytes";
  }
  if (journalled.type === "packet.malformed" && made.type === "packet.malformed") {
    return journalled.reason === made.reason ? null : "another reason";
  }
  const [left, right] = [journalled as PacketRefused, made as PacketRefused];
  const isSame =
    left.packetType === right.packetType &&
    left.reason === right.reason &&
    left.count === right.count &&
    left.sequence === right.sequence;
  return isSame ? null : "other refusals";
}

function isSameRange(left: PacketReceived, right: PacketReceived): boolean {
  const length = left.end - left.start;
  if (right.end - right.start !== length) return false;
  for (let at = 0; at < length; at += 1) {
    if (left.bytes[left.start + at] !== right.bytes[right.start + at]) return false;
  }
  return true;
}
