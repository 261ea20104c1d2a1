import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { lockFolder } from "../../../src/io/lock.ts";
import { StartError } from "../../../src/io/start-error.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

const lockModule = new URL("../../../src/io/lock.ts", import.meta.url).href;

/** A process that holds the lock until it is killed; resolves when it has it, or to its error. */
async function otherProcess(
  folder: string,
): Promise<{ readonly said: string; kill(): Promise<unknown> }> {
  const script = `
    const { lockFolder } = await import(${JSON.stringify(lockModule)});
    try { lockFolder(${JSON.stringify(folder)}); console.log("locked"); }
    catch (error) { console.log(error.message); }
    setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", script], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  const [said] = (await once(child.stdout, "data")) as [Buffer];
  const kill = (): Promise<unknown> => {
    const ended = once(child, "exit");
    child.kill("SIGKILL");
    return ended;
  };
  return { said: said.toString().trim(), kill };
}

function lockError(folder: string): StartError {
  try {
    lockFolder(folder).release();
  } catch (error) {
    if (error instanceof StartError) return error;
    throw error;
  }
  throw new Error("it was free");
}

it("[NET-11] [JRN-08] a folder is locked once; the error names folder, owner and what to do", () => {
  const folder = join(temporaryFolder(), "game");
  const lock = lockFolder(folder);
  const error = lockError(folder);
  expect(error.code).toBe("DATA_FOLDER_LOCKED");
  expect(error.message).toContain(folder);
  expect(error.message).toContain(`process ${process.pid} since 2`);
  expect(error.message).toContain("--data-dir DIR");
  expect(error.message).not.toContain("\n");
  lock.release();
  lock.release();
  expect(existsSync(join(folder, "owner.json"))).toBe(false);
  lockFolder(folder).release();
});

it("[NET-11] [JRN-08] the lock of another process holds until that process is killed, then is free at once", async () => {
  const folder = temporaryFolder();
  const other = await otherProcess(folder);
  expect(other.said).toBe("locked");
  expect(lockError(folder).message).toMatch(/process \d+ since/);
  await other.kill();
  // Its name is still there, and means nothing.
  expect(existsSync(join(folder, "owner.json"))).toBe(true);
  const lock = lockFolder(folder);
  expect(JSON.parse(readFileSync(join(folder, "owner.json"), "utf8")).pid).toBe(process.pid);
  lock.release();
});

it("[NET-11] an owner's name whose process id is in use again does not hold the lock", () => {
  const folder = temporaryFolder();
  // Process 1 always runs.
  writeFileSync(join(folder, "owner.json"), JSON.stringify({ pid: 1, birth: "x", since: "then" }));
  const lock = lockFolder(folder);
  expect(lockError(folder).code).toBe("DATA_FOLDER_LOCKED");
  lock.release();
});

it("[NET-11] [JRN-08] of many processes that come at once, after a kill, exactly one gets the lock", async () => {
  const folder = temporaryFolder();
  await (await otherProcess(folder)).kill();
  const all = await Promise.all(Array.from({ length: 5 }, () => otherProcess(folder)));
  expect(all.filter(({ said }) => said === "locked")).toHaveLength(1);
});

it("[JRN-08] a lock holds also where the name of its owner cannot be written", () => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, "owner.json"));
  const lock = lockFolder(folder);
  const error = lockError(folder);
  expect(error.code).toBe("DATA_FOLDER_LOCKED");
  expect(error.message).toContain("is in use by another process");
  lock.release();
  lockFolder(folder).release();
  expect(existsSync(join(folder, "owner.json"))).toBe(true);
});

it("a folder that cannot be used is told as such", () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, "file"), "");
  expect(lockError(join(folder, "file")).code).toBe("DATA_FOLDER_UNUSABLE");
  mkdirSync(join(folder, "game", "lock"), { recursive: true });
  expect(lockError(join(folder, "game")).code).toBe("DATA_FOLDER_UNUSABLE");
  writeFileSync(
    join(folder, "lock"),
    "no database, and long enough to be taken for a damaged one".repeat(40),
  );
  expect(lockError(folder).code).toBe("DATA_FOLDER_UNUSABLE");
});
