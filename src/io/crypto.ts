/** The core's cryptography, done by OpenSSL. */
import { createCipheriv, createDecipheriv, createHmac, createSecretKey } from "node:crypto";
import { aeadTagBytes } from "../core/kernel/crypto.ts";
import type { Aead, CryptoPort, SealedPlace } from "../core/kernel/crypto.ts";

const algorithm = "aes-256-gcm";

export const nodeCrypto: CryptoPort = {
  hmacSha256(key, parts) {
    const hmac = createHmac("sha256", key);
    for (const part of parts) hmac.update(part);
    return new Uint8Array(hmac.digest());
  },

  aes256Gcm(bytes): Aead {
    const key = createSecretKey(bytes);
    const options = { authTagLength: aeadTagBytes };
    return {
      seal({ bytes: target, start, end, nonce, authenticated }: SealedPlace): void {
        const cipher = createCipheriv(algorithm, key, nonce, options);
        cipher.setAAD(authenticated);
        target.set(cipher.update(target.subarray(start, end)), start);
        cipher.final();
        target.set(cipher.getAuthTag(), end);
      },
      open({ bytes: sealed, start, end, nonce, authenticated }: SealedPlace): Uint8Array | null {
        const decipher = createDecipheriv(algorithm, key, nonce, options);
        decipher.setAAD(authenticated);
        decipher.setAuthTag(sealed.subarray(end, end + aeadTagBytes));
        const opened = decipher.update(sealed.subarray(start, end));
        try {
          decipher.final();
        } catch {
          return null;
        }
        return new Uint8Array(opened.buffer, opened.byteOffset, opened.length);
      },
    };
  },
};
