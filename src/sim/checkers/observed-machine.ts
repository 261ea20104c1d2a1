/**
 * The realm with somebody looking on: what goes in and what comes out of every step, as one `Step`.
 */
import type {
  CallEffect,
  CloseMode,
  Delivery,
  Digest,
  Event,
  LogFields,
  LogLevel,
  Machine,
  Outbox,
  PayloadRef,
} from "../../core/contract.ts";
import {
  digestBytes,
  digestNumber,
  digestStart,
  digestString,
  finish,
  mix,
} from "../../core/kernel/digest.ts";
import { DigestingOutbox } from "../../core/kernel/effects.ts";
import type { ReplayOutbox } from "../../core/kernel/effects.ts";
import type { ErrorCode } from "../../core/kernel/errors.ts";
import type { CallId, ConnectionId, Micros, PacketType } from "../../core/kernel/ids.ts";
import type { PlainData } from "../../core/kernel/plain.ts";
import type { BrokenRest } from "../../core/realm/index.ts";
import { CheckFailure } from "./checker.ts";
import type { Step, StepCall, StepClose, StepSend } from "./checker.ts";
import type { History, WayTo } from "./history.ts";

export interface MachineObserver {
  machineCreated(): void;
  machineThrew(event: Event, error: unknown, feature: string | null): void;
  stepped(step: Step): void;
  checkpointed(steps: number): void;
  restored(steps: number): void;
  recovered(steps: number, stateDigest: number, machine: Machine): void;
}

export interface ObservedMachineParts {
  readonly machine: Machine;
  readonly history: History;
  readonly observer: MachineObserver;
  /** Packets whose payloads somebody reads; with none, nobody reads counters but that of ticks. */
  readonly keeps: ReadonlySet<PacketType>;
  /** The process has died in the middle of a turn, whose rest never was. */
  readonly isGone: () => boolean;
  /** How long the turn that is under way has been delayed. */
  readonly stallMicros: () => number;
  /** Keeps what a check throws: the host must not see it. */
  readonly guard: (check: () => void) => void;
}

export class ObservedMachine implements Machine {
  #machine: Machine;
  readonly #history: History;
  readonly #observer: MachineObserver;
  readonly #outbox: RecordingOutbox;
  readonly #isGone: () => boolean;
  readonly #stallMicros: () => number;
  readonly #guard: (check: () => void) => void;
  /** A step threw: its state means nothing. */
  isSpoilt = false;
  /** Steps made, those before a checkpoint included. */
  #steps = 0;
  /** Views of the state after so many steps, by name. */
  readonly #shown = new Map<string, PlainData>();
  #shownAt = -1;

  constructor(parts: ObservedMachineParts) {
    const { machine, history, observer, keeps, isGone, stallMicros, guard } = parts;
    this.#outbox = new RecordingOutbox(keeps);
    this.#machine = machine;
    this.#history = history;
    this.#observer = observer;
    this.#isGone = isGone;
    this.#stallMicros = stallMicros;
    this.#guard = guard;
    observer.machineCreated();
  }

  step(event: Event, outbox: Outbox): void {
    if (this.#isGone()) throw new Error("a process that has died makes no step");
    if (this.#history.isNewStart(this.#steps, event)) {
      this.#observer.recovered(this.#steps, this.#machine.digest(), this);
    }
    const recorded = this.#outbox;
    recorded.begin(outbox);
    try {
      this.#machine.step(event, recorded);
    } catch (error) {
      this.isSpoilt = true;
      this.#observer.machineThrew(event, error, this.#machine.failedFeature);
      throw error;
    }
    const digest = finish(mix(eventDigest(event), recorded.digest()));
    let isReplay = false;
    this.#guard(() => {
      isReplay = this.#history.take(this.#steps, event, digest);
    });
    this.#steps += 1;
    this.#observer.stepped({
      index: this.#steps - 1,
      isReplay,
      event,
      sends: recorded.sends,
      closes: recorded.closes,
      calls: recorded.calls,
      counts: recorded.counts,
      digest,
      machine: this,
      stallMicros: this.#stallMicros(),
    });
  }

  /** Steps made, those before a checkpoint included. */
  get steps(): number {
    return this.#steps;
  }

  /** Broken rules in words, where the machine offers them. */
  violations(): string[] {
    return isSelfChecking(this.#machine) ? this.#machine.violations() : [];
  }

  /** Features that rest when they should not; where there are any, the state means nothing. */
  brokenRests(): BrokenRest[] {
    return isSelfChecking(this.#machine) ? this.#machine.brokenRests() : [];
  }

  nextTimeout(): Micros | null {
    return this.#machine.nextTimeout();
  }

  checkpoint(): Uint8Array {
    const bytes = this.#machine.checkpoint();
    this.#history.checkpointed(bytes, this.#steps);
    this.#observer.checkpointed(this.#steps);
    return bytes;
  }

  restore(bytes: Uint8Array): void {
    this.#shownAt = -1;
    const way = this.#history.wayTo(bytes);
    if (way !== null) {
      this.#followTo(way, bytes);
      return;
    }
    this.#machine.restore(bytes);
    this.#guard(() => {
      this.#steps = this.#history.placeOf(bytes);
    });
    this.#observer.restored(this.#steps);
  }

  /** Makes its way as the server did, and then takes the state, which must be the same. */
  #followTo({ base, events, create }: WayTo, bytes: Uint8Array): void {
    const own = this.#machine;
    // It may be of a build that would not make these steps.
    this.#machine = create();
    if (base !== null) {
      this.#machine.restore(base);
      this.#steps = this.#history.placeOf(base);
      this.#observer.restored(this.#steps);
    }
    const outbox = new DigestingOutbox();
    for (const event of events) {
      outbox.begin(event.at);
      this.step(event, outbox);
    }
    const digest = this.#machine.digest();
    this.#guard(() => {
      this.#machine.restore(bytes);
      if (this.#machine.digest() === digest) return;
      const detail = `after ${String(this.#steps)} steps`;
      throw new CheckFailure("follower", "a checkpoint restores what the server was", detail);
    });
    own.restore(bytes);
    this.#machine = own;
    this.#shownAt = -1;
    this.#history.begunWith(bytes, this.#steps);
    this.#observer.checkpointed(this.#steps);
    this.#observer.restored(this.#steps);
  }

  digest(): Digest {
    return this.#machine.digest();
  }

  get views(): readonly string[] {
    return this.#machine.views;
  }

  /** As it is after the last step: several who look share one look. */
  view(name: string): PlainData {
    if (this.#shownAt !== this.#steps) this.#shown.clear();
    this.#shownAt = this.#steps;
    const shown = this.#shown.get(name);
    if (shown !== undefined) return shown;
    const data = this.#machine.view(name);
    this.#shown.set(name, data);
    return data;
  }

  get tables(): readonly string[] {
    return this.#machine.tables;
  }

  tableDigest(index: number): Digest {
    return this.#machine.tableDigest(index);
  }

  get failedFeature(): string | null {
    return this.#machine.failedFeature;
  }
}

interface SelfChecking extends Machine {
  violations(): string[];
  brokenRests(): BrokenRest[];
}

const isSelfChecking = (machine: Machine): machine is SelfChecking => "violations" in machine;

/** Passes orders on and writes them down. */
class RecordingOutbox implements Outbox {
  sends: StepSend[] = [];
  closes: StepClose[] = [];
  calls: StepCall[] = [];
  counts = new Map<string, number>();
  readonly #keeps: ReadonlySet<PacketType>;
  readonly #types: PacketType[] = [];
  readonly #payloads: (Uint8Array | null)[] = [];
  #to: Outbox | null = null;

  constructor(keeps: ReadonlySet<PacketType>) {
    this.#keeps = keeps;
  }

  begin(to: Outbox): void {
    this.#to = to;
    this.#types.length = 0;
    if (this.sends.length > 0) this.sends = [];
    if (this.closes.length > 0) this.closes = [];
    if (this.calls.length > 0) this.calls = [];
    if (this.counts.size > 0) this.counts = new Map();
  }

  /** Of the step's effects, as the host journals it. */
  digest(): Digest {
    return (this.#outbox as Partial<ReplayOutbox>).digest?.() ?? 0;
  }

  payload(type: PacketType, bytes: Uint8Array, start = 0, end = bytes.length): PayloadRef {
    const payload = this.#outbox.payload(type, bytes, start, end);
    this.#types[payload] = type;
    this.#payloads[payload] = this.#keeps.has(type) ? bytes.slice(start, end) : null;
    return payload;
  }

  send(
    connection: ConnectionId,
    payload: PayloadRef,
    delivery: Delivery,
    sequence: number,
    inReplyTo: number,
  ): void {
    const type = this.#types[payload] ?? (0 as PacketType);
    const kept = this.#payloads[payload] ?? null;
    this.sends.push({ connection, type, delivery, sequence, inReplyTo, payload: kept });
    this.#outbox.send(connection, payload, delivery, sequence, inReplyTo);
  }

  close(connection: ConnectionId, mode: CloseMode, code: ErrorCode): void {
    this.closes.push({ connection, mode, code });
    this.#outbox.close(connection, mode, code);
  }

  call(
    call: CallId,
    operation: string,
    request: PlainData,
    effect: CallEffect,
    asker: ConnectionId | null,
  ): void {
    this.calls.push({ call, effect, operation, request, asker });
    this.#outbox.call(call, operation, request, effect, asker);
  }

  log(level: LogLevel, message: string, fields?: LogFields): void {
    this.#outbox.log(level, message, fields);
  }

  count(counter: string, by?: number): void {
    if (this.#keeps.size > 0 || counter === "ticks_total")
      this.counts.set(counter, (this.counts.get(counter) ?? 0) + (by ?? 1));
    this.#outbox.count(counter, by);
  }

  get #outbox(): Outbox {
    if (this.#to === null) throw new Error("orders belong to a step");
    return this.#to;
  }
}

/** A packet's envelope and the beginning of its payload; the rest shows in its effects. */
const packetBytesSeen = 64;

/** Over what tells two events apart: kind, time, connection, and how a packet begins. */
export function eventDigest(event: Event): number {
  let hash = digestNumber(digestString(digestStart, event.type), event.at);
  if ("connection" in event) hash = digestNumber(hash, event.connection ?? -1);
  if (event.type === "server.started") return digestString(hash, event.seed.join());
  if (event.type !== "packet.received") return hash;
  const { bytes, start, end } = event;
  const seen = Math.min(packetBytesSeen, end - start);
  return digestBytes(mix(hash, end - start), bytes, start, start + seen);
}
