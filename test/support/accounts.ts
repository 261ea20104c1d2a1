/** Account stores for tests, both kinds by one interface, with a clock that the test moves. */
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { memoryStore } from "../../src/core/features/accounts/index.ts";
import type {
  Account,
  AccountStore,
  OpenOutcome,
  ServerInfo,
  StoreSource,
} from "../../src/core/features/accounts/index.ts";
import { openSqliteStore } from "../../src/io/accounts/sqlite-store.ts";
import { temporaryFolder } from "./temporary-folder.ts";

export class TestSource implements StoreSource {
  readonly mode: StoreSource["mode"];
  now = 1_800_000_000_000;
  #tokens = 0;
  readonly nowMs = (): number => this.now;
  readonly tokenId = (): string => `token-${(this.#tokens += 1)}`;

  constructor(mode: StoreSource["mode"] = "development") {
    this.mode = mode;
  }
}

export const storeArms = ["memory", "sqlite"] as const;
export type StoreArm = (typeof storeArms)[number];

/** An empty store; a file of it is gone when the test ends. */
export function storeOf(arm: StoreArm, source: StoreSource): AccountStore {
  if (arm === "memory") return memoryStore(source);
  const path = join(temporaryFolder(), "accounts.db");
  const { mode } = source;
  const { store, close } = openSqliteStore({ path, mode, busyTimeoutMs: 5_000 }, source);
  onTestFinished(close);
  return store;
}

export const hashOfTest = "$test$";

export function addPlayer(store: AccountStore, name: string): Account {
  const role = "player" as const;
  const account = store.add({ name, passwordHash: hashOfTest, role, origin: "operator" });
  if (account === null) throw new Error(`${name} is taken`);
  return account;
}

export const testServer = (id = 1, change: Partial<ServerInfo> = {}): ServerInfo => ({
  id,
  name: `Server ${id}`,
  address: "127.0.0.1",
  port: 8_081,
  players: 0,
  max: 100,
  ...change,
});

/** A report without news. */
export const nothingNew = {
  instance: "one",
  entered: [],
  left: [],
  reset: false,
  evicted: [],
} as const;

/** @throws when it was not opened */
export function opened(outcome: OpenOutcome): Extract<OpenOutcome, { kind: "opened" }> {
  if (outcome.kind !== "opened") throw new Error(`not opened: ${JSON.stringify(outcome)}`);
  return outcome;
}
