/**
 * [CAP-01] What was captured is what happened: the edge, run again on the bytes of each captured
 * connection, makes exactly the packets, refusals and malformed packets that the realm was told.
 * After an orderly end nothing stands in its file that is no part of it.
 */
import type { Event } from "../../core/contract.ts";
import { EdgeReplay } from "../../core/host/index.ts";
import { capturePath, readCapture } from "../../core/journal/index.ts";
import type { CaptureRecord, JournalKeys } from "../../core/journal/index.ts";
import type { ConnectionId, Incarnation } from "../../core/kernel/ids.ts";
import type { Realm } from "../../core/realm/index.ts";
import type { Fault, FaultCounters } from "../faults.ts";
import { CheckFailure } from "./checker.ts";
import type { Checker, DiskImage, Step } from "./checker.ts";
import type { Ending } from "../process/node.ts";
import type { ProcessEnd } from "../process/process.ts";

export interface CaptureCheckerParts {
  /** Of the process that has just ended. */
  readonly realm: () => Realm;
  readonly keys: () => JournalKeys | null;
  readonly faults: FaultCounters;
}

/** What a disk may have done to a file. */
const spoilers = [
  "disk.write-failed",
  "disk.full",
  "disk.read-only",
  "disk.rot",
  "disk.misdirected",
] as const satisfies readonly Fault[];

/** Counts events that came out again. */
export class CaptureChecker implements Checker {
  readonly name = "capture";
  readonly missesReplays = true;
  checked = 0;
  readonly #parts: CaptureCheckerParts;
  #start: Incarnation | null = null;
  #events: Event[] = [];
  /** Whose step threw: its event was told and taken back. */
  #spoilt = new Set<ConnectionId | null>();

  constructor(parts: CaptureCheckerParts) {
    this.#parts = parts;
  }

  stepped({ event, isReplay }: Step): void {
    if (isReplay) return;
    switch (event.type) {
      case "server.started":
        this.#start = event.incarnation;
        return;
      case "step.failed":
        this.#spoilt.add(event.connection);
        return;
      case "packet.received": {
        // What it borrows is written anew in the next turn.
        const bytes = event.bytes.slice(event.start, event.end);
        this.#events.push({ ...event, bytes, start: 0, end: bytes.length });
        return;
      }
      case "packet.refused":
      case "packet.malformed":
      case "connection.opened":
      case "connection.closed":
        this.#events.push(event);
        return;
      default:
        return;
    }
  }

  processEnded(_end: ProcessEnd, ending: Ending | null, disk: DiskImage): void {
    const [start, events, spoilt] = [this.#start, this.#events, this.#spoilt];
    this.#start = null;
    this.#events = [];
    this.#spoilt = new Set();
    if (start === null) return;
    const bytes = disk.read(capturePath(start, 1));
    const read = bytes === null ? null : readCapture(bytes, this.#parts.keys());
    if (read?.ok === false && read.problem.code === "content-malformed") {
      // Its checksums fit, so these are the bytes that were written.
      this.#fail("what is captured can be read", read.problem.detail);
    }
    // A head that the disk has spoilt says nothing, and neither does a file that is not there yet.
    if (read?.ok !== true) return;
    const { tailBytes } = read.value;
    const { counts } = this.#parts.faults;
    // A write that fails may leave some of its bytes.
    if (ending === "drain" && tailBytes > 0 && spoilers.every((fault) => counts[fault] === 0)) {
      this.#fail(
        "a capture is whole after an orderly end",
        `${String(tailBytes)} bytes are no part`,
      );
    }
    this.#expectOpenings(read.value.records);
    const replay = new EdgeReplay(this.#parts.realm());
    replay.takeFile(read.value);
    for (const [index, event] of events.entries()) {
      if ("connection" in event && spoilt.has(event.connection)) continue;
      this.#judge(replay.meet(index, event));
    }
    this.#judge(replay.finish());
    this.checked += replay.agreed;
  }

  /** What is captured from the start has every connection from its opening on. */
  #expectOpenings(records: readonly CaptureRecord[]): void {
    const opened = new Set<ConnectionId>();
    for (const { type, connection } of records) {
      if (type === "opened") opened.add(connection);
      // One that was never let in has no number, and ends all the same.
      else if (connection !== 0 && !opened.has(connection)) {
        this.#fail("a captured connection begins with its opening", `connection ${connection}`);
      }
    }
  }

  #judge(differs: ReturnType<EdgeReplay["finish"]>): void {
    if (differs === null) return;
    const { connection, journalled, made, message } = differs;
    const what = `${journalled?.type ?? "nothing"} was told, and ${made?.type ?? "nothing"} is made`;
    this.#fail(
      "captured bytes give the events that the realm was told",
      `connection ${String(connection)}: ${message}; ${what}`,
    );
  }

  #fail(rule: string, detail: string): never {
    throw new CheckFailure(this.name, rule, detail);
  }
}
