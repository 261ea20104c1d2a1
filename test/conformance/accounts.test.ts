/** One body on both stores: in memory and in SQLite. What is promised stands in `store.ts`. */
import { expect, it } from "vitest";
import { bannedForEver } from "../../src/core/features/accounts/index.ts";
import type { Account, AccountStore } from "../../src/core/features/accounts/index.ts";
import { playerId } from "../../src/core/kernel/ids.ts";
import {
  addPlayer,
  hashOfTest,
  nothingNew,
  opened,
  storeArms,
  storeOf,
  testServer,
  TestSource,
} from "../support/accounts.ts";
import type { StoreArm } from "../support/accounts.ts";

const graceMs = 30_000;
const lifetimeMs = 3_600_000;

interface Bench {
  readonly store: AccountStore;
  readonly source: TestSource;
  readonly ann: Account;
  open(call: string, device?: string, account?: Account): ReturnType<AccountStore["open"]>;
  /** The server's report, with whom it has to evict. */
  report(change?: Partial<Parameters<AccountStore["report"]>[0]>): readonly (readonly unknown[])[];
}

function bench(arm: StoreArm): Bench {
  const source = new TestSource();
  const store = storeOf(arm, source);
  const ann = addPlayer(store, "Ann");
  const report: Bench["report"] = (change = {}) =>
    store.report({ server: testServer(), ...nothingNew, ...change }) ?? [["refused"]];
  report({ reset: true });
  const now = (): Account => store.find("Ann") ?? ann;
  const open: Bench["open"] = (call, device = "phone", { player, passwordVersion } = now()) =>
    store.open({ call, player, passwordVersion, device, graceMs, lifetimeMs });
  return { store, source, ann, open, report };
}

const arms = storeArms.map((arm) => [arm] as const);

it.each(arms)("[AUTH-04] %s: an account is found by its name, in whatever case", (arm) => {
  const { store, ann } = bench(arm);
  expect(store.find("aNN")).toEqual(ann);
  expect(ann).toMatchObject({ name: "Ann", role: "player", passwordHash: hashOfTest });
  expect(store.find("Anna")).toBeNull();
  const again = { name: "ANN", passwordHash: "", role: "player", origin: "operator" } as const;
  expect(store.add(again)).toBeNull();
  // Beyond ASCII nothing is folded: which letters are equal is no question for a database.
  expect(addPlayer(store, "Äsa").player).not.toBe(addPlayer(store, "äsa").player);
  expect(store.list(0, 2).map(({ name }) => name)).toEqual(["Ann", "Äsa"]);
  expect(store.list(2, 2).map(({ name }) => name)).toEqual(["äsa"]);
});

it.each(arms)("[AUTH-04] %s: accounts of development are strangers to production", (arm) => {
  const source = new TestSource("production");
  const store = storeOf(arm, source);
  const made = store.add({ name: "Dev", passwordHash: "", role: "player", origin: "development" });
  expect(store.find("Dev")).toBeNull();
  store.report({ server: testServer(), ...nothingNew });
  const who = { call: "a", player: playerId(1), passwordVersion: 0, device: "" };
  const login = { ...who, graceMs, lifetimeMs };
  expect(store.open(login)).toEqual({ kind: "refused" });
  expect(store.setPassword("dev", "new")).toEqual({
    ...made,
    passwordHash: "new",
    passwordVersion: 1,
    origin: "operator",
  });
  expect(store.find("Dev")?.passwordHash).toBe("new");
});

it.each(arms)("[AUTH-08] %s: while a login is alive, another device is refused", (arm) => {
  const { source, open, report, ann } = bench(arm);
  const { grant } = opened(open("1", "phone"));
  expect(open("2", "tablet")).toEqual({ kind: "refused" });
  expect(open("3", "")).toEqual({ kind: "refused" });
  source.now += graceMs - 1;
  report();
  expect(open("4", "tablet")).toEqual({ kind: "refused" });
  report({ entered: [[ann.player, grant.tokenId]] });
  for (let second = 0; second < 60; second += 1) {
    source.now += 1_000;
    report();
  }
  expect(open("5", "tablet")).toEqual({ kind: "refused" });
});

it.each(arms)("[AUTH-08] %s: nobody is locked out by a login that nobody plays", (arm) => {
  const { source, open, report, ann, store } = bench(arm);
  const first = opened(open("1", "phone")).grant;
  source.now += graceMs;
  report();
  const second = opened(open("2", "tablet"));
  expect(second.replaced).toBe(true);
  const standing = { player: ann.player, tokenId: first.tokenId, server: 1, instance: "one" };
  expect(store.standing(standing)).toEqual({ kind: "invalid", reason: "revoked" });
  report({ entered: [[ann.player, second.grant.tokenId]] });
  // The server dies; another one takes over what it is asked.
  source.now += 3_000;
  store.report({ server: testServer(2), ...nothingNew, reset: true });
  expect(opened(open("3", "desk")).servers.map(({ id }) => id)).toEqual([2]);
});

it.each(arms)("[AUTH-08] %s: a cut player is out of the way after the grace", (arm) => {
  const { source, open, report, ann } = bench(arm);
  const { grant } = opened(open("1", "phone"));
  report({ entered: [[ann.player, grant.tokenId]] });
  report({ left: [[ann.player, grant.tokenId]] });
  expect(open("2", "tablet")).toEqual({ kind: "refused" });
  source.now += graceMs;
  report();
  expect(open("3", "tablet").kind).toBe("opened");
});

it.each(arms)("[AUTH-09] %s: the same device takes its own login over, and evicts it", (arm) => {
  const { open, report, ann, store } = bench(arm);
  const first = opened(open("1", "phone")).grant;
  report({ entered: [[ann.player, first.tokenId]] });
  const second = opened(open("2", "phone"));
  expect(second.replaced).toBe(true);
  const eviction = [ann.player, first.tokenId] as const;
  // Told until it is done, and not after.
  expect(report()).toEqual([eviction]);
  expect(report()).toEqual([eviction]);
  expect(report({ evicted: [eviction], left: [eviction] })).toEqual([]);
  expect(report()).toEqual([]);
  const standing = store.standing({ ...second.grant, server: 1, instance: "one" });
  expect(standing).toEqual({ kind: "valid", grant: second.grant });
});

it.each(arms)("[AUTH-09] %s: a token that was replaced before it entered is evicted", (arm) => {
  const { open, report, ann } = bench(arm);
  const first = opened(open("1", "phone")).grant;
  const second = opened(open("2", "phone")).grant;
  const late = [ann.player, first.tokenId] as const;
  expect(report({ entered: [late] })).toEqual([late]);
  expect(report({ evicted: [late], entered: [[ann.player, second.tokenId]] })).toEqual([]);
});

it.each(arms)("[AUTH-13] %s: servers are listed by load, the full and the silent not", (arm) => {
  const { source, store, open } = bench(arm);
  const told = (id: number, players: number, max = 100): void =>
    void store.report({ server: testServer(id, { players, max }), ...nothingNew });
  told(5, 0);
  source.now += 2_001;
  told(1, 50);
  told(2, 10);
  told(3, 100);
  told(4, 1, 10);
  expect(opened(open("1")).servers).toEqual([
    testServer(2, { players: 10 }),
    testServer(4, { players: 1, max: 10 }),
    testServer(1, { players: 50 }),
  ]);
  source.now += 2_000;
  expect(opened(open("2")).servers).toHaveLength(3);
  source.now += 1;
  expect(open("3")).toEqual({ kind: "full", known: 0 });
  told(3, 100);
  expect(open("4")).toEqual({ kind: "full", known: 1 });
});

it.each(arms)("[AUTH-21] %s: whoever enters no server needs none", (arm) => {
  const { source, store, ann } = bench(arm);
  source.now += 60_000;
  const who = { player: ann.player, passwordVersion: 0, device: "desk" };
  const wish = { ...who, graceMs: 1_000, lifetimeMs: 60_000 };
  expect(store.open({ ...wish, call: "1" })).toEqual({ kind: "full", known: 0 });
  const { grant, servers } = opened(store.open({ ...wish, call: "2", needsServer: false }));
  expect(servers).toEqual([]);
  // A server that takes nobody into a world has no number.
  expect(store.standing({ ...grant, server: 0, instance: "one" })).toEqual({
    kind: "valid",
    grant,
  });
});

it.each(arms)("[AUTH-16] %s: a token is worth nothing after its login has ended", (arm) => {
  const { store, open, ann } = bench(arm);
  const { grant } = opened(open("1"));
  expect(store.standing({ ...grant, server: 1, instance: "one" })).toEqual({
    kind: "valid",
    grant,
  });
  const end = { player: ann.player, tokenId: grant.tokenId };
  expect(store.end({ ...end, tokenId: "another", call: "2" })).toBe(false);
  expect(store.end({ ...end, call: "3" })).toBe(true);
  expect(store.standing({ ...grant, server: 1, instance: "one" })).toEqual({
    kind: "invalid",
    reason: "revoked",
  });
  expect(store.end({ ...end, call: "4" })).toBe(false);
  expect(open("5", "tablet")).toMatchObject({ kind: "opened", replaced: false });
});

it.each(arms)(
  "[AUTH-16] %s: a ban and a new password end the login and evict the player",
  (arm) => {
    const { store, open, report, ann, source } = bench(arm);
    const until = source.now + 1_000;
    const harms: readonly (() => Account | null)[] = [
      () => store.ban("ann", until, "rude"),
      () => store.setPassword("ann", "new"),
      () => store.ban("ann", bannedForEver, ""),
    ];
    for (const [index, harm] of harms.entries()) {
      const { grant } = opened(open(`login ${index}`));
      const visit = [ann.player, grant.tokenId] as const;
      report({ entered: [visit] });
      expect(harm()).not.toBeNull();
      expect(store.standing({ ...grant, server: 1, instance: "one" }).kind).toBe("invalid");
      expect(report()).toEqual([visit]);
      report({ evicted: [visit] });
      source.now = Math.max(source.now, until);
      report();
    }
    // Somebody whose password was checked just before the ban.
    expect(open("late")).toEqual({ kind: "refused" });
    expect(store.ban("ann", 0, "")).toMatchObject({ bannedUntilMs: 0, banReason: "" });
    expect(open("pardoned").kind).toBe("opened");
    expect([
      store.ban("Bob", 0, ""),
      store.setPassword("Bob", ""),
      store.setRole("Bob", "operator"),
    ]).toEqual([null, null, null]);
    expect(store.setRole("ann", "operator")?.role).toBe("operator");
  },
);

it.each(arms)(
  "[AUTH-08] %s: a call that asks again gets its answer, and changes nothing",
  (arm) => {
    const { store, open, ann, source, report } = bench(arm);
    const first = open("login/1", "phone");
    const second = open("login/2", "phone");
    expect(open("login/1", "phone")).toEqual(first);
    const { grant } = opened(second);
    expect(store.standing({ ...grant, server: 1, instance: "one" })).toEqual({
      kind: "valid",
      grant,
    });
    const end = { player: ann.player, tokenId: grant.tokenId, call: "game/1" };
    expect([store.end(end), store.end(end)]).toEqual([true, true]);
    const third = open("login/3", "desk");
    expect(store.end(end)).toBe(true);
    expect(store.standing({ ...opened(third).grant, server: 1, instance: "one" }).kind).toBe(
      "valid",
    );
    // Days later the answers are gone, but the newest login still knows its call.
    source.now += 3 * 86_400_000;
    report();
    opened(open("else", "", addPlayer(store, "Bob")));
    expect(opened(open("login/3", "desk")).grant).toEqual(opened(third).grant);
  },
);

it.each(arms)(
  "[AUTH-16] %s: a password that was changed since it was checked opens nothing",
  (arm) => {
    const { store, open, ann } = bench(arm);
    const changed = store.setPassword("ann", "new");
    expect(changed).toMatchObject({
      passwordHash: "new",
      passwordVersion: ann.passwordVersion + 1,
    });
    expect(store.find("Ann")).toEqual(changed);
    expect(open("1", "phone", ann)).toEqual({ kind: "stale" });
    const { grant } = opened(open("2", "phone"));
    expect(open("3", "phone", ann)).toEqual({ kind: "stale" });
    expect(store.standing({ ...grant, server: 1, instance: "one" })).toEqual({
      kind: "valid",
      grant,
    });
    // The same password hashed anew, another role and a ban that was lifted are no other password.
    expect(store.rehash(ann.player, "new", "newer")).toBe(true);
    store.setRole("ann", "moderator");
    store.ban("ann", 0, "");
    expect(store.find("ann")?.passwordVersion).toBe(changed?.passwordVersion);
    expect(open("4", "phone", changed ?? ann).kind).toBe("opened");
    // Asked again after a change, a call does not give its token, which is void, a second time.
    store.setPassword("ann", "newest");
    expect(open("4", "phone", changed ?? ann)).toEqual({ kind: "stale" });
  },
);

it.each(arms)("%s: a hash is replaced only by whoever has seen the newest", (arm) => {
  const { store, ann } = bench(arm);
  expect(store.rehash(ann.player, hashOfTest, "second")).toBe(true);
  expect(store.rehash(ann.player, hashOfTest, "third")).toBe(false);
  expect(store.rehash(playerId(99), hashOfTest, "third")).toBe(false);
  expect(store.find("Ann")?.passwordHash).toBe("second");
});

it.each(arms)("%s: a server that starts again frees its players and owes no eviction", (arm) => {
  const { store, open, report, ann, source } = bench(arm);
  const { grant } = opened(open("1", "phone"));
  report({ entered: [[ann.player, grant.tokenId]] });
  opened(open("2", "phone"));
  expect(report()).toHaveLength(1);
  expect(report({ reset: true })).toEqual([]);
  const second = opened(open("3", "phone")).grant;
  report({ entered: [[ann.player, second.tokenId]] });
  report({ reset: true });
  store.report({ server: testServer(2), ...nothingNew });
  expect(store.standing({ ...second, server: 2, instance: "one" })).toMatchObject({
    kind: "valid",
  });
  source.now += graceMs;
  report();
  expect(open("4", "tablet").kind).toBe("opened");
});

it.each(arms)("[AUTH-13] %s: a number belongs to one living server at a time", (arm) => {
  const { store, source, open } = bench(arm);
  const other = { server: testServer(1, { port: 9 }), ...nothingNew, instance: "two" };
  expect(store.report(other)).toBeNull();
  expect(opened(open("1")).servers).toEqual([testServer()]);
  source.now += 3_000;
  expect(store.report(other)).toEqual([]);
  expect(opened(open("2")).servers).toEqual([testServer(1, { port: 9 })]);
});

it.each(arms)("[AUTH-08] %s: nobody enters a server that does not hold its number", (arm) => {
  const { store, source, open, report, ann } = bench(arm);
  const { grant } = opened(open("1"));
  const busy = { kind: "invalid", reason: "busy" };
  const valid = { kind: "valid", grant };
  const at = (instance: string, server = 1) => store.standing({ ...grant, server, instance });
  // Neither before he plays on the one server nor while he does is the other one of its number it.
  expect([at("one"), at("two")]).toEqual([valid, busy]);
  report({ entered: [[ann.player, grant.tokenId]] });
  expect([at("one"), at("two")]).toEqual([valid, busy]);
  // A number under which nobody has reported is nobody's yet.
  expect(at("one", 2)).toEqual(busy);
  // Started again, however late, the server holds it still; another one takes it by a report.
  source.now += 60_000;
  expect([at("one"), at("two")]).toEqual([valid, busy]);
  store.report({ server: testServer(), ...nothingNew, instance: "two", reset: true });
  expect([at("one"), at("two")]).toEqual([busy, valid]);
  expect(report()).toEqual([["refused"]]);
});

it.each(arms)("%s: an eviction is forgotten when its server has been silent for a week", (arm) => {
  const { store, open, report, ann, source } = bench(arm);
  const { grant } = opened(open("1", "phone"));
  report({ entered: [[ann.player, grant.tokenId]] });
  opened(open("2", "phone"));
  source.now += 8 * 86_400_000;
  store.report({ server: testServer(2), ...nothingNew });
  opened(open("3", "phone"));
  expect(report()).toEqual([]);
});
