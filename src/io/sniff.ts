/**
 * Tells a TLS client from a plain one by its first bytes, so that each gets an error that it can
 * read when it has found the wrong port.
 *
 * A TLS connection begins with a handshake record: 0x16, major version 3, minor version 1..4 (RFC
 * 8446 §5.1). A frame cannot begin like that. Little-endian, these bytes announce at least 66,326
 * bytes, more than a frame may have; big-endian, the first byte of a length is 0.
 */

export type Sniffed = "tls" | "plain" | "undecided";

/** @param bytes what the peer has sent so far, from the first byte on */
export function sniff(bytes: Uint8Array): Sniffed {
  const [type, major, minor] = bytes;
  if (type === undefined) return "undecided";
  if (type !== 0x16) return "plain";
  if (major === undefined) return "undecided";
  if (major !== 0x03) return "plain";
  if (minor === undefined) return "undecided";
  return minor >= 1 && minor <= 4 ? "tls" : "plain";
}

/** A fatal `protocol_version` alert, which every TLS client reports in its own words. */
export const tlsAlert: Uint8Array = Uint8Array.of(0x15, 0x03, 0x01, 0x00, 0x02, 0x02, 0x46);
