import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  decideLogin,
  loginEnded,
  loginEntered,
  loginLeft,
  loginReset,
  serverAliveMs,
  tokenStanding,
} from "../../../src/core/features/accounts/index.ts";
import type { LoginRow } from "../../../src/core/features/accounts/index.ts";
import { playerId } from "../../../src/core/kernel/ids.ts";

const player = playerId(1);
const graceMs = 10_000;

const pick = fc.nat(5);
const server = fc.constantFrom(1, 2);
const move = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant("login" as const),
      device: fc.constantFrom("phone", "tablet", ""),
      /** 1: the newest call is performed again. */
      again: fc.constantFrom(0, 0, 0, 1),
    }),
  },
  fc.record({ kind: fc.constantFrom("enter" as const, "leave" as const), pick, server }),
  fc.record({ kind: fc.constant("end" as const), pick }),
  fc.record({ kind: fc.constantFrom("reset" as const, "report" as const), server }),
  fc.record({ kind: fc.constant("pass" as const), ms: fc.nat(12_000) }),
);
type Move = typeof move extends fc.Arbitrary<infer M> ? M : never;

/** A store of one player's row, as simple as can be. */
class Store {
  nowMs = 1_000_000;
  row: LoginRow | null = null;
  calls = 0;
  readonly tokens: string[] = [];
  readonly reported = new Map<number, number>();
  readonly seen = (id: number): number | null => this.reported.get(id) ?? null;

  make(next: Move): void {
    switch (next.kind) {
      case "login":
        this.login(next.device, next.again);
        return;
      case "enter":
      case "leave":
        this.move(next.kind, this.tokens[next.pick] ?? "never", next.server);
        return;
      case "end":
        this.row = loginEnded(this.row, this.tokens[next.pick] ?? "never")?.row ?? this.row;
        return;
      case "reset":
        this.reported.set(next.server, this.nowMs);
        if (this.row !== null) this.row = loginReset(this.row, { ...this.at(next.server) });
        return;
      case "report":
        this.reported.set(next.server, this.nowMs);
        return;
      case "pass":
        this.nowMs += next.ms;
    }
  }

  login(device: string, again = 0): "refused" | "repeated" | "opened" {
    if (again === 0 || this.calls === 0) this.calls += 1;
    const call = String(this.calls);
    const tokenId = `token ${this.tokens.length}`;
    const { nowMs } = this;
    const attempt = { player, tokenId, device, graceMs, nowMs, call };
    const decision = decideLogin(this.row, attempt, this.seen);
    if (decision.kind === "opened") {
      this.tokens.unshift(tokenId);
      this.row = decision.row;
    }
    return decision.kind;
  }

  /** Whose token is not void. */
  good(): string[] {
    const at = { server: 1, isHolder: true, nowMs: this.nowMs, evicting: [] };
    return this.tokens.filter(
      (tokenId) => tokenStanding(this.row, { ...at, tokenId }, this.seen) !== "revoked",
    );
  }

  private move(kind: "enter" | "leave", tokenId: string, id: number): void {
    this.reported.set(id, this.nowMs);
    const at = { ...this.at(id), tokenId };
    if (kind === "enter") this.row = loginEntered(this.row, at, this.seen) ?? this.row;
    else if (this.row !== null) this.row = loginLeft(this.row, at);
  }

  private at(id: number): { server: number; nowMs: number } {
    return { server: id, nowMs: this.nowMs };
  }
}

const history = fc.array(move, { maxLength: 40 });
const played = (moves: readonly Move[]): Store => {
  const store = new Store();
  for (const next of moves) store.make(next);
  return store;
};
const runs = { numRuns: 1_000 };

describe("the logins of a player", () => {
  it("[AUTH-08] at most one token is not void, and it is the newest", () => {
    fc.assert(
      fc.property(history, (moves) => {
        const store = played(moves);
        const good = store.good();
        expect(good.length).toBeLessThanOrEqual(1);
        if (good.length === 1) expect(good[0]).toBe(store.tokens[0]);
      }),
      runs,
    );
  });

  it("[AUTH-08] whatever happened, silence of grace and server frees the account", () => {
    fc.assert(
      fc.property(history, fc.constantFrom("phone", "tablet", ""), (moves, device) => {
        const store = played(moves);
        store.nowMs += Math.max(graceMs, serverAliveMs);
        expect(store.login(device)).toBe("opened");
      }),
      runs,
    );
  });

  it("[AUTH-17] after its end the account is free at once, for every device", () => {
    fc.assert(
      fc.property(history, fc.constantFrom("phone", "tablet", ""), (moves, device) => {
        const store = played(moves);
        if (store.row !== null)
          store.row = loginEnded(store.row, store.row.tokenId)?.row ?? store.row;
        expect(store.good()).toEqual([]);
        expect(store.login(device)).toBe("opened");
      }),
      runs,
    );
  });

  it("[AUTH-08] every change made twice is made once", () => {
    fc.assert(
      fc.property(history, move, (moves, next) => {
        const store = played(moves);
        if (next.kind === "pass") return;
        store.make(next);
        const once = store.row;
        store.make(next.kind === "login" ? { ...next, again: 1 } : next);
        expect(store.row).toEqual(once);
      }),
      runs,
    );
  });
});
