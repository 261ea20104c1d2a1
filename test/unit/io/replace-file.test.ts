import fs from "node:fs";
import { join } from "node:path";
import { expect, it, onTestFinished, vi } from "vitest";
import { keySetFile, openTokenKeys } from "../../../src/io/accounts/token-keys.ts";
import { developmentCertificate } from "../../../src/io/certificate.ts";
import { folderAdvice, replaceFileSync } from "../../../src/io/replace-file.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

/** From here on every file that is written has no room. */
function runFull(code: string): void {
  const write = fs.writeFileSync;
  const spy = vi.spyOn(fs, "writeFileSync").mockImplementation((path) => {
    write(path, "");
    throw Object.assign(new Error(code), { code });
  });
  onTestFinished(() => spy.mockRestore());
}

it("writes a file anew only when its text is another", () => {
  const path = join(temporaryFolder(), "file");
  replaceFileSync(path, "one", 0o600);
  const before = fs.statSync(path);
  replaceFileSync(path, "one", 0o600);
  expect(fs.statSync(path).ino).toBe(before.ino);
  replaceFileSync(path, "two", 0o600);
  expect(fs.readFileSync(path, "utf8")).toBe("two");
});

it("what cannot be written leaves the old file, and nothing beside it", () => {
  const folder = temporaryFolder();
  const path = join(folder, "file");
  replaceFileSync(path, "one", 0o600);
  runFull("ENOSPC");
  expect(() => replaceFileSync(path, "two", 0o600)).toThrow("ENOSPC");
  expect(fs.readdirSync(folder)).toEqual(["file"]);
  expect(fs.readFileSync(path, "utf8")).toBe("one");
});

it("tells why a file cannot be written, and not why it cannot be removed", () => {
  const file = join(temporaryFolder(), "file");
  fs.writeFileSync(file, "");
  expect(() => replaceFileSync(join(file, "below"), "one", 0o600)).toThrow(/open .*below/);
});

it.each([
  ["ENOSPC", "free space there or choose another: --data-dir DIR"],
  ["EDQUOT", "free space there or choose another: --data-dir DIR"],
  ["EACCES", "make the folder writable or choose another: --data-dir DIR"],
])("[TLS-08] [AUTH-11] %s is told with what helps, by keys and certificates", (code, advice) => {
  expect(folderAdvice(Object.assign(new Error(), { code }))).toBe(advice);
  const [first, second] = [temporaryFolder(), temporaryFolder()];
  const options = { mode: "development", signs: true, keyFile: null, publicKeys: null } as const;
  const known = openTokenKeys({ ...options, dataDir: first });
  runFull(code);
  // What is there already needs no room.
  expect(openTokenKeys({ ...options, dataDir: first })).toEqual(known);
  expect(fs.existsSync(keySetFile(first))).toBe(true);
  expect(() => openTokenKeys({ ...options, dataDir: second })).toThrow(`(${code}); ${advice}`);
  expect(() => developmentCertificate(join(second, "tls"))).toThrow(`(${code}); ${advice}`);
  const left = fs.readdirSync(second, { recursive: true });
  expect(left.filter((name) => String(name).endsWith(".new"))).toEqual([]);
});
