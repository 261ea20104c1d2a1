import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  checkpointPath,
  checkpointSequence,
  crc32,
  decodeCheckpoint,
  encodeCheckpoint,
  type Checkpoint,
} from "../../../src/core/journal/index.ts";
import { eventSequence } from "../../../src/core/kernel/ids.ts";
import { logIdentity, logWriter, packetBatches, writeBatches } from "../../support/journal-log.ts";

const someCheckpoint = (machine: Uint8Array, host = Uint8Array.of(7, 7)): Checkpoint => {
  const writer = logWriter();
  writeBatches(writer, packetBatches(3, 4));
  const { salt: _salt, ...identity } = logIdentity(9);
  return { identity, position: writer.position, digest: 0xdeadbeef, machine, host };
};

const codeOf = (bytes: Uint8Array): string => {
  const read = decodeCheckpoint(bytes);
  return read.ok ? "sound" : read.problem.code;
};

describe("checkpoint file", () => {
  it("comes back as it was written", () => {
    const content = fc.uint8Array({ maxLength: 5_000, size: "max" });
    fc.assert(
      fc.property(content, content, (machine, host) => {
        const checkpoint = someCheckpoint(machine, host);
        expect(decodeCheckpoint(encodeCheckpoint(checkpoint))).toEqual({
          ok: true,
          value: checkpoint,
        });
      }),
      { numRuns: 200 },
    );
  });

  it("is refused when it is cut anywhere", () => {
    const bytes = encodeCheckpoint(someCheckpoint(Uint8Array.of(1, 2, 3, 4, 5)));
    for (let length = 0; length < bytes.length; length += 1) {
      expect(["header-damaged", "block-damaged"]).toContain(codeOf(bytes.subarray(0, length)));
    }
  });

  it("is refused when any bit of it is flipped, or something is added", () => {
    const bytes = encodeCheckpoint(someCheckpoint(Uint8Array.of(1, 2, 3, 4, 5)));
    for (let bit = 0; bit < bytes.length * 8; bit += 1) {
      const changed = bytes.slice();
      changed[bit >> 3] = (changed[bit >> 3] as number) ^ (1 << (bit & 7));
      expect(codeOf(changed)).not.toBe("sound");
    }
    expect(codeOf(Uint8Array.of(...bytes, 0))).toBe("block-damaged");
  });

  it("[JRN-04] is refused by name when it is foreign or of a newer format", () => {
    const bytes = encodeCheckpoint(someCheckpoint(new Uint8Array(3)));
    const view = new DataView(bytes.buffer);
    view.setUint32(8, 3, true);
    const end = 20 + view.getUint32(12, true);
    view.setUint32(16, crc32(bytes, 20, end, crc32(bytes, 0, 16, 0)), true);
    expect(decodeCheckpoint(bytes)).toEqual({
      ok: false,
      problem: { code: "newer-format", detail: "it has format 3, this build reads up to 2" },
    });
    expect(codeOf(new TextEncoder().encode("a shopping list, and a long one"))).toBe(
      "foreign-file",
    );
    const [segment] = writeBatches(logWriter(), packetBatches(1, 1));
    expect(codeOf(segment?.bytes as Uint8Array)).toBe("foreign-file");
  });

  it("is named after the last event that it contains", () => {
    expect(checkpointPath(eventSequence(42))).toBe("checkpoints/0000000000000042.checkpoint");
    expect(checkpointSequence("0000000000000042.checkpoint")).toBe(42);
    expect(checkpointSequence("checkpoints/0000000000000042.checkpoint")).toBe(42);
    for (const name of [
      "42.checkpoint",
      "0000000000000042.segment",
      "9999999999999999.checkpoint",
    ]) {
      expect(checkpointSequence(name)).toBeNull();
    }
  });
});
