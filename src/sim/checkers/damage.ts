/**
 * [JRN-01] What is wrong on the disk is refused and located, and what is whole is not accused: a
 * start that calls the journal damaged names a block of which bytes are wrong, and none before it;
 * one that refuses a damaged journal names what it refuses.
 * That nothing wrong is taken for right is seen by those who compare a recovery with what was done:
 * it repeats every step (`History`), and every step that a client knows of (`durability.ts`).
 */
import { checkpointFolder } from "../../core/journal/index.ts";
import type { SeenDamage } from "../disk-damage.ts";
import type { Ending } from "../process/node.ts";
import type { ProcessEnd } from "../process/process.ts";
import { CheckFailure } from "./checker.ts";
import type { Checker, DiskImage } from "./checker.ts";

/** How a recovery says where it found what is no block. */
const located = /^the journal is damaged: (\S+), byte (\d+), event \d+: /;

/** And a file that is none. */
const unreadable = /^the journal cannot be read: (\S+): /;
/** And checkpoints, when no sound one is left of a journal that does not begin at the beginning. */
const beheaded = /^no sound checkpoint is left \(\d+ are damaged\), and the journal begins with /;
/** Of a sound journal, too: it is another build's. */
const foreign = /^the (journal ends with events of|checkpoint of event \d+ was made by) build /;

export class DamageChecker implements Checker {
  readonly name = "damage";
  /** Counts journals that were called damaged. */
  checked = 0;

  processEnded(end: ProcessEnd, ending: Ending | null, disk: DiskImage): void {
    if (end.type !== "exit") return;
    if (end.message.includes("does not replay")) {
      this.#fail("what the journal holds replays, or is refused as damaged", end.message);
    }
    const [, path, byte] = located.exec(end.message) ?? [];
    if (path === undefined) {
      if (ending === "damaged") this.#named(end.message, disk);
      return;
    }
    this.checked += 1;
    const damages = disk.damages();
    const at = Number(byte);
    if (damages.some((damage) => isIn(damage, path, at))) return;
    const there = damages.map(({ path: of, from, to }) => `${of} ${String(from)}-${String(to)}`);
    this.#fail(
      "a journal is called damaged where it is, and nowhere else",
      `${path}, byte ${String(at)}; wrong are ${there.join(", ") || "none"}`,
    );
  }

  #named(message: string, disk: DiskImage): void {
    if (foreign.test(message)) return;
    const [, file] = unreadable.exec(message) ?? [];
    const isNamed = beheaded.test(message)
      ? (path: string): boolean => path.startsWith(`${checkpointFolder}/`)
      : (path: string): boolean => path === file;
    if (disk.damages().some(({ path }) => isNamed(path))) return;
    this.#fail("what is refused as damaged is named, and is damaged", message);
  }

  #fail(rule: string, detail: string): never {
    throw new CheckFailure(this.name, rule, detail);
  }
}

/** A place is told by where its block begins, and that is not before the write it came with. */
const isIn = ({ path, writeFrom, to }: SeenDamage, toldPath: string, toldAt: number): boolean =>
  path === toldPath && toldAt >= writeFrom && toldAt <= to;
