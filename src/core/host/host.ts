/**
 * The one driver of the realm, without a system call of its own: production and simulator run it
 * with theirs.
 *
 * In: completions by `producers` and the methods of `HostPort`, which only queue. Then `turn`, in
 * which everything happens and everything is ordered through `Syscalls`. Then wait for the next
 * completion, at the longest until `nextTurn()`, and turn again.
 *
 *     recovering --recovered--> live (see `live.ts`) --> over
 *
 * 1. Whatever goes wrong inside a turn ends in `exit`, once; after it the host does nothing.
 * 2. Asked for a drain twice it ends at once, whatever it is doing; asked once, it waits for room
 *    on a full disk, and not for ever.
 */
import type {
  CallResult,
  FileResult,
  HostPort,
  Machine,
  Producer,
  RequestId,
  Syscalls,
} from "../contract.ts";
import { crc32 } from "../journal/index.ts";
import type { Checksum, JournalKeys, SegmentIdentity, WriterEncryption } from "../journal/index.ts";
import { invariant } from "../kernel/assert.ts";
import { Counters } from "../kernel/counters.ts";
import { digestPlain, digestStart, finish } from "../kernel/digest.ts";
import { incarnation } from "../kernel/ids.ts";
import type { CallId, Micros } from "../kernel/ids.ts";
import type { PlainData } from "../kernel/plain.ts";
import type { CaptureOrder } from "./capture.ts";
import { HostClock } from "./clock.ts";
import type { HostConfig } from "./config.ts";
import { HostCounters } from "./counters.ts";
import { writeCheckpoint } from "./checkpoints.ts";
import { exitCodes, HostExit } from "./exit.ts";
import { FileDesk, runScript } from "./files.ts";
import type { FileScript } from "./files.ts";
import type { FollowerReport } from "./follower.ts";
import type { FollowerPort } from "./following.ts";
import type { StartRecord } from "./parts.ts";
import { Inbox } from "./inbox.ts";
import type { MergeOrder } from "./inbox.ts";
import { Live } from "./live.ts";
import type { HostRealm } from "./parts.ts";
import { recover } from "./recovery.ts";
import type { Recovered } from "./recovery.ts";
import type { StackOf } from "./stepper.ts";

/** Who we are, for the journal's headers. */
export interface BuildIdentity {
  /** The hash of core, features and lockfile. */
  readonly build: string;
  readonly node: string;
  readonly v8: string;
  /** The newest protocol version spoken. */
  readonly protocol: number;
}

/**
 * - `recovering`: not serving yet, or standing still to rebuild the realm
 * - `drained`, `failed`: over; the process was told to exit with 0, or with something else
 */
export type HostPhase = "recovering" | "serving" | "draining" | "drained" | "failed";

/** What the recovery of this start found. */
export interface RecoverySummary {
  readonly incarnation: number;
  /** Events stepped, and the sequence of the last one. */
  readonly events: number;
  readonly lastSequence: number;
  readonly cutBytes: number;
  /** Checkpoints that were passed over. */
  readonly damagedCheckpoints: number;
  /** Damaged places of the journal before the checkpoint, which were passed over. */
  readonly damagedPlaces: number;
  /** There was a checkpoint and nothing of the journal that it belongs to. */
  readonly isJournalMissing: boolean;
  /** Of the state after the last event. */
  readonly digest: number;
}

export interface Host extends HostPort {
  readonly counters: Counters;
  readonly phase: HostPhase;
  /** Null while recovering, and when there was no journal. */
  readonly recovered: RecoverySummary | null;
  /** Connections that the host knows, those on their way out included. Never above the cap. */
  connectionCount(): number;
  /** For checkers and tools, to look at and not to touch; null while recovering. */
  machine(): Machine | null;
  /** Begins or ends a byte capture. Only queues. */
  capture(order: CaptureOrder): void;
  /** What the follower says, see `FollowerPort`. Only queues. */
  followed(report: FollowerReport): void;
}

export interface HostOptions {
  readonly config: HostConfig;
  /** The journalled half of the configuration. */
  readonly realmConfig: PlainData;
  readonly realm: HostRealm;
  readonly syscalls: Syscalls;
  readonly identity: BuildIdentity;
  /** How many platform threads deliver, 1..16; 1 by default. */
  readonly producers?: number;
  /** Round robin by default. */
  readonly mergeOrder?: MergeOrder;
  /** CRC-32 of the platform; the pure one by default. */
  readonly checksum?: Checksum;
  /**
   * Where an error was thrown, for the log alone; null when it says nothing of that. Nobody knows
   * by default: what it says depends on the machine.
   */
  readonly stackOf?: StackOf;
  /** Encrypts the journal with the current one, and reads it with all; none by default. */
  readonly keys?: JournalKeys | null;
  /** Who runs the journal's follower; nobody by default. */
  readonly follower?: FollowerPort;
  /** What is known of earlier starts beside the journal; nothing by default. */
  readonly starts?: StartRecord;
}

/** A host that has done nothing yet; `start` begins its recovery. */
export const createHost = (options: HostOptions): Host => new CoreHost(options);

class CoreHost implements Host {
  readonly producers: readonly Producer[];
  recovered: RecoverySummary | null = null;
  readonly #options: HostOptions;
  readonly #checksum: Checksum;
  readonly #keys: JournalKeys | null;
  readonly #inbox: Inbox;
  readonly #desk: FileDesk;
  readonly #clock: HostClock;
  readonly #counters: HostCounters;
  #live: Live | null = null;
  #isStarted = false;
  #drainsAsked = 0;
  #end: "drained" | "failed" | null = null;

  constructor(options: HostOptions) {
    const { syscalls, producers = 1, mergeOrder } = options;
    this.#options = options;
    this.#checksum = options.checksum ?? crc32;
    this.#keys = options.keys ?? null;
    this.#inbox = new Inbox(producers, mergeOrder);
    this.#desk = new FileDesk(syscalls);
    this.#clock = new HostClock(syscalls);
    this.#counters = new HostCounters(options.realm.counters);
    this.producers = this.#inbox.producers;
  }

  get counters(): Counters {
    return this.#counters.table;
  }

  get phase(): HostPhase {
    return this.#end ?? this.#live?.phase ?? "recovering";
  }

  connectionCount(): number {
    return this.#live?.connectionCount ?? 0;
  }

  machine(): Machine | null {
    return this.#live?.machine ?? null;
  }

  // -------------------------------------------------------------- completions: queued only

  fileDone(request: RequestId, result: FileResult): void {
    this.#inbox.answer({ type: "fileDone", request, result });
  }

  callDone(call: CallId, result: CallResult): void {
    this.#inbox.post({ type: "callDone", call, result });
  }

  followed(report: FollowerReport): void {
    this.#inbox.answer({ type: "followed", report });
  }

  listening(): void {
    this.#inbox.answer({ type: "listening" });
  }

  listenFailed(_code: string, message: string): void {
    this.#inbox.answer({ type: "listenFailed", message });
  }

  drain(): void {
    this.#drainsAsked += 1;
    if (this.#drainsAsked === 1) this.#inbox.post({ type: "drain" });
  }

  capture(order: CaptureOrder): void {
    this.#inbox.post({ type: "capture", order });
  }

  reconfigure(config: PlainData): void {
    this.#inbox.post({ type: "reconfigure", config });
  }

  // -------------------------------------------------------------- turns

  start(): void {
    invariant(!this.#isStarted, "a host starts once");
    this.#isStarted = true;
    this.#guarded(() => {
      runScript(this.#desk, this.#recovery(), (past) => this.#goLive(past));
    });
  }

  turn(): void {
    if (this.#end !== null) return;
    this.#guarded(() => this.#turn());
    this.#counters.turn();
  }

  nextTurn(): Micros | null {
    if (this.#end !== null) return null;
    return this.#live?.nextTurn() ?? null;
  }

  #turn(): void {
    if (this.#drainsAsked > 1) throw new HostExit(exitCodes.refused, "ended at once, as asked for");
    const monotonic = this.#clock.read();
    if (this.#live === null) {
      if (this.#drainsAsked > 0) {
        throw new HostExit(exitCodes.drained, "ended during the recovery; nothing was changed");
      }
      this.#takeAnswers();
      return;
    }
    this.#live.turn(monotonic);
    const despair = this.#drainsAsked === 0 ? null : this.#live.despair;
    if (despair !== null) throw despair;
  }

  /** Of the recovery; the live host takes its own. */
  #takeAnswers(): void {
    for (let next = this.#inbox.takeAnswer(); next !== null; next = this.#inbox.takeAnswer()) {
      invariant(next.type === "fileDone", "nothing else was ordered yet", next.type);
      this.#desk.complete(next.request, next.result);
    }
  }

  *#recovery(): FileScript<Recovered> {
    const { config, realm, identity, syscalls } = this.#options;
    const past = yield* recover({
      create: () => realm.create(),
      build: identity.build,
      checksum: this.#checksum,
      keys: this.#keys,
      durability: config.durability,
      adoptTail: config.adoptTail,
      folder: config.folder,
      endsWith: null,
      skip: new Set(),
      log: (level, message, fields) => syscalls.log(level, message, fields),
    });
    if (!past.isAdopted) return past;
    yield* this.#keepAdopted(past);
    return { ...past, checkpointSequence: past.position.nextSequence - 1 };
  }

  /** What was adopted stands in a checkpoint of ours from now on. */
  *#keepAdopted({ position, blockEnd, machine, witness, ...past }: Recovered): FileScript<void> {
    const { identity, realmConfig, syscalls } = this.#options;
    syscalls.log(
      "warn",
      "events of another build were taken as they are: journal.adoptTail is on",
      {
        build: identity.build,
        events: past.events,
        lastSequence: position.nextSequence - 1,
      },
    );
    const checkpoint = {
      identity: {
        ...identity,
        configDigest: configDigest(realmConfig),
        incarnation: incarnation(past.incarnation),
      },
      position,
      end: blockEnd,
      digest: machine.digest(),
      machine: machine.checkpoint(),
      host: witness.encode(),
    };
    yield* writeCheckpoint(checkpoint, this.#checksum, this.#keys?.current ?? null);
  }

  #goLive(recovered: Recovered): void {
    const { config, realm, realmConfig, syscalls } = this.#options;
    const { position, machine, events, cutBytes } = recovered;
    const { damagedCheckpoints, damagedPlaces, isJournalMissing, checkpointSequence } = recovered;
    const lastSequence = position.nextSequence - 1;
    this.#clock.begin(lastSequence === 0 ? null : position.chain.at);
    const identity = this.#identity(recovered);
    if (lastSequence > 0) {
      const digest = machine.digest();
      const start = identity.incarnation;
      this.recovered = {
        incarnation: start,
        events,
        lastSequence,
        cutBytes,
        damagedCheckpoints,
        damagedPlaces,
        isJournalMissing,
        digest,
      };
      syscalls.log("info", "recovered", { ...this.recovered });
    }
    this.#tellLost(recovered);
    this.#counters.set("recovered_events", events);
    this.#counters.set("recovered_cut_bytes", cutBytes);
    this.#counters.set("checkpoint_sequence", checkpointSequence);
    this.#counters.add("checkpoints_damaged_total", damagedCheckpoints);
    this.#counters.add("journal_damage_passed_total", damagedPlaces);
    const options = {
      config,
      realm,
      realmConfig,
      syscalls,
      identity,
      checksum: this.#checksum,
      stackOf: this.#options.stackOf ?? (() => null),
      keys: this.#keys,
      encryption: this.#encryption(),
      seed: this.#seed(),
      inbox: this.#inbox,
      desk: this.#desk,
      clock: this.#clock,
      counters: this.#counters,
      recovered,
      follower: this.#options.follower ?? null,
      starts: this.#options.starts ?? null,
    };
    this.#live = new Live(options, this.#clock.read());
    this.#live.start();
  }

  #identity(past: Recovered): SegmentIdentity {
    const { identity, realmConfig, syscalls } = this.#options;
    const [low = 0, high = 0] = words(syscalls.entropy(8));
    return {
      ...identity,
      configDigest: configDigest(realmConfig),
      incarnation: incarnation(Math.max(past.incarnation, this.#lastStart) + 1),
      salt: [low, high],
    };
  }

  /** The last start that is known beside the journal; 0: none is. */
  get #lastStart(): number {
    return this.#options.starts?.last ?? 0;
  }

  /** A journal that is gone, or ends before a start that has served, was taken away by hand. */
  #tellLost({ incarnation: lastKept, position, isJournalMissing }: Recovered): void {
    const { syscalls } = this.#options;
    this.#counters.add("journal_missing_total", isJournalMissing ? 1 : 0);
    if (isJournalMissing) {
      const checkpoint = position.nextSequence - 1;
      const message = "the journal is gone: nothing behind the checkpoint's event is there";
      syscalls.log("warn", message, { checkpoint });
    }
    const lost = Math.max(0, this.#lastStart - lastKept);
    this.#counters.add("journal_starts_lost_total", lost);
    if (lost === 0) return;
    const fields = {
      lastStart: this.#lastStart,
      lastStartKept: lastKept,
      lastSequence: position.nextSequence - 1,
    };
    const message = "the journal has lost its end: nothing is left of starts that have served";
    syscalls.log("warn", message, fields);
  }

  #encryption(): WriterEncryption | null {
    const key = this.#keys?.current ?? null;
    return key && { key, salt: words(this.#options.syscalls.entropy(16)) };
  }

  #seed(): readonly [number, number, number, number] {
    const [a = 0, b = 0, c = 0, d = 0] = words(this.#options.syscalls.entropy(16));
    return [a, b, c, d];
  }

  /** Runs a part of a turn; whatever it throws ends the process. */
  #guarded(part: () => void): void {
    try {
      part();
    } catch (error) {
      const exit =
        error instanceof HostExit
          ? error
          : new HostExit(exitCodes.failed, `the host has failed: ${described(error)}`);
      this.#end = exit.exitCode === exitCodes.drained ? "drained" : "failed";
      this.#options.syscalls.exit(exit.exitCode, exit.message);
    }
  }
}

const configDigest = (config: PlainData): number => finish(digestPlain(digestStart, config));

const described = (error: unknown): string =>
  error instanceof Error ? `${error.name}: ${error.message}` : String(error);

/** Bytes as 32-bit words. */
function words(bytes: Uint8Array): number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: bytes.length / 4 }, (_, index) => view.getUint32(index * 4, true));
}
