import { describe, expect, it } from "vitest";
import { ConnectionEdge } from "../../../src/core/edge/index.ts";
import { ApiMisuseError } from "../../../src/core/kernel/assert.ts";
import { micros } from "../../../src/core/kernel/ids.ts";
import { limits } from "../../../src/core/kernel/limits.ts";
import { reprise as pb } from "../../../src/core/wire/gen/session.js";
import {
  decodePayload,
  encodePayload,
  EnvelopeReader,
  packetFrameBytesMax,
  payloadBytesMax,
  writeFrame,
} from "../../../src/core/wire/index.ts";
import {
  ample,
  config,
  edgeOf,
  frame,
  packetOf,
  pollAll,
  start,
  TestVault,
  types,
} from "./setting.ts";

const raw = (content: readonly number[]): Uint8Array =>
  new Uint8Array([content.length, 0, 0, 0, ...content]);
const garbage = raw([0xff, 0xff, 0xff]);
/** The reason of each line, without bytes. */
const short = (lines: readonly string[]): string[] =>
  lines.map((line) => (line.startsWith("packet") ? "packet" : line));
const after = (seconds: number) => micros(start + seconds * 1_000_000);

describe("ConnectionEdge", () => {
  it("[HND-01] lets a served packet through as it came", () => {
    const edge = edgeOf();
    const echo = frame({ type: types.echo, sequence: 1 });
    edge.receive(echo);
    expect(edge.bufferedBytes).toBe(echo.length);
    expect(edge.poll(start)).toBe("packet");
    expect(packetOf(edge)).toEqual(echo.subarray(4));
    expect(edge.packetType).toBe(types.echo);
    expect(edge.bufferedBytes).toBe(0);
    expect(edge.poll(start)).toBe("starved");
    // A view of one packet would keep the whole chunk in memory while the connection is silent.
    expect(packetOf(edge).length).toBe(0);
  });

  it("[WIRE-10] [HND-01] refuses types by their number, and the session goes on", () => {
    const edge = edgeOf();
    const sent = [0, types.invalid, 65_536, types.unserved, 1_099, types.echoReply, types.tell];
    sent.forEach((type, index) => {
      edge.receive(
        type > 65_535
          ? raw([0x0a, 8, 0x08, 0x80, 0x80, 4, 0x10, 0, 0x18, index + 1])
          : frame({ type, sequence: index + 1 }),
      );
    });
    expect(short(pollAll(edge))).toEqual([
      "refused 0 INVALID_PACKET x1 #1",
      "refused 5000 INVALID_PACKET x1 #2",
      "refused 65536 INVALID_PACKET x1 #3",
      "refused 20000 NOT_SERVED x1 #4",
      "refused 1099 NOT_SERVED x1 #5",
      "refused 1054 SERVER_ONLY x1 #6",
      "packet",
    ]);
    expect(edge.broken).toBe(false);
  });

  it("[SES-14] is broken by a frame length of 0 or above the limit, says so once, then starves", () => {
    for (const length of [
      [0, 0, 0, 0],
      [1, 0, 1, 0],
    ]) {
      const edge = edgeOf();
      edge.receive(frame({ type: types.echo, sequence: 1 }));
      edge.receive(new Uint8Array([...length, 1, 2, 3]));
      expect(short(pollAll(edge))).toEqual(["packet", "malformed frame-length"]);
      expect(edge.broken).toBe(true);
      edge.receive(frame({ type: types.echo, sequence: 2 }));
      expect(pollAll(edge)).toEqual([]);
      expect(edge.bufferedBytes).toBe(0);
    }
  });

  it("tells bytes that are no packet, one by one, and goes on behind them", () => {
    const edge = edgeOf();
    const wrongSize = frame({ type: types.echo, sequence: 2 });
    // Length 4, header 2, type 3, the tag of size: then its value.
    expect(wrongSize.subarray(9, 11)).toEqual(new Uint8Array([0x10, 3]));
    wrongSize[10] = 9;
    for (const bytes of [
      garbage,
      frame({ type: types.echo, sequence: 1 }),
      wrongSize,
      frame({ type: types.echo, sequence: 3, isCompressed: true }),
      frame({ type: types.echo, sequence: 4 }),
    ]) {
      edge.receive(bytes);
    }
    expect(short(pollAll(edge))).toEqual([
      "malformed envelope",
      "packet",
      "malformed size",
      "malformed compressed",
      "packet",
    ]);
    expect(edge.broken).toBe(false);
  });

  it("[WIRE-05] is broken by a gap or a repeat in the sequence, or by one that no number holds", () => {
    for (const second of [1, 3, 0, 2 ** 53 - 1]) {
      const edge = edgeOf();
      edge.receive(frame({ type: types.echo, sequence: 1 }));
      edge.receive(frame({ type: types.echo, sequence: second }));
      edge.receive(frame({ type: types.echo, sequence: 2 }));
      expect(short(pollAll(edge))).toEqual(["packet", "malformed sequence"]);
      expect(edge.broken).toBe(true);
    }
    const edge = edgeOf();
    edge.receive(raw([0x0a, 16, 8, 0x9d, 8, 0x10, 0, 0x18, ...Array<number>(9).fill(0xff), 1]));
    expect(pollAll(edge)).toEqual(["malformed sequence"]);
  });

  it("[WIRE-05] counts refused and unreadable packets in the sequence", () => {
    const edge = edgeOf();
    edge.receive(frame({ type: types.unserved, sequence: 1 }));
    edge.receive(frame({ type: types.unserved, sequence: 2 }));
    edge.receive(frame({ type: types.echo, sequence: 3 }));
    edge.receive(garbage);
    edge.receive(garbage);
    edge.receive(frame({ type: types.echo, sequence: 6 }));
    edge.receive(frame({ type: types.echo, sequence: 7 }));
    expect(short(pollAll(edge))).toEqual([
      "refused 20000 NOT_SERVED x1 #1",
      "packet",
      "malformed envelope",
      "malformed envelope",
      "packet",
      "packet",
    ]);
    // What was forgiven once is not forgiven again.
    edge.receive(frame({ type: types.echo, sequence: 9 }));
    expect(pollAll(edge)).toEqual(["malformed sequence"]);
  });

  it("[WIRE-05] counts the number of a packet that could be read, though it was wrong otherwise", () => {
    for (const [next, line] of [
      [1, "malformed sequence"],
      [2, "packet"],
      [3, "malformed sequence"],
    ] as const) {
      const edge = edgeOf();
      edge.receive(frame({ type: types.echo, sequence: 1, isCompressed: true }));
      edge.receive(frame({ type: types.echo, sequence: next }));
      expect(short(pollAll(edge))).toEqual(["malformed compressed", line]);
    }
  });

  it("forgives no more numbers than there were unreadable packets", () => {
    const edge = edgeOf();
    edge.receive(garbage);
    edge.receive(frame({ type: types.echo, sequence: 3 }));
    expect(pollAll(edge)).toEqual(["malformed envelope", "malformed sequence"]);
  });

  it("refuses what is above the budget of its type or of the session, and charges neither", () => {
    const edge = edgeOf({
      session: { perSecond: 1, burst: 3 },
      budgets: new Map([[types.tell, { perSecond: 1, burst: 1 }]]),
    });
    const send = (...sent: number[]) => {
      for (const type of sent) edge.receive(frame({ type, sequence: ++sequence }));
    };
    let sequence = 0;
    // The second tell has no budget of its own, so the session's is left for two echoes.
    send(types.tell, types.tell, types.echo, types.echo, types.echo);
    expect(short(pollAll(edge))).toEqual([
      "packet",
      "refused 10001 RATE_LIMITED x1 #2",
      "packet",
      "packet",
      "refused 1053 RATE_LIMITED x1 #5",
    ]);
    send(types.echo, types.echo);
    expect(short(pollAll(edge, after(1)))).toEqual(["packet", "refused 1053 RATE_LIMITED x1 #7"]);
    // A thousand seconds fill the bucket and no more.
    send(types.echo, types.echo, types.echo, types.echo);
    expect(short(pollAll(edge, after(1_001)))).toEqual([
      "packet",
      "packet",
      "packet",
      "refused 1053 RATE_LIMITED x1 #11",
    ]);
  });

  it("scales all budgets, and keeps a type's own for each connection", () => {
    const changes = {
      session: { perSecond: 10, burst: 10 },
      budgets: new Map([[types.tell, { perSecond: 1, burst: 2 }]]),
      budgetMultiplier: 1.5,
    };
    for (let connection = 0; connection < 2; connection++) {
      const edge = edgeOf(changes);
      for (let sequence = 1; sequence <= 4; sequence++) {
        edge.receive(frame({ type: types.tell, sequence }));
      }
      expect(short(pollAll(edge)).filter((line) => line === "packet").length).toBe(3);
    }
  });

  it("tells the first refusal of a kind at once and the rest of its second at the end", () => {
    const edge = edgeOf();
    for (let sequence = 1; sequence <= 50; sequence++) {
      edge.receive(frame({ type: types.unserved, sequence }));
    }
    expect(pollAll(edge)).toEqual(["refused 20000 NOT_SERVED x1 #1"]);
    expect(edge.reportDueAt()).toBe(after(1));
    expect(edge.takeReport(micros(after(1) - 1))).toBeNull();
    expect(edge.takeReport(after(1))).toEqual({
      packetType: types.unserved,
      reason: "NOT_SERVED",
      count: 49,
      sequence: 50,
    });
    expect(edge.takeReport(after(1))).toBeNull();
    expect(edge.reportDueAt()).toBeNull();
    edge.receive(frame({ type: types.unserved, sequence: 51 }));
    expect(pollAll(edge, after(1))).toEqual(["refused 20000 NOT_SERVED x1 #51"]);
    expect(edge.reportDueAt()).toBeNull();
  });

  it("tells a withheld count with the next refusal when nobody asked for it in time", () => {
    const edge = edgeOf();
    for (let sequence = 1; sequence <= 3; sequence++) {
      edge.receive(frame({ type: types.unserved, sequence }));
    }
    pollAll(edge);
    edge.receive(frame({ type: types.unserved, sequence: 4 }));
    expect(pollAll(edge, after(2))).toEqual(["refused 20000 NOT_SERVED x3 #4"]);
  });

  it("reports the withheld count that is due first, first", () => {
    const edge = edgeOf();
    const send = (type: number, seconds: number) => {
      edge.receive(frame({ type, sequence: ++sequence }));
      pollAll(edge, after(seconds));
    };
    let sequence = 0;
    // The kind that is opened again behind the other is due behind it.
    send(types.unserved, 0);
    send(types.invalid, 0.5);
    send(types.unserved, 1);
    for (const type of [types.unserved, types.invalid]) send(type, 1.25);
    expect(edge.reportDueAt()).toBe(after(1.5));
    expect(edge.takeReport(after(5))?.packetType).toBe(types.invalid);
    expect(edge.takeReport(after(5))?.packetType).toBe(types.unserved);
    expect(edge.takeReport(after(5))).toBeNull();
  });

  it("keeps a bounded number of kinds apart, and counts the rest of a reason under type 0", () => {
    const edge = edgeOf();
    for (let sequence = 1; sequence <= 1_000; sequence++) {
      edge.receive(frame({ type: 20_000 + sequence, sequence }));
    }
    const lines = pollAll(edge);
    expect(lines.length).toBe(17);
    expect(lines.at(-1)).toBe("refused 0 NOT_SERVED x1 #17");
    expect(edge.takeReport(after(1))).toEqual({
      packetType: 0,
      reason: "NOT_SERVED",
      count: 983,
      sequence: 1_000,
    });
    expect(edge.takeReport(after(1))).toBeNull();
  });

  it("keeps the reasons apart when it counts several types together", () => {
    const edge = edgeOf({ session: { perSecond: 1, burst: 1 } });
    let sequence = 0;
    for (let type = 20_001; type <= 20_020; type++) {
      edge.receive(frame({ type, sequence: ++sequence }));
    }
    for (const type of [5_001, 5_002, types.echoReply, types.echo, types.echo]) {
      edge.receive(frame({ type, sequence: ++sequence }));
    }
    expect(short(pollAll(edge)).slice(16)).toEqual([
      "refused 0 NOT_SERVED x1 #17",
      "refused 0 INVALID_PACKET x1 #21",
      "refused 0 SERVER_ONLY x1 #23",
      "packet",
      "refused 0 RATE_LIMITED x1 #25",
    ]);
  });

  it("cuts secrets out, and everything that the peer put round the payload with them", () => {
    const vault = new TestVault(41);
    const edge = edgeOf({}, vault);
    const payload = encodePayload(pb.v1.Error, { code: 7, message: "hunter2", retryAfterMs: 9 });
    const header = { type: types.login, sequence: 1, timestamp: 2 ** 53 - 1, inReplyTo: 3 };
    edge.receive(frame(header, payload));
    expect(edge.poll(start)).toBe("packet");
    const packet = packetOf(edge);
    expect(Buffer.from(packet).includes("hunter2")).toBe(false);
    const reader = new EnvelopeReader();
    expect(reader.read(packet)).toBe(true);
    expect(reader).toMatchObject(header);
    expect(reader.size).toBe(reader.payloadEnd - reader.payloadStart);
    const login = decodePayload(pb.v1.Error, packet, reader.payloadStart, reader.payloadEnd);
    expect(login).toMatchObject({ code: 7, message: "42", retryAfterMs: 9 });
    expect([...vault.secrets]).toEqual([[42, new Uint8Array(Buffer.from("hunter2"))]]);
  });

  it("writes 0 for a time or an answer that no number holds when it cuts secrets", () => {
    const edge = edgeOf();
    const most = [...Array<number>(9).fill(0xff), 1];
    const times = [0x20, ...most, 0x80, 0x01, ...most];
    // Type 10,002 is 92 4e.
    const header = [0x08, 0x92, 0x4e, 0x10, 3, 0x18, 1, ...times];
    edge.receive(raw([0x0a, header.length, ...header, 0x12, 3, 0x12, 1, 0x41]));
    expect(edge.poll(start)).toBe("packet");
    const written = [0x0a, 7, 0x08, 0x92, 0x4e, 0x10, 3, 0x18, 1, 0x12, 3, 0x12, 1, 0x31];
    expect(packetOf(edge)).toEqual(new Uint8Array(written));
  });

  it("drops a payload with secrets that cannot be walked, and seals nothing of it", () => {
    for (const payload of [
      [0x12, 9, 0x41],
      [0x12, 1, 0x41, 0x0a, 200],
      [0x10, 5],
    ]) {
      const vault = new TestVault();
      const edge = edgeOf({}, vault);
      edge.receive(frame({ type: types.login, sequence: 1 }, new Uint8Array(payload)));
      edge.receive(frame({ type: types.login, sequence: 2 }, new Uint8Array([0x12, 0])));
      expect(short(pollAll(edge))).toEqual(["malformed envelope", "packet"]);
      expect(vault.size).toBe(1);
    }
  });

  it("[WIRE-08] takes no payload that is longer than an answer may be, though its frame is not", () => {
    const framed = (bytes: number, sequence: number): Uint8Array =>
      frame({ type: types.echo, sequence }, new Uint8Array(bytes));
    const edge = edgeOf();
    edge.receive(framed(payloadBytesMax + 1, 1));
    edge.receive(framed(payloadBytesMax, 2));
    expect(framed(payloadBytesMax + 1, 1).length).toBeLessThan(limits.frameBytesMax);
    expect(short(pollAll(edge))).toEqual(["malformed size", "packet"]);
  });

  it("never makes a packet longer than a frame of references that are longer than secrets", () => {
    const payload = new Uint8Array(payloadBytesMax - 4);
    payload.set([0x12, 0, 0x1a, 0xe0, 0xff, 0x03]);
    const filler = payload.length - 6;
    payload.set([(filler & 0x7f) | 0x80, ((filler >> 7) & 0x7f) | 0x80, filler >> 14], 3);
    const edge = edgeOf({}, new TestVault(2 ** 53 - 10));
    const target = new Uint8Array(packetFrameBytesMax(payload.length));
    const header = { type: types.login, sequence: 1, timestamp: 0, isCompressed: false };
    const end = writeFrame(
      target,
      0,
      { ...header, inReplyTo: 0 },
      payload,
      0,
      payload.length,
      "little",
    );
    edge.receive(target.subarray(0, end));
    expect(pollAll(edge)).toEqual(["malformed size"]);
  });

  it("says what is wrong with its configuration", () => {
    const wrong = [
      { session: { perSecond: 0, burst: 1 } },
      { session: { perSecond: 1, burst: 0 } },
      { session: { perSecond: Number.NaN, burst: 1 } },
      { session: { perSecond: 1, burst: 9_000_001 } },
      { budgetMultiplier: 0 },
      { budgetMultiplier: Infinity },
      { frameBytesMax: 65_537 },
    ];
    for (const changes of wrong) {
      expect(() => new ConnectionEdge(config(changes), new TestVault())).toThrow(ApiMisuseError);
    }
    expect(() => edgeOf({ session: ample, budgetMultiplier: 1_000 })).not.toThrow();
  });
});
