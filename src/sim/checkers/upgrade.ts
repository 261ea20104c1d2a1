/**
 * [JRN-05] A tail of the journal is stepped by the build that wrote it and by no other, unless an
 * operator has said so; and a build refuses to start for no other reason than that: another build
 * may have written since the last orderly end, or wrote a state that is newer than it knows.
 */
import { buildNames } from "../upgrade/rollout.ts";
import type { Ending } from "../process/node.ts";
import type { ProcessEnd } from "../process/process.ts";
import { CheckFailure } from "./checker.ts";
import type { Checker, SeenBuild, Step } from "./checker.ts";

export class UpgradeChecker implements Checker {
  readonly name = "upgrade";
  /** Counts builds that followed on another, and refusals. */
  checked = 0;
  readonly #isReversible: boolean;
  #present: SeenBuild = { name: buildNames[0], adoptsTail: false };
  /** Whose events are behind the last orderly end; null: nobody's. */
  #writer: string | null = null;
  /** Whose may be: a start that was never durable may have been lost. */
  #perhaps = new Set<string>();
  /** Who made the last checkpoint of an orderly end. */
  #drained: string | null = null;
  /** Who served last. */
  #served: string | null = null;
  /** Steps that the present process has repeated. */
  #repeated = 0;

  /** @param isReversible whether the first build knows the states of the second */
  constructor(isReversible: boolean) {
    this.#isReversible = isReversible;
  }

  processStarted(_start: number, build: SeenBuild): void {
    this.#present = build;
    this.#repeated = 0;
  }

  stepped({ event, isReplay }: Step): void {
    if (isReplay) this.#repeated += 1;
    if (event.type !== "server.started" || isReplay) return;
    const { name } = this.#present;
    if (this.#repeated === 0 && this.#writer !== null && this.#writer !== name) {
      // A process may die when the checkpoint of its orderly end is there and it has yet to exit.
      // Nothing is left of it but that, and this start, should it become durable, is the next tail.
      this.#drained = this.#writer;
      this.#writer = null;
      this.#perhaps = new Set();
    }
    this.#perhaps.add(name);
  }

  /** What a checkpoint contains need not be stepped, whoever made it. */
  restored(): void {
    this.#repeated = 0;
  }

  /** Its start is durable by now. */
  listening(): void {
    const { name, adoptsTail } = this.#present;
    if (this.#served !== null && this.#served !== name) this.checked += 1;
    const isForeign = this.#writer !== null && this.#writer !== name;
    if (isForeign && !adoptsTail) {
      this.#fail("only the build that wrote a tail steps it", `${name} serves`);
    }
    // Adopting leaves a checkpoint of its own.
    if (isForeign) this.#drained = name;
    this.#writer = name;
    this.#served = name;
    this.#perhaps = new Set([name]);
  }

  processEnded(end: ProcessEnd, ending: Ending | null): void {
    if (end.type !== "exit") return;
    if (ending === "refused") return this.#judge(end.message);
    if (end.code !== 0 || !end.message.startsWith("drained")) return;
    this.#writer = null;
    this.#perhaps = new Set();
    this.#drained = this.#present.name;
  }

  #judge(message: string): void {
    this.checked += 1;
    const { name, adoptsTail } = this.#present;
    const isForeign = !adoptsTail && [...this.#perhaps].some((writer) => writer !== name);
    const isNewer = !this.#isReversible && name === buildNames[0] && this.#drained !== name;
    if (isForeign || (isNewer && this.#drained !== null)) return;
    this.#fail("a build refuses only what another has left", `${name}: ${message}`);
  }

  #fail(rule: string, detail: string): never {
    throw new CheckFailure(this.name, rule, detail);
  }
}
