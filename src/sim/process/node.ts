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
 * M3. Not more than `endsMax` processes are ended by decision at some time, not more than
 *     `crashesMax` at an exact event or system call, and behind each of these deaths a storm of
 *     five more at most. One that ends by itself is started again all the same.
 * M4. What is decided of the machine and not of a process (its clocks, its pauses) has its times
 *     from the beginning of the run.
 */
import { invariant } from "../../core/kernel/assert.ts";
import type { CallId } from "../../core/kernel/ids.ts";
import type { RandomStream, Seed } from "../../core/kernel/random.ts";
import type { Performers } from "../calls.ts";
import { MachineClock } from "../clock.ts";
import type { Decision, Decisions, Subject } from "../decisions.ts";
import { Disk } from "../disk.ts";
import { below, strikes, within } from "../drawing.ts";
import type { Fault, FaultCounters } from "../faults.ts";
import { Machine } from "../network/network.ts";
import type { SimulationOptions } from "../options.ts";
import type { Scheduler, Task } from "../scheduler.ts";
import { SimulatedProcess } from "./process.ts";
import type { HostMaker, ProcessEnd, ProcessEvents } from "./process.ts";
import type { TransportObserver } from "./transport.ts";

/** How a process is ended by decision. */
export const endings = [
  "crash",
  "crash-in-turn",
  "crash-in-recovery",
  "power-loss",
  "drain",
] as const;
export type Ending =
  | (typeof endings)[number]
  | "crash-at-event"
  | "crash-at-call"
  | "crash-in-storm"
  /** It found what another build had left, and did not start. */
  | "refused"
  /** It found bytes that are not what they should be, and stopped for them. */
  | "damaged";

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
  turned: ProcessEvents["turned"];
  asked(call: CallId): void;
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
  /** See `ClockParts`. */
  readonly epochMicros?: number;
}

/** A decided end of one process, as it stands in a plan. */
interface PlannedEnd {
  readonly [name: string]: Decision;
  readonly ending: Ending;
  readonly afterMicros: number;
  /** After so many system calls more, which cuts a turn in two; 0: between two turns. */
  readonly calls: number;
}

/** A death at an exact place of one process: after that many events, or at that system call. */
interface PlannedCrash {
  readonly [name: string]: Decision;
  readonly at: "event" | "call";
  readonly count: number;
}

/** Nothing of a machine's process runs for a while. */
interface PlannedPause {
  readonly [name: string]: Decision;
  readonly afterMicros: number;
  readonly forMicros: number;
  /** Whether the monotonic clock goes on: it does not in some virtual machines. */
  readonly isCounted: boolean;
}

interface PlannedSlew {
  readonly [name: string]: Decision;
  readonly afterMicros: number;
  readonly forMicros: number;
  readonly perMillion: number;
}

/** Production's default. */
const flushTimeoutMicros = 2_000_000;
/** A supervisor waits so long before it starts again what ended by itself. */
const supervisorMicros = 1_000_000;
/** And so long in a storm of restarts. */
const quickRestartMicros = 10_000;
const stormDeathsMax = 5;
/** A recovery of a few segments makes fewer system calls than this. */
const stormCallsMax = 40;

export class SimulatedNode {
  readonly machine: Machine;
  readonly disk: Disk;
  readonly clock: MachineClock;
  readonly #parts: NodeParts;
  readonly #ends: Subject;
  readonly #restarts: Subject;
  readonly #slowRestarts: Subject;
  readonly #crashes: Subject;
  readonly #storms: Subject;
  readonly #reboots: Subject;
  #process: SimulatedProcess | null = null;
  #starts = 0;
  #endsLeft: number;
  #crashesLeft: number;
  #rebootJumpsLeft: number;
  /** Events until the process dies; Infinity: none of them kills it. */
  #eventsLeft = Infinity;
  /** How the process dies at the system call that was planned for it. */
  #crash: "crash-at-call" | "crash-in-storm" | null = null;
  /** At which system call each of the next processes dies. */
  #storm: readonly number[] = [];
  #hasListened = false;
  /** For good. */
  #isDown = false;
  #endTask: Task | null = null;
  #ending: Ending | null = null;
  /** The process was asked to end in order, whatever was decided later. */
  #isDraining = false;

  constructor(parts: NodeParts) {
    this.#parts = parts;
    const { name, decisions, options } = parts;
    this.machine = new Machine(name);
    const stormMicros = options.seconds * 1_000_000;
    this.disk = new Disk({ ...parts, options: options.disk, stormMicros }, name);
    this.clock = new MachineClock({ ...parts, options: options.clock }, name);
    this.#ends = decisions.subject(`node/${name}/end`);
    this.#restarts = decisions.subject(`node/${name}/restart`);
    this.#slowRestarts = decisions.subject(`node/${name}/slowRestart`);
    this.#crashes = decisions.subject(`node/${name}/crash`);
    this.#storms = decisions.subject(`node/${name}/storm`);
    this.#reboots = decisions.subject(`clock/${name}/reboot`);
    this.#endsLeft = options.process.endsMax;
    this.#crashesLeft = options.process.crashesMax;
    this.#rebootJumpsLeft = options.clock.rebootJumpsMax;
    this.clock.onPace = () => this.#process?.paceChanged();
    this.#planJumps();
    this.#planSlews();
    this.#planPauses();
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
    this.disk.processStarts();
    const { name, options, events } = this.#parts;
    this.#ending = null;
    this.#isDraining = false;
    this.#crash = null;
    this.#eventsLeft = Infinity;
    this.#hasListened = false;
    const process = new SimulatedProcess(
      {
        ...this.#parts,
        name: `${name}.${String(this.#starts)}`,
        options: options.process,
        follower: options.follower,
        handshake: options.handshake,
        security: options.server.security,
        backlog: options.network.backlog,
        acceptFailedPerMillion: options.network.acceptFailedPerMillion,
        flushTimeoutMicros,
        machine: this.machine,
        clock: this.clock,
        disk: this.disk,
        events: {
          ...eventsOf(events),
          listening: () => {
            this.#hasListened = true;
            events.listening();
          },
          ended: (end) => this.#ended(end),
        },
      },
      this.#parts.makeHost,
    );
    this.#process = process;
    events.started(this.#starts, process);
    this.#planEnd(process);
    this.#planCrash(process);
    process.start();
  }

  /**
   * Nothing runs here any more, and nothing ever will.
   *
   * @param isSilent the machine answers nobody, instead of refusing
   */
  stayDown(isSilent: boolean): void {
    this.#isDown = true;
    if (this.#process === null) {
      if (isSilent) this.machine.powerLost();
    } else this.end(isSilent ? "power-loss" : "crash");
  }

  /** Whoever looks at the realm says that it has made a new step, after all others have seen it. */
  stepped(): void {
    this.#eventsLeft -= 1;
    // Faults may have stopped since it was decided.
    if (this.#eventsLeft === 0 && !this.#parts.decisions.calm) this.end("crash-at-event");
  }

  /** Ends the process now, as decided. For tests and tools; a run's own ends are decisions. */
  end(ending: Ending, calls = 0): void {
    const process = this.#process;
    // Asked twice, it would not end in order.
    if (process === null || (ending === "drain" && this.#ending === "drain")) return;
    this.#ending = ending;
    if (ending === "drain") {
      this.#parts.faults.hit("process.drain");
      this.#isDraining = true;
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
    const end = this.#parts.decisions.inStorm(() => {
      if (this.#process === process) this.end(planned.ending, planned.calls);
    });
    this.#endTask = this.#parts.scheduler.after(planned.afterMicros, end);
  }

  /** Decides at which event or system call the process dies, if it does. */
  #planCrash(process: SimulatedProcess): void {
    const [calls, ...later] = this.#storm;
    this.#storm = later;
    if (calls !== undefined) {
      this.#crash = "crash-in-storm";
      return process.kill(calls);
    }
    if (this.#crashesLeft <= 0 && this.#parts.options.process.crashesMax > 0) return;
    const planned = this.#crashes.next<PlannedCrash | null>(null, (random) => {
      if (this.#crashesLeft <= 0) return null;
      const at = random.chance(1, 2) ? "event" : "call";
      // As likely among the first ten as among the first hundred, or thousand.
      return { at, count: random.between(1, random.pick([10, 100, 1_000])) };
    });
    if (planned === null) return;
    this.#crashesLeft -= 1;
    if (planned.at === "event") {
      this.#eventsLeft = planned.count;
      return;
    }
    this.#crash = "crash-at-call";
    process.kill(planned.count);
  }

  #ended(end: ProcessEnd): void {
    const { scheduler, events } = this.#parts;
    this.#process = null;
    this.#parts.performers.askerEnded();
    this.clock.thaw();
    if (this.#endTask !== null) scheduler.cancel(this.#endTask);
    const isByCall = this.#ending === null || this.#ending === "drain";
    // Whom a crash was planned for may have come to its orderly end before it.
    const isOrderly = end.type === "exit" && end.code === 0 && this.#isDraining;
    const killedBy = end.type === "killed" && isByCall ? this.#crash : this.#ending;
    const ending = isOrderly ? "drain" : killedBy;
    const isPowerLoss = ending === "power-loss";
    this.#countEnd(ending);
    if (isPowerLoss) {
      this.machine.powerLost();
      this.disk.powerLost();
    } else {
      this.machine.closeAll();
      this.disk.processDied();
    }
    const isDamaged = end.type === "exit" && end.code === 1 && this.disk.isSuspect;
    events.ended(end, isDamaged ? "damaged" : ending);
    // Its operator puts the files back from a copy.
    if (isDamaged) this.disk.mend();
    scheduler.after(this.#restartMicros(ending), () => this.#restart(isPowerLoss));
  }

  #countEnd(ending: Ending | null): void {
    const { faults } = this.#parts;
    const fault = ending === null ? null : faultOf(ending);
    if (fault !== null) faults.hit(fault);
    if (ending === "crash-at-call") {
      faults.hit(this.#hasListened ? "process.crash-in-turn" : "process.crash-in-recovery");
    }
  }

  /** How long the machine is without a process. */
  #restartMicros(ending: Ending | null): number {
    const { options, decisions, faults } = this.#parts;
    const { restartMaxMicros, stormPerMillion, ...process } = options.process;
    if (this.#storm.length > 0 && !decisions.calm) return quickRestartMicros;
    this.#storm = [];
    if (ending !== null && ending !== "drain" && ending !== "crash-in-storm") {
      const deaths = this.#storms.next<readonly number[] | null>(null, (random) =>
        strikes(random, stormPerMillion)
          ? Array.from({ length: random.between(2, stormDeathsMax) }, () =>
              random.between(1, stormCallsMax),
            )
          : null,
      );
      this.#storm = deaths ?? [];
    }
    const waitMicros = this.#restarts.next<number>(supervisorMicros, (random) =>
      below(random, restartMaxMicros),
    );
    const { slowRestartPerMillion, slowRestartMaxMicros } = process;
    const moreMicros = this.#slowRestarts.seldom(slowRestartPerMillion, slowRestartMaxMicros);
    if (moreMicros > 0) faults.hit("process.slow-restart");
    return waitMicros + moreMicros;
  }

  #restart(isAfterPowerLoss: boolean): void {
    const { faults, options } = this.#parts;
    if (this.#isDown) return;
    if (isAfterPowerLoss) {
      faults.hit("clock.anew");
      this.clock.powerBack();
      this.machine.powerBack();
    }
    const mayJump = this.#rebootJumpsLeft > 0 || options.clock.rebootJumpsMax === 0;
    const byMicros = mayJump ? this.#drawRebootJump() : 0;
    if (byMicros !== 0) {
      this.#rebootJumpsLeft -= 1;
      faults.hit("clock.jump-in-restart");
      this.clock.jump(byMicros);
    }
    this.start();
  }

  #drawRebootJump(): number {
    const { clock } = this.#parts.options;
    return this.#reboots.next<number>(0, (random) =>
      this.#rebootJumpsLeft > 0 && random.chance(1, 2) ? within(random, clock.jumpMaxMicros) : 0,
    );
  }

  /** Somebody sets the wall clock now and then. */
  #planJumps(): void {
    const { name, decisions, options, scheduler, faults } = this.#parts;
    const subject = decisions.subject(`clock/${name}/jump`);
    for (let left = options.clock.jumpsMax; left > 0; left -= 1) {
      const planned = subject.next<{ afterMicros: number; byMicros: number } | null>(
        null,
        (random) => ({
          afterMicros: below(random, options.seconds * 1_000_000),
          byMicros: within(random, options.clock.jumpMaxMicros),
        }),
      );
      if (planned === null) continue;
      const jump = decisions.inStorm(() => {
        faults.hit("clock.jump");
        this.clock.jump(planned.byMicros);
      });
      scheduler.after(planned.afterMicros, jump);
    }
    const { rightInQuiet } = options.clock;
    if (rightInQuiet === 1) scheduler.at(options.seconds * 1_000_000, () => this.clock.setRight());
  }

  /** A time daemon works an error off: for a while both clocks run at another pace. */
  #planSlews(): void {
    const { name, decisions, options, scheduler, faults } = this.#parts;
    const { slewsMax, slewMaxPerMillion } = options.clock;
    const subject = decisions.subject(`clock/${name}/slew`);
    for (let left = slewsMax; left > 0; left -= 1) {
      const planned = subject.next<PlannedSlew | null>(null, (random) => ({
        afterMicros: below(random, options.seconds * 1_000_000),
        forMicros: below(random, options.seconds * 500_000),
        perMillion: within(random, slewMaxPerMillion),
      }));
      if (planned === null) continue;
      const slew = decisions.inStorm(() => {
        faults.hit("clock.slew");
        this.clock.slew(planned.perMillion);
        scheduler.after(planned.forMicros, () => this.clock.slew(0));
      });
      scheduler.after(planned.afterMicros, slew);
    }
  }

  /** Somebody stops the process, or the virtual machine, and lets it go on. */
  #planPauses(): void {
    const { name, decisions, options, scheduler } = this.#parts;
    const subject = decisions.subject(`node/${name}/pause`);
    for (let pause = 0; pause < options.process.pausesMax; pause += 1) {
      const planned = subject.next<PlannedPause | null>(null, (random) => ({
        afterMicros: below(random, options.seconds * 1_000_000),
        forMicros: below(random, options.process.pauseMaxMicros),
        isCounted: random.chance(2, 3),
      }));
      if (planned === null) continue;
      scheduler.after(
        planned.afterMicros,
        decisions.inStorm(() => this.#pause(planned)),
      );
    }
  }

  #pause({ forMicros, isCounted }: PlannedPause): void {
    const { scheduler, faults } = this.#parts;
    const process = this.#process;
    if (process === null || process.isSuspended) return;
    faults.hit(isCounted ? "process.pause" : "process.pause-uncounted");
    process.suspend();
    if (!isCounted) this.clock.freeze();
    scheduler.after(forMicros, () => {
      if (this.#process !== process) return;
      this.clock.thaw();
      process.goOn();
    });
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
    case "crash-at-event":
      return "process.crash-at-event";
    case "crash-in-storm":
      return "process.restart-storm";
    case "crash-at-call":
      // Counted by where that was.
      return null;
    case "refused":
    case "damaged":
      return null;
    case "drain":
      // Counted when it was asked for: it takes a while to come about.
      return null;
  }
};

const eventsOf = (events: NodeEvents): Omit<ProcessEvents, "ended" | "listening"> => ({
  logged: (level, message, fields) => events.logged(level, message, fields),
  turned: (stallMicros) => events.turned(stallMicros),
  asked: (call) => events.asked(call),
});
