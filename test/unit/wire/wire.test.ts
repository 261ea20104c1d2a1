import protobuf from "protobufjs";
import { describe, expect, it } from "vitest";
import { errorCodes, errorTable } from "../../../src/core/kernel/errors.ts";
import { packetType } from "../../../src/core/kernel/ids.ts";
import { reprise as common } from "../../../src/core/wire/gen/common.js";
import { reprise as packet } from "../../../src/core/wire/gen/packet.js";
import { reprise as pb } from "../../../src/core/wire/gen/session.js";
import {
  decodePayload,
  Deframer,
  disconnectFrame,
  encodePayload,
  EnvelopeReader,
  fromBigint,
  invalid,
  isPacketType,
  position,
  toBigint,
  toSafeNumber,
  wrongTransportFrame,
} from "../../../src/core/wire/index.ts";
import { loadSchema } from "./schema.ts";

const schema = loadSchema();

const fieldsOf = (name: string): Record<string, string> =>
  Object.fromEntries(
    schema
      .lookupType(`reprise.v1.${name}`)
      .fieldsArray.map((field) => [`${String(field.id)} ${field.name}`, field.type]),
  );

describe("the schemas", () => {
  it("[WIRE-03] [WIRE-04] [WIRE-08] number the envelope's fields as published", () => {
    expect(fieldsOf("Packet")).toEqual({ "1 header": "PacketHeader", "2 payload": "bytes" });
    expect(fieldsOf("PacketHeader")).toEqual({
      "1 type": "PacketType",
      "2 size": "uint32",
      "3 sequence": "uint64",
      "4 timestamp": "uint64",
      "5 isCompressed": "bool",
      "16 inReplyTo": "uint64",
    });
  });

  it("[WIRE-14] never change the numbers of the session's messages", () => {
    expect(fieldsOf("Hello")).toEqual({
      "1 protocolMin": "uint32",
      "2 protocolMax": "uint32",
      "3 contractHash": "fixed32",
      "4 protocol": "uint32",
    });
    expect(fieldsOf("Error")).toEqual({
      "1 code": "uint32",
      "2 message": "string",
      "3 retryAfterMs": "uint32",
      "4 count": "uint32",
    });
    expect(fieldsOf("Disconnect")).toEqual({
      "1 code": "uint32",
      "2 mayRetry": "bool",
      "3 message": "string",
    });
    expect(fieldsOf("HeartbeatRequest")).toEqual({
      "1 playerId": "uint64",
      "2 timestamp": "uint64",
    });
    expect(fieldsOf("HeartbeatResponse")).toEqual({
      "1 serverTimestamp": "uint64",
      "2 latencyMs": "uint32",
    });
    expect(fieldsOf("EchoRequest")).toEqual({ "1 bytes": "bytes" });
    expect(fieldsOf("EchoResponse")).toEqual({ "1 bytes": "bytes" });
  });

  it("[WIRE-10] give every type a number of its range and the prefix PACKET_", () => {
    const types = schema.lookupEnum("reprise.v1.PacketType").values;
    expect(types).toEqual({ ...packet.v1.PacketType, ...types });
    for (const [name, number] of Object.entries(types)) {
      expect(name).toMatch(/^PACKET_[A-Z_]+$/);
      expect(isPacketType(packetType(number))).toBe(name !== "PACKET_UNKNOWN");
    }
  });

  it("declare an option that marks secret fields", () => {
    const root = protobuf.parse(
      `syntax = "proto3"; message Login { string password = 2 [(reprise.v1.secret) = true]; }`,
    ).root;
    const field = root.lookupType("Login").fields["password"];
    expect(field?.options).toMatchObject({ "(reprise.v1.secret)": true });
    const option = schema.lookup("reprise.v1.secret") as protobuf.Field;
    expect(option).toMatchObject({ id: 51_000, type: "bool" });
    expect(option.extend).toBe("google.protobuf.FieldOptions");
  });
});

describe("isPacketType", () => {
  it("[WIRE-10] holds in 1000-1099, 2000-2999, 3000-3099 and 10,000-65,535", () => {
    const edges = [1_000, 1_099, 2_000, 2_999, 3_000, 3_099, 10_000, 65_535];
    for (const type of edges) expect(isPacketType(type)).toBe(true);
    const outside = [0, 999, 1_100, 1_999, 3_100, 9_999, 65_536, 2 ** 32 - 1];
    for (const type of outside) expect(isPacketType(type)).toBe(false);
  });
});

describe("fromBigint", () => {
  it("[WIRE-04] gives what the declarations of static code take", () => {
    const playerId = fromBigint(2n ** 64n - 1n);
    const bytes = encodePayload(pb.v1.HeartbeatRequest, { playerId, timestamp: 5 });
    expect(Buffer.from(bytes).toString("hex")).toBe("08ffffffffffffffffff011005");
    const heartbeat = decodePayload(pb.v1.HeartbeatRequest, bytes, 0, bytes.length);
    expect(toBigint(heartbeat?.playerId ?? 0)).toBe(2n ** 64n - 1n);
    expect(toSafeNumber(heartbeat?.timestamp ?? 0)).toBe(5);
  });
});

describe("position", () => {
  it("[PKT-20] Vector3 is x1 y2 z3 as float: golden bytes", () => {
    const bytes = encodePayload(common.v1.Vector3, { x: 1, y: -2.5, z: 0.15625 });
    expect(Buffer.from(bytes).toString("hex")).toBe("0d0000803f15000020c01d0000203e");
    const vector = decodePayload(common.v1.Vector3, bytes, 0, bytes.length);
    expect(position(vector)).toEqual({ x: 1, y: -2.5, z: 0.15625 });
  });

  it("[PKT-20] refuses NaN, infinities and nothing at all; an absent coordinate is 0", () => {
    for (const bad of [Number.NaN, Infinity, -Infinity]) {
      for (const axis of ["x", "y", "z"]) {
        const bytes = encodePayload(common.v1.Vector3, { x: 1, y: 1, z: 1, [axis]: bad });
        const vector = decodePayload(common.v1.Vector3, bytes, 0, bytes.length);
        expect(position(vector)).toEqual(invalid("a coordinate is not finite"));
      }
    }
    expect(position(null)).toEqual(invalid("the position is missing"));
    expect(position(undefined)).toEqual(invalid("the position is missing"));
    expect(position({ y: 3 })).toEqual({ x: 0, y: 3, z: 0 });
  });
});

describe("control frames", () => {
  it("disconnectFrame says each code, its meaning and whether to try again, in one frame", () => {
    const reader = new EnvelopeReader();
    for (const lengthEndian of ["little", "big"] as const) {
      for (const code of errorCodes) {
        const deframer = new Deframer({ lengthEndian, frameBytesMax: 65_536 });
        deframer.push(disconnectFrame(code, { lengthEndian }));
        const content = deframer.next() as Uint8Array;
        expect(deframer.bufferedBytes).toBe(0);
        expect(reader.read(content)).toBe(true);
        expect(reader).toMatchObject({ type: 1_052, sequence: 1, timestamp: 0, inReplyTo: 0 });
        const payload = content.subarray(reader.payloadStart, reader.payloadEnd);
        expect(payload.length).toBe(reader.size);
        const said = schema.lookupType("reprise.v1.Disconnect").decode(payload);
        expect(said).toMatchObject({
          code: errorTable[code].code,
          mayRetry: errorTable[code].retryable,
          message: errorTable[code].meaning,
        });
      }
    }
  });

  it("wrongTransportFrame is the DISCONNECT of WRONG_TRANSPORT", () => {
    for (const lengthEndian of ["little", "big"] as const) {
      expect(wrongTransportFrame(lengthEndian)).toEqual(
        disconnectFrame("WRONG_TRANSPORT", { lengthEndian }),
      );
    }
  });
});
