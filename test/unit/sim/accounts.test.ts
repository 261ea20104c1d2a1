import { expect, it } from "vitest";
import { memoryStore } from "../../../src/core/features/accounts/index.ts";
import { callId } from "../../../src/core/kernel/ids.ts";
import type { PlainData } from "../../../src/core/kernel/plain.ts";
import { accountPerformers, simulatedToken } from "../../../src/sim/accounts.ts";
import type { AccountSource } from "../../../src/sim/accounts.ts";
import { testServer } from "../../support/accounts.ts";

function bench(mode: AccountSource["mode"] = "development") {
  let now = 1_800_000_000_000;
  let tokens = 0;
  let calls = 0;
  const source: AccountSource = {
    mode,
    nowMs: () => now,
    tokenId: () => `id${(tokens += 1)}`,
    tokenSecret: "known to the simulator only",
  };
  const store = memoryStore(source);
  const login = accountPerformers(store, source, { scope: "login", card: null });
  const game = accountPerformers(store, source, { scope: "game", card: testServer() });
  const ask = (name: string, request: PlainData, call = (calls += 1)): PlainData => {
    const performers = name === "directory.report" || name === "tokens.verify" ? game : login;
    return performers[name]?.(request, callId(call));
  };
  const wait = (ms: number): void => void (now += ms);
  return { ask, wait, source };
}

const report = { players: 0, entered: [], left: [], reset: false, evicted: [] };
const password = Uint8Array.of(1, 2, 3);
const login = { player: 1, name: "Ann", role: "player", passwordVersion: 0, device: "phone" };
const wish = { ...login, graceMs: 30_000, lifetimeMs: 60_000 };

it("[AUTH-16] in the simulator, too, a token is good until its login or its time ends", () => {
  const { ask, wait, source } = bench();
  const who = { name: "Ann", password, address: "10.0.0.1" };
  const ann = { kind: "verified", player: 1, name: "Ann", role: "player", bannedUntil: 0 };
  expect(ask("accounts.verify", who)).toEqual({ ...ann, passwordVersion: 0 });
  const wrong = { ...who, password: Uint8Array.of(1, 2, 4) };
  expect(ask("accounts.verify", wrong)).toEqual({ kind: "refused" });
  expect(ask("logins.open", wish)).toEqual({ kind: "full", known: 0 });
  expect(ask("directory.report", report)).toEqual({ evict: [] });
  const opened = ask("logins.open", wish, 70) as { token: { sealed: Uint8Array } };
  expect(ask("logins.open", wish, 70)).toEqual(opened);
  const token = opened.token.sealed;
  expect(ask("tokens.verify", { token })).toMatchObject({ kind: "valid", player: 1, name: "Ann" });
  const forged = simulatedToken(
    { player: 1 as never, tokenId: "id1" },
    { ...source, tokenSecret: "guessed" },
  );
  for (const bytes of [forged, token.subarray(1), new Uint8Array(), Uint8Array.of(0xff)]) {
    const malformed = { kind: "invalid", reason: "malformed" };
    expect(ask("tokens.verify", { token: bytes })).toEqual(malformed);
  }
  wait(60_000);
  expect(ask("tokens.verify", { token })).toEqual({ kind: "invalid", reason: "expired" });
  ask("directory.report", report);
  const second = ask("logins.open", wish) as { token: { sealed: Uint8Array }; tokenId: string };
  expect(ask("logins.end", { player: 1, tokenId: second.tokenId })).toEqual({ ended: true });
  const revoked = { kind: "invalid", reason: "revoked" };
  expect(ask("tokens.verify", { token: second.token.sealed })).toEqual(revoked);
});

it("[AUTH-04] in the simulator, too, production registers nobody", () => {
  const { ask } = bench("production");
  const who = { name: "Ann", password, address: "10.0.0.1" };
  expect(ask("accounts.verify", who)).toEqual({ kind: "refused" });
});
