/**
 * Times in which a whole disk is not what it should be.
 *
 *     stall       nothing that is asked for completes until it is over
 *     full        only so many bytes more can be written behind the ends of files
 *     read-only   nothing can be changed, as a file system does that has found an error
 *
 * T1. Bytes that are in a file already can be written again on a full disk; what is removed or cut
 *     off makes room.
 * T2. A spell is decided when the run begins, and ends by itself, also after faults have stopped.
 */
import type { FileOperation } from "../core/contract.ts";
import type { Decision, Decisions, Subject } from "./decisions.ts";
import { below } from "./drawing.ts";
import type { FaultCounters } from "./faults.ts";
import type { DiskOptions } from "./options.ts";
import type { Scheduler } from "./scheduler.ts";

/** As it stands in a plan. */
interface PlannedSpell {
  readonly [name: string]: Decision;
  readonly afterMicros: number;
  readonly forMicros: number;
}

interface PlannedFull extends PlannedSpell {
  /** What can still be written when it begins. */
  readonly leftBytes: number;
  readonly code: "ENOSPC" | "EDQUOT";
}

interface SpellParts {
  readonly scheduler: Scheduler;
  readonly decisions: Decisions;
  readonly faults: FaultCounters;
  readonly options: DiskOptions;
  /** Of the run's storm, in which spells begin; 0: there are none. */
  readonly stormMicros: number;
}

export class DiskSpells {
  readonly #parts: SpellParts;
  /** Until when nothing completes. */
  #stalledUntilMicros = 0;
  #readOnly = 0;
  /** Null while there is room. */
  #full: { leftBytes: number; readonly code: "ENOSPC" | "EDQUOT" } | null = null;

  constructor(parts: SpellParts, name: string) {
    this.#parts = parts;
    const { decisions, options } = parts;
    const about = (what: string): Subject => decisions.subject(`disk/${name}/${what}`);
    this.#plan(about("stall"), options.stallsMax, this.#drawSpell, (spell) => this.#stall(spell));
    this.#plan(about("full"), options.fullsMax, this.#drawFull, (spell) => this.#fill(spell));
    this.#plan(about("readOnly"), options.readOnlysMax, this.#drawSpell, (spell) =>
      this.#protect(spell),
    );
  }

  /** When what would be done at `atMicros` is done. */
  delayed(atMicros: number): number {
    if (atMicros >= this.#stalledUntilMicros) return atMicros;
    this.#parts.faults.hit("disk.stall");
    return this.#stalledUntilMicros;
  }

  /**
   * Why an operation fails, or null.
   *
   * @param growsBytes by how much it makes a file longer
   */
  refusal(operation: FileOperation, growsBytes: number): string | null {
    const isChange = operation.type !== "list" && operation.type !== "read";
    if (isChange && this.#readOnly > 0) {
      this.#parts.faults.hit("disk.read-only");
      return "EROFS";
    }
    if (this.#full === null || growsBytes <= 0) return null;
    if (growsBytes <= this.#full.leftBytes) {
      this.#full.leftBytes -= growsBytes;
      return null;
    }
    this.#parts.faults.hit("disk.full");
    return this.#full.code;
  }

  /** So many bytes were given back. */
  freed(bytes: number): void {
    if (this.#full !== null) this.#full.leftBytes += bytes;
  }

  #stall({ forMicros }: PlannedSpell): void {
    const until = this.#parts.scheduler.nowMicros + forMicros;
    this.#stalledUntilMicros = Math.max(this.#stalledUntilMicros, until);
  }

  #fill({ forMicros, leftBytes, code }: PlannedFull): void {
    const full = { leftBytes, code };
    this.#full = full;
    this.#parts.scheduler.after(forMicros, () => {
      if (this.#full === full) this.#full = null;
    });
  }

  #protect({ forMicros }: PlannedSpell): void {
    this.#readOnly += 1;
    this.#parts.scheduler.after(forMicros, () => {
      this.#readOnly -= 1;
    });
  }

  readonly #drawSpell = (random: Parameters<typeof below>[0]): PlannedSpell => ({
    afterMicros: below(random, this.#parts.stormMicros),
    forMicros: below(random, this.#parts.options.spellMaxMicros),
  });

  readonly #drawFull = (random: Parameters<typeof below>[0]): PlannedFull => ({
    ...this.#drawSpell(random),
    leftBytes: below(random, random.pick([1, 4_096, 65_536])),
    code: random.pick(["ENOSPC", "EDQUOT"] as const),
  });

  #plan<T extends PlannedSpell>(
    subject: Subject,
    count: number,
    draw: (random: Parameters<typeof below>[0]) => T,
    begin: (spell: T) => void,
  ): void {
    const { scheduler, decisions } = this.#parts;
    for (let spell = 0; spell < count; spell += 1) {
      const planned = subject.next<T | null>(null, draw);
      if (planned === null) continue;
      scheduler.after(
        planned.afterMicros,
        decisions.inStorm(() => {
          begin(planned);
        }),
      );
    }
  }
}
