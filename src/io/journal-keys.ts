/**
 * The keys of encrypted journals, from files and from the environment. A key is 64 hexadecimal
 * digits; what a message says of one is its id.
 *
 * A process reads its keys once. A thread of it is handed them as they were read then: the files
 * may be others by now, or gone, as a secret that was mounted for the start is.
 */
import { readFileSync } from "node:fs";
import { JournalKey, JournalKeys, journalKeyBytes } from "../core/journal/index.ts";
import { platformCode } from "./completions.ts";
import type { ServerConfig } from "./config.ts";
import { nodeCrypto } from "./crypto.ts";
import { StartError } from "./start-error.ts";

/** Holds one key or several, the first one to write with. */
export const keyVariable = "REPRISE_JOURNAL_KEY";

interface KeySources {
  /** Holds the one key to write with; null: that of the environment, if there is one. */
  readonly keyFile: string | null;
  /** Hold keys to read with, one a line. */
  readonly oldKeyFiles: readonly string[];
  /** What `keyVariable` is set to; by default what it is in this process. */
  readonly variable?: string | undefined;
}

/** What a server's configuration says. */
export const keySourcesOf = ({ journal }: ServerConfig): Omit<KeySources, "variable"> => ({
  keyFile: journal.keyFile,
  oldKeyFiles: journal.oldKeyFiles,
});

/** Keys as a thread of this process is handed them: an object with private parts is no message. */
export interface KeyBytes {
  readonly current: Uint8Array | null;
  /** All of them. */
  readonly known: readonly Uint8Array[];
}

export const keyBytesOf = ({ current, all }: JournalKeys): KeyBytes => ({
  current: current?.bytes() ?? null,
  known: all.map((key) => key.bytes()),
});

export const keysOfBytes = ({ current, known }: KeyBytes): JournalKeys =>
  new JournalKeys(current && keyOfBytes(current), known.map(keyOfBytes));

/**
 * The keys of a server.
 *
 * @throws StartError JOURNAL_KEY_UNUSABLE naming the file, or the variable
 */
export function loadJournalKeys(sources: KeySources): JournalKeys {
  const { keyFile, oldKeyFiles } = sources;
  const variable = "variable" in sources ? sources.variable : process.env[keyVariable];
  const given = variable === undefined || variable === "" ? [] : keysIn(variable, keyVariable);
  const own = keyFile === null ? given : readKeys(keyFile);
  const [current = null, ...rest] = own;
  if (keyFile !== null && rest.length > 0) {
    const which = "it holds several keys, and one is written with; name the others' files in";
    throw unusable(`journal.keyFile ${keyFile}`, `${which} journal.oldKeyFiles`);
  }
  const older = keyFile === null ? rest : given;
  return new JournalKeys(current, [...oldKeyFiles.flatMap(readKeys), ...older]);
}

/**
 * The keys to read a journal with: those of the files, and those of the environment.
 *
 * @throws StartError as `loadJournalKeys`
 */
export const readingKeys = (files: readonly string[]): JournalKeys =>
  loadJournalKeys({ keyFile: null, oldKeyFiles: files });

function readKeys(file: string): readonly JournalKey[] {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    throw unusable(`the key file ${file}`, `it cannot be read (${platformCode(error)})`);
  }
  return keysIn(text, `the key file ${file}`);
}

/** @throws StartError that shows nothing of the text, which may be a key but for one digit */
function keysIn(text: string, where: string): readonly JournalKey[] {
  const words = text.split(/[\s,]+/).filter((word) => word !== "");
  const digits = journalKeyBytes * 2;
  const isKey = (word: string): boolean => word.length === digits && /^[0-9a-f]+$/i.test(word);
  if (words.length === 0 || !words.every(isKey)) {
    const how = `make one with "openssl rand -hex ${journalKeyBytes}"`;
    throw unusable(where, `a key is ${digits} hexadecimal digits; ${how}`);
  }
  return words.map((word) => keyOfBytes(Uint8Array.from(Buffer.from(word, "hex"))));
}

const keyOfBytes = (bytes: Uint8Array): JournalKey => new JournalKey(nodeCrypto, bytes);

const unusable = (where: string, why: string): StartError =>
  new StartError("JOURNAL_KEY_UNUSABLE", `${where}: ${why}`);
