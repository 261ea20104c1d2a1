import { mkdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { callScope } from "../../../../src/io/accounts/call-scope.ts";
import { StartError } from "../../../../src/io/start-error.ts";
import { temporaryFolder } from "../../../support/temporary-folder.ts";

it("[AUTH-08] whoever counts calls in one journal keeps one name, and another takes another", () => {
  const folder = join(temporaryFolder(), "login");
  // While there is no journal, no call can have been counted under the name before.
  expect(callScope(folder)).not.toBe(callScope(folder));
  const name = callScope(folder);
  mkdirSync(join(folder, "journal"));
  writeFileSync(join(folder, "journal", "0001.segment"), "");
  expect(callScope(folder)).toBe(name);
  expect(callScope(folder)).toBe(name);
  expect(statSync(join(folder, "caller")).mode & 0o077).toBe(0);
  expect(callScope(join(temporaryFolder(), "login"))).not.toBe(name);
  rmSync(join(folder, "journal"), { recursive: true });
  expect(callScope(folder)).not.toBe(name);
  writeFileSync(join(folder, "text"), "");
  expect(() => callScope(join(folder, "text"))).toThrow(StartError);
});
