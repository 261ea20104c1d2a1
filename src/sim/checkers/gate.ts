/**
 * [SES-09] [SES-14] [WIRE-05] What gets in. A second reader of every socket's bytes says of each
 * frame what must come of it, and the realm's events are held against that:
 *
 * 1. A frame whose length is none, or whose number is not the next, is told once, and nothing that
 *    comes behind it gets in.
 * 2. A packet gets in only when it is one that clients may send, and within its budgets.
 * 3. Every packet that does not get in is told as refused, or as malformed, with its reason; none
 *    is told that was not there.
 * 4. What is refused while the connection stays open is told within a second, also when it was
 *    withheld because there was much of it.
 * 5. What came before the end of a connection is told before its end.
 */
import type { Event, SocketId } from "../../core/contract.ts";
import { publishedContracts } from "../../core/features/contracts.ts";
import { limits } from "../../core/kernel/limits.ts";
import type { ConnectionId, PacketType } from "../../core/kernel/ids.ts";
import type { Realm } from "../../core/realm/index.ts";
import { reprise as pb } from "../../core/wire/gen/packet.js";
import { decodePayload, payloadBytesMax } from "../../core/wire/index.ts";
import type { AnyContract } from "../../core/wire/index.ts";
import { copied, joined } from "../bytes.ts";
import { CheckFailure } from "./checker.ts";
import type { Checker, Step } from "./checker.ts";
import { contentBytesMax, FrameParts, lengthAt, prefixBytes } from "./frame-parts.ts";

/** What must come of a frame. */
interface Fate {
  /** `open`: it gets in unless it is too much, or holds a secret that cannot be read. */
  readonly kind: "open" | "refused" | "malformed";
  readonly reason: string;
  readonly sequence: number;
  readonly type: number;
  /** Until when it must be heard, by all that came before it, unless turns are delayed. */
  readonly untilMicros: number;
  /** How long the host's turns had been delayed when it came, in microseconds. */
  readonly stalled: number;
  /** How many packets had been heard of by then: those that are later may have turns before it. */
  readonly heard: number;
}

/** Tokens that are used up, as of a time; a token comes back in so many microseconds. */
class Spent {
  readonly #burst: number;
  readonly #perMicro: number;
  /** How long a refusal may be told after it was used up: withheld for its second, and its next. */
  readonly #toldMicros: number;
  #tokens = 0;
  #asOf = 0;
  #emptyAt = -Infinity;
  #stalledAtEmpty = 0;

  constructor({ perSecond, burst }: { readonly perSecond: number; readonly burst: number }) {
    this.#burst = burst;
    this.#perMicro = perSecond / 1_000_000;
    this.#toldMicros = 3_000_000 + 2 / this.#perMicro;
  }

  /**
   * @param stalled how long turns had been delayed by then, in microseconds
   * @returns false when there was none left
   */
  take(at: number, stalled: number): boolean {
    this.#tokens = Math.max(0, this.#tokens - (at - this.#asOf) * this.#perMicro) + 1;
    this.#asOf = at;
    if (this.#tokens + 1 > this.#burst - slackTokens) {
      this.#emptyAt = at;
      this.#stalledAtEmpty = stalled;
    }
    return this.#tokens <= this.#burst + slackTokens;
  }

  /** Whether a refusal that is told now may be for want of a token. */
  wasEmpty(at: number, stalled: number): boolean {
    return at - this.#emptyAt <= this.#toldMicros + 1.1 * (stalled - this.#stalledAtEmpty);
  }
}

const slackTokens = 0.001;

/** One connection, from its socket's first byte. */
interface Gate {
  readonly fates: Fate[];
  /** Bytes of a frame whose end has not come. */
  rest: Uint8Array;
  sequence: number;
  /** Frames since then that could not be read, and may have had numbers or not. */
  unnumbered: number;
  /** Nothing more gets in: the framing or the numbers are lost. */
  isLost: boolean;
  /** A frame was unusual: no more can be said. */
  isUnsure: boolean;
  /** The realm knows of it. */
  isOpen: boolean;
  /** The realm has ended it: nothing more is read. */
  isEnding: boolean;
  readonly session: Spent;
  readonly lanes: Map<number, Spent>;
  /** Refusals by reason: those that must be told, less those that were. */
  readonly owed: Map<string, number>;
  /** By reason, how many came that must be refused, and how many were told as refused. */
  readonly refused: Map<string, number>;
  readonly told: Map<string, number>;
}

/** A packet that must be refused: the how manieth of its reason, see 4. */
interface Refused extends Pick<Fate, "reason" | "untilMicros" | "stalled" | "heard"> {
  readonly gate: Gate;
  readonly count: number;
}

const nothing = new Uint8Array(0);
const packet = pb.v1.Packet;

interface GateWorld {
  readonly realm: Pick<Realm, "rules" | "budgets">;
  readonly contracts: readonly AnyContract[];
  readonly nowMicros: () => number;
  /** Of all connections together. */
  readonly packetsPerTurnMax: number;
}

/** The numbers that a packet may have, as the protocol has them. */
const ranges = [
  [1_000, 1_099],
  [2_000, 2_999],
  [3_000, 3_099],
  [10_000, 65_535],
] as const;
/** What has come waits no longer than this, unless the host has no turns. */
const waitMicrosMax = 200_000;
/** From one turn to the next, where a turn has left packets for it. */
const turnMicrosMax = 10_000;
/** What is withheld is told when its second is over. */
const withheldMicrosMax = 1_000_000;

export class GateChecker implements Checker {
  readonly name = "gate";
  readonly missesReplays = true;
  /** Counts frames that were judged. */
  checked = 0;
  readonly #realm: Pick<Realm, "rules" | "budgets">;
  readonly #nowMicros: () => number;
  readonly #packetsPerTurnMax: number;
  /** How many fates of all gates are open. */
  #waiting = 0;
  /** Packets that the realm has heard of. */
  #heardCount = 0;
  /** By type, read from the contracts themselves. */
  readonly #served = new Set<number>();
  /** Only servers say them. */
  readonly #told = new Set<number>();
  /** In the order in which they came. */
  #refused: Refused[] = [];
  #isNewTurn = true;
  #stalledMicros = 0;
  /** Since when nothing is served, because a step threw; Infinity: it is. */
  #stillSince = Infinity;
  readonly #frame = new FrameParts();
  readonly #ofRemote = new Map<string, Gate>();
  readonly #ofSocket = new Map<SocketId, Gate>();
  readonly #ofConnection = new Map<ConnectionId, Gate>();

  constructor({ realm, contracts, nowMicros, packetsPerTurnMax }: GateWorld) {
    this.#realm = realm;
    this.#nowMicros = nowMicros;
    this.#packetsPerTurnMax = packetsPerTurnMax;
    for (const { entries } of contracts) {
      for (const entry of Object.values(entries)) {
        if (entry.kind !== "toClient") this.#served.add(entry.type);
      }
    }
    for (const { entries } of [...contracts, ...publishedContracts]) {
      for (const entry of Object.values(entries)) {
        if (entry.kind === "toClient") this.#told.add(entry.type);
        else if (entry.kind === "request") this.#told.add(entry.replyType);
      }
    }
    // A type may go both ways: then somebody serves it, if not here.
    for (const { entries } of publishedContracts) {
      for (const { kind, type } of Object.values(entries)) {
        if (kind !== "toClient") this.#told.delete(type);
      }
    }
  }

  turned(stallMicros: number): void {
    // Of a turn that made no step.
    if (this.#isNewTurn) this.#stalledMicros += stallMicros;
    this.#isNewTurn = true;
    for (let [first] = this.#refused; first !== undefined; [first] = this.#refused) {
      if (!this.#isOver(first, withheldMicrosMax)) return;
      this.#refused.shift();
      this.#mustBeTold(first);
    }
  }

  /** The server stands still until it has left the step out. */
  machineThrew(): void {
    for (const gate of this.#ofSocket.values()) gate.isUnsure = true;
    this.#stillSince = this.#nowMicros();
  }

  processStarted(): void {
    this.#stillSince = Infinity;
    this.#ofRemote.clear();
    this.#ofSocket.clear();
    this.#ofConnection.clear();
    this.#refused = [];
    this.#waiting = 0;
  }

  socketOpened(socket: SocketId, _link: string, remote: string): void {
    const gate: Gate = {
      fates: [],
      rest: nothing,
      sequence: 0,
      unnumbered: 0,
      isLost: false,
      isUnsure: false,
      isOpen: false,
      isEnding: false,
      session: new Spent({ perSecond: limits.packetsPerSecond, burst: limits.packetsBurst }),
      lanes: new Map(),
      owed: new Map(),
      refused: new Map(),
      told: new Map(),
    };
    this.#ofSocket.set(socket, gate);
    this.#ofRemote.set(remote, gate);
  }

  socketClosed(socket: SocketId): void {
    this.#ofSocket.delete(socket);
  }

  socketReceived(socket: SocketId, bytes: Uint8Array): void {
    const gate = this.#ofSocket.get(socket);
    if (gate === undefined || gate.isLost || gate.isUnsure || gate.isEnding) return;
    const all = gate.rest.length === 0 ? bytes : joined([gate.rest, bytes]);
    let at = 0;
    while (!gate.isLost && all.length - at >= prefixBytes) {
      const length = lengthAt(all, at);
      const start = at + prefixBytes;
      if (length === 0 || length > contentBytesMax) {
        this.#judged(gate, "malformed", "frame-length");
        gate.isLost = true;
      } else if (start + length > all.length) break;
      else this.#came(gate, all, start, start + length);
      at = start + length;
    }
    gate.rest = gate.isLost ? nothing : copied(all, at);
  }

  stepped({ event, closes, stallMicros, isReplay }: Step): void {
    if (this.#isNewTurn) {
      this.#isNewTurn = false;
      this.#stalledMicros += stallMicros;
    }
    if (!isReplay) this.#stalledMicros += Math.max(0, this.#nowMicros() - this.#stillSince);
    if (!isReplay) this.#stillSince = Infinity;
    this.#heard(event);
    for (const { connection } of closes) {
      const gate = this.#ofConnection.get(connection);
      if (gate === undefined || gate.isEnding) continue;
      gate.isEnding = true;
      const untold = gate.fates.find(({ kind }) => kind === "malformed");
      if (untold !== undefined && !gate.isUnsure) this.#inTime(untold);
    }
  }

  #heard(event: Event): void {
    this.#heardCount += packetsIn(event);
    switch (event.type) {
      case "connection.opened": {
        const gate = this.#ofRemote.get(event.remote);
        this.#ofRemote.delete(event.remote);
        if (gate === undefined) return;
        gate.isOpen = true;
        this.#ofConnection.set(event.connection, gate);
        return;
      }
      case "packet.received":
        return this.#entered(event);
      case "packet.refused": {
        const gate = this.#sure(event.connection);
        if (gate === null) return;
        this.#owe(gate, event.reason, -event.count);
        gate.told.set(event.reason, (gate.told.get(event.reason) ?? 0) + event.count);
        if (event.reason !== "RATE_LIMITED") return;
        const stalled = this.#stalledMicros;
        if (gate.session.wasEmpty(event.at, stalled)) return;
        for (const lane of gate.lanes.values()) if (lane.wasEmpty(event.at, stalled)) return;
        return this.#fail("nobody is refused within his budgets", `type ${event.packetType}`);
      }
      case "packet.malformed": {
        const gate = this.#sure(event.connection);
        if (gate === null) return;
        const fate = this.#next(gate, ({ kind, reason, type }) =>
          kind === "malformed"
            ? reason === event.reason
            : kind === "open" && this.#hasSecrets(type) && event.reason === "envelope",
        );
        if (fate === null) this.#fail("only what is malformed is told as such", event.reason);
        return;
      }
      case "connection.closed":
        return this.#gone(event.connection, event.reason);
      default:
        return;
    }
  }

  #sure(connection: ConnectionId): Gate | null {
    const gate = this.#ofConnection.get(connection);
    return gate === undefined || gate.isUnsure || gate.isEnding ? null : gate;
  }

  /** A whole frame has come. */
  #came(gate: Gate, bytes: Uint8Array, start: number, end: number): void {
    this.checked += 1;
    const frame = this.#frame;
    if (frame.read(bytes, start, end) === "unusual") {
      // Who has no part in what is judged says whether it is a packet at all.
      const isPacket = decodePayload(packet, bytes, start, end) !== null;
      if (isPacket) gate.isUnsure = true;
      else {
        this.#judged(gate, "malformed", "envelope");
        gate.unnumbered += 1;
      }
      return;
    }
    const { type, sequence, size, payloadStart, payloadEnd, isCompressed } = frame;
    const ahead = sequence - gate.sequence;
    const isNext = ahead >= 1 && ahead <= 1 + gate.unnumbered;
    if (isNext) gate.unnumbered = 0;
    const isRightSize = size === payloadEnd - payloadStart && size <= payloadBytesMax;
    if (!isRightSize || isCompressed) {
      const reason = isRightSize ? "compressed" : "size";
      this.#judged(gate, "malformed", reason);
      if (isNext) gate.sequence = sequence;
      else gate.isUnsure = true;
    } else if (!isNext) {
      this.#judged(gate, "malformed", "sequence");
      gate.isLost = true;
    } else {
      gate.sequence = sequence;
      const reason = this.#objection(type);
      this.#judged(gate, reason === "" ? "open" : "refused", reason);
    }
  }

  /** Of the frame that was read last. */
  #judged(gate: Gate, kind: Fate["kind"], reason: string): void {
    const { sequence, type } = this.#frame;
    const turns = Math.ceil(this.#waiting / this.#packetsPerTurnMax);
    const untilMicros = this.#nowMicros() + waitMicrosMax + turns * turnMicrosMax;
    const [stalled, heard] = [this.#stalledMicros, this.#heardCount];
    gate.fates.push({ kind, reason, sequence, type, untilMicros, stalled, heard });
    if (kind === "refused") {
      const count = (gate.refused.get(reason) ?? 0) + 1;
      gate.refused.set(reason, count);
      this.#refused.push({ gate, reason, count, untilMicros, stalled, heard });
    }
    this.#waiting += 1;
  }

  /** Why no client may send packets of a type; "" when one may. */
  #objection(type: number): string {
    if (this.#served.has(type)) return "";
    if (this.#told.has(type)) return "SERVER_ONLY";
    const isNumber = ranges.some(([least, most]) => type >= least && type <= most);
    return isNumber ? "NOT_SERVED" : "INVALID_PACKET";
  }

  #hasSecrets(type: number): boolean {
    return (this.#realm.rules.get(type as PacketType)?.secrets.length ?? 0) > 0;
  }

  #entered(event: Extract<Event, { type: "packet.received" }>): void {
    const gate = this.#sure(event.connection);
    if (gate === null) return;
    if (this.#frame.read(event.bytes, event.start, event.end) === "unusual") {
      // Had it been a packet, no more would be said of this connection.
      this.#fail("only what came gets in, in order", "no packet");
    }
    const { sequence, type } = this.#frame;
    const about = `packet ${String(sequence)} of type ${String(type)}`;
    const fate = this.#next(gate, (one) => one.sequence === sequence && one.kind === "open");
    if (fate === null || fate.type !== type) this.#fail("only what came gets in, in order", about);
    const budget = this.#realm.budgets.get(type as PacketType);
    let lane = gate.lanes.get(type);
    if (lane === undefined && budget !== undefined) {
      lane = new Spent(budget);
      gate.lanes.set(type, lane);
    }
    const stalled = this.#stalledMicros;
    const isWithin =
      gate.session.take(event.at, stalled) && lane?.take(event.at, stalled) !== false;
    if (!isWithin) this.#fail("no more gets in than the budgets allow", about);
  }

  /** Takes fates out up to the one that is meant; those before it must have been refused. */
  #next(gate: Gate, isMeant: (fate: Fate) => boolean): Fate | null {
    for (let fate = gate.fates.shift(); fate !== undefined; fate = gate.fates.shift()) {
      this.#waiting -= 1;
      if (isMeant(fate)) return this.#inTime(fate);
      this.#passed(gate, fate);
    }
    return null;
  }

  #inTime(fate: Fate): Fate {
    if (this.#isOver(fate)) {
      this.#fail("what has come is served soon", `packet ${String(fate.sequence)}`);
    }
    return fate;
  }

  /**
   * Whether the time has passed, and as much more as the host's turns were delayed since, and as
   * turns take that others have had.
   */
  #isOver(
    { untilMicros, stalled, heard }: Pick<Fate, "untilMicros" | "stalled" | "heard">,
    laterMicros = 0,
  ): boolean {
    const turns = Math.ceil((this.#heardCount - heard) / this.#packetsPerTurnMax);
    const delayed = 1.1 * (this.#stalledMicros - stalled) + turns * turnMicrosMax;
    return this.#nowMicros() > untilMicros + laterMicros + delayed;
  }

  #mustBeTold({ gate, reason, count }: Refused): void {
    if (!gate.isOpen || gate.isUnsure || gate.isEnding || gate.isLost) return;
    const told = gate.told.get(reason) ?? 0;
    if (told >= count) return;
    this.#fail("what is refused is told within a second", `${String(told)} of ${String(count)}`);
  }

  #passed(gate: Gate, { kind, reason, type }: Fate): void {
    if (kind === "malformed") this.#fail("what is malformed is told", reason);
    if (kind === "refused") this.#owe(gate, reason, 1);
    else if (this.#hasSecrets(type)) gate.isUnsure = true;
    else this.#owe(gate, "RATE_LIMITED", 1);
  }

  #owe(gate: Gate, reason: string, by: number): void {
    gate.owed.set(reason, (gate.owed.get(reason) ?? 0) + by);
  }

  #gone(connection: ConnectionId, reason: string): void {
    this.#closed(connection, reason);
    const gate = this.#ofConnection.get(connection);
    if (gate === undefined) return;
    this.#waiting -= gate.fates.length;
    gate.isOpen = false;
    this.#ofConnection.delete(connection);
  }

  #closed(connection: ConnectionId, reason: string): void {
    const gate = this.#sure(connection);
    // Where the server has cut it, or died, nobody can say what was still read.
    if (gate === null || (reason !== "peer" && reason !== "reset")) return;
    this.#next(gate, () => false);
    if (gate.isUnsure) return;
    for (const [why, count] of gate.owed) {
      if (count === 0) continue;
      const detail = `${String(count)} of ${why} when it was closed by ${reason}`;
      this.#fail("what came is told before the end, and nothing else", detail);
    }
  }

  #fail(rule: string, detail: string): never {
    throw new CheckFailure(this.name, rule, detail);
  }
}

const packetsIn = (event: Event): number =>
  event.type === "packet.refused"
    ? event.count
    : Number(event.type === "packet.received" || event.type === "packet.malformed");
