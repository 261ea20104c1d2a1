/**
 * One machine that runs the server: its network, clocks and disk, and one process after the other.
 * It decides when a process ends and how, and starts the next one as a supervisor would.
 *
 *     off --start--> running --end--> down --restart--> running ...
 *
 * M1. At most one process runs. What the machine's kernel keeps (the disk's contents, the clocks)
 *     outlives the process; what it does not, does not.
 * M2. A process that was killed leaves its sockets to the kernel, which closes them. A machine that
 *     lost its power leaves nothing, and tells nobody.
 * M3. Not more than `endsMax` processes are ended by decision. One that ends by itself is started
 *     again all the same.
 */
import { invariant } from "../../core/kernel/assert.ts";
import type { RandomStream, Seed } from "../../core/kernel/random.ts";
import type { Performers } from "../calls.ts";
import { MachineClock } from "../clock.ts";
import type { Decision, Decisions, Subject } from "../decisions.ts";
import { Disk } from "../disk.ts";
import { below, within } from "../drawing.ts";
import type { Fault, FaultCounters } from "../faults.ts";
import { Machine } from "../network/network.ts";
import type { SimulationOptions } from "../options.ts";
import type { Scheduler, Task } from "../scheduler.ts";
import { SimulatedProcess } from "./process.ts";
import type { HostMaker, ProcessEnd, ProcessEvents } from "./process.ts";
import type { TransportObserver } from "./transport.ts";

/** How a process is ended by decision. */
const endings = ["crash", "crash-in-turn", "crash-in-recovery", "power-loss", "drain"] as const;
export type Ending = (typeof endings)[number];

export interface NodeEvents {
  /** @param start counts the machine's processes from 1 */
  started(start: number, process: SimulatedProcess): void;
  /**
   * A process is gone, and its disk is as it will be found.
   *
   * @param ending what was decided, or null when it ended by itself
   */
  ended(end: ProcessEnd, ending: Ending | null): void;
  logged: ProcessEvents["logged"];
  listening(): void;
  turned(): void;
}

export interface NodeParts {
  readonly name: string;
  readonly scheduler: Scheduler;
  readonly decisions: Decisions;
  readonly faults: FaultCounters;
  readonly options: SimulationOptions;
  readonly performers: Performers;
  readonly entropy: Seed;
  readonly plaintextReply: Uint8Array;
  readonly observer: TransportObserver;
  readonly events: NodeEvents;
  readonly makeHost: HostMaker;
}

/** A decided end of one process, as it stands in a plan. */
interface PlannedEnd {
  readonly [name: string]: Decision;
  readonly ending: Ending;
  readonly afterMicros: number;
  /** After so many system calls more, which cuts a turn in two; 0: between two turns. */
  readonly calls: number;
}

/** Production's default. */
const flushTimeoutMicros = 2_000_000;
/** A supervisor waits so long before it starts again what ended by itself. */
const supervisorMicros = 1_000_000;

export class SimulatedNode {
  readonly machine = new Machine();
  readonly disk: Disk;
  readonly clock: MachineClock;
  readonly #parts: NodeParts;
  readonly #ends: Subject;
  readonly #restarts: Subject;
  #process: SimulatedProcess | null = null;
  #starts = 0;
  #endsLeft: number;
  #endTask: Task | null = null;
  #ending: Ending | null = null;

  constructor(parts: NodeParts) {
    this.#parts = parts;
    const { name, decisions, options } = parts;
    this.disk = new Disk({ ...parts, options: options.disk }, name);
    this.clock = new MachineClock({ ...parts, options: options.clock }, name);
    this.#ends = decisions.subject(`node/${name}/end`);
    this.#restarts = decisions.subject(`node/${name}/restart`);
    this.#endsLeft = options.process.endsMax;
    this.#planJumps();
  }

  get process(): SimulatedProcess | null {
    return this.#process;
  }

  /** How many processes were started. */
  get starts(): number {
    return this.#starts;
  }

  start(): void {
    invariant(this.#process === null, "one process at a time");
    this.#starts += 1;
    const { name, options, events } = this.#parts;
    this.#ending = null;
    const process = new SimulatedProcess(
      {
        ...this.#parts,
        name: `${name}.${String(this.#starts)}`,
        options: options.process,
        handshake: options.handshake,
        security: options.server.security,
        backlog: options.network.backlog,
        flushTimeoutMicros,
        machine: this.machine,
        clock: this.clock,
        disk: this.disk,
        events: { ...eventsOf(events), ended: (end) => this.#ended(end) },
      },
      this.#parts.makeHost,
    );
    this.#process = process;
    events.started(this.#starts, process);
    this.#planEnd(process);
    process.start();
  }

  /** Ends the process now, as decided. For tests and tools; a run's own ends are decisions. */
  end(ending: Ending, calls = 0): void {
    const process = this.#process;
    if (process === null) return;
    this.#ending = ending;
    if (ending === "drain") {
      this.#parts.faults.hit("process.drain");
      process.drain();
    } else process.kill(calls);
  }

  #planEnd(process: SimulatedProcess): void {
    if (this.#endsLeft <= 0 && this.#parts.options.process.endsMax > 0) return;
    const planned = this.#ends.next<PlannedEnd | null>(null, (random) => {
      if (this.#endsLeft <= 0) return null;
      const ending = random.pick(endings);
      const span = ending === "crash-in-recovery" ? 5_000 : this.#parts.options.seconds * 500_000;
      return { ending, afterMicros: below(random, span), calls: drawCalls(random, ending) };
    });
    if (planned === null) return;
    this.#endsLeft -= 1;
    this.#endTask = this.#parts.scheduler.after(planned.afterMicros, () => {
      // Faults may have stopped since it was decided.
      if (this.#process === process && !this.#parts.decisions.calm) {
        this.end(planned.ending, planned.calls);
      }
    });
  }

  #ended(end: ProcessEnd): void {
    const { scheduler, faults, events, options } = this.#parts;
    this.#process = null;
    if (this.#endTask !== null) scheduler.cancel(this.#endTask);
    const ending = this.#ending;
    const isPowerLoss = ending === "power-loss";
    const fault = ending === null ? null : faultOf(ending);
    if (fault !== null) faults.hit(fault);
    if (isPowerLoss) {
      this.machine.powerLost();
      this.disk.powerLost();
    } else {
      this.machine.closeAll();
      this.disk.processDied();
    }
    events.ended(end, ending);
    const waitMicros = this.#restarts.next<number>(supervisorMicros, (random) =>
      below(random, options.process.restartMaxMicros),
    );
    scheduler.after(waitMicros, () => {
      if (isPowerLoss) {
        this.clock.powerBack();
        this.machine.powerBack();
      }
      this.start();
    });
  }

  /** Somebody sets the wall clock now and then. */
  #planJumps(): void {
    const { name, decisions, options, scheduler, faults } = this.#parts;
    const subject = decisions.subject(`clock/${name}/jump`);
    for (let jump = 0; jump < options.clock.jumpsMax; jump += 1) {
      const planned = subject.next<{ afterMicros: number; byMicros: number } | null>(
        null,
        (random) => ({
          afterMicros: below(random, options.seconds * 1_000_000),
          byMicros: within(random, options.clock.jumpMaxMicros),
        }),
      );
      if (planned === null) continue;
      scheduler.after(planned.afterMicros, () => {
        faults.hit("clock.jump");
        this.clock.jump(planned.byMicros);
      });
    }
  }
}

const drawCalls = (random: RandomStream, ending: Ending): number => {
  if (ending === "crash" || ending === "drain") return 0;
  const isBetweenTurns = ending !== "crash-in-turn" && random.chance(1, 2);
  return isBetweenTurns ? 0 : random.between(1, 12);
};

const faultOf = (ending: Ending): Fault | null => {
  switch (ending) {
    case "crash":
      return "process.crash";
    case "crash-in-turn":
      return "process.crash-in-turn";
    case "crash-in-recovery":
      return "process.crash-in-recovery";
    case "power-loss":
      return "process.power-loss";
    case "drain":
      // Counted when it was asked for: it takes a while to come about.
      return null;
  }
};

const eventsOf = (events: NodeEvents): Omit<ProcessEvents, "ended"> => ({
  logged: (level, message, fields) => events.logged(level, message, fields),
  listening: () => events.listening(),
  turned: () => events.turned(),
});
