/**
 * The ledger's message, with another one inside it, as protobufjs writes static code for
 *
 *     message Deposit { bytes bytes = 1; Remark remark = 2; }
 *     message Remark { bytes text = 1; }
 *
 * A client may leave any field out. What reads as its default then comes from the prototype, and a
 * feature keeps it in its state like everything else that it was sent.
 */
import protobuf from "protobufjs/minimal.js";
import type { Reader, Writer } from "protobufjs/minimal.js";

/** What is written on a deposit. */
interface RemarkFields {
  readonly text?: Uint8Array | readonly number[];
}

interface DepositFields {
  /** Whose account it is for. */
  readonly bytes?: Uint8Array | readonly number[];
  readonly remark?: RemarkFields | null;
}

const firstBytes = 0x0a;
const secondMessage = 0x12;
const wireTypeMask = 7;

class Remark {
  declare text: Uint8Array;

  static encode({ text }: RemarkFields, writer: Writer = protobuf.Writer.create()): Writer {
    if (text !== undefined) writer.uint32(firstBytes).bytes(Uint8Array.from(text));
    return writer;
  }

  static decode(source: Reader | Uint8Array, length?: number): Remark {
    const message = new Remark();
    eachField(source, length, (tag, reader) => {
      if (tag !== firstBytes) return false;
      message.text = reader.bytes();
      return true;
    });
    return message;
  }
}

export class Deposit {
  declare bytes: Uint8Array;
  declare remark: Remark | null;

  static encode(message: DepositFields, writer: Writer = protobuf.Writer.create()): Writer {
    const { bytes, remark = null } = message;
    if (bytes !== undefined) writer.uint32(firstBytes).bytes(Uint8Array.from(bytes));
    if (remark !== null) Remark.encode(remark, writer.uint32(secondMessage).fork()).ldelim();
    return writer;
  }

  static decode(source: Reader | Uint8Array, length?: number): Deposit {
    const message = new Deposit();
    eachField(source, length, (tag, reader) => {
      if (tag === firstBytes) message.bytes = reader.bytes();
      else if (tag === secondMessage) message.remark = Remark.decode(reader, reader.uint32());
      else return false;
      return true;
    });
    return message;
  }
}

// As static code has it: where the platform has bytes of its own kind, these are of that kind.
Remark.prototype.text = protobuf.util.newBuffer([]);
Deposit.prototype.bytes = protobuf.util.newBuffer([]);
Deposit.prototype.remark = null;

/** @param take false for a field that it does not know */
function eachField(
  source: Reader | Uint8Array,
  length: number | undefined,
  take: (tag: number, reader: Reader) => boolean,
): void {
  const reader = source instanceof Uint8Array ? protobuf.Reader.create(source) : source;
  const end = length === undefined ? reader.len : reader.pos + length;
  if (end > reader.len) throw new RangeError("index out of range");
  while (reader.pos < end) {
    const tag = reader.uint32();
    if (!take(tag, reader)) reader.skipType(tag & wireTypeMask);
  }
  if (reader.pos !== end) throw new RangeError("index out of range");
}
