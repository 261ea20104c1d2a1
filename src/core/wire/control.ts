/**
 * Frames that are ready before any session exists: for the host and `io`, which refuse a connection
 * before the realm has heard of it. Sequence 1 and no timestamp: nothing precedes them, and nobody
 * has asked a clock.
 */
import { errorTable } from "../kernel/errors.ts";
import type { ErrorCode } from "../kernel/errors.ts";
import { packetFrameBytesMax, writeFrame } from "./envelope.ts";
import type { LengthEndian } from "./frame.ts";
import { reprise as packets } from "./gen/packet.js";
import { reprise as pb } from "./gen/session.js";
import { encodePayload } from "./payload.ts";

/** A whole frame with the DISCONNECT of that code and its meaning. Send it, then close. */
export function disconnectFrame(
  code: ErrorCode,
  { lengthEndian }: { readonly lengthEndian: LengthEndian },
): Uint8Array {
  const { code: number, meaning, retryable } = errorTable[code];
  const payload = encodePayload(pb.v1.Disconnect, {
    code: number,
    mayRetry: retryable,
    message: meaning,
  });
  const target = new Uint8Array(packetFrameBytesMax(payload.length));
  const header = {
    type: packets.v1.PacketType.PACKET_DISCONNECT,
    sequence: 1,
    timestamp: 0,
    isCompressed: false,
    inReplyTo: 0,
  };
  return target.slice(0, writeFrame(target, 0, header, payload, 0, payload.length, lengthEndian));
}

/** For a plain-text client on a TLS port, in plain text: it says that TLS is spoken here. */
export const wrongTransportFrame = (lengthEndian: LengthEndian): Uint8Array =>
  disconnectFrame("WRONG_TRANSPORT", { lengthEndian });
