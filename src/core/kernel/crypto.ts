/**
 * The cryptography that the core asks the platform for. Production gives OpenSSL's, the simulator
 * its own; a conformance test holds both to the published vectors and to each other.
 */

export interface CryptoPort {
  /** HMAC-SHA-256 over the parts, one behind the other: 32 bytes. */
  hmacSha256(key: Uint8Array, parts: readonly Uint8Array[]): Uint8Array;
  /** AES-256-GCM under one key of 32 bytes. */
  aes256Gcm(key: Uint8Array): Aead;
}

/** Authenticated encryption under one key. A nonce is used for one message only. */
export interface Aead {
  /** Encrypts `bytes[start, end)` where it stands, and puts the tag right behind it. */
  seal(message: SealedPlace): void;
  /**
   * Decrypts `bytes[start, end)`, whose tag stands right behind it. Null when the tag does not fit:
   * another key, another nonce, or a byte that was changed. The plain bytes are new memory.
   */
  open(message: SealedPlace): Uint8Array | null;
}

export interface SealedPlace {
  /** Holds `aeadTagBytes` more behind `end`. */
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
  /** `aeadNonceBytes` long. */
  readonly nonce: Uint8Array;
  /** What is authenticated and not encrypted. */
  readonly authenticated: Uint8Array;
}

export const aeadTagBytes = 16;
export const aeadNonceBytes = 12;
