import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import type { Account } from "../../../src/core/features/accounts/index.ts";
import { passwordFromInput, passwordFromTerminal } from "../../../src/cli/password.ts";
import type { Terminal } from "../../../src/cli/password.ts";
import { clientHash, isPassword } from "../../../src/io/accounts/argon2.ts";
import { openSqliteStore } from "../../../src/io/accounts/sqlite-store.ts";
import { nothingNew, opened, testServer } from "../../support/accounts.ts";
import { reprise } from "../../support/command-line.ts";
import type { CommandRun } from "../../support/command-line.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

/** The command on a data folder, with the given password on standard input. */
const accounts =
  (dataDir: string) =>
  (...words: readonly string[]): Promise<CommandRun> =>
    reprise("accounts", ...words, "--data-dir", dataDir, "--set", "accounts.hashMemoryKib=64");

/** What `--json` printed. */
const jsonOf = (run: CommandRun): Record<string, unknown> =>
  JSON.parse(run.out) as Record<string, unknown>;

async function withInput<T>(text: string, run: () => Promise<T>): Promise<T> {
  const stdin = Object.getOwnPropertyDescriptor(process, "stdin");
  const input = (async function* () {
    yield await Promise.resolve(Buffer.from(text));
  })();
  Object.defineProperty(process, "stdin", { value: input, configurable: true });
  try {
    return await run();
  } finally {
    if (stdin !== undefined) Object.defineProperty(process, "stdin", stdin);
  }
}

/** As the server beside the command sees the database. */
function storeIn(dataDir: string) {
  const path = join(dataDir, "reprise.db");
  return openSqliteStore({ path, mode: "production", busyTimeoutMs: 5_000 });
}

function find(dataDir: string, name: string): Account | null {
  const { store, close } = storeIn(dataDir);
  const account = store.find(name);
  close();
  return account;
}

it("[AUTH-21] adds an account whose password is that of standard input, and gives it a role", async () => {
  const dataDir = temporaryFolder();
  const run = accounts(dataDir);
  const added = await withInput("hunter2\nrest", () =>
    run("add", "Ann", "--role", "moderator", "--password-stdin"),
  );
  expect(added).toEqual({ code: 0, out: "added Ann as player 1 (moderator)\n", err: "" });
  const ann = find(dataDir, "ann");
  expect(ann).toMatchObject({ role: "moderator", origin: "operator" });
  expect(isPassword(clientHash("hunter2"), ann?.passwordHash ?? "")).toBe(true);
  expect(readFileSync(join(dataDir, "reprise.db")).includes("hunter2")).toBe(false);
  const again = await withInput("x\n", () => run("add", "ANN", "--password-stdin"));
  expect(again.code).toBe(1);
  expect(again.err).toContain('an account is called "ANN" already');
  expect(jsonOf(await run("role", "ann", "operator", "--json"))).toMatchObject({
    player: 1,
    name: "Ann",
    role: "operator",
    banned: false,
  });
  expect(find(dataDir, "ann")?.role).toBe("operator");
});

it("[AUTH-21] bans for ever, for days or until a date, and lifts the ban", async () => {
  const dataDir = temporaryFolder();
  const run = accounts(dataDir);
  await withInput("pw", () => run("add", "Ann", "--password-stdin"));
  expect((await run("ban", "ann")).out).toBe("Ann is banned for ever\n");
  expect(find(dataDir, "Ann")?.bannedUntilMs).toBe(-1);
  const earliest = Date.now() + 1.5 * 86_400_000;
  const byDays = await run("ban", "Ann", "--days", "1.5", "--reason", "was rude", "--json");
  const banned = jsonOf(byDays);
  expect(banned).toMatchObject({ banned: true, banReason: "was rude" });
  const end = Date.parse(String(banned["bannedUntil"]));
  expect(end).toBeGreaterThanOrEqual(earliest);
  expect(end).toBeLessThan(earliest + 60_000);
  const byDate = await run("ban", "Ann", "--until", "2231-05-01T18:00:00Z");
  expect(byDate.out).toBe("Ann is banned until 2231-05-01T18:00:00.000Z\n");
  expect((await run("list")).out).toContain("Ann  (player, banned until 2231-05-01T18:00:00.000Z)");
  expect((await run("unban", "Ann")).out).toBe("Ann is not banned\n");
  expect(find(dataDir, "Ann")).toMatchObject({ bannedUntilMs: 0, banReason: "" });
});

it("[AUTH-21] works beside a server, whose players a ban and a new password turn out", async () => {
  const dataDir = temporaryFolder();
  const run = accounts(dataDir);
  await withInput("pw", () => run("add", "Ann", "--password-stdin"));
  const { store, close } = storeIn(dataDir);
  const ann = store.find("Ann");
  if (ann === null) throw new Error("not added");
  const report = () => store.report({ server: testServer(), ...nothingNew });
  const harms = [
    () => run("ban", "Ann"),
    () => withInput("n", () => run("password", "Ann", "--password-stdin")),
  ];
  for (const [index, harm] of harms.entries()) {
    await run("unban", "Ann");
    report();
    const { player, passwordVersion } = store.find("Ann") ?? ann;
    const request = { call: String(index), player, passwordVersion, device: "phone" };
    const { grant } = opened(store.open({ ...request, graceMs: 60_000, lifetimeMs: 60_000 }));
    const visit = [ann.player, grant.tokenId] as const;
    store.report({ server: testServer(), ...nothingNew, entered: [visit] });
    expect((await harm()).code).toBe(0);
    expect(report()).toEqual([visit]);
    store.report({ server: testServer(), ...nothingNew, evicted: [visit] });
  }
  close();
  expect(isPassword(clientHash("n"), find(dataDir, "Ann")?.passwordHash ?? "")).toBe(true);
});

it("[AUTH-21] lists accounts, as text and as JSON, with those of development marked", async () => {
  const dataDir = temporaryFolder();
  const run = accounts(dataDir);
  expect((await run("list")).out).toBe("no accounts; add one with reprise accounts add NAME\n");
  const { store, close } = storeIn(dataDir);
  for (let number = 1; number <= 1_001; number += 1) {
    const origin = number === 1 ? "development" : "operator";
    store.add({ name: `p${number}`, passwordHash: "", role: "player", origin });
  }
  close();
  const lines = (await run("list")).out.trimEnd().split("\n");
  expect(lines).toHaveLength(1_001);
  expect(lines[0]).toBe("     1  p1  (player, made by development)");
  const all = jsonOf(await run("list", "--json"))["accounts"] as readonly object[];
  expect(all).toHaveLength(1_001);
  expect(all[0]).toMatchObject({ player: 1, name: "p1", origin: "development", banned: false });
  // An operator who gives it a password takes it on.
  await withInput("pw", () => run("password", "p1", "--password-stdin"));
  expect(find(dataDir, "p1")?.origin).toBe("operator");
});

it("[AUTH-21] says in one line what is wrong: 2 for bad usage, 1 for what cannot be done", async () => {
  const dataDir = temporaryFolder();
  const run = accounts(dataDir);
  const cases: readonly (readonly [readonly string[], number, string])[] = [
    [[], 2, "say what to do: add, password, role, ban, unban, list"],
    [["bann", "x"], 2, 'unknown action "bann"'],
    [["add"], 2, "NAME is missing"],
    [["add", "a\nb", "--password-stdin"], 2, "visible characters"],
    [["add", "x".repeat(33), "--password-stdin"], 2, "1 to 32"],
    [["add", "x", "--role", "god", "--password-stdin"], 2, "player, moderator, operator"],
    [["add", "x", "secret"], 2, 'unexpected argument "secret"'],
    [["role", "x", "god"], 2, "player, moderator, operator"],
    [["unban", "x", "--days", "1"], 2, "unban takes no --days"],
    [["ban", "x", "--days", "1", "--until", "2231-01-01"], 2, "two ways"],
    [["ban", "x", "--until", "tomorrow"], 2, "--until is a date"],
    [["ban", "x", "--until", "2231-02-31x"], 2, "--until is a date"],
    [["ban", "x", "--until", "2001-01-01"], 2, "is over"],
    [["ban", "x"], 1, 'no account is called "x"'],
    [["password", "x", "--password-stdin"], 1, 'no account is called "x"'],
    [["list", "--set", "accounts.store=memory"], 1, "memory"],
    [["list", "--set", "accounts.database=typo.db"], 1, "there is no database"],
    [["ban", "x", "--reason", "\u001b[2Jgone"], 2, "visible characters"],
  ];
  for (const [words, code, message] of cases) {
    const result = await withInput("pw", () => run(...words));
    expect([words, result.code, result.out]).toEqual([words, code, ""]);
    expect(result.err).toContain(message);
    expect(result.err.trimEnd().split("\n")).toHaveLength(1);
  }
  const json = await run("ban", "x", "--json");
  expect(jsonOf(json)["error"]).toContain("no account");
  const nowhere = join(dataDir, "nowhere");
  expect((await accounts(nowhere)("list")).err).toContain("there is no data folder");
  expect(existsSync(nowhere)).toBe(false);
  expect((await reprise("accounts", "--help")).out).toContain("--password-stdin");
});

/** A terminal at which `keys` are typed once somebody listens. */
class TypedTerminal implements Terminal {
  isTTY = true;
  readonly modes: boolean[] = [];
  readonly #keys: readonly string[];

  constructor(...keys: readonly string[]) {
    this.#keys = keys;
  }

  setRawMode(mode: boolean): void {
    this.modes.push(mode);
  }

  on(_event: "data", listener: (bytes: Buffer) => void): void {
    setImmediate(() => {
      for (const key of this.#keys) listener(Buffer.from(key, "latin1"));
    });
  }

  off(): void {}
  resume(): void {}
  pause(): void {}
}

const typed = async (...keys: readonly string[]) => {
  const terminal = new TypedTerminal(...keys);
  let shown = "";
  const write = (text: string): void => void (shown += text);
  const password = await passwordFromTerminal(terminal, write).catch((error: unknown) => error);
  return { password, shown, modes: terminal.modes };
};

it("[AUTH-21] asks twice at a terminal, shows nothing, and leaves it as it was", async () => {
  const plain = await typed("s", "ec", "ret\r", "secret\r");
  expect(plain).toEqual({
    password: "secret",
    shown: "Password: \nOnce more: \n",
    modes: [true, false],
  });
  // Corrections, and letters that come in pieces.
  expect((await typed("x\u0015a\u007f\u00c3", "\u00a4\r\u00c3\u00a4\n")).password).toBe("ä");
  const given = await typed("sec\u0003");
  expect(String(given.password)).toContain("given up");
  expect(given.modes).toEqual([true, false]);
  expect(String((await typed("a\r", "b\r")).password)).toContain("differ");
  expect(String((await typed("\r")).password)).toContain("empty");
  const pipe = new TypedTerminal();
  pipe.isTTY = false;
  await expect(passwordFromTerminal(pipe)).rejects.toThrow("--password-stdin");
});

it("[AUTH-21] takes one line of standard input, whatever its end", async () => {
  const given = (...chunks: readonly string[]): Promise<string> =>
    passwordFromInput(
      (async function* () {
        for (const chunk of chunks) yield await Promise.resolve(Buffer.from(chunk));
      })(),
    );
  expect(await given("a", "b\r\nc")).toBe("ab");
  expect(await given(" with spaces ")).toBe(" with spaces ");
  await expect(given("\n")).rejects.toThrow("empty");
  await expect(given("x".repeat(1_025))).rejects.toThrow("1024");
});
