/**
 * The borders of the core, in one file: what comes in, what goes out, and in what order.
 *
 *     sockets, clocks, disks --completions--> Host --events--> Machine (the realm)
 *                            <---Syscalls----      <--Outbox--
 *
 * C1. One step, one drain. The host performs everything that a step put into the outbox before it
 *     makes the next step.
 * C2. The same events give the same effects, bytes and digests, in every process, on every
 *     supported Node and CPU. A machine owns its state and changes it in place.
 * C3. `step` is not re-entrant, and no method of an outbox or of the system calls calls back.
 * C4. An event and its bytes are borrowed: they are valid until `step` returns.
 * C5. Events are facts and named in the past; effects are orders and named in the imperative.
 * C6. `connection.closed` is the last event of its connection. Orders for a connection that is gone
 *     are ignored and counted.
 * C7. Time never goes back: `at` of an event is at least the `at` of the event before it.
 */
import type { ErrorCode } from "./kernel/errors.ts";
import type {
  CallId,
  ConnectionId,
  EventSequence,
  Incarnation,
  Micros,
  PacketType,
} from "./kernel/ids.ts";
import type { PlainData } from "./kernel/plain.ts";
import type { CloseReason, RefusalReason } from "./kernel/reasons.ts";

// ---------------------------------------------------------------- events: the world to the realm

/** What happened, in the order in which the realm learns of it. This is what the journal holds. */
export type Event =
  | ServerStarted
  | ConnectionOpened
  | PacketReceived
  | PacketRefused
  | PacketMalformed
  | ConnectionCongested
  | ConnectionWritable
  | ConnectionEnded
  | ConnectionClosed
  | TimeReached
  | CallCompleted
  | ConfigChanged
  | ClockCorrected
  | HostStalled
  | JournalLow
  | JournalAmple
  | JournalRecovered
  | StepFailed
  | DrainRequested;

export type EventType = Event["type"];

/** The first event of every start, durable before anything leaves. */
export interface ServerStarted {
  readonly type: "server.started";
  readonly at: Micros;
  readonly incarnation: Incarnation;
  /** Four 32-bit words that seed the game's random streams. Used by the first start only. */
  readonly seed: readonly [number, number, number, number];
  /** The journalled part of the configuration, see `RealmConfig`. */
  readonly config: PlainData;
}

/** A link is up and ready for packets; over TLS that means after the handshake. */
export interface ConnectionOpened {
  readonly type: "connection.opened";
  readonly at: Micros;
  readonly connection: ConnectionId;
  /** `address:port` of the peer, or "unknown". */
  readonly remote: string;
  readonly security: "tls" | "plain";
}

/** One whole packet whose envelope was sound, within its budget and next in sequence. */
export interface PacketReceived {
  readonly type: "packet.received";
  readonly at: Micros;
  readonly connection: ConnectionId;
  readonly transport: "stream" | "datagram";
  /**
   * `bytes[start..end)` is an encoded `Packet` without the frame's length, 1..65,536 bytes; secret
   * fields cut out. A range, because the bytes are those that the network or the disk gave.
   */
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
}

/**
 * Packets that the edge turned away. The first of a kind in a second is told at once, the others
 * of that second together, so that a flood cannot fill the journal.
 */
export interface PacketRefused {
  readonly type: "packet.refused";
  readonly at: Micros;
  readonly connection: ConnectionId;
  readonly packetType: PacketType;
  readonly reason: RefusalReason;
  /** How many packets this event stands for, >= 1. */
  readonly count: number;
  /** The sequence that the last of them carried. */
  readonly sequence: number;
}

/** Bytes that are no packet. What follows may still be sound, unless the framing itself is lost. */
export interface PacketMalformed {
  readonly type: "packet.malformed";
  readonly at: Micros;
  readonly connection: ConnectionId;
  readonly reason: "frame-length" | "envelope" | "size" | "sequence" | "compressed" | "transport";
}

/** The peer reads more slowly than we write: its queue passed the high-water mark. */
export interface ConnectionCongested {
  readonly type: "connection.congested";
  readonly at: Micros;
  readonly connection: ConnectionId;
}

/** The queue of a congested connection is below the low-water mark again. */
export interface ConnectionWritable {
  readonly type: "connection.writable";
  readonly at: Micros;
  readonly connection: ConnectionId;
}

/** The peer will send no more (FIN); it may still read. */
export interface ConnectionEnded {
  readonly type: "connection.ended";
  readonly at: Micros;
  readonly connection: ConnectionId;
}

/** The link is gone. Always the last event of its connection, and exactly one. */
export interface ConnectionClosed {
  readonly type: "connection.closed";
  readonly at: Micros;
  readonly connection: ConnectionId;
  readonly reason: CloseReason;
}

/**
 * Time has passed `nextTimeout()`: fire what is due. Comes before any event whose `at` is past it,
 * but for `server.started`, `step.failed` and `host.stalled`, which are about the past.
 */
export interface TimeReached {
  readonly type: "time.reached";
  readonly at: Micros;
}

/**
 * The answer to a call. Exactly one for each call, also across a crash. What was secret in it is
 * here as `{ secret: SecretRef }`.
 */
export interface CallCompleted {
  readonly type: "call.completed";
  readonly at: Micros;
  readonly call: CallId;
  readonly result: CallResult;
}

export type CallResult =
  | { readonly ok: true; readonly answer: PlainData }
  | {
      readonly ok: false;
      readonly code: "UNAVAILABLE" | "SEALED_LOST" | "INTERNAL" | "LIMIT_REACHED";
    };

/** The journalled configuration is a new one from here on. */
export interface ConfigChanged {
  readonly type: "config.changed";
  readonly at: Micros;
  readonly config: PlainData;
}

/**
 * The wall clock now differs from `at` by `offsetMicros` (may be negative). For calendar dates
 * only.
 * After `server.started` it does not differ, until this event says so again.
 */
export interface ClockCorrected {
  readonly type: "clock.corrected";
  readonly at: Micros;
  readonly offsetMicros: number;
}

/**
 * From `at` on the process did nothing for `duration`: peers are not to blame for silence in it.
 */
export interface HostStalled {
  readonly type: "host.stalled";
  readonly at: Micros;
  readonly duration: Micros;
}

/** The journal has entered its reserve. */
export interface JournalLow {
  readonly type: "journal.low";
  readonly at: Micros;
  readonly freeBytes: number;
}

/** The reserve is whole again. */
export interface JournalAmple {
  readonly type: "journal.ample";
  readonly at: Micros;
}

/** The state was rebuilt from the journal. Follows `server.started`. */
export interface JournalRecovered {
  readonly type: "journal.recovered";
  readonly at: Micros;
  readonly events: number;
  readonly cutBytes: number;
}

/** The step of an earlier event threw in a feature. Replay leaves that event out. */
export interface StepFailed {
  readonly type: "step.failed";
  readonly at: Micros;
  readonly failed: EventSequence;
  /** The connection whose event it was, to be closed; null when it was nobody's. */
  readonly connection: ConnectionId | null;
  readonly feature: string;
}

/** An orderly end was asked for: no new sessions, say goodbye, finish by `deadline`. */
export interface DrainRequested {
  readonly type: "drain.requested";
  readonly at: Micros;
  readonly deadline: Micros;
}

// ---------------------------------------------------------------- effects: the realm to the world

/** `committed` waits for its event to be durable; `prompt` leaves at once and may be rewound. */
export type Delivery = "committed" | "prompt";
/** `flush` queues behind what is held and sent; `reset` is immediate and for abuse. */
export type CloseMode = "flush" | "reset";
/** `once` waits until its event is durable and is deduplicated by its key on the other side. */
export type CallEffect = "none" | "once";
/** A payload encoded in this step. Valid until the step returns. */
export type PayloadRef = number & { readonly payloadRef: true };
export type LogLevel = "debug" | "info" | "warn" | "error";
export type LogFields = Readonly<Record<string, string | number | boolean | null>>;

export interface SendOrder {
  readonly connection: ConnectionId;
  readonly payload: PayloadRef;
  readonly delivery: Delivery;
  /** Counted by the realm per session and delivery, from 1. */
  readonly sequence: number;
  /** The sequence of the packet that this answers, or 0. */
  readonly inReplyTo: number;
}

/**
 * Where a step puts its effects. Methods and not a list of objects: it is the hot path. None of
 * them throws, blocks or calls back. `send`, `close` and `call` enter the event's effect digest in
 * the order of the calls; `log` and `count` never do.
 */
export interface Outbox {
  /**
   * Takes the payload `bytes[start..end)`, by default all of them, once for all that get it. Read
   * by this and by `send` only: their owner may write them again once he has sent them to all.
   */
  payload(type: PacketType, bytes: Uint8Array, start?: number, end?: number): PayloadRef;
  /**
   * Frames the payload for one connection. Header timestamp: `at` of the event, in milliseconds.
   */
  send(
    connection: ConnectionId,
    payload: PayloadRef,
    delivery: Delivery,
    sequence: number,
    inReplyTo: number,
  ): void;
  close(connection: ConnectionId, mode: CloseMode, code: ErrorCode): void;
  /**
   * Asks the outside; answered by one `call.completed`. A request is a record that nobody changes
   * afterwards, and names a secret as `{ secret: SecretRef }`. `asker` is the connection of the
   * session that made the call, or null: whoever performs calls keeps the secrets of the answer for
   * it. It does not enter the digest.
   */
  call(
    call: CallId,
    operation: string,
    request: PlainData,
    effect: CallEffect,
    asker: ConnectionId | null,
  ): void;
  log(level: LogLevel, message: string, fields?: LogFields): void;
  /** Adds to the named counter of the metrics table. */
  count(counter: string, by?: number): void;
}

// ---------------------------------------------------------------- the machine

/** 32 bits over a canonical form. Equal digests of equal things in every process. */
export type Digest = number;

/**
 * The journalled machine. The realm is the one implementation; replay, follower and tools drive it.
 */
export interface Machine {
  /**
   * Applies one event. Throws only `InvariantError` and what a feature threw (see `failedFeature`).
   */
  step(event: Event, outbox: Outbox): void;
  /**
   * When the machine wants `time.reached`, or null when it waits for nothing. Ask after each step.
   */
  nextTimeout(): Micros | null;
  /** The whole state, from which `restore` of the same build goes on identically. */
  checkpoint(): Uint8Array;
  /**
   * Replaces the state. Throws `ApiMisuseError` for bytes that `checkpoint` of this build did not
   * write.
   */
  restore(bytes: Uint8Array): void;
  /** Over the whole state; cost grows with it. */
  digest(): Digest;
  /** The names of what `view` shows, each `feature.view`. */
  readonly views: readonly string[];
  /**
   * What a feature shows of its state to tools, between steps. Changes nothing; for reading only,
   * and only until the next step. Throws `ApiMisuseError` for a name that is not in `views`.
   */
  view(name: string): PlainData;
  /** The names of the state's tables, in their fixed order. */
  readonly tables: readonly string[];
  /** Over one table; `index` counts in `tables`. */
  tableDigest(index: number): Digest;
  /** Names the feature whose code threw in the last step; null when the kernel's own did. */
  readonly failedFeature: string | null;
}

// ---------------------------------------------------------------- system calls: the host to the
// world

/** A socket as `io` or `sim` knows it. Given by them, not reused while the host knows it. */
export type SocketId = number & { readonly socketId: true };
/** Ties a file or call order to its completion. Given by the host, from 1. */
export type RequestId = number & { readonly requestId: true };

/**
 * Everything the host can ask of the platform, and all that differs between production and the
 * simulator. An order never fails at the call; how it went comes back as a completion.
 */
export interface Syscalls {
  /** Monotonic time in microseconds from an arbitrary start. */
  monotonic(): Micros;
  /** The wall clock in microseconds since the epoch; may step in both directions. */
  wallClock(): Micros;
  /** `length` bytes from the system's secure source. */
  entropy(length: number): Uint8Array;

  /** Starts accepting. Completion: `listening` or `listenFailed`. */
  listen(): void;
  /** Stops accepting; open sockets stay. */
  stopListening(): void;
  /**
   * Queues bytes to a socket in order. Ownership passes: nobody changes the bytes afterwards.
   * Returns how many bytes the socket holds unsent, these included.
   */
  write(socket: SocketId, bytes: Uint8Array): number;
  /** Stops and restarts delivery of `received`; the peer feels it as a full window. */
  pauseReading(socket: SocketId): void;
  resumeReading(socket: SocketId): void;
  /**
   * `flush` sends what is queued, then closes; `reset` discards. Completion: `socketClosed`. The
   * host does not ask twice, except for a `reset` when a `flush` takes too long.
   */
  closeSocket(socket: SocketId, mode: CloseMode): void;

  /**
   * One file operation. Those on one path are carried out and complete in the order of the orders,
   * so a sync may be ordered right behind its write. Completion: `fileDone`.
   */
  file(request: RequestId, operation: FileOperation): void;
  /**
   * Hands a call to whoever performs it. Completion: `callDone`, in whose answer a secret stands as
   * `{ sealed: Uint8Array }`, a record of exactly that key.
   */
  perform(call: CallId, operation: string, request: PlainData): void;

  log(level: LogLevel, message: string, fields: LogFields): void;
  /** Ends the process. `message` is one line that says what, where and what to do. */
  exit(code: number, message: string): void;
}

/** Paths are relative to the role's data folder, with `/`. */
export type FileOperation =
  | { readonly type: "list"; readonly folder: string }
  | {
      readonly type: "read";
      readonly path: string;
      readonly offset: number;
      readonly length: number;
    }
  /**
   * Writes at `offset` and completes when the page cache has it. Creates file and folder. The bytes
   * are lent until the completion. With `zerosBehind` what follows them is zeros afterwards: so
   * many, and up to a page more.
   */
  | {
      readonly type: "write";
      readonly path: string;
      readonly offset: number;
      readonly bytes: Uint8Array;
      readonly zerosBehind?: number;
    }
  /** Completes when what was written to the file is durable. */
  | { readonly type: "sync"; readonly path: string }
  /** Makes creation, rename and removal of the folder's entries durable. */
  | { readonly type: "syncFolder"; readonly folder: string }
  | { readonly type: "truncate"; readonly path: string; readonly length: number }
  | { readonly type: "rename"; readonly from: string; readonly to: string }
  | { readonly type: "remove"; readonly path: string };

export type FileResult =
  | { readonly ok: true; readonly type: "done" }
  /** Fewer bytes than asked for only at the end of the file. A missing file reads as length 0. */
  | { readonly ok: true; readonly type: "bytes"; readonly bytes: Uint8Array }
  /** Files of the folder in ascending order of name; a missing folder lists nothing. */
  | { readonly ok: true; readonly type: "entries"; readonly entries: readonly FileEntry[] }
  /** `code` as the platform names it: ENOSPC, EIO, ... */
  | { readonly ok: false; readonly code: string };

export interface FileEntry {
  readonly name: string;
  readonly bytes: number;
}

export interface PeerAddress {
  /** `address:port`, or "unknown". */
  readonly remote: string;
  readonly security: "tls" | "plain";
}

/** Why a link never became a connection. */
export type HandshakeFailure = "timeout" | "protocol" | "plaintext" | "closed";

/**
 * What the platform tells the host. Each call only queues; everything happens in `turn`. Sockets,
 * timers and files of one platform thread come through one producer, in order; the order between
 * producers is the inbox's decision.
 */
export interface Producer {
  socketOpened(socket: SocketId, peer: PeerAddress): void;
  /** A connection that never became one: a TLS handshake that failed or took too long. */
  handshakeFailed(remote: string, reason: HandshakeFailure): void;
  /** Ownership of `bytes` passes to the host. */
  received(socket: SocketId, bytes: Uint8Array): void;
  /** How many bytes the socket still holds unsent, told when all of a write has left. */
  writeDrained(socket: SocketId, unsentBytes: number): void;
  /** The peer's FIN. */
  socketEnded(socket: SocketId): void;
  /**
   * The last word on a socket. `code` as the platform names it (ECONNRESET, ...), null when
   * orderly.
   */
  socketClosed(socket: SocketId, code: string | null): void;
}

/**
 * The host as its driver sees it. The driver's whole loop is: deliver completions, `turn`, wait.
 */
export interface HostPort {
  /** Which platform threads deliver: at least one, at most `WORKER_MAX + 1`. */
  readonly producers: readonly Producer[];
  fileDone(request: RequestId, result: FileResult): void;
  callDone(call: CallId, result: CallResult): void;
  listening(): void;
  listenFailed(code: string, message: string): void;
  /** Asks for an orderly end. A second call ends at once. */
  drain(): void;
  /** Replaces the journalled configuration. */
  reconfigure(config: PlainData): void;

  /** Begins recovery. Call once, first. */
  start(): void;
  /** Handles what was delivered and what is due, then releases and flushes every socket once. */
  turn(): void;
  /** Monotonic time of the next turn that is due without a completion; null: none. */
  nextTurn(): Micros | null;
}
