import fc from "fast-check";
import { expect, it } from "vitest";
import type { Machine } from "../../../src/core/contract.ts";
import { reprise as pb } from "../../../src/core/wire/gen/session.js";
import { encodePayload } from "../../../src/core/wire/index.ts";
import { promptEchoType } from "../../support/host-world.ts";
import { KeepingWorld } from "../../support/keeping-world.ts";
import { anySplit, chunksOf, joined } from "../wire/arbitraries.ts";

/** A session's bytes in chunks, and how many of them come inside each write of the host. */
const reads = fc.record({
  echoes: fc.array(fc.oneof(fc.nat(20), fc.nat(3_000)), { minLength: 2, maxLength: 30 }),
  split: anySplit,
  inside: fc.array(fc.nat(3), { minLength: 1, maxLength: 10 }),
  share: fc.integer({ min: 1, max: 4 }),
});

class OverlappingReads {
  readonly world: KeepingWorld;
  /** Chunks that came while a turn was under way. */
  inside = 0;
  /** Steps that were made by a delivery, or within another step. */
  nested = 0;
  #isDelivering = false;
  #isStepping = false;

  constructor(packetsPerRoundMax: number) {
    this.world = new KeepingWorld({
      config: { packetsPerRoundMax, packetsPerTurnMax: 2 * packetsPerRoundMax },
      watch: (machine) => this.#watched(machine),
    });
    this.world.start();
  }

  #watched(machine: Machine): Machine {
    const step = machine.step.bind(machine);
    machine.step = (event, outbox) => {
      if (this.#isDelivering || this.#isStepping) this.nested += 1;
      this.#isStepping = true;
      step(event, outbox);
      this.#isStepping = false;
    };
    return machine;
  }

  /** Sends all chunks: some before a turn, some from inside the writes of that turn. */
  play(lengths: readonly number[], split: readonly number[], inside: readonly number[]): void {
    const { world } = this;
    const peer = world.connect();
    world.settle();
    const frames = lengths.map((length, count) => {
      const bytes = new Uint8Array(length + 1).fill(count);
      return peer.frame(promptEchoType, encodePayload(pb.v1.EchoRequest, { bytes }));
    });
    const chunks = [...chunksOf(joined(frames), split)];
    let turn = 0;
    const deliver = (): void => {
      const chunk = chunks.shift();
      if (chunk === undefined) return;
      this.#isDelivering = true;
      peer.raw(chunk);
      this.#isDelivering = false;
    };
    world.duringWrite = () => {
      for (let count = inside[turn++ % inside.length] ?? 0; count > 0; count -= 1) {
        this.inside += Math.min(1, chunks.length);
        deliver();
      }
    };
    while (chunks.length > 0) {
      deliver();
      world.turn();
    }
    world.settle();
  }
}

it("[PIT-03] chunks that come while a turn runs are handled after it, in their order, once", () => {
  let inside = 0;
  fc.assert(
    fc.property(reads, ({ echoes, split, inside: insides, share }) => {
      const reading = new OverlappingReads(share);
      reading.play(echoes, split, insides);
      const { world, nested } = reading;
      inside += reading.inside;
      expect(nested).toBe(0);
      const answers = world.keptOf(world.peers[0] as never).map(({ payload }) => {
        const { bytes } = pb.v1.EchoResponse.decode(payload);
        return [bytes[0], bytes.length - 1, bytes.every((byte) => byte === bytes[0])];
      });
      expect(answers).toEqual(echoes.map((length, count) => [count, length, true]));
      expect(world.host.counters.get("packets_malformed_total")).toBe(0);
    }),
    { numRuns: 500 },
  );
  expect(inside).toBeGreaterThan(500);
});
