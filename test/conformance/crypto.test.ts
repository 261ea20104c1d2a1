/** The platform's cryptography and the simulator's, held to published vectors and to each other. */
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { aeadTagBytes, type CryptoPort } from "../../src/core/kernel/crypto.ts";
import { nodeCrypto } from "../../src/io/crypto.ts";
import { simulatedCrypto } from "../../src/sim/crypto.ts";

const ports: readonly (readonly [string, CryptoPort])[] = [
  ["the platform's", nodeCrypto],
  ["the simulator's", simulatedCrypto],
];

const ascii = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, "ascii"));
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

interface Message {
  readonly key: Uint8Array;
  readonly nonce: Uint8Array;
  readonly authenticated: Uint8Array;
  readonly plain: Uint8Array;
}

/** Ciphertext and tag, between two bytes that must stay. */
const sealedBy = (port: CryptoPort, { key, nonce, authenticated, plain }: Message): Uint8Array => {
  const bytes = Uint8Array.of(7, ...plain, ...new Uint8Array(aeadTagBytes), 7);
  const place = { bytes, start: 1, end: 1 + plain.length, nonce, authenticated };
  port.aes256Gcm(key).seal(place);
  expect([bytes[0], bytes.at(-1)]).toEqual([7, 7]);
  return bytes.slice(1, -1);
};

const openedBy = (
  port: CryptoPort,
  { key, nonce, authenticated }: Omit<Message, "plain">,
  bytes: Uint8Array,
): Uint8Array | null => {
  const place = { bytes, start: 0, end: bytes.length - aeadTagBytes, nonce, authenticated };
  return port.aes256Gcm(key).open(place);
};

const messages: fc.Arbitrary<Message> = fc.record({
  key: fc.uint8Array({ minLength: 32, maxLength: 32 }),
  nonce: fc.uint8Array({ minLength: 12, maxLength: 12 }),
  authenticated: fc.uint8Array({ maxLength: 80, size: "max" }),
  plain: fc.uint8Array({ maxLength: 200, size: "max" }),
});

describe.each(ports)("%s cryptography", (_name, port) => {
  it("gives HMAC-SHA-256 as RFC 4231 does, however the text is split", () => {
    const text = "what do ya want for nothing?";
    const expected = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
    for (const at of [0, 1, 10, text.length]) {
      const parts = [ascii(text.slice(0, at)), ascii(text.slice(at))];
      expect(hex(port.hmacSha256(ascii("Jefe"), parts))).toBe(expected);
    }
  });

  it("gives AES-256-GCM as the specification's test cases 13 and 14 do", () => {
    const zeros = (length: number) => new Uint8Array(length);
    const message = { key: zeros(32), nonce: zeros(12), authenticated: zeros(0), plain: zeros(0) };
    expect(hex(sealedBy(port, message))).toBe("530f8afbc74536b9a963b4f1c4cb738b");
    expect(hex(sealedBy(port, { ...message, plain: zeros(16) }))).toBe(
      "cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919",
    );
  });

  it("opens what it has sealed, and nothing of which a bit was changed", () => {
    fc.assert(
      fc.property(messages, fc.nat(), (message, bit) => {
        const sealed = sealedBy(port, message);
        const opened = openedBy(port, message, sealed);
        expect(opened).toEqual(message.plain);
        sealed.fill(0); // What was opened is memory of its own.
        expect(opened).toEqual(message.plain);
        const changed = sealedBy(port, message);
        const at = bit % (changed.length * 8);
        changed[at >> 3] = (changed[at >> 3] as number) ^ (1 << (at & 7));
        expect(openedBy(port, message, changed)).toBeNull();
        const authenticated = Uint8Array.of(...message.authenticated, 0);
        expect(openedBy(port, { ...message, authenticated }, sealedBy(port, message))).toBeNull();
      }),
    );
  });
});

describe("both cryptographies", () => {
  it("come to the same bytes", () => {
    fc.assert(
      fc.property(messages, (message) => {
        expect(sealedBy(simulatedCrypto, message)).toEqual(sealedBy(nodeCrypto, message));
        const parts = [message.authenticated, message.plain];
        const key = message.plain;
        expect(simulatedCrypto.hmacSha256(key, parts)).toEqual(nodeCrypto.hmacSha256(key, parts));
      }),
    );
  });
});
