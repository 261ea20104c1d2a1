import protobuf from "protobufjs/minimal.js";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { ApiMisuseError } from "../../../src/core/kernel/assert.ts";
import { reprise as pb } from "../../../src/core/wire/gen/session.js";
import { decodePayload, encodePayload, payloadBytesMax } from "../../../src/core/wire/index.ts";
import { staticCode } from "./static-code.ts";

type Messages = Awaited<ReturnType<typeof staticCode>>;
let Tree: Messages[string];
let Outer: Messages[string];

beforeAll(async () => {
  const messages = await staticCode(`
    message Tree { Tree left = 1; bytes leaf = 2; string name = 3; repeated fixed64 packed = 4; }
    message Outer {
      Inner one = 1; repeated Inner many = 2; map<string, Far> named = 900; bytes own = 4;
    }
    message Inner { bytes content = 1; Deep deep = 2; }
    message Far { bytes content = 1; }
    message Deep { bytes content = 7; }`);
  ({ Tree, Outer } = messages as { Tree: typeof Tree; Outer: typeof Outer });
});

const decoded = (message: Messages[string], bytes: readonly number[]) =>
  decodePayload(message, new Uint8Array(bytes), 0, bytes.length) as Record<string, never> | null;

describe("decodePayload", () => {
  it("reads only what is between start and end", () => {
    const bytes = new Uint8Array([0xff, 0x0a, 2, 5, 6, 0x0a, 1, 9]);
    const echo = decodePayload(pb.v1.EchoRequest, bytes, 1, 5);
    expect(echo?.bytes).toEqual(new Uint8Array([5, 6]));
    expect(decodePayload(pb.v1.EchoRequest, bytes, 1, 4)).toBeNull();
    expect(decodePayload(pb.v1.EchoRequest, bytes, 1, 6)).toBeNull();
  });

  it("returns bytes that share no memory with the packet", () => {
    const bytes = new Uint8Array([0x0a, 1, 5]);
    const echo = decodePayload(pb.v1.EchoRequest, bytes, 0, 3);
    bytes[2] = 9;
    expect(echo?.bytes).toEqual(new Uint8Array([5]));
    expect(echo?.bytes?.buffer).not.toBe(bytes.buffer);
  });

  it("drops unknown fields, so that no answer echoes them", () => {
    const bytes = [0x0a, 1, 5, 0x7a, 3, 1, 2, 3, 0x98, 0x06, 7];
    const echo = decoded(pb.v1.EchoRequest as never, bytes);
    expect(Object.keys(echo ?? {})).toEqual(["bytes"]);
    expect(encodePayload(pb.v1.EchoRequest, echo as never)).toEqual(new Uint8Array([0x0a, 1, 5]));
  });

  it("drops them whatever the process has set for protobufjs", async () => {
    protobuf.Reader.discardUnknown = false;
    try {
      vi.resetModules();
      const fresh = await import("../../../src/core/wire/payload.ts");
      const echo = fresh.decodePayload(pb.v1.EchoRequest, new Uint8Array([0x7a, 1, 1]), 0, 3);
      expect(echo).not.toBeNull();
      expect(echo).not.toHaveProperty("$unknowns");
    } finally {
      protobuf.Reader.discardUnknown = true;
    }
  });

  it("refuses text that is not UTF-8", () => {
    expect(decoded(pb.v1.Error as never, [0x12, 2, 0xc3, 0x28])).toBeNull();
    expect(decoded(pb.v1.Error as never, [0x12, 2, 0xc3, 0xa4])).toMatchObject({ message: "ä" });
  });

  it("refuses messages and groups inside each other beyond the limit", () => {
    const nest = (depth: number): number[] => {
      let bytes: number[] = [];
      for (let level = 0; level < depth; level++) {
        bytes = [...new protobuf.Writer().uint32(0x0a).bytes(new Uint8Array(bytes)).finish()];
      }
      return bytes;
    };
    expect(decoded(Tree, nest(100))).not.toBeNull();
    expect(decoded(Tree, nest(101))).toBeNull();
    expect(decoded(Tree, nest(2_000))).toBeNull();
    expect(decoded(Tree, Array<number>(60_000).fill(0x4b))).toBeNull();
  });

  it("reserves nothing for a length that is only promised", () => {
    const promised = [0xff, 0xff, 0xff, 0xff, 0x07];
    for (const tag of [0x0a, 0x12, 0x1a, 0x22]) {
      expect(decoded(Tree, [tag, ...promised, 1, 2, 3])).toBeNull();
    }
  });

  it("goes on after bytes that were none", () => {
    expect(decoded(Tree, [0x0a, 2, 0x0a])).toBeNull();
    expect(decoded(Tree, [0x1a, 1, 0x61])).toMatchObject({ name: "a" });
  });

  it("gives an absent bytes field as a plain Uint8Array, inside other messages too", () => {
    const outer = decoded(
      Outer,
      [0x0a, 2, 0x12, 0, 0x12, 0, 0xa2, 0x38, 4, 0x0a, 0, 0x12, 0],
    ) as unknown as {
      one: { content: Uint8Array; deep: { content: Uint8Array } };
      many: { content: Uint8Array }[];
      named: Record<string, { content: Uint8Array }>;
      own: Uint8Array;
    };
    const all = [outer.one.content, outer.one.deep.content, outer.own];
    all.push(outer.many[0]?.content as Uint8Array, outer.named[""]?.content as Uint8Array);
    for (const bytes of all) {
      expect(Object.getPrototypeOf(bytes)).toBe(Uint8Array.prototype);
      expect(bytes.length).toBe(0);
    }
    const echo = decodePayload(pb.v1.EchoRequest, new Uint8Array([0x0a, 0]), 0, 2);
    expect(Object.getPrototypeOf(echo?.bytes)).toBe(Uint8Array.prototype);
  });
});

describe("encodePayload", () => {
  it("[WIRE-09] says in a typed error what cannot be encoded, and goes on afterwards", () => {
    const circle: Record<string, unknown> = {};
    circle["left"] = circle;
    expect(() => encodePayload(Tree, circle)).toThrow(ApiMisuseError);
    expect(() => encodePayload(Tree, { name: 5 })).toThrow(ApiMisuseError);
    expect(() => encodePayload(Tree, null as never)).toThrow(ApiMisuseError);
    expect(encodePayload(Tree, { name: "a" })).toEqual(new Uint8Array([0x1a, 1, 0x61]));
  });

  it("refuses what no frame can carry", () => {
    const overhead = 4;
    const most = new Uint8Array(payloadBytesMax - overhead);
    expect(encodePayload(pb.v1.EchoRequest, { bytes: most }).length).toBe(payloadBytesMax);
    const more = new Uint8Array(most.length + 1);
    expect(() => encodePayload(pb.v1.EchoRequest, { bytes: more })).toThrow(/65,?\d{3} bytes/);
  });

  it("never writes the bytes of a payload again, nor of a field that it decoded", () => {
    const payloads = Array.from({ length: 3_000 }, (_, index) => {
      const bytes = new Uint8Array(index).fill(index);
      const payload = encodePayload(pb.v1.EchoRequest, { bytes });
      return { payload, decoded: decodePayload(pb.v1.EchoRequest, payload, 0, payload.length) };
    });
    for (const [index, { payload, decoded }] of payloads.entries()) {
      const bytes = new Uint8Array(index).fill(index);
      expect(decoded?.bytes).toEqual(bytes);
      expect(decodePayload(pb.v1.EchoRequest, payload, 0, payload.length)?.bytes).toEqual(bytes);
      expect(Object.getPrototypeOf(payload)).toBe(Uint8Array.prototype);
      expect(decoded?.bytes.buffer).not.toBe(payload.buffer);
    }
  });

  it("writes half a surrogate pair as U+FFFD, which every reader accepts", () => {
    const bytes = encodePayload(pb.v1.Error, { message: "a\ud83d" });
    expect(decodePayload(pb.v1.Error, bytes, 0, bytes.length)?.message).toBe("a\ufffd");
  });
});
