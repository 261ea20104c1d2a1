/**
 * Writes a journal of events that are stepped again: with the effects and the states of this build
 * as its digests, so that it replays with `--check` whatever was left out of it or changed in it.
 *
 * The new journal is not encrypted, whatever the first one was: it is made to give away, and the
 * keys of a server are not.
 */
import { randomBytes } from "node:crypto";
import { mkdirSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Event, Machine } from "../../core/contract.ts";
import {
  checkpointPath,
  encodeCheckpoint,
  journalStart,
  JournalWriter,
  stateDigestTable,
} from "../../core/journal/index.ts";
import type { Checkpoint, SegmentIdentity } from "../../core/journal/index.ts";
import type { Digest } from "../../core/contract.ts";
import { eventSequence } from "../../core/kernel/ids.ts";
import { zlibChecksum } from "../../io/checksum.ts";
import { CommandError } from "../command-error.ts";

const blockBytesMax = 65_536;
const segmentBytesMax = 67_108_864;

export interface LogWriterOptions {
  /** A folder that is empty, or not there yet; the journal becomes `FOLDER/journal`. */
  readonly folder: string;
  /** Who wrote the events first. */
  readonly identity: Omit<SegmentIdentity, "salt">;
  /** The state before the first event; null: the first of all. */
  readonly beginning: Checkpoint | null;
}

export class LogWriter {
  readonly #options: LogWriterOptions;
  readonly #writer: JournalWriter;
  readonly #chunks = new Map<string, Uint8Array[]>();

  /** @throws CommandError when the folder has something in it */
  constructor(options: LogWriterOptions) {
    const { folder, identity, beginning } = options;
    const stats = statSync(folder, { throwIfNoEntry: false });
    if (stats !== undefined && (!stats.isDirectory() || readdirSync(folder).length > 0)) {
      throw new CommandError(`${folder} is there already and is no empty folder`);
    }
    this.#options = options;
    const salt = new Uint32Array(new Uint8Array(randomBytes(8)).buffer);
    this.#writer = new JournalWriter({
      ...(beginning?.position ?? journalStart),
      identity: { ...identity, salt: [salt[0] ?? 0, salt[1] ?? 0] },
      limits: { blockBytesMax, segmentBytesMax },
      checksum: zlibChecksum,
    });
  }

  /**
   * Takes an event that was stepped.
   *
   * @param effects of its step; null when it is left out of replays
   */
  add(event: Event, effects: Digest | null, machine: Machine): void {
    const writer = this.#writer;
    if (writer.isFull) this.#seal();
    const sequence = writer.append(event);
    if (effects === null) return;
    writer.effects(effects);
    const table = stateDigestTable(sequence, machine.tables.length);
    if (table !== null) writer.stateDigest(table, machine.tableDigest(table));
  }

  /** Writes the files. Returns how many bytes they have. */
  finish(): number {
    this.#seal();
    const { folder, beginning } = this.#options;
    let bytes = 0;
    for (const [path, chunks] of this.#chunks) bytes += write(join(folder, path), chunks);
    if (beginning === null) return bytes;
    const last = eventSequence(beginning.position.nextSequence - 1);
    const checkpoint = encodeCheckpoint(beginning, zlibChecksum);
    return bytes + write(join(folder, checkpointPath(last)), [checkpoint]);
  }

  #seal(): void {
    const block = this.#writer.seal();
    if (block === null) return;
    const chunks = this.#chunks.get(block.path) ?? [];
    this.#chunks.set(block.path, [...chunks, block.bytes]);
    this.#writer.durable(block.lastSequence);
  }
}

function write(path: string, chunks: readonly Uint8Array[]): number {
  // As the server's own files: for its user and its group.
  mkdirSync(dirname(path), { recursive: true, mode: 0o750 });
  const bytes = Buffer.concat(chunks);
  writeFileSync(path, bytes, { mode: 0o640 });
  return bytes.length;
}
