/**
 * A small machine that uses each kind of effect, for tests of whatever drives machines: it sums up
 * the bytes of every connection, echoes the sums, and calls and closes now and then.
 */
import type { Event, Machine, Outbox } from "../../src/core/contract.ts";
import { ApiMisuseError } from "../../src/core/kernel/assert.ts";
import { digestPlain, digestStart, finish } from "../../src/core/kernel/digest.ts";
import { callId, micros, packetType, type Micros } from "../../src/core/kernel/ids.ts";
import { decodePlain, encodePlain, type PlainData } from "../../src/core/kernel/plain.ts";

/** A packet of this length makes the step throw, after half of its work. */
export const poisonLength = 3;

interface CounterState {
  sums: Map<number, number>;
  totals: { packets: number; calls: number; lastAt: number };
}

const noState = (): CounterState => ({
  sums: new Map(),
  totals: { packets: 0, calls: 0, lastAt: 0 },
});

export class CounterMachine implements Machine {
  readonly tables = ["sums", "totals"];
  readonly views = ["counter.totals"];
  failedFeature: string | null = null;
  #state = noState();
  /** Added to every sum: a planted change of behaviour. 0 is none. */
  readonly #planted: number;

  constructor(planted = 0) {
    this.#planted = planted;
  }

  step(event: Event, outbox: Outbox): void {
    this.failedFeature = null;
    this.#state.totals.lastAt = event.at;
    if (event.type === "packet.received") this.#count(event.connection, event.bytes, outbox);
    else if (event.type === "connection.congested")
      outbox.close(event.connection, "flush", "TIMEOUT");
    else if (event.type === "connection.closed") this.#state.sums.delete(event.connection);
  }

  #count(connection: number, bytes: Uint8Array, outbox: Outbox): void {
    const { sums, totals } = this.#state;
    totals.packets += 1;
    const sum = bytes.reduce(
      (left, right) => left + right,
      (sums.get(connection) ?? 0) + this.#planted,
    );
    sums.set(connection, sum);
    if (bytes.length === poisonLength) {
      this.failedFeature = "counter";
      throw new Error("a packet that nobody can count");
    }
    const payload = outbox.payload(
      packetType(10_001),
      Uint8Array.of(sum & 0xff, (sum >> 8) & 0xff),
    );
    const to = connection as Parameters<Outbox["send"]>[0];
    outbox.send(to, payload, sum % 2 === 0 ? "committed" : "prompt", totals.packets, 0);
    if (sum % 5 !== 0) return;
    totals.calls += 1;
    outbox.call(callId(totals.calls), "bank", { sum, from: connection }, "once");
  }

  view(): PlainData {
    return { ...this.#state.totals };
  }

  nextTimeout(): Micros | null {
    return this.#state.totals.packets === 0 ? null : micros(this.#state.totals.lastAt + 1_000_000);
  }

  checkpoint(): Uint8Array {
    return encodePlain(this.#state as unknown as PlainData);
  }

  restore(bytes: Uint8Array): void {
    const state = decodePlain(bytes) as unknown as CounterState;
    if (!(state.sums instanceof Map)) throw new ApiMisuseError("no counter wrote these bytes");
    this.#state = state;
  }

  digest(): number {
    return finish(digestPlain(digestStart, this.#state as unknown as PlainData));
  }

  tableDigest(index: number): number {
    const table = index === 0 ? this.#state.sums : this.#state.totals;
    return finish(digestPlain(digestStart, table));
  }
}
