import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";
import { expect, it, onTestFinished } from "vitest";
import type { NewAccount } from "../../../src/core/features/accounts/index.ts";
import { playerId } from "../../../src/core/kernel/ids.ts";
import { openSqliteStore } from "../../../src/io/accounts/sqlite-store.ts";
import { openStoreThread, StoreFailure } from "../../../src/io/accounts/store-client.ts";
import type { OpenStore } from "../../../src/io/accounts/store-client.ts";
import { nothingNew, testServer } from "../../support/accounts.ts";
import { until } from "../../support/condition.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

const options = (path: string) => ({ path, mode: "development", busyTimeoutMs: 10_000 }) as const;

const newAccount = (name: string): NewAccount => ({
  name,
  passwordHash: "",
  role: "player",
  origin: "operator",
});

async function thread(path: string): Promise<OpenStore> {
  const opened = await openStoreThread(options(path));
  onTestFinished(() => opened.close());
  return opened;
}

class AccountProcess {
  readonly child: ChildProcess;
  readonly said: unknown[] = [];
  #text = "";

  constructor(...words: readonly string[]) {
    const file = fileURLToPath(new URL("../../support/account-process.ts", import.meta.url));
    this.child = spawn(process.execPath, [file, ...words], { stdio: ["pipe", "pipe", "inherit"] });
    this.child.stdout?.on("data", (bytes: Buffer) => this.#take(bytes.toString()));
    onTestFinished(() => void this.child.kill("SIGKILL"));
  }

  #take(text: string): void {
    const lines = (this.#text + text).split("\n");
    this.#text = lines.pop() ?? "";
    this.said.push(...lines.map((line): unknown => JSON.parse(line)));
  }
}

it("[AUTH-08] of threads and processes that open a login at once, exactly one gets it", async () => {
  const path = join(temporaryFolder(), "accounts.db");
  const players = 40;
  const [first, second] = [await thread(path), await thread(path)];
  for (let number = 1; number <= players; number += 1) {
    await first.store.add(newAccount(`player ${number}`));
  }
  const other = new AccountProcess(path, "open", "process", String(players));
  await until("the process", () => other.said.length === 1, 20_000);
  await first.store.report({ server: testServer(), ...nothingNew });
  other.child.stdin?.write("go\n");
  const numbers = Array.from({ length: players }, (_, index) => index + 1);
  const kinds = new Map<number, string[]>(numbers.map((number) => [number, []]));
  const open = async ({ store }: OpenStore, device: string, number: number): Promise<void> => {
    const request = {
      call: `${device}/${number}`,
      player: playerId(number),
      passwordVersion: 0,
      device,
    };
    const { kind } = await store.open({ ...request, graceMs: 60_000, lifetimeMs: 60_000 });
    kinds.get(number)?.push(kind);
  };
  // From both ends, so that each is the first somewhere.
  await Promise.all([
    ...numbers.map((number) => open(first, "one", number)),
    ...numbers.toReversed().map((number) => open(second, "two", number)),
    until("the process's answers", () => other.said.length === players + 1, 20_000),
  ]);
  for (const [number, said] of kinds) said.push(String(other.said[number]));
  // The list of servers is empty once the report is old, which a slow machine may see.
  const decided = [...kinds.values()].filter((said) => !said.includes("full"));
  expect(decided.length).toBeGreaterThan(0);
  for (const said of decided) expect(said.toSorted()).toEqual(["opened", "refused", "refused"]);
});

it("[AUTH-04] what was answered is there after a kill, and the file is whole", async () => {
  const path = join(temporaryFolder(), "accounts.db");
  const writers = ["a", "b"].map((prefix) => new AccountProcess(path, "add", prefix));
  await until("both to write", () => writers.every(({ said }) => said.length > 15), 20_000);
  for (const { child } of writers) child.kill("SIGKILL");
  await until("their ends", () => writers.every(({ child }) => child.signalCode !== null));
  const { store, close } = openSqliteStore(options(path));
  for (const { said } of writers) {
    for (const name of said.slice(1)) expect(store.find(String(name))?.name).toBe(name);
  }
  const known = store.list(0, 100_000).length;
  const told = writers.reduce((sum, { said }) => sum + said.length - 1, 0);
  // Each may have had one more that it could not tell.
  expect(known - told).toBeGreaterThanOrEqual(0);
  close();
  const database = new DatabaseSync(path);
  expect(database.prepare("PRAGMA integrity_check").get()).toEqual({ integrity_check: "ok" });
  database.close();
});

it("[AUTH-04] many that open a new file at once all find its schema", async () => {
  const path = join(temporaryFolder(), "accounts.db");
  const opened = await Promise.all(Array.from({ length: 6 }, () => thread(path)));
  const names = opened.map((_, index) => `player ${index}`);
  await Promise.all(opened.map(({ store }, index) => store.add(newAccount(names[index] ?? ""))));
  const list = await opened[0]?.store.list(0, 100);
  expect(list?.map(({ name }) => name).toSorted()).toEqual(names);
  // Hashes are for nobody else's eyes.
  for (const suffix of ["", "-wal", "-shm"]) expect(statSync(path + suffix).mode & 0o077).toBe(0);
});

it("[AUTH-16] the accounts of an older build keep their passwords, and may change them", () => {
  const path = join(temporaryFolder(), "accounts.db");
  const first = openSqliteStore(options(path));
  first.store.add(newAccount("Ann"));
  first.close();
  // As the first schema left it.
  const older = new DatabaseSync(path);
  older.exec("ALTER TABLE accounts DROP COLUMN password_version");
  older.exec("DELETE FROM migrations WHERE version > 1");
  older.close();
  const { store, close } = openSqliteStore(options(path));
  expect(store.find("Ann")).toMatchObject({ player: 1, passwordVersion: 0 });
  expect(store.setPassword("Ann", "new")).toMatchObject({ passwordVersion: 1 });
  close();
});

it("refuses the file of something else, or of a newer build, in one line", async () => {
  const folder = temporaryFolder();
  const other = new DatabaseSync(join(folder, "other.db"));
  other.exec("CREATE TABLE orders (id INTEGER)");
  other.close();
  await expect(openStoreThread(options(join(folder, "other.db")))).rejects.toThrow(
    /is a database of something else$/,
  );
  const path = join(folder, "newer.db");
  openSqliteStore(options(path)).close();
  const newer = new DatabaseSync(path);
  newer.exec("INSERT INTO migrations VALUES (99, 'the future', 0)");
  newer.close();
  await expect(openStoreThread(options(path))).rejects.toThrow(/newer build \(schema 99/);
  writeFileSync(join(folder, "text.db"), "not a database at all, but long enough for a header");
  await expect(openStoreThread(options(join(folder, "text.db")))).rejects.toThrow(StoreFailure);
});

it("a failed order says so, and the next one is carried out", async () => {
  const path = join(temporaryFolder(), "accounts.db");
  const { store } = await thread(path);
  const broken = { ...newAccount("x"), role: "emperor" as "player" };
  await expect(store.add(broken)).rejects.toThrow(/CHECK constraint/);
  expect(await store.add(newAccount("x"))).toMatchObject({ player: 1 });
});

it("a database that another process holds fails the order, and not the server", async () => {
  const path = join(temporaryFolder(), "accounts.db");
  const opened = await openStoreThread({ ...options(path), busyTimeoutMs: 50 });
  onTestFinished(() => opened.close());
  const holder = new DatabaseSync(path);
  holder.exec("BEGIN IMMEDIATE");
  await expect(opened.store.add(newAccount("x"))).rejects.toThrow(/locked/);
  // Reading goes on.
  expect(await opened.store.find("x")).toBeNull();
  holder.exec("ROLLBACK");
  holder.close();
  expect(await opened.store.add(newAccount("x"))).toMatchObject({ name: "x" });
});

it("does what was ordered before it closes, and nothing afterwards", async () => {
  const path = join(temporaryFolder(), "accounts.db");
  const { store, close } = await openStoreThread(options(path));
  const orders = ["a", "b", "c"].map((name) => store.add(newAccount(name)));
  await close();
  expect((await Promise.all(orders)).map((account) => account?.player)).toEqual([1, 2, 3]);
  await expect(store.find("a")).rejects.toThrow(StoreFailure);
});
