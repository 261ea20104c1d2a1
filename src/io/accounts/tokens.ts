/**
 * Tokens: JSON Web Tokens (RFC 7519) signed with Ed25519 (RFC 8037), which say who may enter the
 * game. A token is checked by its key's public half; whether its login still counts is the store's
 * to say.
 *
 * 1. One algorithm, `EdDSA`, one audience and one issuer are believed, whatever a token says.
 * 2. The same grant and key give the same token, byte for byte: asked again, a login server gives
 *    what it gave.
 * 3. A token is a peer's bytes: whatever they are, checking them gives an answer and never throws.
 */
import { readFile } from "node:fs/promises";
import { errors, jwtVerify, SignJWT } from "jose";
import type { JWTHeaderParameters, JWTPayload } from "jose";
import type { KeyObject } from "node:crypto";
import type { Grant } from "../../core/features/accounts/index.ts";
import { playerId } from "../../core/kernel/ids.ts";
import type { PlayerId } from "../../core/kernel/ids.ts";
import { parsePublicKeys } from "./token-keys.ts";
import type { PublicKeys, SigningKey } from "./token-keys.ts";

export const tokenAudience = "reprise-game";
export const tokenIssuer = "reprise-login";
const algorithm = "EdDSA";

/** A token of ours has about 400 bytes. */
const tokenBytesMax = 4_096;
/** How often a file of keys is read again because of a token whose key it does not hold. */
const rereadAfterMs = 5_000;

/** What a token that was checked says. */
export interface Claims {
  readonly player: PlayerId;
  readonly tokenId: string;
}

export type Checked =
  | { readonly kind: "invalid"; readonly reason: "malformed" | "expired" }
  | { readonly kind: "valid"; readonly claims: Claims };

/** Makes the token of a grant: ASCII. */
export async function signToken(grant: Grant, { key, kid }: SigningKey): Promise<Uint8Array> {
  const { player, tokenId, name, role, issuedAtMs, expiresAtMs } = grant;
  const token = await new SignJWT({ name, role })
    .setProtectedHeader({ alg: algorithm, typ: "JWT", kid })
    .setIssuer(tokenIssuer)
    .setAudience(tokenAudience)
    .setSubject(String(player))
    .setJti(tokenId)
    .setIssuedAt(Math.floor(issuedAtMs / 1_000))
    // Not before its end: the core compares the milliseconds.
    .setExpirationTime(Math.ceil(expiresAtMs / 1_000))
    .sign(key);
  return Buffer.from(token, "latin1");
}

/** Checks tokens by public keys, and looks for new ones in their file. */
export class TokenChecker {
  readonly #file: string | null;
  #trusted: PublicKeys;
  #readAtMs = -Infinity;

  /** @param file where keys are added while the server runs, or null */
  constructor(trusted: PublicKeys, file: string | null) {
    this.#trusted = trusted;
    this.#file = file;
  }

  /** @param now for the expiry */
  async check(token: Uint8Array, now: Date = new Date()): Promise<Checked> {
    if (token.length > tokenBytesMax) return { kind: "invalid", reason: "malformed" };
    try {
      const find = (header: JWTHeaderParameters): Promise<KeyObject> => this.#key(header.kid);
      const { payload } = await jwtVerify(Buffer.from(token).toString("latin1"), find, {
        algorithms: [algorithm],
        audience: tokenAudience,
        issuer: tokenIssuer,
        typ: "JWT",
        requiredClaims: ["sub", "jti", "iat", "exp"],
        currentDate: now,
      });
      return claimsOf(payload);
    } catch (error) {
      const reason = error instanceof errors.JWTExpired ? "expired" : "malformed";
      return { kind: "invalid", reason };
    }
  }

  async #key(kid: string | undefined): Promise<KeyObject> {
    const key =
      this.#trusted.get(kid ?? "") ?? (await this.#reread(), this.#trusted.get(kid ?? ""));
    if (key === undefined) throw new errors.JWKSNoMatchingKey();
    return key;
  }

  async #reread(): Promise<void> {
    const nowMs = performance.now();
    if (this.#file === null || nowMs - this.#readAtMs < rereadAfterMs) return;
    this.#readAtMs = nowMs;
    const text = await readFile(this.#file, "utf8").catch(() => "");
    // A file that is being replaced, or has gone bad, changes nothing.
    this.#trusted = parsePublicKeys(text) ?? this.#trusted;
  }
}

function claimsOf({ sub, jti }: JWTPayload): Checked {
  const player = Number(sub);
  if (!Number.isSafeInteger(player) || player < 1 || jti === undefined || jti === "") {
    return { kind: "invalid", reason: "malformed" };
  }
  return { kind: "valid", claims: { player: playerId(player), tokenId: jti } };
}
