import { describe, expect, it } from "vitest";
import {
  decideLogin,
  loginEnded,
  loginEntered,
  loginLeft,
  loginReset,
  serverAliveMs,
  tokenStanding,
} from "../../../../src/core/features/accounts/index.ts";
import type { LoginAttempt, LoginRow } from "../../../../src/core/features/accounts/index.ts";
import { playerId } from "../../../../src/core/kernel/ids.ts";

const player = playerId(7);
const nowMs = 1_000_000;
const graceMs = 10_000;
const issued: LoginRow = {
  player,
  tokenId: "old",
  device: "phone",
  state: "issued",
  server: null,
  seenAtMs: nowMs,
  openedBy: "call 1",
};
const playing: LoginRow = { ...issued, state: "playing", server: 3 };
const ended: LoginRow = { ...issued, state: "ended" };

const attempt = (change: Partial<LoginAttempt> = {}): LoginAttempt => ({
  player,
  tokenId: "new",
  device: "tablet",
  graceMs,
  nowMs,
  call: "call 2",
  ...change,
});
const reporting = (): number => nowMs;
const silent = (): null => null;

describe("decideLogin", () => {
  it("[AUTH-08] opens a first login, and one after an ended login", () => {
    const row = {
      ...issued,
      tokenId: "new",
      device: "tablet",
      openedBy: "call 2",
    };
    expect(decideLogin(null, attempt(), silent)).toEqual({
      kind: "opened",
      row,
      replaced: false,
      evict: null,
    });
    expect(decideLogin(ended, attempt(), reporting)).toEqual({
      kind: "opened",
      row,
      replaced: false,
      evict: null,
    });
  });

  it("[AUTH-09] refuses another device while the login is alive, and one without a name", () => {
    for (const device of ["tablet", ""]) {
      expect(decideLogin(issued, attempt({ device }), silent).kind).toBe("refused");
      expect(decideLogin(playing, attempt({ device }), reporting).kind).toBe("refused");
    }
    const nameless = { ...issued, device: "" };
    expect(decideLogin(nameless, attempt({ device: "" }), silent).kind).toBe("refused");
  });

  it("[AUTH-09] lets the same device take its own login over, and its server evict it", () => {
    const again = attempt({ device: "phone" });
    expect(decideLogin(issued, again, silent)).toMatchObject({ replaced: true, evict: null });
    expect(decideLogin(playing, again, reporting)).toMatchObject({
      kind: "opened",
      replaced: true,
      evict: { server: 3, player, tokenId: "old" },
    });
  });

  it("[AUTH-08] an issued login keeps others out for its grace, to the millisecond", () => {
    const after = (ms: number) => decideLogin(issued, attempt({ nowMs: nowMs + ms }), silent).kind;
    expect(after(graceMs - 1)).toBe("refused");
    expect(after(graceMs)).toBe("opened");
  });

  it("[AUTH-08] a played login keeps others out while its server reports", () => {
    const after = (ms: number) =>
      decideLogin(playing, attempt({ nowMs: nowMs + ms }), reporting).kind;
    expect(after(serverAliveMs - 1)).toBe("refused");
    expect(after(serverAliveMs)).toBe("opened");
    expect(decideLogin(playing, attempt(), silent).kind).toBe("opened");
  });

  it("[AUTH-08] a clock that stepped back locks nobody out", () => {
    const before = attempt({ nowMs: nowMs - 3_600_000 });
    expect(decideLogin(issued, before, silent).kind).toBe("opened");
    expect(decideLogin(playing, before, reporting).kind).toBe("opened");
  });

  it("[AUTH-08] the same call opens one login, whatever became of it", () => {
    for (const row of [issued, playing, ended]) {
      const again = attempt({ call: "call 1", device: "phone" });
      expect(decideLogin(row, again, reporting)).toEqual({ kind: "repeated", row });
    }
  });
});

describe("the row of a login", () => {
  const at = { tokenId: "old", server: 3, nowMs: nowMs + 5 };

  it("plays where its token entered, and is issued again when it left", () => {
    expect(loginEntered(issued, at, silent)).toEqual(playing);
    expect(loginEntered(playing, at, silent)).toEqual(playing);
    expect(loginLeft(playing, at)).toEqual({ ...issued, seenAtMs: nowMs + 5 });
    expect(loginLeft(issued, at)).toEqual({ ...issued, seenAtMs: nowMs + 5 });
  });

  it("[AUTH-08] a void token's session is to be evicted", () => {
    expect(loginEntered(null, at, silent)).toBeNull();
    expect(loginEntered(ended, at, silent)).toBeNull();
    expect(loginEntered({ ...issued, tokenId: "new" }, at, silent)).toBeNull();
  });

  it("[AUTH-08] a token plays on one living server", () => {
    const elsewhere = { ...at, server: 4 };
    expect(loginEntered(playing, elsewhere, reporting)).toBeNull();
    expect(loginEntered(playing, elsewhere, silent)).toEqual({ ...playing, server: 4 });
  });

  it("no other token's and no other server's leaving changes it", () => {
    for (const row of [playing, ended]) {
      expect(loginLeft(row, { ...at, tokenId: "new" })).toEqual(row);
    }
    expect(loginLeft(playing, { ...at, server: 4 })).toEqual(playing);
    expect(loginLeft(ended, at)).toEqual(ended);
  });

  it("[AUTH-17] ends once, and only by its own token", () => {
    expect(loginEnded(playing, "old")).toEqual({
      row: { ...ended, server: null },
      evict: { server: 3, player, tokenId: "old" },
    });
    expect(loginEnded(issued, "old")).toEqual({ row: ended, evict: null });
    expect(loginEnded(ended, "old")).toBeNull();
    expect(loginEnded(playing, "new")).toBeNull();
    expect(loginEnded(null, "old")).toBeNull();
  });

  it("[SES-17] is issued as of now when its server has started anew", () => {
    expect(loginReset(playing, { server: 3, nowMs: nowMs + 9 })).toEqual({
      ...issued,
      seenAtMs: nowMs + 9,
    });
    expect(loginReset(playing, { server: 4, nowMs: nowMs + 9 })).toEqual(playing);
    expect(loginReset(issued, { server: 3, nowMs: nowMs + 9 })).toEqual(issued);
  });
});

describe("tokenStanding", () => {
  const at = { tokenId: "old", server: 3, isHolder: true, nowMs, evicting: [] };

  it("[AUTH-16] lets in the token of a login that has not ended", () => {
    expect(tokenStanding(issued, at, silent)).toBeNull();
    expect(tokenStanding(playing, at, reporting)).toBeNull();
    expect(tokenStanding({ ...playing, server: 4 }, at, silent)).toBeNull();
  });

  it("[PKT-05] a token is void when its login has ended or was replaced", () => {
    expect(tokenStanding(ended, at, silent)).toBe("revoked");
    expect(tokenStanding(null, at, silent)).toBe("revoked");
    expect(tokenStanding({ ...issued, tokenId: "new" }, at, silent)).toBe("revoked");
  });

  it("[AUTH-08] waits while another living server has the player's session", () => {
    expect(tokenStanding({ ...playing, server: 4 }, at, reporting)).toBe("busy");
    expect(tokenStanding(issued, { ...at, evicting: [4] }, reporting)).toBe("busy");
    expect(tokenStanding(issued, { ...at, evicting: [4] }, silent)).toBeNull();
    expect(tokenStanding(issued, { ...at, evicting: [3] }, reporting)).toBeNull();
  });

  it("[AUTH-08] waits while the directory does not know the server by its number", () => {
    const twin = { ...at, isHolder: false };
    for (const seen of [reporting, silent]) {
      expect(tokenStanding(issued, twin, seen)).toBe("busy");
      expect(tokenStanding(playing, twin, seen)).toBe("busy");
      expect(tokenStanding(ended, twin, seen)).toBe("revoked");
      expect(tokenStanding(playing, { ...twin, server: null }, seen)).toBeNull();
    }
  });

  it("[AUTH-17] of whoever leaves is good wherever he plays, and void when it is void", () => {
    const leaving = { ...at, server: null, evicting: [4] };
    expect(tokenStanding({ ...playing, server: 4 }, leaving, reporting)).toBeNull();
    expect(tokenStanding({ ...issued, tokenId: "new" }, leaving, reporting)).toBe("revoked");
    expect(tokenStanding(ended, leaving, reporting)).toBe("revoked");
  });
});
