import { mkdirSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { callScope } from "../../../src/io/accounts/call-scope.ts";
import { startRecord } from "../../../src/io/start-record.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

const unexpected = (file: string, code: string): never => {
  throw new Error(`${file}: ${code}`);
};

it("[JRN-22] keeps the last start of a role beside its folder, for each name that it calls under", () => {
  const data = temporaryFolder();
  const folder = join(data, "login");
  const first = callScope(folder);
  const record = () => startRecord(folder, unexpected);
  expect(record().last).toBe(0);
  record().begins(7);
  expect(record().last).toBe(7);
  record().begins(8);
  const second = callScope(folder);
  expect(second).not.toBe(first);
  expect(record().last).toBe(0);
  record().begins(1);
  writeFileSync(join(folder, "caller"), `${first}\n`);
  expect(record().last).toBe(8);
  expect(startRecord(join(data, "game"), unexpected).last).toBe(0);
  expect(readdirSync(data).toSorted()).toEqual(["login", "login.starts"]);
  expect(statSync(join(data, "login.starts")).mode & 0o077).toBe(0);
});

it("takes what is not its own for nothing, and says when it cannot write", () => {
  const data = temporaryFolder();
  const folder = join(data, "game");
  const scope = callScope(folder);
  const file = join(data, "game.starts");
  for (const text of ["", "{", "[]", "null", `{"${scope}":0}`, `{"${scope}":1e9}`]) {
    writeFileSync(file, text);
    expect(startRecord(folder, unexpected).last).toBe(0);
  }
  startRecord(folder, unexpected).begins(3);
  expect(startRecord(folder, unexpected).last).toBe(3);
  const other = join(data, "other");
  callScope(other);
  mkdirSync(join(data, "other.starts"));
  const warned: string[] = [];
  startRecord(other, (...words) => void warned.push(...words)).begins(2);
  expect(warned).toEqual([join(data, "other.starts"), "EISDIR"]);
  expect(readdirSync(data).filter((name) => name.endsWith(".new"))).toEqual([]);
});
