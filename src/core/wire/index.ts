/** The wire: contracts, frames, envelopes, payloads. */
export * from "./contract.ts";
export {
  controlPackets,
  disconnectFrame,
  disconnectMessage,
  wrongTransportFrame,
} from "./control.ts";
export {
  EnvelopeReader,
  envelopeBytesMax,
  packetEnvelope,
  packetFrameBytesMax,
  payloadBytesMax,
  writeEnvelope,
  writeFrame,
  writeFrameHead,
  type EnvelopeHeader,
} from "./envelope.ts";
export { FieldCursor, malformed, wireTypes } from "./fields.ts";
export { Deframer, type DeframerOptions, type LengthEndian } from "./frame.ts";
export { fromBigint, toBigint, toSafeNumber, type Long, type LongHalves } from "./longs.ts";
export { identities, identity, secretSlot, text, type SecretSlot } from "./parsers.ts";
export { position, type Position } from "./position.ts";
export { decodePayload, encodePayload, PayloadEncoder } from "./payload.ts";
