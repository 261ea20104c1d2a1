import {
  createHmac,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  sign,
} from "node:crypto";
import type { KeyObject } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { SignJWT } from "jose";
import { expect, it } from "vitest";
import type { Grant } from "../../../../src/core/features/accounts/index.ts";
import { playerId } from "../../../../src/core/kernel/ids.ts";
import {
  keySetFile,
  openTokenKeys,
  parsePublicKeys,
  readPublicKeys,
  thumbprint,
} from "../../../../src/io/accounts/token-keys.ts";
import type { SigningKey, TokenKeyOptions } from "../../../../src/io/accounts/token-keys.ts";
import {
  signToken,
  tokenAudience,
  TokenChecker,
  tokenIssuer,
} from "../../../../src/io/accounts/tokens.ts";
import type { Checked } from "../../../../src/io/accounts/tokens.ts";
import { StartError } from "../../../../src/io/start-error.ts";
import { temporaryFolder } from "../../../support/temporary-folder.ts";

/** RFC 8037, appendix A.1. */
const rfc8037 = {
  kty: "OKP",
  crv: "Ed25519",
  d: "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A",
  x: "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
};
const privateKey = createPrivateKey({ key: rfc8037, format: "jwk" });
const publicKey = createPublicKey(privateKey);
const signing: SigningKey = { kid: thumbprint(publicKey), key: privateKey };
const trusted = new Map([[signing.kid, publicKey]]);
const now = new Date("2026-01-01T00:00:00Z");

const grant: Grant = {
  player: playerId(7),
  tokenId: "Gf9a6bPx_oriMnJRPu5KgQ",
  name: "Ann",
  role: "moderator",
  issuedAtMs: now.getTime() - 1_500,
  expiresAtMs: now.getTime() + 10_500,
};

const base64url = (text: string | Uint8Array): string => Buffer.from(text).toString("base64url");
const ascii = (text: string): Uint8Array => Buffer.from(text, "latin1");
const partsOf = (token: Uint8Array): readonly string[] => Buffer.from(token).toString().split(".");
const jsonOf = (part: string | undefined): unknown =>
  JSON.parse(Buffer.from(part ?? "", "base64url").toString());

const check = (token: Uint8Array | string, at = now): Promise<Checked> => {
  const checker = new TokenChecker(trusted, null);
  return checker.check(typeof token === "string" ? ascii(token) : token, at);
};
const malformed = { kind: "invalid", reason: "malformed" };

/** A token as ours, with some of it replaced. */
async function forged(
  change: Readonly<Record<string, unknown>>,
  header: Readonly<Record<string, unknown>> = {},
  key: KeyObject = privateKey,
): Promise<Uint8Array> {
  const claims = jsonOf(partsOf(await signToken(grant, signing))[1]) as object;
  const token = await new SignJWT({ ...claims, ...change })
    .setProtectedHeader({ alg: "EdDSA", typ: "JWT", kid: signing.kid, ...header })
    .sign(key);
  return ascii(token);
}

it("[AUTH-11] the key of RFC 8037 has its thumbprint and gives its signature", () => {
  // Appendices A.3 and A.4.
  expect(thumbprint(publicKey)).toBe("kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
  const header = "eyJhbGciOiJFZERTQSJ9";
  const payload = "RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc";
  const signature = sign(null, Buffer.from(`${header}.${payload}`), privateKey);
  expect(base64url(signature)).toBe(
    "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg",
  );
});

it("[AUTH-11] a token says who may enter, and is the same each time it is made", async () => {
  const token = await signToken(grant, signing);
  expect(await signToken(grant, signing)).toEqual(token);
  const [header, claims] = partsOf(token);
  expect(jsonOf(header)).toEqual({ alg: "EdDSA", typ: "JWT", kid: signing.kid });
  expect(jsonOf(claims)).toEqual({
    name: "Ann",
    role: "moderator",
    iss: tokenIssuer,
    aud: tokenAudience,
    sub: "7",
    jti: grant.tokenId,
    iat: Math.floor(grant.issuedAtMs / 1_000),
    exp: Math.ceil(grant.expiresAtMs / 1_000),
  });
  const { player, tokenId } = grant;
  expect(await check(token)).toEqual({ kind: "valid", claims: { player, tokenId } });
});

it("[AUTH-11] an expired token is refused, to the second", async () => {
  const token = await signToken(grant, signing);
  const end = Math.ceil(grant.expiresAtMs / 1_000) * 1_000;
  expect((await check(token, new Date(end - 1))).kind).toBe("valid");
  expect(await check(token, new Date(end))).toEqual({ kind: "invalid", reason: "expired" });
});

it("[AUTH-11] the tokens of RFC 7519 are refused: none, and a key that both sides know", async () => {
  // Sections 3.1 and 6.1.
  const claims =
    "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
  const withKey = `eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.${claims}.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk`;
  expect(await check(withKey)).toEqual(malformed);
  expect(await check(`eyJhbGciOiJub25lIn0.${claims}.`)).toEqual(malformed);
});

it("[AUTH-11] only our algorithm, audience, issuer, type and key are believed", async () => {
  const [, claims = ""] = partsOf(await signToken(grant, signing));
  const stranger = generateKeyPairSync("ed25519").privateKey;
  const unsigned = (alg: string): string =>
    `${base64url(JSON.stringify({ alg, typ: "JWT", kid: signing.kid }))}.${claims}`;
  // The public key as the secret of an HMAC: what a checker signs itself that believes the header.
  const secret = publicKey.export({ format: "pem", type: "spki" });
  const mixedUp = unsigned("HS256");
  const hmac = createHmac("sha256", secret).update(mixedUp).digest("base64url");
  const forgeries: readonly (Uint8Array | string)[] = [
    `${unsigned("none")}.`,
    `${unsigned("None")}.`,
    `${mixedUp}.${hmac}`,
    await forged({}, {}, stranger),
    await forged({}, { kid: "another" }),
    await forged({}, { kid: undefined }),
    await forged({}, { typ: "at+jwt" }),
    await forged({ aud: "reprise-admin" }),
    await forged({ aud: undefined }),
    await forged({ iss: "somebody" }),
    await forged({ exp: undefined }),
    await forged({ jti: undefined }),
    await forged({ jti: "" }),
    await forged({ sub: "0" }),
    await forged({ sub: "1e3x" }),
    await forged({ sub: undefined }),
  ];
  for (const [index, forgery] of forgeries.entries()) {
    expect([index, await check(forgery)]).toEqual([index, malformed]);
  }
  expect((await check(await forged({}))).kind).toBe("valid");
});

it("[AUTH-11] any change of a byte, and any bytes at all, are refused without a throw", async () => {
  const token = await signToken(grant, signing);
  for (let index = 0; index < token.length - 1; index += 7) {
    const changed = new Uint8Array(token);
    changed[index] = (changed[index] ?? 0) === 0x41 ? 0x42 : 0x41;
    expect(await check(changed)).toEqual(malformed);
  }
  const nonsense = ["", ".", "..", "a.b.c", "\u0000", "x".repeat(5_000), `${"e30.".repeat(2)}e30`];
  for (const text of nonsense) expect(await check(text)).toEqual(malformed);
});

const options = (dataDir: string, change: Partial<TokenKeyOptions> = {}): TokenKeyOptions => ({
  mode: "development",
  dataDir,
  signs: true,
  keyFile: null,
  publicKeys: null,
  ...change,
});

function keyFileIn(folder: string, name: string): string {
  const pem = generateKeyPairSync("ed25519").privateKey.export({ format: "pem", type: "pkcs8" });
  writeFileSync(join(folder, name), pem, { mode: 0o600 });
  return join(folder, name);
}

it("[AUTH-11] development makes its key, keeps it, and believes in the ones before", async () => {
  const dataDir = temporaryFolder();
  const first = openTokenKeys(options(dataDir));
  expect(openTokenKeys(options(dataDir)).signing?.kid).toBe(first.signing?.kid);
  const vault = join(dataDir, "vault");
  expect(statSync(vault).mode & 0o777).toBe(0o700);
  expect(statSync(join(vault, "token-key.pem")).mode & 0o777).toBe(0o600);
  const token = await signToken(grant, first.signing as SigningKey);
  rmSync(join(vault, "token-key.pem"));
  const second = openTokenKeys(options(dataDir));
  expect(second.signing?.kid).not.toBe(first.signing?.kid);
  expect((await new TokenChecker(second.trusted, null).check(token, now)).kind).toBe("valid");
  // A game server beside it finds the same keys, and none to sign with.
  const game = openTokenKeys(options(dataDir, { signs: false }));
  expect(game.signing).toBeNull();
  expect([...game.trusted.keys()]).toEqual([...second.trusted.keys()]);
});

it("[AUTH-11] after an exchange of keys the old tokens are good until they expire", async () => {
  const folder = temporaryFolder();
  const production = { mode: "production" } as const;
  const [oldKey, newKey] = [keyFileIn(folder, "old.pem"), keyFileIn(folder, "new.pem")];
  const before = openTokenKeys(options(folder, { ...production, keyFile: oldKey }));
  const token = await signToken(grant, before.signing as SigningKey);
  // What the login server knew before becomes what it believes in besides.
  const kept = join(folder, "kept.json");
  writeFileSync(kept, readFileSync(keySetFile(folder)));
  const exchange = { ...production, keyFile: newKey, publicKeys: kept };
  const after = openTokenKeys(options(folder, exchange));
  expect(after.signing?.kid).not.toBe(before.signing?.kid);
  const game = openTokenKeys(
    options(folder, { ...production, signs: false, publicKeys: keySetFile(folder) }),
  );
  for (const { trusted: keys } of [after, game]) {
    const checker = new TokenChecker(keys, null);
    expect((await checker.check(token, now)).kind).toBe("valid");
    const late = new Date(grant.expiresAtMs + 1_000);
    expect(await checker.check(token, late)).toEqual({ kind: "invalid", reason: "expired" });
    const fresh = await signToken(grant, after.signing as SigningKey);
    expect((await checker.check(fresh, now)).kind).toBe("valid");
  }
  // And once the old one is taken out, it is not believed any more.
  const only = openTokenKeys(options(folder, { ...production, keyFile: newKey }));
  expect(await new TokenChecker(only.trusted, null).check(token, now)).toEqual(malformed);
});

it("[AUTH-11] a running game server finds a new key in its file", async () => {
  const folder = temporaryFolder();
  const file = join(folder, "keys.json");
  mkdirSync(join(folder, "login"));
  const before = openTokenKeys(options(join(folder, "login")));
  writeFileSync(file, readFileSync(keySetFile(join(folder, "login"))));
  const checker = new TokenChecker(readPublicKeys(file), file);
  rmSync(join(folder, "login/vault/token-key.pem"));
  const after = openTokenKeys(options(join(folder, "login")));
  writeFileSync(file, readFileSync(keySetFile(join(folder, "login"))));
  const token = await signToken(grant, after.signing as SigningKey);
  expect((await checker.check(token, now)).kind).toBe("valid");
  const old = await signToken(grant, before.signing as SigningKey);
  expect((await checker.check(old, now)).kind).toBe("valid");
});

it("[AUTH-11] production starts with keys or says in one line what it needs", () => {
  const folder = temporaryFolder();
  const refusal = (change: Partial<TokenKeyOptions>): string => {
    try {
      openTokenKeys(options(folder, { mode: "production", ...change }));
    } catch (error) {
      if (error instanceof StartError) return error.message;
    }
    return "";
  };
  expect(refusal({})).toContain("--set tokens.keyFile=FILE");
  expect(refusal({ signs: false })).toContain("--set tokens.publicKeys=FILE");
  expect(refusal({ keyFile: join(folder, "none.pem") })).toContain("none.pem cannot be read");
  const rsa = generateKeyPairSync("rsa", { modulusLength: 2_048 });
  const pkcs8 = { format: "pem", type: "pkcs8" } as const;
  writeFileSync(join(folder, "rsa.pem"), rsa.privateKey.export(pkcs8));
  expect(refusal({ keyFile: join(folder, "rsa.pem") })).toContain("no PEM Ed25519 private key");
  writeFileSync(join(folder, "bad.json"), '{"keys":[]}');
  const publicKeys = join(folder, "bad.json");
  expect(refusal({ signs: false, publicKeys })).toContain("no set of public Ed25519 keys");
  expect(existsSync(join(folder, "vault"))).toBe(false);
});

it("[AUTH-11] public keys are read from a JWK set or from PEM, without their secrets", () => {
  const pem = publicKey.export({ format: "pem", type: "spki" }).toString();
  const other = generateKeyPairSync("ed25519").publicKey;
  const both = pem + other.export({ format: "pem", type: "spki" }).toString();
  expect([...(parsePublicKeys(both) ?? [])].map(([kid]) => kid)).toEqual([
    signing.kid,
    thumbprint(other),
  ]);
  const keys = parsePublicKeys(JSON.stringify({ keys: [rfc8037] }));
  expect(keys?.get(signing.kid)?.type).toBe("public");
  for (const text of ["", "{", "{}", '{"keys":[{"kty":"RSA"}]}', '{"keys":[null]}']) {
    expect(parsePublicKeys(text)).toBeNull();
  }
});
