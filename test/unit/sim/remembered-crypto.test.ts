/** What is remembered is what would be made again, and nothing else is taken for it. */
import { describe, expect, it } from "vitest";
import { aeadTagBytes } from "../../../src/core/kernel/crypto.ts";
import type { Aead, CryptoPort, SealedPlace } from "../../../src/core/kernel/crypto.ts";
import { simulatedCrypto } from "../../../src/sim/crypto.ts";
import { rememberedCrypto } from "../../../src/sim/remembered-crypto.ts";

const key = new Uint8Array(32).fill(9);
const plain = Uint8Array.from({ length: 50 }, (_, index) => index);

const place = (content: Uint8Array, nonce = 1, authenticated = 2): SealedPlace => ({
  bytes: Uint8Array.of(7, ...content, ...new Uint8Array(aeadTagBytes)),
  start: 1,
  end: 1 + content.length,
  nonce: new Uint8Array(12).fill(nonce),
  authenticated: new Uint8Array(20).fill(authenticated),
});

/** A port that counts what it is asked for. */
function counted() {
  const asked = { ciphers: 0, seals: 0, opens: 0 };
  const port: CryptoPort = {
    hmacSha256: simulatedCrypto.hmacSha256,
    aes256Gcm: (secret): Aead => {
      asked.ciphers += 1;
      const aead = simulatedCrypto.aes256Gcm(secret);
      return {
        seal: (message) => {
          asked.seals += 1;
          aead.seal(message);
        },
        open: (message) => {
          asked.opens += 1;
          return aead.open(message);
        },
      };
    },
  };
  return { port, asked };
}

const sealedBy = (port: CryptoPort, message: SealedPlace): SealedPlace => {
  port.aes256Gcm(key).seal(message);
  return message;
};

describe("remembered cryptography", () => {
  it("gives what the port gives, and asks it once", () => {
    const { port, asked } = counted();
    const remembered = rememberedCrypto(port);
    const sealed = sealedBy(simulatedCrypto, place(plain));
    for (let time = 0; time < 3; time += 1) {
      expect(sealedBy(remembered, place(plain)).bytes).toEqual(sealed.bytes);
      expect(remembered.aes256Gcm(key).open(sealed)).toEqual(plain);
    }
    expect(asked).toEqual({ ciphers: 1, seals: 1, opens: 0 });
  });

  it("is not fooled by a message that only looks like one", () => {
    const remembered = rememberedCrypto(simulatedCrypto);
    const sealed = sealedBy(remembered, place(plain));
    const spoilt = (part: "bytes" | "nonce" | "authenticated", at: number): SealedPlace => {
      const copy = sealed[part].slice();
      copy[at] = (copy[at] ?? 0) ^ 1;
      return { ...sealed, [part]: copy };
    };
    const aead = remembered.aes256Gcm(key);
    for (const at of [1, 50, 51, 66]) expect(aead.open(spoilt("bytes", at))).toBeNull();
    for (const at of [0, 11]) expect(aead.open(spoilt("nonce", at))).toBeNull();
    expect(aead.open(spoilt("authenticated", 19))).toBeNull();
    expect(aead.open({ ...sealed, end: sealed.end - 1 })).toBeNull();
    expect(remembered.aes256Gcm(key.with(0, 1)).open(sealed)).toBeNull();
    const other = plain.with(3, 0);
    expect(sealedBy(remembered, place(other)).bytes).toEqual(
      sealedBy(simulatedCrypto, place(other)).bytes,
    );
  });

  it("hands out memory that is nobody else's", () => {
    const remembered = rememberedCrypto(simulatedCrypto);
    const sealed = sealedBy(remembered, place(plain));
    remembered.aes256Gcm(key).open(sealed)?.fill(0);
    expect(remembered.aes256Gcm(key).open(sealed)).toEqual(plain);
    const unknown = sealedBy(simulatedCrypto, place(plain, 3));
    remembered.aes256Gcm(key).open(unknown)?.fill(0);
    expect(remembered.aes256Gcm(key).open(unknown)).toEqual(plain);
  });

  it("forgets all of it behind its bound, and goes on", () => {
    const { port, asked } = counted();
    const remembered = rememberedCrypto(port, 6_000);
    const aead = remembered.aes256Gcm(key);
    for (let nonce = 0; nonce < 20; nonce += 1) aead.seal(place(plain, nonce));
    const sealed = sealedBy(simulatedCrypto, place(plain, 1));
    expect(remembered.aes256Gcm(key).open(sealed)).toEqual(plain);
    expect(asked.opens).toBe(1);
    expect(asked.ciphers).toBeGreaterThan(1);
  });
});
