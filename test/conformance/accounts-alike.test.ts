/** Whatever is asked of them, in whatever order, the two stores answer alike. */
import fc from "fast-check";
import { expect, it } from "vitest";
import type { LoginKey } from "../../src/core/features/accounts/index.ts";
import { playerId } from "../../src/core/kernel/ids.ts";
import { addPlayer, storeOf, testServer, TestSource } from "../support/accounts.ts";

// Few of each, so that they meet.
const player = fc.integer({ min: 1, max: 3 }).map(playerId);
const device = fc.constantFrom("", "phone", "tablet");
const call = fc.integer({ min: 1, max: 12 }).map(String);
const name = fc.constantFrom("p1", "P2", "p3", "nobody");
/** The n-th token from the newest one. */
const token = fc.integer({ min: 0, max: 4 });
const server = fc.constantFrom(0, 1, 2, null);
const instance = fc.constantFrom("one", "one", "one", "two");
/** The first is usual. */
const passwordVersion = fc.constantFrom(0, 0, 0, 1, 2);
const visits = fc.array(fc.tuple(player, token), { maxLength: 2 });

const order = fc.oneof(
  fc.record({ type: fc.constant("wait" as const), ms: fc.constantFrom(1, 900, 3_000, 40_000) }),
  fc.record({ type: fc.constant("open" as const), call, player, device, passwordVersion }),
  fc.record({ type: fc.constant("end" as const), call, player, token }),
  fc.record({ type: fc.constant("standing" as const), player, token, server, instance }),
  fc.record({
    type: fc.constant("report" as const),
    id: fc.integer({ min: 1, max: 2 }),
    instance,
    players: fc.nat(3),
    entered: visits,
    left: visits,
    evicted: visits,
    reset: fc.boolean(),
  }),
  fc.record({ type: fc.constant("ban" as const), name, until: fc.constantFrom(-1, 0, 1) }),
  fc.record({ type: fc.constant("password" as const), name, hash: fc.constantFrom("a", "b") }),
);
type Order = typeof order extends fc.Arbitrary<infer T> ? T : never;

/** The answers of one store to all of the orders. */
function answers(arm: "memory" | "sqlite", orders: readonly Order[]): readonly unknown[] {
  const source = new TestSource();
  const store = storeOf(arm, source);
  const tokens: string[] = ["none"];
  for (const each of ["p1", "p2", "p3"]) addPlayer(store, each);
  const keys = (list: readonly (readonly [LoginKey[0], number])[]): readonly LoginKey[] =>
    list.map(([who, index]) => [who, tokens.at(-1 - index) ?? "none"]);
  const perform = (each: Order): unknown => {
    switch (each.type) {
      case "wait":
        return (source.now += each.ms);
      case "open": {
        const outcome = store.open({ ...each, graceMs: 30_000, lifetimeMs: 60_000 });
        if (outcome.kind === "opened") tokens.push(outcome.grant.tokenId);
        return outcome;
      }
      case "end":
        return store.end({ ...each, tokenId: tokens.at(-1 - each.token) ?? "none" });
      case "standing":
        return store.standing({ ...each, tokenId: tokens.at(-1 - each.token) ?? "none" });
      case "report":
        return store.report({
          server: testServer(each.id, { players: each.players, max: 3 }),
          instance: each.instance,
          entered: keys(each.entered),
          left: keys(each.left),
          evicted: keys(each.evicted),
          reset: each.reset,
        });
      case "ban":
        return store.ban(each.name, each.until > 0 ? source.now + each.until : each.until, "why");
      case "password":
        return store.setPassword(each.name, each.hash);
    }
  };
  return [...orders.map(perform), store.list(0, 10)];
}

it("[AUTH-04] the stores in memory and in SQLite give the same answers to any orders", () => {
  fc.assert(
    fc.property(fc.array(order, { minLength: 10, maxLength: 60 }), (orders) => {
      expect(answers("sqlite", orders)).toEqual(answers("memory", orders));
    }),
    { numRuns: 150 },
  );
});
