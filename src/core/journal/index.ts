/**
 * The journal: the log of events, its checkpoints, and what reads them. Pure: bytes in, bytes out.
 */
export { blockBytes, lastSequence, type JournalBlock } from "./block.ts";
export {
  captureTail,
  CaptureWriter,
  readCapture,
  type CaptureContent,
  type CaptureEdge,
  type CaptureRecord,
} from "./capture.ts";
export {
  decodeCheckpoint,
  encodeCheckpoint,
  verifyCheckpoint,
  type Checkpoint,
} from "./checkpoint.ts";
export { crc32, type Checksum } from "./checksum.ts";
export { readEvents } from "./event-reader.ts";
export { JournalKey, JournalKeys, journalKeyBytes } from "./keys.ts";
export {
  captureFolder,
  capturePath,
  isCaptureName,
  checkpointFolder,
  checkpointPath,
  checkpointSequence,
  journalFolder,
  journalStart,
  segmentPath,
  segmentSequence,
  type JournalPosition,
  type JournalProblem,
  type SegmentIdentity,
} from "./format.ts";
export { JournalInspector, type JournalSummary } from "./inspect.ts";
export { isStillBlock } from "./reread.ts";
export {
  Replayer,
  stepFailures,
  type Checked,
  type Divergence,
  type ReplayerOptions,
} from "./replayer.ts";
export {
  JournalScanner,
  type JournalEnd,
  type ScannerOptions,
  type ScanVerdict,
} from "./scanner.ts";
export { missingKey } from "./segment-header.ts";
export { stateDigestTable } from "./state-digests.ts";
export {
  JournalWriter,
  type JournalWriterOptions,
  type SealedBlock,
  type WriterEncryption,
} from "./writer.ts";
