/**
 * Writes events as the items of a batch: `[code, microseconds since the event before, effect
 * digest, fields ...]`. `docs/JOURNAL.md` has the table of fields.
 *
 * E1. Nothing of an event is kept when `event` returns: C4 lends its bytes for one step only.
 * E2. Every field comes back from `readEvents` as it was, so that no machine can tell a replay from
 *     the first run.
 * E3. The effect digest has the same width for every value. An event is written before its step,
 *     its digest is put in afterwards.
 */
import type { CallResult, Digest, Event, EventType, PacketReceived } from "../contract.ts";
import { assertNever, invariant } from "../kernel/assert.ts";
import { encodePlain } from "../kernel/plain.ts";
import { closeReasons, refusalReasons } from "../kernel/reasons.ts";
import {
  callFailures,
  commonItems,
  eventTable,
  malformedReasons,
  securities,
  stateDigestCode,
  stateDigestItems,
  transports,
} from "./event-table.ts";
import { MessagePackWriter } from "./messagepack.ts";

export class EventWriter {
  readonly #pack = new MessagePackWriter(65_536);
  readonly #headBytes: number;
  #countAt = 0;
  #items = 0;
  #digestAt = 0;

  /** @param headBytes room in front of each batch, for whoever takes it */
  constructor(headBytes = 0) {
    this.#headBytes = headBytes;
  }

  /** Bytes of the batch so far. */
  get length(): number {
    return this.#pack.length - this.#headBytes;
  }

  /** How much a batch may hold, with its head, before its buffer grows. */
  get capacity(): number {
    return this.#pack.capacity;
  }

  /** Begins a batch; whatever was in the one before is forgotten. */
  begin(): void {
    this.#pack.clear(this.#headBytes);
    this.#countAt = this.#pack.openArray();
    this.#items = 0;
  }

  /**
   * @param elapsed microseconds since the event before in this batch, 0 for the first
   * @param type the event's, for whoever has it at hand
   */
  event(event: Event, elapsed: number, type: EventType = event.type): void {
    this.#items += 1;
    if (type === "packet.received") this.#packetReceived(event as PacketReceived, elapsed);
    else this.#other(event as Exclude<Event, PacketReceived>, elapsed);
  }

  /** The digest of the last event's effects. */
  effects(digest: Digest): void {
    this.#pack.patch32(this.#digestAt, digest);
  }

  /** The digest of one table of the state after the last event. */
  stateDigest(table: number, digest: Digest): void {
    this.#items += 1;
    this.#pack.array(stateDigestItems);
    this.#pack.unsigned(stateDigestCode);
    this.#pack.unsigned(table);
    this.#pack.fixed32(digest);
  }

  /**
   * Ends the batch. The bytes, its head in front, are borrowed until `begin`.
   *
   * @param tailBytes room behind the batch, for whoever takes it
   */
  end(tailBytes = 0): Uint8Array {
    this.#pack.patch32(this.#countAt, this.#items);
    this.#pack.skip(tailBytes);
    return this.#pack.written;
  }

  /** Gives away the buffer of the batch that was ended: the next one is written into `buffer`. */
  give(buffer: Uint8Array): void {
    this.#pack.take(buffer);
  }

  #head(event: Event, elapsed: number): void {
    const { code, fields } = eventTable[event.type];
    this.#digestAt = this.#pack.opening(commonItems + fields, code, elapsed);
  }

  // Apart from the others and without a look into the table: nine of ten events are this one.
  #packetReceived(event: PacketReceived, elapsed: number): void {
    const pack = this.#pack;
    this.#digestAt = pack.opening(packetItems, packetCode, elapsed);
    pack.unsigned(event.connection);
    pack.unsigned(event.transport === "stream" ? 0 : 1);
    pack.binary(event.bytes, event.start, event.end);
  }

  #other(event: Exclude<Event, PacketReceived>, elapsed: number): void {
    const pack = this.#pack;
    this.#head(event, elapsed);
    switch (event.type) {
      case "server.started":
        pack.unsigned(event.incarnation);
        for (const word of event.seed) pack.unsigned(word);
        return pack.binary(encodePlain(event.config));
      case "connection.opened":
        pack.unsigned(event.connection);
        pack.string(event.remote);
        return pack.unsigned(place(securities, event.security));
      case "packet.refused":
        pack.unsigned(event.connection);
        pack.unsigned(event.packetType);
        pack.unsigned(place(refusalReasons, event.reason));
        pack.unsigned(event.count);
        return pack.unsigned(event.sequence);
      case "packet.malformed":
        pack.unsigned(event.connection);
        return pack.unsigned(place(malformedReasons, event.reason));
      case "connection.congested":
      case "connection.writable":
      case "connection.ended":
        return pack.unsigned(event.connection);
      case "connection.closed":
        pack.unsigned(event.connection);
        return pack.unsigned(place(closeReasons, event.reason));
      case "time.reached":
      case "journal.ample":
        return;
      case "call.completed":
        pack.unsigned(event.call);
        return this.#result(event.result);
      case "config.changed":
        return pack.binary(encodePlain(event.config));
      case "clock.corrected":
        return pack.number(event.offsetMicros);
      case "host.stalled":
        return pack.unsigned(event.duration);
      case "journal.low":
        return pack.unsigned(event.freeBytes);
      case "journal.recovered":
        pack.unsigned(event.events);
        return pack.unsigned(event.cutBytes);
      case "step.failed":
        pack.unsigned(event.failed);
        if (event.connection === null) pack.nil();
        else pack.unsigned(event.connection);
        return pack.string(event.feature);
      case "drain.requested":
        return pack.unsigned(event.deadline);
      default:
        assertNever(event);
    }
  }

  #result(result: CallResult): void {
    if (result.ok) {
      this.#pack.unsigned(0);
      this.#pack.binary(encodePlain(result.answer));
    } else {
      this.#pack.unsigned(place(callFailures, result.code) + 1);
      this.#pack.nil();
    }
  }
}

const packetItems = commonItems + eventTable["packet.received"].fields;
const packetCode = eventTable["packet.received"].code;
for (const { code, fields } of Object.values(eventTable)) {
  invariant(code < 128 && commonItems + fields < 16, "an event's opening is short", code);
}

const place = <T>(names: readonly T[], name: T): number => {
  const index = names.indexOf(name);
  invariant(index >= 0, "a name that the journal has no number for", name);
  return index;
};

// `packet.received` writes the transport's number without a search.
invariant(transports[0] === "stream" && transports[1] === "datagram", "numbers of transports");
