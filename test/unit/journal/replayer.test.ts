import { describe, expect, it } from "vitest";
import type { Event } from "../../../src/core/contract.ts";
import {
  Replayer,
  stateDigestTable,
  stepFailures,
  type Divergence,
  type JournalBlock,
  type ReplayerOptions,
} from "../../../src/core/journal/index.ts";
import { DigestingOutbox } from "../../../src/core/kernel/effects.ts";
import { eventSequence, micros } from "../../../src/core/kernel/ids.ts";
import { limits } from "../../../src/core/kernel/limits.ts";
import { CounterMachine, poisonLength } from "../../support/counter-machine.ts";
import { filesOf, logWriter, packetEvent, scanFiles } from "../../support/journal-log.ts";

const replayOptions: ReplayerOptions = {
  after: 0,
  until: null,
  check: true,
  skip: new Set(),
  outbox: () => new DigestingOutbox(),
};

/**
 * As the host runs a machine: append, step, digest; with a state digest behind every tenth event.
 */
const run = (
  events: readonly Event[],
  blockEvents = 7,
): { blocks: JournalBlock[]; machine: CounterMachine } => {
  const writer = logWriter();
  const machine = new CounterMachine();
  const outbox = new DigestingOutbox();
  const sealed = [];
  for (const event of events) {
    const sequence = writer.append(event);
    outbox.begin(event.at);
    machine.step(event, outbox);
    writer.effects(outbox.digest());
    if (sequence % 10 === 0) {
      const table = (sequence / 10) % 2;
      writer.stateDigest(table, machine.tableDigest(table));
    }
    if (writer.openEvents === blockEvents) sealed.push(writer.seal());
  }
  sealed.push(writer.seal());
  const { blocks } = scanFiles(filesOf(sealed.filter((block) => block !== null)));
  return { blocks: [...blocks], machine };
};

const replay = (
  blocks: readonly JournalBlock[],
  machine: CounterMachine,
  options: Partial<ReplayerOptions> = {},
): { divergence: Divergence | null; replayer: Replayer } => {
  const replayer = new Replayer(machine, { ...replayOptions, ...options });
  for (const block of blocks) {
    const divergence = replayer.apply(block);
    if (divergence !== null) return { divergence, replayer };
  }
  return { divergence: null, replayer };
};

const packets = (count: number): Event[] =>
  Array.from({ length: count }, (_, index) => packetEvent(index, 20));

describe("Replayer", () => {
  it("[JRN-05] rebuilds the state bit for bit, and compares every digest on the way", () => {
    const { blocks, machine } = run(packets(100));
    const again = new CounterMachine();
    const { divergence, replayer } = replay(blocks, again);
    expect(divergence).toBeNull();
    expect(again.digest()).toBe(machine.digest());
    expect(again.checkpoint()).toEqual(machine.checkpoint());
    expect(replayer.lastSequence).toBe(100);
    expect(replayer.events).toBe(100);
    expect(replayer.checked).toEqual({ blocks: 15, digests: 110 });
  });

  it("[JRN-05] names the first event that has other effects", () => {
    const { blocks } = run(packets(30));
    const { divergence, replayer } = replay(blocks, new CounterMachine(1));
    expect(divergence).toMatchObject({ type: "effects", sequence: 1, event: "packet.received" });
    expect(replayer.lastSequence).toBe(0);
  });

  it("names the table that differs when the effects are still the same", () => {
    const { blocks } = run(packets(30));
    expect(replay(blocks, new ForgetfulMachine()).divergence).toMatchObject({
      type: "state",
      sequence: 10,
      event: "packet.received",
      table: "totals",
    });
  });

  it("says when this build lacks a table that the journal has", () => {
    const writer = logWriter();
    writer.append({ type: "time.reached", at: micros(5) });
    writer.stateDigest(7, 1);
    const { blocks } = scanFiles(filesOf([writer.seal() as never]));
    expect(replay(blocks, new CounterMachine()).divergence).toMatchObject({
      type: "state",
      table: "table 7, which this build does not have",
    });
  });

  it("does not compare when it is not asked to", () => {
    const { blocks } = run(packets(30));
    const { divergence, replayer } = replay(blocks, new CounterMachine(1), { check: false });
    expect(divergence).toBeNull();
    expect(replayer.checked.digests).toBe(0);
    expect(replayer.lastSequence).toBe(30);
  });

  it("[JRN-07] leaves out the events whose steps failed, as the first run did", () => {
    const poison = packetEvent(12, poisonLength);
    const good = packets(30);
    const events = [...good.slice(0, 12), poison, ...good.slice(13)];
    const writer = logWriter();
    const outbox = new DigestingOutbox();
    let machine = new CounterMachine();
    let checkpoint = machine.checkpoint();
    const sealed = [];
    for (const event of events) {
      const sequence = writer.append(event);
      outbox.begin(event.at);
      try {
        machine.step(event, outbox);
        writer.effects(outbox.digest());
        checkpoint = machine.checkpoint();
      } catch {
        machine = new CounterMachine();
        machine.restore(checkpoint);
        sealed.push(writer.seal());
        const failure: Event = {
          type: "step.failed",
          at: event.at,
          failed: sequence,
          connection: null,
          feature: "counter",
        };
        writer.append(failure);
        outbox.begin(failure.at);
        machine.step(failure, outbox);
        writer.effects(outbox.digest());
      }
    }
    sealed.push(writer.seal());
    const { blocks } = scanFiles(filesOf(sealed.filter((block) => block !== null)));
    const skip = stepFailures(blocks);
    expect([...skip]).toEqual([13]);

    const again = new CounterMachine();
    const { divergence, replayer } = replay(blocks, again, { skip });
    expect(divergence).toBeNull();
    expect(again.checkpoint()).toEqual(machine.checkpoint());
    expect([replayer.lastSequence, replayer.events]).toEqual([31, 30]);

    const { divergence: withIt } = replay(blocks, new CounterMachine());
    expect(withIt).toEqual({
      type: "threw",
      sequence: 13,
      event: "packet.received",
      message: "counter threw Error: a packet that nobody can count",
    });
  });

  it("goes on from a checkpoint that stands in the middle of a block", () => {
    // One block, with a state digest behind every tenth event.
    const { blocks, machine } = run(packets(50), 50);
    for (const after of [0, 1, 9, 10, 11, 25, 49, 50]) {
      const early = new CounterMachine();
      replay(blocks, early, { until: eventSequence(after) });
      const again = new CounterMachine();
      again.restore(early.checkpoint());
      const { divergence, replayer } = replay(blocks, again, { after });
      expect(divergence).toBeNull();
      expect(replayer.events).toBe(50 - after);
      expect(replayer.checked.digests).toBe(50 - after + 5 - Math.floor(after / 10));
      expect(again.digest()).toBe(machine.digest());
    }
  });

  it("stops at the event that it is asked to stop at", () => {
    const { blocks } = run(packets(50));
    for (const until of [1, 6, 7, 8, 50, 99]) {
      const machine = new CounterMachine();
      const { replayer } = replay(blocks, machine, { until: eventSequence(until) });
      expect(replayer.lastSequence).toBe(Math.min(until, 50));
      expect(replayer.isDone).toBe(until <= 50);
      const expected = run(packets(Math.min(until, 50))).machine;
      expect(machine.digest()).toBe(expected.digest());
    }
  });

  it("refuses a gap", () => {
    const { blocks } = run(packets(30));
    const replayer = new Replayer(new CounterMachine(), replayOptions);
    expect(() => replayer.apply(blocks[1] as JournalBlock)).toThrow("a block is missing");
  });

  it("reports a block that cannot be read", () => {
    const { blocks } = run(packets(3));
    const block = blocks[0] as JournalBlock;
    const payload = block.payload.slice();
    payload[6] = 0x7f;
    expect(replay([{ ...block, payload }], new CounterMachine()).divergence).toMatchObject({
      type: "unreadable",
      sequence: 1,
      event: null,
    });
    expect([
      ...stepFailures([{ ...block, payload, header: { ...block.header, flags: 1 } }]),
    ]).toEqual([]);
  });
});

/** Has the same effects and another state. */
class ForgetfulMachine extends CounterMachine {
  override tableDigest(index: number): number {
    return index === 1 ? super.tableDigest(index) ^ 1 : super.tableDigest(index);
  }
}

describe("stateDigestTable", () => {
  it("takes the tables in turns, one every so many events", () => {
    const every = limits.stateDigestEveryEvents;
    const turns: (readonly [number, number])[] = [];
    for (let sequence = 1; sequence <= 6 * every; sequence += 1) {
      const table = stateDigestTable(eventSequence(sequence), 4);
      if (table !== null) turns.push([sequence, table]);
    }
    expect(turns).toEqual([1, 2, 3, 0, 1, 2].map((table, at) => [(at + 1) * every, table]));
  });

  it("has nothing to do for a machine without tables", () => {
    expect(stateDigestTable(eventSequence(limits.stateDigestEveryEvents), 0)).toBeNull();
  });
});
