import { generateKeyPairSync } from "node:crypto";
import fc from "fast-check";
import { expect, it, onTestFinished, vi } from "vitest";
import { bannedForEver } from "../../../../src/core/features/accounts/index.ts";
import type { ServerInfo } from "../../../../src/core/features/accounts/index.ts";
import { callId } from "../../../../src/core/kernel/ids.ts";
import type { PlainData } from "../../../../src/core/kernel/plain.ts";
import { clientHash, hashPassword } from "../../../../src/io/accounts/argon2.ts";
import type { HashParameters } from "../../../../src/io/accounts/argon2.ts";
import { HashPool } from "../../../../src/io/accounts/hash-pool.ts";
import { accountPerformers } from "../../../../src/io/accounts/performers.ts";
import { openMemoryStore, StoreFailure } from "../../../../src/io/accounts/store-client.ts";
import type { AsyncStore } from "../../../../src/io/accounts/store-client.ts";
import { thumbprint } from "../../../../src/io/accounts/token-keys.ts";
import { TokenChecker } from "../../../../src/io/accounts/tokens.ts";
import { testServer, TestSource } from "../../../support/accounts.ts";
import { until } from "../../../support/condition.ts";

const parameters: HashParameters = { memoryKib: 64, passes: 1, lanes: 1 };
const words = { right: clientHash("right"), wrong: clientHash("wrong") };
const annHash = hashPassword(words.right, parameters);

interface BenchOptions {
  readonly mode?: "development" | "production";
  readonly waitingMax?: number;
  readonly store?: Partial<AsyncStore>;
  readonly now?: number;
}

type Call = (operation: string, request: PlainData, call?: number) => Promise<PlainData>;

interface Bench {
  readonly source: TestSource;
  readonly store: AsyncStore;
  readonly hashes: HashPool;
  readonly login: Call;
  readonly game: Call;
  /** A game server of another data folder that was given the same number. */
  readonly twin: Call;
  readonly warnings: string[];
}

const { privateKey, publicKey } = generateKeyPairSync("ed25519");
const signing = { kid: thumbprint(publicKey), key: privateKey };
const trusted = new Map([[signing.kid, publicKey]]);

async function bench(options: BenchOptions = {}): Promise<Bench> {
  const { mode = "development", waitingMax = 100, now = Date.now() } = options;
  const source = new TestSource(mode);
  source.now = now;
  const store = { ...openMemoryStore(source).store, ...options.store };
  const hashes = new HashPool({ threads: 1, waitingMax });
  onTestFinished(() => hashes.close());
  const warnings: string[] = [];
  const parts = {
    ...{ store, hashes, hashParameters: parameters, signing },
    checker: new TokenChecker(trusted, null),
    isDevelopment: mode === "development",
    warn: (message: string) => void warnings.push(message),
  };
  let calls = 0;
  const asker = (scope: string, card: ServerInfo | null): Call => {
    const performers = accountPerformers(parts, { scope, card: () => card });
    return async (operation, request, call = (calls += 1)) => {
      const { signal } = new AbortController();
      const performer = performers[operation];
      if (performer === undefined) throw new Error(operation);
      return performer(request, callId(call), signal);
    };
  };
  await store.add({ name: "Ann", passwordHash: annHash, role: "moderator", origin: "operator" });
  const [game, twin] = [asker("game", testServer()), asker("twin", testServer())];
  return { source, store, hashes, login: asker("login", null), game, twin, warnings };
}

const verify = (name: string, password: Uint8Array): PlainData => ({
  name,
  password,
  address: "127.0.0.1",
});
const report = { players: 3, entered: [], left: [], reset: false, evicted: [] };
const who = { player: 1, name: "Ann", role: "moderator" };
const wish = { ...who, passwordVersion: 0, device: "phone" };
const login = { ...wish, graceMs: 30_000, lifetimeMs: 60_000 };

interface Opened {
  readonly token: { readonly sealed: Uint8Array };
  readonly tokenId: string;
  readonly expiresAtMs: number;
}

it("[AUTH-07] a stranger and a wrong password get one answer, for one argon2 of equal parameters", async () => {
  const { login: call, hashes } = await bench({ mode: "production" });
  const verified = vi.spyOn(hashes, "verify");
  const names = fc.oneof(fc.constantFrom("Ann", "ann", "Bob", ""), fc.string());
  await fc.assert(
    fc.asyncProperty(names, fc.uint8Array({ maxLength: 80 }), async (name, password) => {
      const before = hashes.hashes;
      expect(await call("accounts.verify", verify(name, password))).toEqual({ kind: "refused" });
      expect(hashes.hashes - before).toBe(1);
    }),
    { numRuns: 300 },
  );
  const costs = new Set(verified.mock.calls.map(([, phc]) => phc.split("$").slice(1, 4).join()));
  expect(costs).toEqual(new Set(["argon2id,v=19,m=64,t=1,p=1"]));
});

it("[AUTH-07] the right password is verified, also by one argon2", async () => {
  const { login: call, hashes, store } = await bench({ mode: "production" });
  await store.ban("ann", bannedForEver, "rude");
  expect(await call("accounts.verify", verify("aNN", words.right))).toEqual({
    kind: "verified",
    player: 1,
    name: "Ann",
    role: "moderator",
    bannedUntil: -1,
    passwordVersion: 0,
  });
  expect(hashes.hashes).toBe(1);
});

it("[AUTH-07] development registers a stranger by one argon2, and marks him", async () => {
  const { login: call, hashes, store } = await bench();
  const bob = {
    ...{ kind: "verified", player: 2, name: "Bob", role: "player", bannedUntil: 0 },
    passwordVersion: 0,
  };
  expect(await call("accounts.verify", verify("Bob", words.right))).toEqual(bob);
  expect(hashes.hashes).toBe(1);
  expect((await store.find("bob"))?.origin).toBe("development");
  expect(await call("accounts.verify", verify("bob", words.wrong))).toEqual({ kind: "refused" });
  expect(await call("accounts.verify", verify("Bob", words.right))).toEqual(bob);
  expect(hashes.hashes).toBe(3);
  // What nobody may be called is nobody, and costs the same.
  expect(await call("accounts.verify", verify("a\u202eb", words.right))).toEqual({
    kind: "refused",
  });
  expect(hashes.hashes).toBe(4);
});

it("[AUTH-07] of two strangers with one new name the first has it, and both may be right", async () => {
  const { login: call } = await bench();
  const answers = await Promise.all([
    call("accounts.verify", verify("Eve", words.right)),
    call("accounts.verify", verify("eve", words.right)),
    call("accounts.verify", verify("EVE", words.wrong)),
  ]);
  const eve = {
    ...{ kind: "verified", player: 2, name: "Eve", role: "player", bannedUntil: 0 },
    passwordVersion: 0,
  };
  expect(answers).toEqual([eve, eve, { kind: "refused" }]);
});

it("[AUTH-07] a password whose hash is outdated is hashed anew after the answer", async () => {
  const { login: call, store, warnings } = await bench();
  const passwordHash = hashPassword(words.right, { ...parameters, passes: 2 });
  await store.setPassword("Ann", passwordHash);
  await call("accounts.verify", verify("Ann", words.wrong));
  expect((await store.find("Ann"))?.passwordHash).toBe(passwordHash);
  const { passwordVersion } = (await store.find("Ann")) ?? {};
  await call("accounts.verify", verify("Ann", words.right));
  let now = passwordHash;
  await until("the new hash", () => {
    void store.find("Ann").then((account) => (now = account?.passwordHash ?? ""));
    return now !== passwordHash;
  });
  expect(now).toContain("$m=64,t=1,p=1$");
  const same = { player: 1, passwordVersion };
  expect(await call("accounts.verify", verify("Ann", words.right))).toMatchObject(same);
  expect(warnings).toEqual([]);
});

it("[AUTH-16] a password that changes while the old one is being checked opens nothing", async () => {
  const { login: call, game, store, hashes } = await bench();
  await game("directory.report", report);
  const checked = vi.spyOn(hashes, "verify");
  const asked = call("accounts.verify", verify("Ann", words.right));
  await until("the check", () => checked.mock.calls.length === 1);
  // It has its place in the line, and with it the hash that was.
  await store.setPassword("Ann", hashPassword(words.wrong, parameters));
  const { passwordVersion } = (await asked) as { passwordVersion: number };
  expect(await call("logins.open", { ...login, passwordVersion })).toEqual({ kind: "stale" });
  const again = await call("accounts.verify", verify("Ann", words.wrong));
  const newer = { ...login, passwordVersion: (again as typeof wish).passwordVersion };
  expect(await call("logins.open", newer)).toMatchObject({ kind: "opened" });
});

it("[AUTH-01] a line of passwords that is too long refuses more of them", async () => {
  const { login: call } = await bench({ waitingMax: 1 });
  const calls = Array.from({ length: 4 }, () =>
    call("accounts.verify", verify("Ann", words.right)),
  );
  const settled = await Promise.allSettled(calls);
  const reasons = settled.flatMap((each) => (each.status === "rejected" ? [each.reason] : []));
  expect(reasons).toHaveLength(2);
  for (const reason of reasons) expect(reason).toMatchObject({ code: "LIMIT_REACHED" });
});

it("[AUTH-16] a token opens the game until its login ends", async () => {
  const { login: call, game, source } = await bench();
  await game("directory.report", report);
  const opened = (await call("logins.open", login)) as unknown as Opened;
  expect(opened).toEqual({
    kind: "opened",
    token: { sealed: opened.token.sealed },
    tokenId: opened.tokenId,
    expiresAtMs: source.now + 60_000,
    replaced: false,
    servers: [testServer(1, { players: 3 })],
  });
  const token = opened.token.sealed;
  expect(Buffer.from(token).toString()).toMatch(/^[\w-]+\.[\w-]+\.[\w-]{86}$/);
  const { tokenId, expiresAtMs } = opened;
  expect(await game("tokens.verify", { token })).toEqual({
    ...{ kind: "valid", ...who, tokenId, expiresAtMs },
    issuedAtMs: source.now,
  });
  expect(await game("logins.end", { player: 1, tokenId })).toEqual({ ended: true });
  const revoked = { kind: "invalid", reason: "revoked" };
  expect(await game("tokens.verify", { token })).toEqual(revoked);
  const forged = { token: new Uint8Array(token).fill(0x41, 60, 64) };
  expect(await game("tokens.verify", forged)).toEqual({ kind: "invalid", reason: "malformed" });
});

it("[AUTH-17] whoever leaves is known by his token, wherever he plays", async () => {
  const { login: call, game } = await bench();
  await game("directory.report", report);
  const { token, tokenId } = (await call("logins.open", login)) as unknown as Opened;
  await game("directory.report", { ...report, entered: [[1, tokenId]] });
  const shown = { token: token.sealed };
  expect(await call("tokens.verify", shown)).toEqual({ kind: "invalid", reason: "busy" });
  const leaving = await call("tokens.verify", { ...shown, leaving: true });
  expect(leaving).toMatchObject({ kind: "valid", tokenId });
});

it("[AUTH-08] a call asked again gives the same token, one of another role its own", async () => {
  const { login: call, game } = await bench();
  await game("directory.report", report);
  const first = await call("logins.open", login, 77);
  expect(await call("logins.open", login, 77)).toEqual(first);
  const second = (await call("logins.open", login, 78)) as unknown as Opened;
  expect(second).toMatchObject({ replaced: true });
  const { tokenId } = second;
  // The same number, counted by another role, is another call.
  expect(await game("logins.end", { player: 1, tokenId }, 78)).toEqual({ ended: true });
  expect(await game("logins.end", { player: 1, tokenId }, 78)).toEqual({ ended: true });
  expect(await game("logins.end", { player: 1, tokenId }, 79)).toEqual({ ended: false });
});

it("[AUTH-13] a report lists the server that it comes from, and answers whom to evict", async () => {
  const { login: call, game } = await bench();
  expect(await call("logins.open", login)).toEqual({ kind: "full", known: 0 });
  await game("directory.report", { ...report, players: 100 });
  expect(await call("logins.open", login)).toEqual({ kind: "full", known: 1 });
  const late = [[1, "void"]];
  expect(await game("directory.report", { ...report, entered: late })).toEqual({ evict: late });
  expect(await game("directory.report", { ...report, evicted: late })).toEqual({ evict: [] });
  await expect(call("directory.report", report)).rejects.toMatchObject({ code: "UNAVAILABLE" });
});

it("[AUTH-13] [AUTH-08] two game servers of one number: the second lets nobody in and says why once", async () => {
  const { game, twin, login: call, warnings, source } = await bench();
  await game("directory.report", report);
  const { token } = (await call("logins.open", login)) as unknown as Opened;
  const sent = { token: token.sealed };
  const supplanted = { evict: [], isSupplanted: true };
  for (let times = 0; times < 3; times += 1) {
    expect(await twin("directory.report", report)).toEqual(supplanted);
  }
  expect(await twin("tokens.verify", sent)).toEqual({ kind: "invalid", reason: "busy" });
  expect(await game("tokens.verify", sent)).toMatchObject({ kind: "valid" });
  expect(await game("directory.report", report)).toEqual({ evict: [] });
  const line = "nobody is let in: another game server runs as game.id 1";
  expect(warnings).toEqual([`${line}; give each its own: --set game.id=NUMBER`]);
  // Each time anew that it loses the number, it says so.
  source.now += 3_000;
  expect(await twin("directory.report", report)).toEqual({ evict: [] });
  expect(await game("directory.report", report)).toEqual(supplanted);
  expect(warnings).toHaveLength(2);
});

it("a store that fails is unavailable, and a request that is none is our own fault", async () => {
  const find = (): Promise<never> => Promise.reject(new StoreFailure("disk full"));
  const { login: call } = await bench({ store: { find } });
  const asked = call("accounts.verify", verify("Ann", words.right));
  await expect(asked).rejects.toMatchObject({ code: "UNAVAILABLE", message: "disk full" });
  await expect(call("accounts.verify", { name: 7 })).rejects.not.toHaveProperty("code");
});
