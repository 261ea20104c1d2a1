/**
 * [DB-07] The follower is where the server was: each of its steps has the effects that the step had
 * in the server, its state is the server's when it has caught up, and what it gives away of its
 * state comes back as the same.
 */
import type { Digest, Event, Machine, Outbox } from "../../core/contract.ts";
import { finish, mix } from "../../core/kernel/digest.ts";
import type { ReplayOutbox } from "../../core/kernel/effects.ts";
import type { Micros } from "../../core/kernel/ids.ts";
import type { PlainData } from "../../core/kernel/plain.ts";
import { CheckFailure } from "./checker.ts";
import type { Checker } from "./checker.ts";
import type { History } from "./history.ts";
import { eventDigest } from "./observed-machine.ts";

const name = "follower";

/** Counts steps that were compared. */
export class FollowerChecker implements Checker {
  readonly name = name;
  checked = 0;
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
