/**
 * The keys of tokens: Ed25519, one that signs and several that are believed, each named by the
 * thumbprint of its public half (RFC 7638). The secret one is PKCS #8 in PEM, as
 * `openssl genpkey -algorithm ed25519` makes it; public ones are a JWK set or PEM blocks.
 *
 * A key is exchanged by giving the new one to the login server and adding the old one's public half
 * to `tokens.publicKeys`, until the last token that it signed has expired. A login server writes
 * all that it believes in to `vault/token-keys.json`, which is what a game server needs.
 */
import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync } from "node:crypto";
import type { JsonWebKeyInput, KeyObject } from "node:crypto";
import fs from "node:fs";
import { dirname, join } from "node:path";
import { platformCode } from "../completions.ts";
import { makeFolderSync } from "../folders.ts";
import { folderAdvice, replaceFileSync } from "../replace-file.ts";
import { StartError } from "../start-error.ts";

/** Public keys by their `kid`. */
export type PublicKeys = ReadonlyMap<string, KeyObject>;

export interface SigningKey {
  readonly kid: string;
  readonly key: KeyObject;
}

export interface TokenKeys {
  /** Null: this process only checks tokens. */
  readonly signing: SigningKey | null;
  readonly trusted: PublicKeys;
}

export interface TokenKeyOptions {
  readonly mode: "development" | "production";
  readonly dataDir: string;
  /** Whether a login server is among the roles. */
  readonly signs: boolean;
  readonly keyFile: string | null;
  readonly publicKeys: string | null;
}

/** More than anybody exchanges in the life of a token. */
const publicKeysMax = 16;

/**
 * Reads the keys. Development makes what is missing, and believes in the keys it had before.
 *
 * @throws StartError TOKEN_KEY_UNUSABLE naming what is missing or wrong, and what to set
 */
export function openTokenKeys(options: TokenKeyOptions): TokenKeys {
  const { mode, signs, dataDir } = options;
  const isDevelopment = mode === "development";
  if (!signs && (options.publicKeys !== null || !isDevelopment)) {
    return { signing: null, trusted: readPublicKeys(needed(options.publicKeys)) };
  }
  const signing = openSigningKey(options);
  const setFile = keySetFile(dataDir);
  const more = options.publicKeys ?? (isDevelopment && fs.existsSync(setFile) ? setFile : null);
  const trusted = new Map<string, KeyObject>([[signing.kid, createPublicKey(signing.key)]]);
  for (const [kid, key] of more === null ? [] : readPublicKeys(more)) {
    if (trusted.size < publicKeysMax) trusted.set(kid, key);
  }
  writeKeySet(setFile, trusted);
  return { signing: signs ? signing : null, trusted };
}

/** Where a login server writes the public keys that it believes in. */
export const keySetFile = (dataDir: string): string => join(dataDir, "vault", "token-keys.json");

/**
 * Public keys from a JWK set, or from PEM blocks one behind the other.
 *
 * @throws StartError TOKEN_KEY_UNUSABLE naming the file
 */
export function readPublicKeys(file: string): PublicKeys {
  const keys = parsePublicKeys(readText(file, "tokens.publicKeys"));
  if (keys === null) {
    throw unusable(`${file} holds no set of public Ed25519 keys`, "tokens.publicKeys");
  }
  return keys;
}

/** Null when the text is no set of public Ed25519 keys, or holds none. */
export function parsePublicKeys(text: string): PublicKeys | null {
  try {
    const keys = text.trimStart().startsWith("{") ? ofJwkSet(text) : ofPem(text);
    const isSound = keys.length > 0 && keys.length <= publicKeysMax && keys.every(isEd25519);
    return isSound ? new Map(keys.map((key) => [thumbprint(key), key])) : null;
  } catch {
    return null;
  }
}

/** A key's name: SHA-256 over the canonical form of its public half (RFC 7638, RFC 8037 §2). */
export function thumbprint(key: KeyObject): string {
  const { crv, kty, x } = key.export({ format: "jwk" });
  return createHash("sha256").update(JSON.stringify({ crv, kty, x })).digest("base64url");
}

/**
 * The key that a login server signs with. Development makes a missing one.
 *
 * @throws StartError TOKEN_KEY_UNUSABLE
 */
export function openSigningKey({
  mode,
  dataDir,
  keyFile,
}: Pick<TokenKeyOptions, "mode" | "dataDir" | "keyFile">): SigningKey {
  if (keyFile === null && mode === "production") {
    throw new StartError(
      "TOKEN_KEY_UNUSABLE",
      "production needs a key to sign tokens: openssl genpkey -algorithm ed25519 -out FILE, " +
        "then --set tokens.keyFile=FILE",
    );
  }
  const file = keyFile ?? developmentKeyFile(dataDir);
  const key = parsePrivateKey(readText(file, "tokens.keyFile"));
  if (key === null) throw unusable(`${file} is no PEM Ed25519 private key`, "tokens.keyFile");
  return { kid: thumbprint(createPublicKey(key)), key };
}

function parsePrivateKey(pem: string): KeyObject | null {
  try {
    const key = createPrivateKey(pem);
    return isEd25519(key) ? key : null;
  } catch {
    return null;
  }
}

/** The key in the vault; one is made when there is none. */
function developmentKeyFile(dataDir: string): string {
  const file = join(dataDir, "vault", "token-key.pem");
  if (fs.existsSync(file)) return file;
  const { privateKey } = generateKeyPairSync("ed25519");
  const pem = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
  const temporary = `${file}.${process.pid}.new`;
  try {
    makeFolderSync(dirname(file), 0o700);
    fs.writeFileSync(temporary, pem, { mode: 0o600 });
    // Of several processes that start at once, one makes the key; a rename would replace it.
    fs.linkSync(temporary, file);
  } catch (error) {
    if (platformCode(error) !== "EEXIST") throw unwritable(dirname(file), error);
  } finally {
    fs.rmSync(temporary, { force: true });
  }
  return file;
}

function writeKeySet(file: string, keys: PublicKeys): void {
  const text = `${JSON.stringify({ keys: [...keys].map(([kid, key]) => jwkOf(kid, key)) }, null, 2)}\n`;
  try {
    makeFolderSync(dirname(file), 0o700);
    replaceFileSync(file, text, 0o600);
  } catch (error) {
    throw unwritable(dirname(file), error);
  }
}

const jwkOf = (kid: string, key: KeyObject): object => ({
  ...key.export({ format: "jwk" }),
  kid,
  alg: "EdDSA",
  use: "sig",
});

type Jwk = JsonWebKeyInput["key"];

function ofJwkSet(text: string): readonly KeyObject[] {
  const { keys } = JSON.parse(text) as { readonly keys: readonly Jwk[] };
  return keys.map(({ kty, crv, x }) =>
    // Only the public members: a secret one in the file is none of our business.
    createPublicKey({ key: { kty, crv, x } as Jwk, format: "jwk" }),
  );
}

const ofPem = (text: string): readonly KeyObject[] =>
  (text.match(/-----BEGIN PUBLIC KEY-----[^-]+-----END PUBLIC KEY-----/g) ?? []).map((block) =>
    createPublicKey(block),
  );

const isEd25519 = (key: KeyObject): boolean => key.asymmetricKeyType === "ed25519";

function needed(publicKeys: string | null): string {
  if (publicKeys !== null) return publicKeys;
  throw new StartError(
    "TOKEN_KEY_UNUSABLE",
    "a game server in production needs the login server's public keys: " +
      "--set tokens.publicKeys=FILE, its data folder's vault/token-keys.json",
  );
}

function readText(file: string, key: string): string {
  try {
    return fs.readFileSync(file, "utf8");
  } catch (error) {
    throw unusable(`${file} cannot be read (${platformCode(error)})`, key);
  }
}

const unusable = (what: string, key: string): StartError =>
  new StartError("TOKEN_KEY_UNUSABLE", `${what}; set another one with --set ${key}=FILE`);

const unwritable = (folder: string, error: unknown): StartError =>
  new StartError(
    "TOKEN_KEY_UNUSABLE",
    `token keys cannot be written to ${folder} (${platformCode(error)}); ${folderAdvice(error)}`,
  );
