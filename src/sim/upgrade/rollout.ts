/**
 * The operator of a run's servers, who brings them to the next build one after the other, so that
 * old and new run side by side; and what goes wrong with it.
 *
 *     install the next build, then one of
 *       drain           the orderly end, and the next build starts from its checkpoint
 *       crash-before    killed instead: the next build finds a tail that is not its own
 *       crash-during    killed while it drains
 *       crash-after     killed once the next build serves
 *
 * R1. A build that refuses to start is answered as its message says: the old build is put back and
 *     drained again, or the next one is told to adopt the tail, as was decided.
 * R2. A server is taken back to the old build where that was decided. The old build may refuse the
 *     newer state; then the next one is put back.
 * R3. The operator goes on when faults have stopped, until every server serves; he begins nothing
 *     new.
 */
import type { Decision, Decisions, Subject } from "../decisions.ts";
import { below, strikes } from "../drawing.ts";
import type { FaultCounters } from "../faults.ts";
import type { SimulationOptions } from "../options.ts";
import type { Ending } from "../process/node.ts";
import type { Scheduler } from "../scheduler.ts";

/**
 * The builds of a run: the one that it begins with, and the one that it may end with. Their names
 * stand in journals, and are read back; the second one has letters that take more than a byte.
 */
export const buildNames = ["simulated", "simulated-2-\u{b450}\u{bc88}\u{c9f8}"] as const;
export type Build = 0 | 1;

/** Told of a server's processes, after everybody else was. */
export interface Operator {
  listening(): void;
  ended(ending: Ending | null): void;
}

/** A server as its operator has it in hand. */
export interface OperatedServer {
  readonly name: string;
  /** What the next process will be. */
  readonly installed: Build;
  operator: Operator | null;
  /** @param adoptsTail whether it steps what another build has left in the journal */
  install(build: Build, adoptsTail: boolean): void;
  end(ending: "drain" | "crash"): void;
}

export interface RolloutParts {
  readonly scheduler: Scheduler;
  readonly decisions: Decisions;
  readonly faults: FaultCounters;
  readonly options: SimulationOptions;
}

/** How one may go. */
export const ways = ["drain", "crash-before", "crash-during", "crash-after"] as const;

/** How one server is upgraded, as it stands in a plan. */
interface PlannedUpgrade {
  readonly [name: string]: Decision;
  /** Since the server before was done, or since the run began. */
  readonly afterMicros: number;
  readonly way: (typeof ways)[number];
  /** Between the installation, or the first service, and the kill. */
  readonly killAfterMicros: number;
  readonly adopts: boolean;
  readonly isTakenBack: boolean;
}

/** Between an operator's look at a server and his next order. */
const lookMicros = 100_000;

export class Rollout {
  readonly #parts: RolloutParts;
  readonly #servers: OperatedServer[];

  constructor(parts: RolloutParts, servers: readonly OperatedServer[]) {
    this.#parts = parts;
    this.#servers = [...servers];
  }

  /** Call once, when the run begins. */
  begin(): void {
    const server = this.#servers.shift();
    if (server === undefined) return;
    const { scheduler, decisions, options } = this.#parts;
    const subject: Subject = decisions.subject(`upgrade/${server.name}`);
    const planned = subject.next<PlannedUpgrade | null>(null, (random) =>
      strikes(random, options.upgrade.serverPerMillion)
        ? {
            afterMicros: below(random, options.seconds * 400_000),
            way: strikes(random, options.upgrade.crashPerMillion)
              ? random.pick(["crash-before", "crash-during", "crash-after"] as const)
              : "drain",
            killAfterMicros: below(random, random.pick([1_000, 50_000, 1_000_000])),
            adopts: strikes(random, options.upgrade.adoptPerMillion),
            isTakenBack: strikes(random, options.upgrade.backPerMillion),
          }
        : null,
    );
    if (planned === null) return this.begin();
    const upgrade = new Upgrade(this.#parts, server, planned, () => this.begin());
    scheduler.after(
      planned.afterMicros,
      decisions.inStorm(() => upgrade.begin()),
    );
  }
}

/** One server on its way from one build to the other. */
class Upgrade implements Operator {
  readonly #parts: RolloutParts;
  readonly #server: OperatedServer;
  readonly #planned: PlannedUpgrade;
  readonly #done: () => void;
  #aim: Build = 1;
  #isDone = false;
  #hasKilled = false;
  #wasTakenBack = false;

  constructor(
    parts: RolloutParts,
    server: OperatedServer,
    planned: PlannedUpgrade,
    done: () => void,
  ) {
    this.#parts = { ...parts, faults: parts.faults.of(server.name) };
    this.#server = server;
    this.#planned = planned;
    this.#done = done;
  }

  begin(): void {
    const { way, killAfterMicros } = this.#planned;
    this.#server.operator = this;
    this.#parts.faults.hit("upgrade.begun");
    if (way === "crash-before") return this.#replace(1, "crash");
    this.#replace(1, "drain");
    if (way === "crash-during") this.#killAfter(killAfterMicros);
  }

  listening(): void {
    const { installed } = this.#server;
    // What was adopted once stands in a checkpoint of its own build.
    this.#server.install(installed, false);
    if (installed !== this.#aim) return this.#again();
    if (this.#isDone) return;
    const { faults } = this.#parts;
    faults.hit(installed === 1 ? "upgrade.done" : "upgrade.taken-back");
    const { way, killAfterMicros, isTakenBack } = this.#planned;
    const mayGoBack = isTakenBack && !this.#wasTakenBack && !this.#parts.decisions.calm;
    if (way === "crash-after" && !this.#hasKilled) this.#killAfter(killAfterMicros);
    if (mayGoBack) return this.#takeBack();
    this.#isDone = true;
    this.#done();
  }

  ended(ending: Ending | null): void {
    if (ending !== "refused") return;
    const { faults } = this.#parts;
    const { installed } = this.#server;
    if (installed === 0) {
      // The newer state is there to stay.
      faults.hit("upgrade.back-refused");
      this.#aim = 1;
      return this.#server.install(1, false);
    }
    faults.hit("upgrade.refused");
    if (this.#planned.adopts) {
      faults.hit("upgrade.adopted");
      this.#server.install(1, true);
    } else this.#server.install(0, false);
  }

  /** The build that wrote the tail is back: it is drained as it should have been. */
  #again(): void {
    if (this.#parts.decisions.calm) {
      this.#aim = this.#server.installed;
      return;
    }
    const aim = this.#aim;
    this.#later(lookMicros, () => {
      if (this.#server.installed !== aim) this.#replace(aim, "drain");
    });
  }

  #takeBack(): void {
    this.#wasTakenBack = true;
    this.#aim = 0;
    this.#later(lookMicros + this.#planned.killAfterMicros, () => this.#replace(0, "drain"));
  }

  #replace(build: Build, by: "drain" | "crash"): void {
    this.#server.install(build, false);
    this.#server.end(by);
  }

  #killAfter(micros: number): void {
    this.#hasKilled = true;
    this.#later(micros, () => {
      this.#parts.faults.hit("upgrade.killed");
      this.#server.end("crash");
    });
  }

  /** Unless faults have stopped by then. */
  #later(micros: number, act: () => void): void {
    const { scheduler, decisions } = this.#parts;
    scheduler.after(micros, decisions.inStorm(act));
  }
}
