import { constants, getPriority } from "node:os";
import { expect, it, onTestFinished } from "vitest";
import type { CounterEntry } from "../../../../src/core/kernel/counters.ts";
import {
  clientHash,
  defaultHashParameters,
  hashOfNobody,
  hashPassword,
  isOutdated,
  isPassword,
} from "../../../../src/io/accounts/argon2.ts";
import { HashPool } from "../../../../src/io/accounts/hash-pool.ts";
import type { HashPoolOptions } from "../../../../src/io/accounts/hash-pool.ts";
import { until } from "../../../support/condition.ts";

const quick = { memoryKib: 64, passes: 1, lanes: 1 };
const password = clientHash("correct horse");

function poolOf(options: HashPoolOptions): HashPool {
  const pool = new HashPool(options);
  onTestFinished(() => pool.close());
  return pool;
}

const valueOf = (pool: HashPool, name: string): number | undefined =>
  [...pool.entries()].find((entry: CounterEntry) => entry.name === name)?.value;

it("[AUTH-07] hashes as the reference implementation of argon2id does", () => {
  // From the reference implementation's own tests: 64 MiB, two passes, one lane.
  const known =
    "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc";
  expect(isPassword(Buffer.from("password"), known)).toBe(true);
  expect(isPassword(Buffer.from("passwore"), known)).toBe(false);
});

it("[AUTH-07] what a client sends is the hexadecimal SHA-256 of the password", () => {
  const sent = "5e884898da28047151d0e56f8dc6292773603d0d6aabbdd62a11ef721d1542d8";
  expect(Buffer.from(clientHash("password")).toString()).toBe(sent);
});

it("[AUTH-07] a hash names its parameters and never repeats its salt", () => {
  const [one, other] = [hashPassword(password, quick), hashPassword(password, quick)];
  expect(one).toMatch(/^\$argon2id\$v=19\$m=64,t=1,p=1\$[\w+/]{22}\$[\w+/]{43}$/);
  expect(one).not.toBe(other);
  expect([isPassword(password, one), isPassword(clientHash("x"), one)]).toEqual([true, false]);
  expect(isPassword(password, hashOfNobody(quick))).toBe(false);
  for (const broken of ["", "$argon2i$v=19$m=64,t=1,p=1$aaaa$bbbb", `${one}$`]) {
    expect(isPassword(password, broken)).toBe(false);
  }
});

it("[AUTH-07] a hash that other settings made is outdated", () => {
  const made = hashPassword(password, quick);
  expect(isOutdated(made, quick)).toBe(false);
  expect(isOutdated(made, { ...quick, passes: 2 })).toBe(true);
  expect(isOutdated(made, defaultHashParameters)).toBe(true);
  expect(isOutdated("something else", quick)).toBe(true);
});

it("[AUTH-01] a bounded line of passwords: the rest is refused at once, and counted", async () => {
  const pool = poolOf({ threads: 1, waitingMax: 2 });
  const orders = Array.from({ length: 5 }, () => pool.hash(password, quick));
  expect(valueOf(pool, "password_hashes_waiting")).toBe(2);
  const settled = await Promise.allSettled(orders);
  expect(settled.map(({ status }) => status)).toEqual([
    ...["fulfilled", "fulfilled", "fulfilled"],
    ...["rejected", "rejected"],
  ]);
  await expect(orders[4]).rejects.toMatchObject({ code: "LIMIT_REACHED" });
  expect(pool.hashes).toBe(3);
  expect(valueOf(pool, "password_hashes_total")).toBe(3);
  expect(valueOf(pool, "password_hashes_refused_total")).toBe(2);
  expect(valueOf(pool, "password_hashes_waiting")).toBe(0);
});

it("[AUTH-01] whoever is gone before his turn costs nothing", async () => {
  const pool = poolOf({ threads: 1, waitingMax: 10 });
  const abort = new AbortController();
  const first = pool.hash(password, quick);
  const gone = pool.verify(password, hashOfNobody(quick), abort.signal);
  const last = pool.hash(password, quick);
  abort.abort();
  await expect(gone).rejects.toMatchObject({ code: "UNAVAILABLE" });
  await expect(pool.hash(password, quick, abort.signal)).rejects.toThrow("not hashed");
  expect(isPassword(password, await last)).toBe(true);
  await first;
  expect(pool.hashes).toBe(2);
});

it("[AUTH-01] hashing yields to everything else, and the loop keeps its priority", async () => {
  const before = getPriority();
  const pool = poolOf({ threads: 2, waitingMax: 10 });
  let turns = 0;
  const turn = setInterval(() => (turns += 1), 1);
  onTestFinished(() => clearInterval(turn));
  const orders = Array.from({ length: 6 }, () => pool.hash(password, defaultHashParameters));
  await Promise.all(orders);
  // On the loop itself six of them would leave room for six turns.
  expect(turns).toBeGreaterThan(20);
  expect(getPriority()).toBe(before);
  expect(before).toBeLessThan(constants.priority.PRIORITY_LOW);
});

it("close fails what waits and takes nothing more", async () => {
  const pool = poolOf({ threads: 1, waitingMax: 10 });
  const orders = [pool.hash(password, defaultHashParameters), pool.hash(password, quick)];
  const settled = Promise.allSettled(orders);
  await until("the line", () => valueOf(pool, "password_hashes_waiting") === 1);
  await pool.close();
  for (const { status } of (await settled).slice(1)) expect(status).toBe("rejected");
  await expect(pool.hash(password, quick)).rejects.toMatchObject({ code: "UNAVAILABLE" });
});
