/**
 * Which events a story needs. Alone is tried first, then with the others coming and going, and if
 * he was still told other things, with as few of the others as are found: half of them are left
 * out, then quarters, and what changes nothing stays out.
 */
import type { ConnectionId } from "../../core/kernel/ids.ts";
import type { ProgressLine } from "../output.ts";
import type { Log } from "./log.ts";
import { endOf } from "./log.ts";
import { areTheSame, playCut, toldTo } from "./story.ts";
import type { Census, Cut, SeenSession, Told } from "./story.ts";
import type { Effect } from "./recorder.ts";

/** Where a cut tells its player something else than he was told. */
export interface OtherTold {
  readonly sequence: number;
  readonly before: readonly Effect[];
  readonly now: readonly Effect[];
  /** The step threw; null: it did not. */
  readonly threw: string | null;
}

export interface ChosenCut {
  readonly cut: Cut;
  /** The first place where it is not the same; null: nowhere. */
  readonly other: OtherTold | null;
  /** How many cuts were tried. */
  readonly tries: number;
}

export interface CutOrder {
  readonly own: readonly SeenSession[];
  /** Leaves out everybody else, whatever becomes of the story. */
  readonly isAlone: boolean;
  /** For the search, milliseconds. */
  readonly budgetMs: number;
}

/** Chooses the events to keep. */
export function chooseCut(
  log: Log,
  census: Census,
  { own, isAlone, budgetMs, progress }: CutOrder & { readonly progress: ProgressLine },
): ChosenCut {
  const search = new CutSearch(log, census, own);
  const alone: Cut = { whole: search.own, keepsEnds: false, last: search.last };
  const first = search.otherIn(alone);
  if (first === null || isAlone) return { cut: alone, other: first, tries: 1 };
  const withEnds: Cut = { ...alone, keepsEnds: true };
  if (search.otherIn(withEnds) === null) return { cut: withEnds, other: null, tries: 2 };
  const cut = search.reduce(performance.now() + budgetMs, progress);
  return { cut, other: search.otherIn(cut), tries: search.tries };
}

class CutSearch {
  readonly own: ReadonlySet<ConnectionId>;
  readonly last: number;
  tries = 0;
  readonly #log: Log;
  readonly #census: Census;
  readonly #others: readonly ConnectionId[];
  readonly #story: readonly Told[];

  constructor(log: Log, census: Census, own: readonly SeenSession[]) {
    this.#log = log;
    this.#census = census;
    this.own = new Set(own.map(({ connection }) => connection));
    this.last = Math.min(endOf(log), Math.max(...own.map(({ to }) => to)));
    this.#others = [...census.sessions.values()]
      .filter(({ connection, from }) => from <= this.last && !this.own.has(connection))
      .map(({ connection }) => connection);
    this.#story = this.#storyOf();
  }

  /** With as few others as can be found until then. */
  reduce(deadline: number, progress: ProgressLine): Cut {
    let others = this.#others;
    for (let size = Math.ceil(others.length / 2); size >= 1; size = Math.floor(size / 2)) {
      for (let at = 0; at < others.length && performance.now() < deadline;) {
        progress.show(() => `cutting: ${others.length} others left, try ${this.tries + 1}`);
        const fewer = others.toSpliced(at, size);
        if (this.otherIn(this.#with(fewer)) === null) others = fewer;
        else at += size;
      }
    }
    return this.#with(others);
  }

  /** Where the cut's story is another one; null when it is the same. */
  otherIn(cut: Cut): OtherTold | null {
    this.tries += 1;
    let at = 0;
    let other: OtherTold | null = null;
    const { trouble } = playCut({
      ...{ log: this.#log, census: this.#census, cut },
      take: ({ sequence }, { effects }) => {
        // What was told in an event that the cut has not is missing here.
        const told = this.#story[at];
        const isDue = told !== undefined && told.sequence <= sequence;
        const now = toldTo(this.own, effects);
        const before = isDue ? told.effects : [];
        const isHere = !isDue || told.sequence === sequence;
        if (!isHere || !areTheSame(before, now)) {
          const where = isDue ? told.sequence : sequence;
          other = { sequence: where, before, now: isHere ? now : [], threw: null };
          return false;
        }
        if (isDue) at += 1;
        return true;
      },
    });
    if (trouble !== null) {
      const { sequence, message: threw } = trouble;
      return { sequence, before: [], now: [], threw };
    }
    const left = this.#story[at];
    if (other !== null || left === undefined) return other;
    return { sequence: left.sequence, before: left.effects, now: [], threw: null };
  }

  #with(others: readonly ConnectionId[]): Cut {
    return { whole: new Set([...this.own, ...others]), keepsEnds: true, last: this.last };
  }

  /** What he was told, in order; events in which he was told nothing are not in it. */
  #storyOf(): readonly Told[] {
    const story: Told[] = [];
    playCut({
      ...{ log: this.#log, census: this.#census, cut: this.#with(this.#others) },
      take: ({ sequence }, outbox) => {
        const effects = toldTo(this.own, outbox.effects);
        if (effects.length > 0) story.push({ sequence, effects });
        return true;
      },
    });
    return story;
  }
}
