/**
 * [DB-07] The follower is where the server was: each of its steps has the effects that the step had
 * in the server, its state is the server's when it has caught up, and what it gives away of its
 * state comes back as the same. A process has none before its time, or before there is as much to
 * follow as a checkpoint holds; and none ends by itself but over what the disk has done.
 */
import type { Digest, Event, LogFields, LogLevel, Machine, Outbox } from "../../core/contract.ts";
import { finish, mix } from "../../core/kernel/digest.ts";
import type { ReplayOutbox } from "../../core/kernel/effects.ts";
import type { Micros } from "../../core/kernel/ids.ts";
import type { PlainData } from "../../core/kernel/plain.ts";
import type { FollowerOptions } from "../process/follower.ts";
import { CheckFailure } from "./checker.ts";
import type { Checker } from "./checker.ts";
import type { History } from "./history.ts";
import { eventDigest } from "./observed-machine.ts";

const name = "follower";

/** What clocks may be wrong by, of the time that a process waits. */
const earlyShareMax = 0.2;

/** What the host says when it has ended, and what tells of a disk, or of its thread's death. */
const endedWords = "the journal's follower has ended";
const excuses = /^(journal|checkpoints)\/| failed with E|^the thread was killed$/;
/** What it says of a checkpoint, and of the events before it where only that was of its build. */
const passedOverWords = "a checkpoint is damaged";
const passedOver = /^event \d+ is of build /;

/** Counts steps that were compared. */
export class FollowerChecker implements Checker {
  readonly name = name;
  checked = 0;
  readonly #options: Pick<FollowerOptions, "everyEvents" | "afterMicros">;
  readonly #nowMicros: () => number;
  #startedMicros = 0;
  /** Of the present process, also those that its recovery has repeated. */
  #steps = 0;
  #hasBegun = false;
  #hasPassedOver = false;

  constructor(options: FollowerOptions, nowMicros: () => number) {
    this.#options = options;
    this.#nowMicros = nowMicros;
  }

  processStarted(): void {
    this.#startedMicros = this.#nowMicros();
    this.#steps = 0;
    this.#hasBegun = false;
  }

  stepped(): void {
    this.#steps += 1;
  }

  logged(_level: LogLevel, message: string, { problem }: LogFields): void {
    if (message.startsWith(passedOverWords)) this.#hasPassedOver = true;
    if (!message.startsWith(endedWords)) return;
    const isExcused =
      excuses.test(String(problem)) || (this.#hasPassedOver && passedOver.test(String(problem)));
    this.#hasPassedOver = false;
    if (isExcused) return;
    throw new CheckFailure(name, "a follower ends over nothing but its disk", String(problem));
  }

  /** A follower is made, the process's first or another one after it. */
  begins(): void {
    if (this.#hasBegun) return;
    this.#hasBegun = true;
    const { everyEvents, afterMicros } = this.#options;
    const passed = this.#nowMicros() - this.#startedMicros;
    if (this.#steps >= everyEvents || passed >= (1 - earlyShareMax) * afterMicros) return;
    const detail = `${String(passed)} us after the start, with ${String(this.#steps)} steps`;
    throw new CheckFailure(name, "a process has a follower when it is time for it", detail);
  }
}

export interface FollowingMachineParts {
  readonly machine: Machine;
  readonly history: History;
  readonly checker: FollowerChecker;
  /** Another machine in its first state. */
  readonly create: () => Machine;
  /** The server's own, and how many steps it has made. */
  readonly live: () => { readonly steps: number; readonly machine: Machine } | null;
  /** False: its steps are compared, and nobody looks at its states. */
  readonly isChecked: boolean;
  /** Keeps what a check throws: the follower must not see it. */
  readonly guard: (check: () => void) => void;
}

/** Looks at a caught-up state every so many steps: its cost grows with the state. */
const stepsBetweenLooks = 16;
/** Restores the first checkpoints that it makes, and then one of so many, which cost as much. */
const restoresFirst = 4;
const checkpointsPerRestore = 8;

export class FollowingMachine implements Machine {
  readonly #parts: FollowingMachineParts;
  readonly #machine: Machine;
  #steps = 0;
  #lookedAt = 0;
  #checkpoints = 0;
  /** The state's digest after so many steps; -1: of none. */
  #digestAt = -1;
  #digest: Digest = 0;

  constructor(parts: FollowingMachineParts) {
    this.#parts = parts;
    this.#machine = parts.machine;
  }

  step(event: Event, outbox: Outbox): void {
    // Whatever the step does to the state, also when it throws.
    this.#digestAt = -1;
    this.#machine.step(event, outbox);
    const { history, checker, guard } = this.#parts;
    const digest = finish(mix(eventDigest(event), (outbox as ReplayOutbox).digest()));
    checker.checked += 1;
    guard(() => history.compareFollowed(this.#steps, event, digest));
    this.#steps += 1;
    if (this.#parts.isChecked) guard(() => this.#look());
  }

  /** With the server's state, once it has caught up. */
  #look(): void {
    const live = this.#parts.live();
    if (live?.steps !== this.#steps || this.#steps < this.#lookedAt + stepsBetweenLooks) return;
    this.#lookedAt = this.#steps;
    if (live.machine.digest() === this.digest()) return;
    const detail = `after ${String(this.#steps)} steps`;
    throw new CheckFailure(name, "a follower that has caught up has the server's state", detail);
  }

  checkpoint(): Uint8Array {
    const bytes = this.#machine.checkpoint();
    const { history, create, guard, isChecked } = this.#parts;
    history.followedTo(bytes, this.#steps, create);
    this.#checkpoints += 1;
    const isFirst = this.#checkpoints <= restoresFirst;
    if (!isChecked || !(isFirst || this.#checkpoints % checkpointsPerRestore === 0)) return bytes;
    guard(() => {
      const again = create();
      again.restore(bytes);
      if (again.digest() === this.digest()) return;
      const detail = `after ${String(this.#steps)} steps`;
      throw new CheckFailure(name, "a checkpoint is restored to the state that it is of", detail);
    });
    return bytes;
  }

  restore(bytes: Uint8Array): void {
    this.#machine.restore(bytes);
    this.#digestAt = -1;
    this.#parts.guard(() => {
      this.#steps = this.#parts.history.placeOf(bytes);
    });
  }

  nextTimeout(): Micros | null {
    return this.#machine.nextTimeout();
  }

  digest(): Digest {
    if (this.#digestAt !== this.#steps) {
      this.#digest = this.#machine.digest();
      this.#digestAt = this.#steps;
    }
    return this.#digest;
  }

  get views(): readonly string[] {
    return this.#machine.views;
  }

  view(view: string): PlainData {
    return this.#machine.view(view);
  }

  get tables(): readonly string[] {
    return this.#machine.tables;
  }

  tableDigest(index: number): Digest {
    return this.#machine.tableDigest(index);
  }

  get failedFeature(): string | null {
    return this.#machine.failedFeature;
  }
}
