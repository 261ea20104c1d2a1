/**
 * Frames that are ready before any session exists: for the host and `io`, which refuse a connection
 * before the realm has heard of it. Sequence 1 and no timestamp: nothing precedes them, and nobody
 * has asked a clock.
 */
import { errorTable } from "../kernel/errors.ts";
import type { ErrorCode } from "../kernel/errors.ts";
import { toClient } from "./contract.ts";
import { packetFrameBytesMax, writeFrame } from "./envelope.ts";
import type { LengthEndian } from "./frame.ts";
import { reprise as pb } from "./gen/session.js";
import { encodePayload } from "./payload.ts";

/** The packets that every server sends of its own accord: ERROR answers, DISCONNECT ends. */
export const controlPackets = {
  error: toClient(1_051, pb.v1.Error),
  disconnect: toClient(1_052, pb.v1.Disconnect),
};

/** What a DISCONNECT says for a code. */
export function disconnectMessage(code: ErrorCode): pb.v1.Disconnect.$Properties {
  const { code: number, meaning, retryable } = errorTable[code];
  return { code: number, mayRetry: retryable, message: meaning };
}

/** A whole frame with the DISCONNECT of that code and its meaning. Send it, then close. */
export function disconnectFrame(
  code: ErrorCode,
  { lengthEndian }: { readonly lengthEndian: LengthEndian },
): Uint8Array {
  const { type, message } = controlPackets.disconnect;
  const payload = encodePayload(message, disconnectMessage(code));
  const target = new Uint8Array(packetFrameBytesMax(payload.length));
  const header = {
    type,
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
