/**
 * Cryptography that remembers what it has done: a server's journal is opened again by its follower
 * and by each recovery, twice, and the second run of a plan seals the same once more.
 *
 * 1. What comes out is what the port behind it gives: a message is the one that is remembered only
 *    if its nonce, what is authenticated and all of its bytes are, the tag's included.
 * 2. What is remembered has a bound, behind which all of it is forgotten. Nothing else depends on
 *    it, so a run goes the same way whatever was played before.
 */
import { aeadTagBytes } from "../core/kernel/crypto.ts";
import type { Aead, CryptoPort, SealedPlace } from "../core/kernel/crypto.ts";
import { copied } from "./bytes.ts";

/** @param heldBytesMax of all messages that are remembered together, about */
export function rememberedCrypto(port: CryptoPort, heldBytesMax: number = 8_388_608): CryptoPort {
  const ciphers = new Map<string, RememberedAead>();
  let heldBytes = 0;
  const hold = (bytes: number): void => {
    heldBytes += bytes;
    if (heldBytes <= heldBytesMax) return;
    for (const cipher of ciphers.values()) cipher.forget();
    ciphers.clear();
    heldBytes = 0;
  };
  return {
    hmacSha256: (key, parts) => port.hmacSha256(key, parts),
    aes256Gcm: (key) => {
      const name = key.join();
      const known = ciphers.get(name);
      if (known !== undefined) return known;
      const cipher = new RememberedAead(port.aes256Gcm(key), hold);
      ciphers.set(name, cipher);
      hold(cipherBytes);
      return cipher;
    },
  };
}

/** What a cipher's tables take, about. */
const cipherBytes = 4_500;
/** What a message takes besides its bytes, about. */
const messageBytes = 300;

interface Message {
  readonly nonce: Uint8Array;
  readonly authenticated: Uint8Array;
  readonly plain: Uint8Array;
  /** With the tag. */
  readonly sealed: Uint8Array;
}

class RememberedAead implements Aead {
  readonly #aead: Aead;
  readonly #hold: (bytes: number) => void;
  /** By the nonce's first word, which is the number of a block; the last of each. */
  readonly #messages = new Map<number, Message>();

  constructor(aead: Aead, hold: (bytes: number) => void) {
    this.#aead = aead;
    this.#hold = hold;
  }

  forget(): void {
    this.#messages.clear();
  }

  seal(place: SealedPlace): void {
    const { bytes, start, end } = place;
    const known = this.#about(place);
    if (known !== null && isAt(known.plain, bytes, start, end)) {
      bytes.set(known.sealed, start);
      return;
    }
    const plain = copied(bytes, start, end);
    this.#aead.seal(place);
    this.#remember(place, plain);
  }

  open(place: SealedPlace): Uint8Array | null {
    const { bytes, start, end } = place;
    const known = this.#about(place);
    if (known !== null && isAt(known.sealed, bytes, start, end + aeadTagBytes)) {
      return copied(known.plain);
    }
    const plain = this.#aead.open(place);
    if (plain !== null) this.#remember(place, copied(plain));
    return plain;
  }

  /** What has that nonce, and the same is authenticated with. */
  #about({ nonce, authenticated }: SealedPlace): Message | null {
    const known = this.#messages.get(firstWord(nonce));
    if (known === undefined || !isAt(known.nonce, nonce, 0, nonce.length)) return null;
    return isAt(known.authenticated, authenticated, 0, authenticated.length) ? known : null;
  }

  #remember({ bytes, start, end, nonce, authenticated }: SealedPlace, plain: Uint8Array): void {
    const sealed = copied(bytes, start, end + aeadTagBytes);
    this.#messages.set(firstWord(nonce), {
      nonce: nonce.slice(),
      authenticated: copied(authenticated),
      plain,
      sealed,
    });
    this.#hold(2 * plain.length + authenticated.length + messageBytes);
  }
}

const firstWord = (nonce: Uint8Array): number =>
  (nonce[0] as number) |
  ((nonce[1] as number) << 8) |
  ((nonce[2] as number) << 16) |
  ((nonce[3] as number) << 24);

/** Whether `wanted` is what stands at [start, end). */
function isAt(wanted: Uint8Array, bytes: Uint8Array, start: number, end: number): boolean {
  if (wanted.length !== end - start) return false;
  for (let index = 0; index < wanted.length; index += 1) {
    if (wanted[index] !== bytes[start + index]) return false;
  }
  return true;
}
