/**
 * Byte capture: what some connections send, as it came, into files of its own. For finding out
 * what a client did, and for running the edge again on it: see `edge-replay.ts`.
 *
 *     off --order--> clearing --old captures are gone--> on --order, time, size, trouble--> off
 *
 * X1. A capture is of whole connections, from their opening. Those that are open when it begins are
 *     not in it.
 * X2. It is bounded by bytes and by time, on the disk and in memory, and ends at its bounds. It has
 *     no gap: what cannot be written in time ends it.
 * X3. It harms nobody: a disk that fails it fails nothing else, and nobody waits for it.
 */
import type { FileOperation, FileResult, Syscalls } from "../contract.ts";
import { ConnectionEdge, TappedEdge } from "../edge/index.ts";
import type { EdgeConfig, EdgeResult, EdgeTap, SecretVault } from "../edge/index.ts";
import { captureFolder, capturePath, CaptureWriter, isCaptureName } from "../journal/index.ts";
import type {
  CaptureRecord,
  Checksum,
  SegmentIdentity,
  WriterEncryption,
} from "../journal/index.ts";
import type { ConnectionId, Micros, SecretRef } from "../kernel/ids.ts";
import { limits } from "../kernel/limits.ts";
import type { HostConfig } from "./config.ts";
import type { HostCounters } from "./counters.ts";
import { runScript } from "./files.ts";
import type { FileDesk, FileScript } from "./files.ts";
import type { Now } from "./parts.ts";

/** What an operator says, or the configuration. */
export type CaptureOrder =
  | { readonly type: "off" }
  | {
      readonly type: "on";
      /** All connections, or those from these IP addresses. */
      readonly of: "all" | readonly string[];
      /** When it ends at the latest, from now, >= 1. */
      readonly seconds: number;
      /** How many bytes of files it may make, >= 1; a turn's more at the most. */
      readonly bytes: number;
    };

/** The order that a setting stands for: `off`, `all`, or addresses with commas between them. */
export function captureOrder(
  of: string,
  { seconds, bytes }: { readonly seconds: number; readonly bytes: number },
): CaptureOrder {
  if (of === "off") return { type: "off" };
  const addresses = of.split(",").map((address) => address.trim());
  return { type: "on", of: of === "all" ? "all" : addresses, seconds, bytes };
}

export interface CaptureParts {
  readonly config: HostConfig;
  readonly desk: FileDesk;
  readonly counters: HostCounters;
  readonly syscalls: Pick<Syscalls, "log">;
  readonly identity: SegmentIdentity;
  readonly encryption: WriterEncryption | null;
  readonly checksum: Checksum;
  readonly now: Now;
}

type Order = Extract<CaptureOrder, { readonly type: "on" }>;

export class Capture {
  readonly #parts: CaptureParts;
  #session: Session | null = null;
  /** Files of this start. */
  #files = 0;

  constructor(parts: CaptureParts) {
    this.#parts = parts;
    const { captureOf, captureSeconds, captureBytes } = parts.config;
    this.take(captureOrder(captureOf, { seconds: captureSeconds, bytes: captureBytes }));
  }

  /** Begins a capture, after the end of one that goes on, or ends it. */
  take(order: CaptureOrder): void {
    if (order.type === "off") return this.#session?.end("as ordered");
    this.#session?.end("another one begins");
    const { syscalls, config } = this.#parts;
    const { of, seconds, bytes } = order;
    const session = new Session(order, {
      ...this.#parts,
      nextFile: () => (this.#files += 1),
      over: (why, written) => {
        if (this.#session === session) this.#session = null;
        this.#parts.counters.set("capture_on", 0);
        syscalls.log("info", "byte capture has ended", { why, bytes: written });
      },
    });
    this.#session = session;
    this.#parts.counters.set("capture_on", 1);
    syscalls.log("warn", "byte capture is on: all that clients send is written, passwords, too", {
      of: of === "all" ? of : of.join(","),
      seconds,
      bytes,
      folder: `${config.folder}/${captureFolder}`,
    });
    session.begin();
  }

  /** The edge of a new connection; `opened` must follow. */
  edgeOf(remote: string, config: EdgeConfig, vault: SecretVault): ConnectionEdge {
    const session = this.#session;
    if (session === null || !session.wants(remote)) return new ConnectionEdge(config, vault);
    const tap = new Tap(session, remote);
    const edge = new TappedEdge(config, vault, tap);
    session.taps.set(edge, tap);
    return edge;
  }

  /** The connection of the edge has its number now. */
  opened(edge: ConnectionEdge, connection: ConnectionId): void {
    this.#session?.taps.get(edge)?.opened(connection);
    this.#session?.taps.delete(edge);
  }

  /** A turn ends. */
  turn(): void {
    this.#session?.turn();
  }

  /** Writes what is left, for a process that ends in order. */
  *finish(): FileScript<void> {
    const last = this.#session?.lastWrite() ?? null;
    if (last !== null) yield last;
  }
}

interface SessionParts extends CaptureParts {
  readonly nextFile: () => number;
  readonly over: (why: string, written: number) => void;
}

class Session {
  /** Of connections that have no number yet. */
  readonly taps = new Map<ConnectionEdge, Tap>();
  readonly #order: Order;
  readonly #parts: SessionParts;
  readonly #addresses: ReadonlySet<string> | null;
  /** Monotonic time of its end. */
  readonly #until: number;
  #writer: CaptureWriter;
  #path = "";
  #fileBytes = 0;
  #written = 0;
  #writtenAt = 0;
  /** Writes, or the removal of old captures, that are not answered. */
  #isBusy = true;
  #isOver = false;

  constructor(order: Order, parts: SessionParts) {
    this.#order = order;
    this.#parts = parts;
    this.#addresses = order.of === "all" ? null : new Set(order.of);
    this.#until = parts.now.monotonic + order.seconds * 1e6;
    this.#writer = this.#nextFile();
  }

  get at(): Micros {
    return this.#parts.now.at;
  }

  /** Makes room: what earlier captures have left is within the bound, before more is added. */
  begin(): void {
    runScript(this.#parts.desk, this.#clear(), () => (this.#isBusy = false));
  }

  wants(remote: string): boolean {
    if (this.#addresses === null) return true;
    const address = remote.slice(0, Math.max(0, remote.lastIndexOf(":")));
    return this.#addresses.has(address) || this.#addresses.has(address.replace(/^\[|\]$/g, ""));
  }

  put(record: CaptureRecord): void {
    if (this.#isOver) return;
    this.#writer.put(record);
    if (record.type === "opened") this.#parts.counters.add("capture_connections_total");
    if (this.#writer.openBytes > limits.captureAheadBytes) this.end("the disk did not keep up");
  }

  turn(): void {
    const { monotonic } = this.#parts.now;
    if (monotonic >= this.#until) return this.end("its time is over");
    if (this.#isBusy || this.#writer.openBytes === 0) return;
    const isDue = monotonic - this.#writtenAt >= limits.captureFlushMs * 1_000;
    if (isDue || this.#writer.openBytes >= limits.captureFlushBytes) this.#write();
  }

  end(why: string): void {
    if (this.#isOver) return;
    const last = this.lastWrite();
    if (last !== null) this.#parts.desk.order(last, (result) => this.#answered(result));
    this.#isOver = true;
    this.#parts.over(why, this.#written);
  }

  /** The write of what is not written yet; null when that is nothing. */
  lastWrite(): FileOperation | null {
    const bytes = this.#isOver ? null : this.#writer.take();
    if (bytes === null) return null;
    const { counters } = this.#parts;
    const operation = { type: "write", path: this.#path, offset: this.#fileBytes, bytes } as const;
    this.#fileBytes += bytes.length;
    this.#written += bytes.length;
    counters.add("capture_bytes_total", bytes.length);
    return operation;
  }

  #write(): void {
    const operation = this.lastWrite();
    if (operation === null) return;
    this.#isBusy = true;
    this.#writtenAt = this.#parts.now.monotonic;
    this.#parts.desk.order(operation, (result) => this.#answered(result));
    if (this.#written >= this.#order.bytes) this.end("it has its size");
    else if (this.#fileBytes >= limits.captureFileBytes) this.#writer = this.#nextFile();
  }

  #answered(result: FileResult): void {
    this.#isBusy = false;
    if (result.ok) return;
    this.#parts.counters.add("capture_failures_total");
    this.end(`the disk failed it: ${result.code}`);
  }

  #nextFile(): CaptureWriter {
    const { identity, encryption, checksum, config } = this.#parts;
    const file = this.#parts.nextFile();
    this.#path = capturePath(identity.incarnation, file);
    this.#fileBytes = 0;
    const { lengthEndian, session, budgetMultiplier } = config;
    const edge = { lengthEndian, ...session, budgetMultiplier };
    return new CaptureWriter({ identity, file, edge }, encryption, checksum);
  }

  *#clear(): FileScript<void> {
    const found = yield { type: "list", folder: captureFolder };
    if (!found.ok || found.type !== "entries") return;
    const files = found.entries.filter(({ name }) => isCaptureName(name));
    let held = files.reduce((sum, { bytes }) => sum + bytes, 0);
    for (const { name, bytes } of files) {
      if (held <= this.#order.bytes) return;
      held -= bytes;
      yield { type: "remove", path: `${captureFolder}/${name}` };
    }
  }
}

/** What one connection's edge tells, as records. */
class Tap implements EdgeTap {
  readonly #session: Session;
  readonly #remote: string;
  #connection = 0 as ConnectionId;
  // Polls in a row at one time are one record.
  #polledAt = 0 as Micros;
  #found = 0;

  constructor(session: Session, remote: string) {
    this.#session = session;
    this.#remote = remote;
  }

  opened(connection: ConnectionId): void {
    this.#connection = connection;
    this.#put({ type: "opened", ...this.#common, remote: this.#remote });
  }

  received(bytes: Uint8Array): void {
    this.#flush();
    this.#put({ type: "received", ...this.#common, bytes });
  }

  polled(at: Micros, result: EdgeResult): void {
    if (at !== this.#polledAt) this.#flush();
    this.#polledAt = at;
    if (result === "starved") this.#tellPolled(true);
    else this.#found += 1;
  }

  reported(due: Micros): void {
    this.#flush();
    this.#put({ type: "reported", ...this.#common, due });
  }

  sealed(ref: SecretRef): void {
    // The poll under way is told behind it: the edge takes its references in their order.
    this.#put({ type: "sealed", ...this.#common, ref });
  }

  ended(): void {
    this.#flush();
    this.#put({ type: "closed", ...this.#common });
  }

  get #common() {
    return { connection: this.#connection, at: this.#session.at };
  }

  #flush(): void {
    if (this.#found > 0) this.#tellPolled(false);
  }

  #tellPolled(isStarved: boolean): void {
    const [at, found] = [this.#polledAt, this.#found];
    this.#found = 0;
    this.#put({ type: "polled", connection: this.#connection, at, found, isStarved });
  }

  #put(record: CaptureRecord): void {
    this.#session.put(record);
  }
}
