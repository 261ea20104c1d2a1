import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import { ApiMisuseError } from "../../../src/core/kernel/assert.ts";
import { limits } from "../../../src/core/kernel/limits.ts";
import { Deframer, packetFrameBytesMax, writeFrame } from "../../../src/core/wire/index.ts";

const little = { lengthEndian: "little", frameBytesMax: 65_536 } as const;

const prefixed = (length: number, content: number): Uint8Array => {
  const frame = new Uint8Array(4 + content);
  new DataView(frame.buffer).setUint32(0, length, true);
  return frame;
};

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

/** What is still in use. */
function keptBytes(): number {
  collectGarbage();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

describe("Deframer", () => {
  it("[WIRE-02] takes 01 00 00 00 for length 1, and 00 00 00 01 where big is configured", () => {
    for (const [lengthEndian, prefix] of [
      ["little", [1, 0, 0, 0]],
      ["big", [0, 0, 0, 1]],
    ] as const) {
      const deframer = new Deframer({ lengthEndian, frameBytesMax: 65_536 });
      deframer.push(new Uint8Array([...prefix, 42]));
      expect(deframer.next()).toEqual(new Uint8Array([42]));
      const other = new Deframer({
        lengthEndian: lengthEndian === "big" ? "little" : "big",
        frameBytesMax: 65_536,
      });
      other.push(new Uint8Array([...prefix, 42]));
      expect(other.next()).toBeNull();
      expect(other.broken).toBe(true);
    }
  });

  it("[SES-14] accepts lengths 1 and 65,536 and is broken by 0 and 65,537", () => {
    for (const length of [1, 65_536]) {
      const deframer = new Deframer(little);
      deframer.push(prefixed(length, length));
      expect(deframer.next()?.length).toBe(length);
      expect(deframer.broken).toBe(false);
    }
    for (const length of [0, 65_537, 2 ** 31, 2 ** 32 - 1]) {
      const deframer = new Deframer(little);
      deframer.push(prefixed(length, 0));
      expect(deframer.next()).toBeNull();
      expect(deframer.broken).toBe(true);
    }
  });

  it("[SES-14] tells a bad length as soon as its four bytes are there", () => {
    const deframer = new Deframer(little);
    for (const byte of [0, 0, 1]) {
      deframer.push(new Uint8Array([byte]));
      expect(deframer.next()).toBeNull();
      expect(deframer.broken).toBe(false);
    }
    deframer.push(new Uint8Array([1]));
    expect(deframer.next()).toBeNull();
    expect(deframer.broken).toBe(true);
  });

  it("keeps nothing and gives nothing once it is broken", () => {
    const deframer = new Deframer(little);
    deframer.push(prefixed(0, 100));
    deframer.push(prefixed(5, 5));
    deframer.next();
    expect(deframer.bufferedBytes).toBe(0);
    deframer.push(prefixed(5, 5));
    expect(deframer.next()).toBeNull();
    expect(deframer.bufferedBytes).toBe(0);
  });

  it("[SES-14] [PIT-05] reserves no memory for a length that is only promised", () => {
    const before = keptBytes();
    const deframers = Array.from({ length: 2_000 }, () => {
      const deframer = new Deframer(little);
      deframer.push(prefixed(65_536, 16));
      expect(deframer.next()).toBeNull();
      return deframer;
    });
    const grownBytes = keptBytes() - before;
    expect(deframers.length).toBe(2_000);
    // As promised it would be 131 MB; received are 40 KB.
    expect(grownBytes).toBeLessThan(2_000_000);
  });

  it("[PIT-05] keeps a few bytes for each byte that waits, however small the chunks are", () => {
    const deframer = new Deframer(little);
    const before = keptBytes();
    deframer.push(prefixed(1, 1));
    for (let count = 0; count < 400_000; count++) deframer.push(new Uint8Array([1]));
    expect(deframer.bufferedBytes).toBe(400_005);
    // As chunks in a row they would take about a hundred bytes each.
    expect(keptBytes() - before).toBeLessThan(4 * 400_000 + 1_000_000);
    expect(deframer.next()).toEqual(new Uint8Array([0]));
    expect(deframer.next()).toBeNull();
    expect(deframer.broken).toBe(true);
  });

  it("gives views of the chunk where a frame lies in one, and never writes what it gave", () => {
    const deframer = new Deframer(little);
    const chunk = new Uint8Array([2, 0, 0, 0, 7, 8, 1, 0, 0, 0, 9, 3, 0]);
    deframer.push(chunk);
    const frames = [deframer.next(), deframer.next()];
    for (const frame of frames) expect(frame?.buffer).toBe(chunk.buffer);
    expect(deframer.next()).toBeNull();
    deframer.push(new Uint8Array([0, 0, 4]));
    expect(deframer.next()).toBeNull();
    deframer.push(new Uint8Array([5, 6, 1, 0, 0, 0, 77]));
    frames.push(deframer.next(), deframer.next());
    expect(frames).toEqual([
      new Uint8Array([7, 8]),
      new Uint8Array([9]),
      new Uint8Array([4, 5, 6]),
      new Uint8Array([77]),
    ]);
  });

  it("gives plain bytes for Node's buffers", () => {
    const deframer = new Deframer(little);
    deframer.push(Buffer.from([1, 0, 0, 0, 7]));
    expect(Object.getPrototypeOf(deframer.next())).toBe(Uint8Array.prototype);
  });

  it("refuses a limit outside of 1..65,536", () => {
    for (const frameBytesMax of [0, 65_537, 1.5, Number.NaN]) {
      expect(() => new Deframer({ lengthEndian: "little", frameBytesMax })).toThrow(ApiMisuseError);
    }
  });
});

describe("writeFrame", () => {
  it("refuses a packet that no frame can carry, before anybody sends it", () => {
    const payload = new Uint8Array(limits.frameBytesMax);
    const target = new Uint8Array(packetFrameBytesMax(payload.length));
    const header = { type: 1, sequence: 1, timestamp: 1, isCompressed: false, inReplyTo: 0 };
    const write = () => writeFrame(target, 0, header, payload, 0, payload.length, "little");
    expect(write).toThrow(/longer than a frame/);
  });

  it("refuses a target without room instead of writing half", () => {
    const payload = new Uint8Array(10);
    const header = { type: 1, sequence: 1, timestamp: 1, isCompressed: false, inReplyTo: 0 };
    const target = new Uint8Array(packetFrameBytesMax(10) - 1);
    expect(() => writeFrame(target, 0, header, payload, 0, 10, "little")).toThrow(/too small/);
    expect(target.every((byte) => byte === 0)).toBe(true);
  });
});
