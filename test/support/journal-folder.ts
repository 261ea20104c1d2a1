/** A journal on the disk, as a server that ran some events would have left it. */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Event } from "../../src/core/contract.ts";
import { builtinFeatures } from "../../src/core/features/index.ts";
import {
  encodeCheckpoint,
  journalStart,
  JournalWriter,
  checkpointPath,
  crc32,
  type JournalKey,
  type JournalPosition,
} from "../../src/core/journal/index.ts";
import { DigestingOutbox } from "../../src/core/kernel/effects.ts";
import { eventSequence } from "../../src/core/kernel/ids.ts";
import { createRealm } from "../../src/core/realm/index.ts";
import type { Feature } from "../../src/core/realm/index.ts";
import { filesOf, logEncryption, logIdentity } from "./journal-log.ts";

export interface WrittenJournal {
  /** The folder of the segments. */
  readonly path: string;
  /** Of the whole state at the end, as the commands print it. */
  readonly digest: string;
  readonly events: number;
}

export interface WriteOptions {
  readonly features?: readonly Feature[];
  readonly eventsPerBlock?: number;
  readonly segmentBytesMax?: number;
  /** A host digests a part of the state far more rarely; a test has no thousands of events. */
  readonly stateDigestEvery?: number;
  /** Begins another segment after these events, as a restart does. */
  readonly segmentsAt?: readonly number[];
  /** Ends with a checkpoint, as an orderly drain does. */
  readonly checkpoint?: boolean;
  /** False: as a role that does not sync each block. */
  readonly isSynced?: boolean;
  /** The keys of the segments, the last one also of all later ones and of the checkpoint. */
  readonly keys?: readonly JournalKey[];
}

/** Steps the events through a realm and journals them below `folder`, as the host does. */
export function writeJournal(
  folder: string,
  events: readonly Event[],
  options: WriteOptions = {},
): WrittenJournal {
  const { features = builtinFeatures, eventsPerBlock = 10, segmentBytesMax = 262_144 } = options;
  const {
    stateDigestEvery = Infinity,
    segmentsAt = [],
    checkpoint = false,
    isSynced = true,
    keys = [],
  } = options;
  const left = [...keys];
  const machine = createRealm({ features }).create();
  const outbox = new DigestingOutbox();
  const writerFrom = (position: JournalPosition): JournalWriter => {
    const key = (left.length > 1 ? left.shift() : left[0]) ?? null;
    return new JournalWriter({
      ...position,
      identity: logIdentity(),
      limits: { blockBytesMax: segmentBytesMax / 2, segmentBytesMax },
      encryption: key && logEncryption(position.nextSegment, key),
    });
  };
  let writer = writerFrom(journalStart);
  const blocks = [];
  for (const [index, event] of events.entries()) {
    const sequence = writer.append(event);
    outbox.begin(event.at);
    machine.step(event, outbox);
    writer.effects(outbox.digest());
    if (sequence % stateDigestEvery === 0) {
      const table = (sequence / stateDigestEvery) % machine.tables.length;
      writer.stateDigest(table, machine.tableDigest(table));
    }
    const isFull = (index + 1) % eventsPerBlock === 0 || index + 1 === events.length;
    const block = isFull ? writer.seal() : null;
    if (block !== null) blocks.push(block);
    if (block !== null && isSynced) writer.durable(block.lastSequence);
    if (segmentsAt.includes(sequence)) writer = writerFrom(writer.position);
  }
  for (const [name, bytes] of filesOf(blocks)) {
    const path = join(folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, bytes);
  }
  if (checkpoint) {
    const { position } = writer;
    const file = join(folder, checkpointPath(eventSequence(events.length)));
    const state = {
      identity: logIdentity(),
      position,
      digest: machine.digest(),
      machine: machine.checkpoint(),
      host: new Uint8Array(0),
    };
    const whole = encodeCheckpoint(state, crc32, left[0] ?? null);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, whole);
  }
  const digest = machine.digest().toString(16).padStart(8, "0");
  return { path: join(folder, "journal"), digest, events: events.length };
}
