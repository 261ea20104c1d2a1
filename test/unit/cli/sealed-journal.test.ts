/** Encrypted journals in the commands that read them. */
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { JournalKey } from "../../../src/core/journal/index.ts";
import { keyVariable } from "../../../src/io/journal-keys.ts";
import { reprise } from "../../support/command-line.ts";
import { writeJournal } from "../../support/journal-folder.ts";
import { logKey, withFormat } from "../../support/journal-log.ts";
import { RealmDriver } from "../../support/realm-driver.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

const digitsOf = (byte: number): string => byte.toString(16).padStart(2, "0").repeat(32);
const [first, second] = [0x11, 0x22];

const someEvents = () => {
  const driver = new RealmDriver().start();
  for (let round = 0; round < 10; round += 1) {
    driver.join();
    driver.pass(10);
  }
  return driver.events;
};

/** Two segments, each with a key of its own; the checkpoint has the second one's. */
const sealedJournal = (keys: readonly JournalKey[] = [logKey(first), logKey(second)]) => {
  const folder = temporaryFolder();
  const events = someEvents();
  const segmentsAt = [Math.floor(events.length / 2)];
  const options = { keys, segmentsAt, checkpoint: true, eventsPerBlock: 1, stateDigestEvery: 3 };
  return { folder, ...writeJournal(folder, events, options) };
};

const temporaryName = (): string => join(tmpdir(), `reprise-none-${String(process.pid)}`);

const keyFile = (...bytes: readonly number[]): string => {
  const file = join(temporaryFolder(), "keys");
  writeFileSync(file, bytes.map((byte) => `${digitsOf(byte)}\n`).join(""));
  return file;
};

describe("a journal of a newer format", () => {
  it.each([
    ["inspect"],
    ["replay"],
    ["replay", "--check"],
    ["replay", "--events"],
    ["watch", "--frame"],
    ["export", "--session", "1", "--out", join(temporaryName(), "cut")],
  ])("[JRN-04] is refused by its number, in one line, by %s %s", async (command, ...more) => {
    const { path } = sealedJournal([]);
    const [, second = ""] = readdirSync(path).toSorted();
    const file = join(path, second);
    writeFileSync(file, withFormat(readFileSync(file), 3));
    const run = await reprise(command, path, ...more);
    expect(run.code).toBe(1);
    expect(run.err).toContain(`${file}: it has format 3, this build reads up to 2`);
    expect(run.err.trim().split("\n")).toHaveLength(1);
  });
});

describe("an encrypted journal", () => {
  afterEach(() => void vi.unstubAllEnvs());

  it("[JRN-09] is inspected and replayed with its keys, from files or the environment", async () => {
    const { path, digest } = sealedJournal();
    const plain = writeJournal(temporaryFolder(), someEvents());
    expect(digest).toBe(plain.digest);
    const files = ["--key", keyFile(first), "--key", keyFile(second)];
    const inspected = await reprise("inspect", path, "--json", ...files);
    expect(JSON.parse(inspected.out)).toMatchObject({
      format: 2,
      keys: [logKey(first).id, logKey(second).id],
      problem: null,
    });
    const { out } = await reprise("inspect", path, "--key", keyFile(first, second));
    expect(out).toContain(`2, encrypted with key ${logKey(first).id}, ${logKey(second).id}`);
    vi.stubEnv(keyVariable, `${digitsOf(first)},${digitsOf(second)}`);
    const replayed = await reprise("replay", path, "--check", "--json");
    expect(replayed.err).toBe("");
    expect(JSON.parse(replayed.out)).toMatchObject({ digest, diverged: null });
  });

  it.each(["inspect", "replay", "watch"])(
    "[JRN-09] %s says in one line which key is missing, of which file, and what to do",
    async (command) => {
      const { folder, path } = sealedJournal();
      const more = command === "watch" ? ["--frame"] : [];
      const [one, two] = readdirSync(path).toSorted();
      const run = await reprise(command, path, ...more);
      const advice = "name its file with --key, or set REPRISE_JOURNAL_KEY";
      const lacks = (file: string, byte: number, given: string): string =>
        `reprise ${command}: ${file}: it is encrypted with key ${logKey(byte).id}, and ${given}; ` +
        `${advice}\n`;
      const [checkpoint] = readdirSync(join(folder, "checkpoints"));
      const state = join(folder, "checkpoints", String(checkpoint));
      expect(run).toMatchObject({ code: 1, err: lacks(state, second, "no key was given") });
      rmSync(state);
      vi.stubEnv(keyVariable, digitsOf(second));
      const given = `the given keys are ${logKey(second).id}`;
      const wrong = await reprise(command, path, ...more);
      expect(wrong).toMatchObject({ code: 1, err: lacks(join(path, String(one)), first, given) });
      const segment = join(path, String(two));
      vi.stubEnv(keyVariable, digitsOf(first));
      const other = await reprise(command, segment, ...more);
      expect(other.err).toBe(lacks(segment, second, `the given keys are ${logKey(first).id}`));
    },
  );
});
