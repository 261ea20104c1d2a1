import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import {
  keyBytesOf,
  keysOfBytes,
  loadJournalKeys,
  readingKeys,
} from "../../../src/io/journal-keys.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

const digits = (byte: string): string => byte.repeat(32);
const [a, b, c] = [digits("5c"), digits("01"), digits("Fe")];
/** As docs/JOURNAL.md says: made by `openssl dgst -sha256 -mac HMAC`. */
const idOfA = "77154d659e91c2a3";

const keyFile = (text: string): string => {
  const file = join(temporaryFolder(), "journal.key");
  writeFileSync(file, text);
  return file;
};

describe("keys of journals", () => {
  it("come from a file, or from the environment, or there is none", () => {
    expect(loadJournalKeys({ keyFile: null, oldKeyFiles: [], variable: undefined })).toMatchObject({
      current: null,
      ids: [],
    });
    for (const sources of [
      { keyFile: keyFile(`${a}\n`), oldKeyFiles: [], variable: undefined },
      { keyFile: null, oldKeyFiles: [], variable: a },
    ]) {
      const keys = loadJournalKeys(sources);
      expect(keys.current?.id).toBe(idOfA);
      expect(keys.find(idOfA)).toBe(keys.current);
    }
  });

  it("[JRN-09] that were in use before are read with, and not written with", () => {
    const old = keyFile(`${b}\n${c}`);
    const keys = loadJournalKeys({ keyFile: keyFile(a), oldKeyFiles: [old], variable: undefined });
    expect(keys.current?.id).toBe(idOfA);
    expect(keys.ids).toHaveLength(3);
    const both = loadJournalKeys({ keyFile: keyFile(a), oldKeyFiles: [], variable: b });
    expect(both.current?.id).toBe(idOfA);
    expect(both.ids).toHaveLength(2);
    const listed = loadJournalKeys({ keyFile: null, oldKeyFiles: [], variable: `${b}, ${a}` });
    expect(listed.current?.id).not.toBe(idOfA);
    expect(listed.ids).toContain(idOfA);
  });

  it("are handed to a thread as they were read", () => {
    const old = keyFile(`${b}\n${c}`);
    const keys = loadJournalKeys({ keyFile: keyFile(a), oldKeyFiles: [old], variable: undefined });
    const handed = keysOfBytes(structuredClone(keyBytesOf(keys)));
    expect(handed.current?.id).toBe(idOfA);
    expect(new Set(handed.ids)).toEqual(new Set(keys.ids));
    const none = loadJournalKeys({ keyFile: null, oldKeyFiles: [], variable: undefined });
    expect(keysOfBytes(structuredClone(keyBytesOf(none)))).toMatchObject({
      current: null,
      ids: [],
    });
  });

  it("that are none are refused by the file's name, and without what is in it", () => {
    const wrong = [a.slice(1), `${a}0`, a.replace("5", "g"), "", "\n"];
    for (const text of wrong) {
      const file = keyFile(text);
      const load = () => loadJournalKeys({ keyFile: file, oldKeyFiles: [], variable: undefined });
      expect(load).toThrow(
        `the key file ${file}: a key is 64 hexadecimal digits; make one with "openssl rand -hex 32"`,
      );
    }
    expect(() =>
      loadJournalKeys({ keyFile: null, oldKeyFiles: [], variable: "my dog's name" }),
    ).toThrow(/^REPRISE_JOURNAL_KEY: a key is 64 hexadecimal digits/);
    expect(() => readingKeys(["/nowhere/a.key"])).toThrow(
      "the key file /nowhere/a.key: it cannot be read (ENOENT)",
    );
    const two = keyFile(`${a}\n${b}\n`);
    expect(() => loadJournalKeys({ keyFile: two, oldKeyFiles: [], variable: undefined })).toThrow(
      /journal\.keyFile .* holds several keys.*journal\.oldKeyFiles/,
    );
  });
});
