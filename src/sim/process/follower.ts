/**
 * The thread of a process's follower: messages to it and from it take a moment, its files are the
 * machine's, and it may be slow or die while the server goes on.
 *
 * F1. What it orders and what it says counts for nothing once it is dead, or its process.
 * F2. Messages arrive in their order, and never inside the call that sent them.
 */
import type { FileOperation, FileResult, RequestId } from "../../core/contract.ts";
import type { Follower, FollowerPort, FollowerReport } from "../../core/host/index.ts";
import { RandomStream } from "../../core/kernel/random.ts";
import { seedWords } from "../decisions.ts";
import type { Subject } from "../decisions.ts";
import { rate } from "../drawing.ts";
import type { FaultCounters } from "../faults.ts";

export interface FollowerOptions {
  /** A checkpoint every so many events; 0: nobody follows. */
  readonly everyEvents: number;
  readonly everyMicros: number;
  /** From the start of the process. */
  readonly afterMicros: number;
  /** Of the journal; the oldest segments go above that. */
  readonly keepBytes: number;
  readonly keepMicros: number;
  /** Of each message to it, that it dies over it. */
  readonly deathPerMillion: number;
  /** Of each message to it, that it takes long. */
  readonly slowPerMillion: number;
  readonly slowMaxMicros: number;
}

export const calmFollower: FollowerOptions = {
  everyEvents: 0,
  everyMicros: 10_000_000,
  afterMicros: 100_000,
  keepBytes: 10_737_418_240,
  keepMicros: 86_400_000_000,
  deathPerMillion: 0,
  slowPerMillion: 0,
  slowMaxMicros: 2_000_000,
};

/** In a third of the seeds there is one, and a quarter of those may hardly do anything else. */
export function drawFollower(seed: number): FollowerOptions {
  const random = RandomStream.named(seedWords(seed), "options/follower");
  const drawn = {
    everyEvents: random.chance(1, 3) ? random.pick([5, 40, 300]) : 0,
    everyMicros: random.pick([300_000, 3_000_000]),
    afterMicros: random.pick([1_000, 500_000]),
    keepBytes: random.pick([1, 30_000, calmFollower.keepBytes]),
    keepMicros: random.pick([1_000_000, calmFollower.keepMicros]),
    deathPerMillion: rate(random, 100_000),
    slowPerMillion: rate(random, 100_000),
    slowMaxMicros: random.pick([200_000, 3_000_000]),
  };
  const pace = RandomStream.named(seedWords(seed), "options/follower/pace");
  if (drawn.everyEvents === 0 || pace.chance(1, 4)) return drawn;
  // A seed with checkpoints all the time costs as much as three others.
  return { ...drawn, everyEvents: 300, everyMicros: 3_000_000 };
}

/** What a process gives the thread. */
export interface ThreadParts {
  readonly options: FollowerOptions;
  readonly faults: FaultCounters;
  readonly deaths: Subject;
  readonly delays: Subject;
  /** Orders an operation of the thread's; not completed once the process is dead. */
  readonly file: (operation: FileOperation, completed: (result: FileResult) => void) => void;
  /** Does something later, unless the process is dead by then. */
  readonly later: (micros: number, action: () => void) => void;
  /** Does something on the host's own thread, with a turn after it. */
  readonly toHost: (action: () => void) => void;
}

/** What a follower is made with on the thread. */
export interface ThreadPorts {
  readonly syscalls: { file(request: RequestId, operation: FileOperation): void };
  readonly report: (report: FollowerReport) => void;
}

/** A message takes so long. */
const messageMicros = 20;

export class SimulatedThread {
  readonly #parts: ThreadParts;
  #follower: Follower | null = null;
  #messages: (() => void)[] = [];

  constructor(parts: ThreadParts) {
    this.#parts = parts;
  }

  get options(): FollowerOptions {
    return this.#parts.options;
  }

  /**
   * The host's end of it.
   *
   * @param make makes a follower; called for each that is started
   * @param told gives the host a report
   */
  port(
    make: (ports: ThreadPorts) => Follower,
    told: (report: FollowerReport) => void,
  ): FollowerPort {
    return {
      start: () => this.#start(make, told),
      follow: (mark) => {
        this.#say(() => this.#follower?.follow(mark));
        if (this.#parts.deaths.strikes(this.options.deathPerMillion)) this.#die(told);
      },
      handOver: () => this.#say(() => this.#follower?.handOver()),
      room: (isLow) => this.#say(() => this.#follower?.room(isLow)),
      stop: () => (this.#follower = null),
    };
  }

  #start(make: (ports: ThreadPorts) => Follower, told: (report: FollowerReport) => void): void {
    const follower: Follower = make({
      syscalls: {
        file: (request, operation) => {
          if (this.#follower !== follower) return;
          this.#parts.file(operation, (result) => {
            if (this.#follower === follower) follower.fileDone(request, result);
          });
        },
      },
      report: (report) => {
        this.#parts.toHost(() => {
          if (this.#follower === follower) told(report);
        });
      },
    });
    this.#follower = follower;
    this.#messages = [];
  }

  #die(told: (report: FollowerReport) => void): void {
    this.#follower = null;
    this.#parts.faults.hit("follower.killed");
    this.#parts.toHost(() => told({ type: "ended", message: "the thread was killed" }));
  }

  #say(message: () => void): void {
    this.#messages.push(message);
    if (this.#messages.length === 1) this.#hear();
  }

  #hear(): void {
    const { delays, options, later, faults } = this.#parts;
    const messages = this.#messages;
    const extra = delays.seldom(options.slowPerMillion, options.slowMaxMicros);
    if (extra > 0) faults.hit("follower.slow");
    later(messageMicros + extra, () => {
      if (messages !== this.#messages) return;
      messages[0]?.();
      messages.shift();
      if (messages.length > 0) this.#hear();
    });
  }
}
