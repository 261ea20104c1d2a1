import { describe, expect, it } from "vitest";
import type { Event } from "../../../src/core/contract.ts";
import { JournalInspector, type JournalSummary } from "../../../src/core/journal/index.ts";
import {
  filesOf,
  logWriter,
  packetBatches,
  scanFiles,
  writeBatches,
  type LogFiles,
} from "../../support/journal-log.ts";

const summaryOf = (files: LogFiles): JournalSummary => {
  const inspector = new JournalInspector(({ bytes }) => `type ${String((bytes[0] ?? 0) % 2)}`);
  const { blocks, verdict } = scanFiles(files);
  for (const block of blocks) expect(inspector.add(block)).toBeNull();
  return inspector.summary(verdict);
};

describe("JournalInspector", () => {
  it("counts segments, events and packets by type", () => {
    const opened = {
      type: "connection.opened",
      at: 9,
      connection: 5,
      remote: "10.0.0.1:5",
      security: "tls",
    };
    const failed = { type: "step.failed", at: 9, failed: 1, connection: null, feature: "lantern" };
    const files = filesOf(
      writeBatches(logWriter(), [
        [opened, opened, failed] as never as Event[],
        ...packetBatches(2, 5),
      ]),
    );
    expect(summaryOf(files)).toEqual({
      format: 1,
      keys: [],
      build: "build-of-a-test",
      node: "v26.10.0",
      protocol: 1,
      incarnation: 1,
      segments: 1,
      blocks: 3,
      bytes: [...files.values()].reduce((sum, { length }) => sum + length, 0) - headBytes(files),
      events: { "connection.opened": 2, "step.failed": 1, "packet.received": 10 },
      packets: { "type 0": 5, "type 1": 5 },
      sessions: 2,
      from: 1,
      to: 13,
      fromAt: 9,
      toAt: 1_700_000_000_000_009,
      failedSteps: 1,
      unfinishedTail: null,
      problem: null,
    });
  });

  it("has nothing to say about an empty journal, and says it in the same shape", () => {
    expect(summaryOf(new Map())).toMatchObject({
      build: null,
      segments: 0,
      events: {},
      packets: {},
      from: null,
      to: null,
      unfinishedTail: null,
      problem: null,
    });
  });

  it("tells of an unfinished tail and of corruption", () => {
    const files = filesOf(writeBatches(logWriter(), packetBatches(3, 5)));
    const [path = ""] = files.keys();
    const bytes = files.get(path) as Uint8Array<ArrayBuffer>;
    files.set(path, bytes.slice(0, -1));
    const tail = summaryOf(files);
    expect(tail).toMatchObject({ to: 10, problem: null, unfinishedTail: { path } });
    bytes[400] = (bytes[400] as number) ^ 1;
    files.set(path, bytes);
    const corrupt = summaryOf(files);
    expect(corrupt.unfinishedTail).toBeNull();
    expect(corrupt.problem).toContain(`${path}, byte `);
  });
});

const headBytes = (files: LogFiles): number => {
  let sum = 0;
  for (const { buffer } of files.values()) sum += 20 + new DataView(buffer).getUint32(12, true);
  return sum;
};
