import { decode } from "@msgpack/msgpack";
import { deepStrictEqual } from "node:assert/strict";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Event } from "../../../src/core/contract.ts";
import { readEvents, type JournalBlock } from "../../../src/core/journal/index.ts";
import { mix } from "../../../src/core/kernel/digest.ts";
import { anyBatches, anyEventOf, eventTypes } from "../../support/any-event.ts";
import { filesOf, logWriter, scanFiles, writeBatches } from "../../support/journal-log.ts";

const contentOf = (block: JournalBlock) => {
  const content = readEvents(block);
  if (!content.ok) throw new Error(content.problem.detail);
  return content.value;
};

const onlyBlock = (events: readonly Event[]): JournalBlock => {
  const { blocks } = scanFiles(filesOf(writeBatches(logWriter(), [events])));
  return blocks[0] as JournalBlock;
};

describe("events of a journal", () => {
  it("come back as they were written, in their order and with their digests", () => {
    fc.assert(
      fc.property(
        anyBatches({ batches: 5, events: 12 }),
        fc.integer({ min: 1, max: 999 }),
        (batches, chunkBytes) => {
          const files = filesOf(writeBatches(logWriter(), batches));
          const { blocks, verdict } = scanFiles(files, { chunkBytes });
          expect(verdict.type).toBe("clean");
          const contents = blocks.map(contentOf);
          deepStrictEqual(
            contents.map(({ events }) => events),
            batches,
          );
          const digests = contents.flatMap(({ effects }) => effects);
          expect(digests).toEqual(digests.map((_, index) => (index + 1) * 3 + 1));
        },
      ),
      { numRuns: 500 },
    );
  });

  it.each(eventTypes)("come back: %s", (type) => {
    fc.assert(
      fc.property(anyEventOf(type), (event) => {
        const { events } = contentOf(onlyBlock([event]));
        expect(events).toHaveLength(1);
        // Vitest's own equality stumbles over a key named `constructor`.
        deepStrictEqual(events[0], event);
      }),
      { numRuns: 200 },
    );
  });

  it("are arrays of MessagePack for anybody: code, elapsed time, effect digest, fields", () => {
    fc.assert(
      fc.property(anyBatches({ batches: 1, events: 20 }), ([batch = []]) => {
        const items = decode(onlyBlock(batch).payload) as unknown[][];
        expect(items).toHaveLength(batch.length);
        let before = batch[0]?.at ?? 0;
        batch.forEach((event, index) => {
          const [code, elapsed, digest] = items[index] ?? [];
          expect(code).toBeTypeOf("number");
          expect(elapsed).toBe(event.at - before);
          expect(digest).toBe((index + 1) * 3 + 1);
          before = event.at;
        });
      }),
      { numRuns: 300 },
    );
  });

  it("that no writer made are a problem, never an exception, whatever was changed", () => {
    const changes = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(anyBatches({ batches: 1, events: 6 }), changes, ([batch = []], bytes) => {
        const block = onlyBlock(batch);
        const payload = block.payload.slice();
        for (const [at, byte] of bytes) payload[at % payload.length] = byte;
        const content = readEvents({ ...block, payload });
        expect(content).toMatchObject(
          content.ok
            ? { value: { events: { length: batch.length } } }
            : { problem: { code: "content-malformed" } },
        );
      }),
      { numRuns: 2_000 },
    );
  });

  it("that end too early are a problem at every length", () => {
    const block = onlyBlock([
      { type: "step.failed", at: 5, failed: 1, connection: null, feature: "lantern" },
      { type: "config.changed", at: 9, config: { rate: 10, names: ["a", "b"] } },
    ] as never);
    for (let length = 0; length < block.payload.length; length += 1) {
      expect(readEvents({ ...block, payload: block.payload.subarray(0, length) }).ok).toBe(false);
    }
  });

  it("must be those that the block's header speaks of", () => {
    const block = onlyBlock([{ type: "time.reached", at: 7 }] as never);
    const { header } = block;
    const details = [
      { ...block, header: { ...header, events: 2 } },
      { ...block, header: { ...header, lastAt: 8 } },
      { ...block, header: { ...header, flags: 1 } },
      { ...block, effectsBefore: mix(block.effectsBefore, 1) },
    ].map((changed) => {
      const content = readEvents(changed as JournalBlock);
      return content.ok ? "sound" : content.problem.detail;
    });
    expect(details).toEqual([
      "its header counts other events",
      "its header ends at another time",
      "its flags are wrong",
      "its effect digests are not those of its header",
    ]);
  });
});
