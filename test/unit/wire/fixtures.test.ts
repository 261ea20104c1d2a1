/** The vectors that are kept for ever, read by our codec and by protobufjs from the schemas. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ConnectionEdge } from "../../../src/core/edge/index.ts";
import { micros } from "../../../src/core/kernel/ids.ts";
import { reprise as auth } from "../../../src/core/wire/gen/auth.js";
import { reprise as game } from "../../../src/core/wire/gen/game.js";
import { reprise as guild } from "../../../src/core/wire/gen/guild.js";
import { reprise as operate } from "../../../src/core/wire/gen/operate.js";
import { reprise as packet } from "../../../src/core/wire/gen/packet.js";
import { reprise as pb } from "../../../src/core/wire/gen/session.js";
import {
  decodePayload,
  defineContract,
  Deframer,
  encodePayload,
  EnvelopeReader,
  packetFrameBytesMax,
  packetRules,
  request,
  toBigint,
  writeFrame,
  type AnyMessage,
  type LengthEndian,
  type Long,
} from "../../../src/core/wire/index.ts";
import { ample, TestVault } from "../edge/setting.ts";
import { loadSchema } from "./schema.ts";

type Header = Readonly<Record<string, string>>;
type Value = string | Fields | readonly Value[];
type Fields = { readonly [name: string]: Value };

interface Valid {
  readonly name: string;
  readonly frame: string;
  readonly frameBigEndian: string;
  readonly canonical: boolean;
  readonly header: Header;
  readonly payload: string;
  readonly message: string | null;
  readonly fields: Fields;
}

interface Invalid {
  readonly name: string;
  readonly frame: string;
  readonly outcome: "incomplete" | "malformed" | "refused" | "undecodable";
  readonly reason: string | null;
}

const load = (file: string): unknown =>
  JSON.parse(readFileSync(join(import.meta.dirname, "../../fixtures/wire-v1", file), "utf8"));
const valid = load("valid.json") as readonly Valid[];
const invalid = load("invalid.json") as readonly Invalid[];

const schema = loadSchema();
const bytesOf = (hex: string): Uint8Array => new Uint8Array(Buffer.from(hex, "hex"));
const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
const snakeCase = (name: string): string =>
  name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

const camelCase = (name: string): string =>
  name.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());

/** A decoded value as the vectors write it; of a message, the fields that were there. */
function shown(value: unknown): Value {
  if (value instanceof Uint8Array) return hexOf(value);
  if (Array.isArray(value)) return value.map(shown);
  if (typeof value !== "object" || value === null) return String(value);
  if ("low" in value && "high" in value) return String(toBigint(value as Long));
  // What protobufjs makes of a repeated field that was not there.
  const present = Object.entries(value).filter(([, inside]) => !isEmptyArray(inside));
  return Object.fromEntries(present.map(([key, inside]) => [snakeCase(key), shown(inside)]));
}

const isEmptyArray = (value: unknown): boolean => Array.isArray(value) && value.length === 0;

/** All messages of packets by name, in our static code. */
const messages: Readonly<Record<string, unknown>> = {
  ...auth.v1,
  ...game.v1,
  ...guild.v1,
  ...operate.v1,
  ...pb.v1,
};

function contentOf(frame: string, lengthEndian: LengthEndian): Uint8Array {
  const deframer = new Deframer({ lengthEndian, frameBytesMax: 65_536 });
  deframer.push(bytesOf(frame));
  const content = deframer.next();
  expect(content).not.toBeNull();
  expect(deframer.bufferedBytes).toBe(0);
  return content as Uint8Array;
}

const frames = (vector: Valid): readonly (readonly [LengthEndian, string])[] => [
  ["little", vector.frame],
  ["big", vector.frameBigEndian],
];

describe("[WIRE-14] [WIRE-01] valid frames of version 1", () => {
  it.each(valid)("our codec reads: $name", (vector) => {
    for (const [lengthEndian, frame] of frames(vector)) {
      const content = contentOf(frame, lengthEndian);
      const reader = new EnvelopeReader();
      expect(reader.read(content)).toBe(true);
      const { type, size, sequence, timestamp, isCompressed, inReplyTo } = reader;
      expect({
        type: String(type),
        size: String(size),
        sequence: String(sequence),
        timestamp: String(timestamp),
        is_compressed: String(isCompressed),
        in_reply_to: String(inReplyTo),
      }).toEqual(vector.header);
      expect(hexOf(content.subarray(reader.payloadStart, reader.payloadEnd))).toBe(vector.payload);
    }
  });

  it.each(valid.filter(({ message }) => message !== null))(
    "our codec decodes the message: $name",
    ({ message, payload, fields }) => {
      const bytes = bytesOf(payload);
      const decoded = decodePayload(
        messages[String(message)] as AnyMessage,
        bytes,
        0,
        bytes.length,
      );
      expect(shown(decoded)).toEqual(fields);
    },
  );

  it.each(valid.filter(({ message, canonical }) => message !== null && canonical))(
    "our codec encodes the message: $name",
    ({ message, payload }) => {
      const type = messages[String(message)] as AnyMessage;
      const bytes = bytesOf(payload);
      const decoded = decodePayload(type, bytes, 0, bytes.length);
      expect(hexOf(encodePayload(type, decoded as never))).toBe(payload);
    },
  );

  it.each(valid.filter(({ canonical }) => canonical))("our codec writes: $name", (vector) => {
    const { header } = vector;
    const payload = bytesOf(vector.payload);
    const whole = {
      type: Number(header["type"]),
      sequence: Number(header["sequence"]),
      timestamp: Number(header["timestamp"]),
      isCompressed: header["is_compressed"] === "true",
      inReplyTo: Number(header["in_reply_to"]),
    };
    for (const [lengthEndian, frame] of frames(vector)) {
      const target = new Uint8Array(packetFrameBytesMax(payload.length));
      const end = writeFrame(target, 0, whole, payload, 0, payload.length, lengthEndian);
      expect(hexOf(target.subarray(0, end))).toBe(frame);
    }
  });

  it.each(valid)("protobufjs reads with the schema: $name", (vector) => {
    const packet = schema
      .lookupType("reprise.v1.Packet")
      .decode(bytesOf(vector.frame).subarray(4)) as unknown as {
      header: Record<string, unknown>;
      payload: Uint8Array;
    };
    for (const [name, value] of Object.entries(vector.header)) {
      const given = packet.header[camelCase(name)];
      expect(shown(given)).toBe(value);
    }
    expect(hexOf(packet.payload)).toBe(vector.payload);
    if (vector.message === null) return;
    const message = schema.lookupType(`reprise.v1.${vector.message}`).decode(packet.payload);
    expect(shown(message)).toEqual(vector.fields);
  });

  it("[WIRE-11] cover every type of the enum, with its own message", () => {
    const covered = new Map(
      valid.map(({ header, message }) => [Number(header["type"]), message] as const),
    );
    for (const [name, type] of Object.entries(packet.v1.PacketType)) {
      if (name === "PACKET_UNKNOWN") continue;
      const words = name
        .replace(/^PACKET_(PROMPT_)?/, "")
        .toLowerCase()
        .split("_");
      const message = words.map((word) => word[0]?.toUpperCase() + word.slice(1)).join("");
      expect([name, covered.get(Number(type))]).toEqual([name, message]);
    }
  });
});

describe("invalid frames of version 1", () => {
  const echo = defineContract("echo", {
    echo: request(1_053, pb.v1.EchoRequest, 1_054, pb.v1.EchoResponse),
  });

  it.each(invalid)("$outcome: $name", ({ frame, outcome, reason }) => {
    const edge = new ConnectionEdge(
      {
        lengthEndian: "little",
        session: ample,
        budgets: new Map(),
        budgetMultiplier: 1,
        rules: packetRules([echo]),
        frameBytesMax: 65_536,
      },
      new TestVault(),
    );
    edge.receive(bytesOf(frame));
    const first = outcomeOf(edge);
    // One vector needs a sound packet in front.
    const last = first.outcome === "packet" && edge.bufferedBytes > 0 ? outcomeOf(edge) : first;
    expect(last).toEqual({ outcome, reason });
    expect(edge.bufferedBytes).toBe(outcome === "incomplete" ? frame.length / 2 : 0);
  });
});

/** What the next frame is, as the vectors say it; "packet" for one with a sound payload. */
function outcomeOf(edge: ConnectionEdge): { outcome: string; reason: string | null } {
  switch (edge.poll(micros(1))) {
    case "starved":
      return { outcome: edge.broken ? "broken" : "incomplete", reason: null };
    case "malformed":
      return { outcome: "malformed", reason: edge.malformed };
    case "refused":
      return { outcome: "refused", reason: edge.refusal.reason };
    case "packet": {
      const reader = new EnvelopeReader();
      reader.read(edge.bytes, edge.start, edge.end);
      const { payloadStart, payloadEnd } = reader;
      const message = decodePayload(pb.v1.EchoRequest, edge.bytes, payloadStart, payloadEnd);
      return { outcome: message === null ? "undecodable" : "packet", reason: null };
    }
  }
}
