/**
 * One run of the server's program: the system calls of one host, in simulated time. The loop is
 * production's (`src/io/driver.ts`): completions are delivered as they come, one turn follows, and
 * a timer waits for `nextTurn()`.
 *
 * P1. The host is called only by events of the scheduler, one call at a time.
 * P2. A process dies between two of its system calls. Those that the host makes after that, in the
 *     rest of a turn that no longer exists, do nothing.
 * P3. After its death nothing of the process is delivered to anybody, and `ended` was told once.
 * P4. While it is suspended (SIGSTOP, a virtual machine that is moved) nothing of it runs, on any
 *     thread: what becomes due waits, in order, until it goes on. Its kernel works all the while.
 */
import type {
  CallResult,
  CloseMode,
  FileOperation,
  HostPort,
  LogFields,
  LogLevel,
  RequestId,
  SocketId,
  Syscalls,
} from "../../core/contract.ts";
import { invariant } from "../../core/kernel/assert.ts";
import type { CallId, Micros } from "../../core/kernel/ids.ts";
import type { PlainData } from "../../core/kernel/plain.ts";
import { RandomStream } from "../../core/kernel/random.ts";
import type { Seed } from "../../core/kernel/random.ts";
import type { Performers } from "../calls.ts";
import type { MachineClock } from "../clock.ts";
import type { Decisions, Subject } from "../decisions.ts";
import type { Disk } from "../disk.ts";
import type { FaultCounters } from "../faults.ts";
import { IoLoop } from "../loop.ts";
import type { Machine } from "../network/network.ts";
import type { HandshakeOptions, ProcessOptions } from "../options.ts";
import type { Scheduler, Task } from "../scheduler.ts";
import { SimulatedThread } from "./follower.ts";
import type { FollowerOptions } from "./follower.ts";
import { DrawnMergeOrder } from "./merge.ts";
import { SimulatedTransport } from "./transport.ts";
import type { TransportObserver } from "./transport.ts";

/** What the host is made with; the maker adds configuration, realm and packets. */
export interface HostSurroundings {
  readonly syscalls: Syscalls;
  readonly mergeOrder: DrawnMergeOrder;
  readonly producers: number;
  /** Where the journal's follower may run. */
  readonly thread: SimulatedThread;
}

export type HostMaker = (surroundings: HostSurroundings) => HostPort;

/** How a process ended. */
export type ProcessEnd =
  | { readonly type: "exit"; readonly code: number; readonly message: string }
  | { readonly type: "threw"; readonly error: unknown }
  | { readonly type: "killed" };

export interface ProcessEvents {
  ended(end: ProcessEnd): void;
  logged(level: LogLevel, message: string, fields: LogFields): void;
  listening(): void;
  /** After each turn of the host, which was delayed by so much. */
  turned(stallMicros: number): void;
  /** It has asked the outside. */
  asked(call: CallId): void;
}

export interface ProcessParts {
  /** `node.start`, the same in every run of the same plan. */
  readonly name: string;
  readonly scheduler: Scheduler;
  readonly decisions: Decisions;
  readonly faults: FaultCounters;
  readonly options: ProcessOptions;
  readonly follower: FollowerOptions;
  readonly handshake: HandshakeOptions;
  readonly machine: Machine;
  readonly clock: MachineClock;
  readonly disk: Disk;
  readonly performers: Performers;
  readonly entropy: Seed;
  readonly security: "tls" | "plain";
  readonly backlog: number;
  readonly acceptFailedPerMillion?: number;
  readonly flushTimeoutMicros: number;
  readonly plaintextReply: Uint8Array;
  readonly observer: TransportObserver;
  readonly events: ProcessEvents;
}

/** Node's timers tell whole milliseconds. */
const timerMicros = 1_000;

export class SimulatedProcess implements Syscalls {
  readonly #parts: ProcessParts;
  readonly #transport: SimulatedTransport;
  readonly #loops: readonly IoLoop[];
  readonly #host: HostPort;
  readonly #entropy: RandomStream;
  readonly #stall: Subject;
  #isAlive = true;
  #turnTask: Task | null = null;
  #timer: Task | null = null;
  #timerMicros = Infinity;
  /** How many more system calls the process makes before it dies; Infinity: as many as it likes. */
  #callsLeft = Infinity;
  /** What became due while the process was suspended; null: it runs. */
  #waiting: (() => void)[] | null = null;
  #suspendedAtMicros = 0;
  /** For how long it was suspended since its last turn. */
  #suspendedMicros = 0;
  /** By how much the turn that is under way was delayed. */
  stallMicros = 0;

  constructor(parts: ProcessParts, makeHost: HostMaker) {
    this.#parts = parts;
    const { decisions, name, options, scheduler } = parts;
    this.#entropy = RandomStream.named(parts.entropy, `entropy/${name}`);
    this.#stall = decisions.subject(`process/${name}/stall`);
    const mergeOrder = new DrawnMergeOrder(parts);
    const thread = this.#thread(parts);
    this.#host = makeHost({ syscalls: this, mergeOrder, producers: options.producers, thread });
    this.#loops = this.#host.producers.map(
      () =>
        new IoLoop(
          scheduler,
          () => options.turnDelayMicros,
          () => this.#askTurn(),
        ),
    );
    const threads = this.#host.producers.map((producer, index) => {
      const loop = this.#loops[index];
      invariant(loop !== undefined, "a loop for each producer");
      return { loop, producer };
    });
    const timers = {
      after: (delayMicros: number, action: () => void): Task =>
        scheduler.after(delayMicros, () => this.#whenRunning(action)),
      cancel: (task: Task): void => scheduler.cancel(task),
    };
    this.#transport = new SimulatedTransport({
      ...parts,
      threads,
      scheduler: timers,
      joinsReads: options.joinsReads,
    });
  }

  get isAlive(): boolean {
    return this.#isAlive;
  }

  get isSuspended(): boolean {
    return this.#waiting !== null;
  }

  /** Begins: recovery comes first. Call once. */
  start(): void {
    this.#guarded(() => this.#host.start());
    this.#askTurn();
  }

  /** SIGTERM. */
  drain(): void {
    if (!this.#isAlive) return;
    this.#whenRunning(() => {
      this.#host.drain();
      this.#askTurn();
    });
  }

  /** SIGSTOP. */
  suspend(): void {
    if (!this.#isAlive || this.#waiting !== null) return;
    this.#waiting = [];
    this.#suspendedAtMicros = this.#parts.scheduler.nowMicros;
    for (const loop of this.#loops) loop.suspend();
  }

  /** SIGCONT: what became due meanwhile happens at once. */
  goOn(): void {
    const waiting = this.#waiting;
    if (!this.#isAlive || waiting === null) return;
    this.#waiting = null;
    this.#suspendedMicros += this.#parts.scheduler.nowMicros - this.#suspendedAtMicros;
    for (const loop of this.#loops) loop.goOn();
    for (const action of waiting) if (this.#isAlive) action();
  }

  /** The monotonic clock has another pace: what waits for it waits for another instant. */
  paceChanged(): void {
    if (!this.#isAlive || this.#timer === null || this.#waiting !== null) return;
    this.#parts.scheduler.cancel(this.#timer);
    this.#timer = null;
    this.#timerMicros = Infinity;
    this.#arm();
  }

  /** SIGKILL, now or after so many more system calls. */
  kill(afterCalls = 0): void {
    if (!this.#isAlive) return;
    if (afterCalls === 0) this.#end({ type: "killed" });
    else this.#callsLeft = afterCalls;
  }

  // ---------------------------------------------------------------- what the host asks for

  monotonic(): Micros {
    return this.#parts.clock.monotonic();
  }

  wallClock(): Micros {
    return this.#parts.clock.wallClock();
  }

  entropy(length: number): Uint8Array {
    return Uint8Array.from({ length }, () => this.#entropy.uint32() & 0xff);
  }

  listen(): void {
    if (!this.#mayCall()) return;
    const isListening = this.#transport.listen();
    this.#complete(() => {
      if (isListening) {
        this.#host.listening();
        this.#parts.events.listening();
      } else {
        this.#host.listenFailed("EADDRINUSE", "the simulated port is already in use");
      }
    });
  }

  stopListening(): void {
    if (this.#mayCall()) this.#transport.stopListening();
  }

  write(socket: SocketId, bytes: Uint8Array): number {
    return this.#mayCall() ? this.#transport.write(socket, bytes) : 0;
  }

  pauseReading(socket: SocketId): void {
    if (this.#mayCall()) this.#transport.pauseReading(socket);
  }

  resumeReading(socket: SocketId): void {
    if (this.#mayCall()) this.#transport.resumeReading(socket);
  }

  closeSocket(socket: SocketId, mode: CloseMode): void {
    if (this.#mayCall()) this.#transport.closeSocket(socket, mode);
  }

  file(request: RequestId, operation: FileOperation): void {
    if (!this.#mayCall()) return;
    this.#parts.disk.order(operation, (result) => {
      if (!this.#isAlive) return;
      this.#whenRunning(() => {
        this.#host.fileDone(request, result);
        this.#askTurn();
      });
    });
  }

  perform(call: CallId, operation: string, request: PlainData): void {
    if (!this.#mayCall()) return;
    this.#parts.events.asked(call);
    this.#parts.performers.perform({ call, operation, request }, (result: CallResult) => {
      if (!this.#isAlive) return;
      this.#whenRunning(() => {
        this.#host.callDone(call, result);
        this.#askTurn();
      });
    });
  }

  log(level: LogLevel, message: string, fields: LogFields): void {
    if (this.#isAlive) this.#parts.events.logged(level, message, fields);
  }

  exit(code: number, message: string): void {
    if (this.#isAlive) this.#end({ type: "exit", code, message });
  }

  // ---------------------------------------------------------------- the follower's thread

  #thread(parts: ProcessParts): SimulatedThread {
    const { name, decisions, faults, follower: options, scheduler, disk } = parts;
    const later = (micros: number, action: () => void): void => {
      scheduler.after(micros, () => {
        if (this.#isAlive) this.#whenRunning(action);
      });
    };
    return new SimulatedThread({
      options,
      faults,
      deaths: decisions.subject(`process/${name}/follower/death`),
      delays: decisions.subject(`process/${name}/follower/slow`),
      later,
      file: (operation, completed) => {
        if (!this.#mayCall()) return;
        disk.order(operation, (result) => {
          if (this.#isAlive) this.#whenRunning(() => completed(result));
        });
      },
      toHost: (action) => {
        later(this.#parts.options.turnDelayMicros, () => {
          action();
          this.#askTurn();
        });
      },
    });
  }

  // ---------------------------------------------------------------- the loop

  /** A completion of no socket, told a moment later. */
  #complete(tell: () => void): void {
    this.#parts.scheduler.after(this.#parts.options.turnDelayMicros, () => {
      if (!this.#isAlive) return;
      this.#whenRunning(() => {
        tell();
        this.#askTurn();
      });
    });
  }

  /** Does it now, or as soon as the process goes on (P4). */
  #whenRunning(action: () => void): void {
    if (this.#waiting === null) action();
    else this.#waiting.push(action);
  }

  #askTurn(): void {
    if (this.#turnTask !== null || !this.#isAlive) return;
    const { options, scheduler, faults } = this.#parts;
    const stallMicros = this.#stall.seldom(options.stallPerMillion, options.stallMaxMicros);
    if (stallMicros > 0) faults.hit("process.stall");
    // Between threads it takes a moment to be heard; others may have something by then.
    this.#turnTask = scheduler.after(options.turnDelayMicros + stallMicros, () => {
      if (this.#waiting === null) this.#turn(stallMicros);
      else this.#waiting.push(() => this.#turn(stallMicros));
    });
  }

  #turn(stallMicros: number): void {
    this.#turnTask = null;
    if (!this.#isAlive) return;
    this.stallMicros = stallMicros + this.#suspendedMicros;
    this.#suspendedMicros = 0;
    this.#guarded(() => this.#host.turn());
    this.#parts.events.turned(this.stallMicros);
    if (this.#isAlive) this.#arm();
  }

  /** One timer for the earliest time that the host asked for. */
  #arm(): void {
    const due = this.#host.nextTurn();
    if (due === null) return;
    const { clock, scheduler } = this.#parts;
    const now = clock.monotonic();
    if (due <= now) return this.#askTurn();
    // A timer is never early, and up to a millisecond late.
    const atMicros = clock.whenMonotonic(due) + timerMicros - 1;
    if (atMicros >= this.#timerMicros) return;
    if (this.#timer !== null) scheduler.cancel(this.#timer);
    this.#timerMicros = atMicros;
    this.#timer = scheduler.at(atMicros, () => {
      this.#timer = null;
      this.#timerMicros = Infinity;
      if (this.#waiting === null) this.#timerFired();
      else this.#waiting.push(() => this.#timerFired());
    });
  }

  #timerFired(): void {
    if (!this.#isAlive) return;
    const later = this.#host.nextTurn();
    if (later !== null && later > this.#parts.clock.monotonic()) this.#arm();
    else if (later !== null) this.#askTurn();
  }

  /** False when the process is dead, or dies before this very call (P2). */
  #mayCall(): boolean {
    if (!this.#isAlive) return false;
    if (this.#callsLeft === 0) {
      // Faults may have stopped since it was decided.
      if (!this.#parts.decisions.calm) {
        this.#end({ type: "killed" });
        return false;
      }
      this.#callsLeft = Infinity;
    }
    this.#callsLeft -= 1;
    return true;
  }

  #guarded(call: () => void): void {
    try {
      call();
    } catch (error) {
      // A ghost may trip over a world that no longer answers; only the living can fail.
      if (this.#isAlive) this.#end({ type: "threw", error });
    }
  }

  #end(end: ProcessEnd): void {
    this.#isAlive = false;
    for (const loop of this.#loops) loop.stop();
    if (this.#turnTask !== null) this.#parts.scheduler.cancel(this.#turnTask);
    if (this.#timer !== null) this.#parts.scheduler.cancel(this.#timer);
    this.#parts.events.ended(end);
  }
}
