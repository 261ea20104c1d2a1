/**
 * [JRN-05] A recovery from the journal rebuilds every state and every effect: step by step (that is
 * `History`'s part), and at the end the state as a whole, when nothing of it was lost. A new build
 * that keeps it in another shape must show what the old one showed. So must one that adopts the
 * tail of another build, and begins with it at another checkpoint than the last process did.
 */
import type { Digest, Machine } from "../../core/contract.ts";
import { digestPlain, digestStart, finish } from "../../core/kernel/digest.ts";
import { CheckFailure } from "./checker.ts";
import type { Checker, SeenBuild, Step } from "./checker.ts";

/** The state when a process ended. */
interface EndState {
  readonly steps: number;
  readonly build: string;
  /** Whether it steps what another build has left, and after how many steps it began. */
  readonly adoptsTail: boolean;
  readonly base: number;
  readonly digest: Digest;
  /** Of the views that both builds have. */
  readonly shown: Digest;
}

export class ReplayEqualityChecker implements Checker {
  readonly name = "replay-equality";
  /** Counts whole states that were compared. */
  checked = 0;
  readonly #steadyViews: readonly string[] | null;
  #steps = 0;
  #machine: Machine | null = null;
  /** Of the process, and of the machine, which a process that starts in vain does not make. */
  #build: SeenBuild = { name: "", adoptsTail: false };
  #machineBuild = this.#build;
  /** The steps of the checkpoint that the machine was restored from; 0: none. */
  #base = 0;
  #last: EndState | null = null;

  /** @param steadyViews what both builds show alike; null: their states are the same */
  constructor(steadyViews: readonly string[] | null = null) {
    this.#steadyViews = steadyViews;
  }

  processStarted(_start: number, build: SeenBuild): void {
    this.#build = build;
  }

  stepped({ index, machine }: Step): void {
    this.#steps = index + 1;
    this.#machine = machine;
  }

  machineCreated(): void {
    this.#steps = 0;
    this.#base = 0;
    this.#machineBuild = this.#build;
  }

  restored(steps: number): void {
    this.#base = steps;
  }

  machineThrew(): void {
    this.#steps = 0;
  }

  processEnded(): void {
    const machine = this.#machine;
    if (this.#steps === 0 || machine === null) {
      this.#last = null;
      return;
    }
    const [steps, base] = [this.#steps, this.#base];
    const { name, adoptsTail } = this.#machineBuild;
    const [digest, shown] = [machine.digest(), this.#shown(machine)];
    this.#last = { steps, build: name, adoptsTail, base, digest, shown };
  }

  recovered(steps: number, stateDigest: Digest, machine: Machine): void {
    const last = this.#last;
    if (last === null || last.steps !== steps) return;
    this.checked += 1;
    const { name, adoptsTail } = this.#build;
    const adoptsElsewhere = adoptsTail && last.adoptsTail && last.base !== this.#base;
    const isSame = last.build === name && !adoptsElsewhere;
    if (isSame || this.#steadyViews === null) {
      if (last.digest === stateDigest) return;
      throw new CheckFailure(
        this.name,
        "a recovery that loses no step rebuilds the same state",
        `after ${String(steps)} steps the digest was ${String(last.digest)}, ` +
          `now it is ${String(stateDigest)}`,
      );
    }
    if (last.shown === this.#shown(machine)) return;
    throw new CheckFailure(
      this.name,
      "a new build shows what the old one showed",
      `after ${String(steps)} steps ${this.#steadyViews.join(" and ")} became other ones`,
    );
  }

  #shown(machine: Machine): Digest {
    let hash = digestStart;
    for (const name of this.#steadyViews ?? []) {
      if (machine.views.includes(name)) hash = digestPlain(hash, machine.view(name));
    }
    return finish(hash);
  }
}
