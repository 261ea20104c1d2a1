/**
 * What the host must know of the past besides the realm's state, and therefore learns again in a
 * replay: which connections the realm holds for open, and which calls have had no answer. A
 * checkpoint carries it beside the state.
 *
 * Y1. It hears of every event that was stepped and of every call that was ordered, in order, and of
 *     none whose step failed.
 */
import type { CallEffect, Digest, Event, Machine, Outbox } from "../contract.ts";
import { DigestingOutbox } from "../kernel/effects.ts";
import type { CallId, ConnectionId, Micros } from "../kernel/ids.ts";
import { decodePlain, encodePlain } from "../kernel/plain.ts";
import type { PlainData } from "../kernel/plain.ts";
import type { CallOrder } from "./calls.ts";

export class Witness {
  /** In the order in which they were opened. */
  readonly connections: Set<ConnectionId>;
  /** In the order of their orders. */
  readonly calls: Map<CallId, CallOrder>;
  /** The event whose step is under way or was the last. */
  event: Event | null = null;

  constructor(connections: Iterable<ConnectionId> = [], calls: Iterable<CallOrder> = []) {
    this.connections = new Set(connections);
    this.calls = new Map(Array.from(calls, (order) => [order.call, order]));
  }

  /** The event has been stepped. */
  stepped(event: Event): void {
    if (event.type === "connection.opened") this.connections.add(event.connection);
    else if (event.type === "connection.closed") this.connections.delete(event.connection);
    else if (event.type === "call.completed") this.calls.delete(event.call);
  }

  encode(): Uint8Array {
    const calls = Array.from(this.calls.values(), (order) => ({ ...order }));
    return encodePlain([[...this.connections], calls] as PlainData);
  }

  /** Reads what `encode` wrote; of nothing at all it makes one that has seen nothing. */
  static decode(bytes: Uint8Array): Witness {
    if (bytes.length === 0) return new Witness();
    const [connections, calls] = decodePlain(bytes) as unknown as [ConnectionId[], CallOrder[]];
    return new Witness(connections, calls);
  }
}

/** The machine, with somebody looking on. */
export class WitnessedMachine implements Machine {
  readonly #machine: Machine;
  readonly #witness: Witness;

  constructor(machine: Machine, witness: Witness) {
    this.#machine = machine;
    this.#witness = witness;
  }

  step(event: Event, outbox: Outbox): void {
    this.#witness.event = event;
    this.#machine.step(event, outbox);
    this.#witness.stepped(event);
  }

  nextTimeout(): Micros | null {
    return this.#machine.nextTimeout();
  }

  checkpoint(): Uint8Array {
    return this.#machine.checkpoint();
  }

  restore(bytes: Uint8Array): void {
    this.#machine.restore(bytes);
  }

  digest(): Digest {
    return this.#machine.digest();
  }

  get views(): readonly string[] {
    return this.#machine.views;
  }

  view(name: string): PlainData {
    return this.#machine.view(name);
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

/** Keeps the digest of effects, and of the calls also their orders. */
export class WitnessOutbox extends DigestingOutbox {
  readonly #witness: Witness;

  constructor(witness: Witness) {
    super();
    this.#witness = witness;
  }

  override call(call: CallId, operation: string, request: PlainData, effect: CallEffect): void {
    super.call(call, operation, request, effect);
    this.#witness.calls.set(call, { call, operation, request, effect });
  }
}
