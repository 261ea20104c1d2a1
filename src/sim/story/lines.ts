/**
 * The lines of a story, as they come: repetitions become one line that says how many, and what is
 * too long loses its middle.
 */

/**
 * How much a line matters: an `event` is told each time, `routine` not twice in a row and three
 * times at most, and what is in the `background` once; each with how often it was.
 */
export type Weight = "event" | "routine" | "background";

interface Line {
  readonly atMicros: number;
  readonly text: string;
  readonly weight: Weight;
  /** What all repetitions have in common. */
  readonly same: string;
  count: number;
  lastMicros: number;
}

/** A repetition is looked for among so many lines before it. */
const lookBack = 8;
const routineLinesMax = 3;

/** Tells what is the same but for the references in it. */
const sameness = (text: string): string => text.replace(/\d{6,}/g, "#");

export class StoryLines {
  readonly #lines: Line[] = [];
  /** In how many lines. */
  readonly #told = new Map<string, number>();

  tell(atMicros: number, text: string, weight: Weight = "event"): void {
    const same = sameness(text);
    const repeated = this.#repeated(same, weight);
    if (repeated !== null) {
      repeated.count += 1;
      repeated.lastMicros = atMicros;
      return;
    }
    this.#told.set(same, (this.#told.get(same) ?? 0) + 1);
    this.#lines.push({ atMicros, text, weight, same, count: 1, lastMicros: atMicros });
  }

  /** Replaces what was told last, if that was at this time and began like this. */
  retell(atMicros: number, beginning: string, text: string): boolean {
    const last = this.#lines.at(-1);
    if (last?.atMicros !== atMicros || !last.text.startsWith(beginning)) return false;
    this.#lines.pop();
    this.tell(atMicros, text);
    return true;
  }

  /** The line that this is a repetition of. */
  #repeated(same: string, weight: Weight): Line | null {
    if (weight === "event") return null;
    const last = (): Line | null => this.#lines.findLast((line) => line.same === same) ?? null;
    const most = weight === "background" ? 1 : routineLinesMax;
    if ((this.#told.get(same) ?? 0) >= most) return last();
    for (const line of this.#lines.slice(-lookBack).toReversed()) {
      // An event in between would be told as if it came before or after all of them.
      if (line.weight === "event") return null;
      if (line.same === same) return line;
    }
    return null;
  }

  /** @param linesMax more than this lose their middle */
  text(linesMax: number): readonly string[] {
    const lines = this.#lines.map(lineText);
    if (lines.length <= linesMax) return lines;
    const head = Math.floor(linesMax / 3);
    const tail = linesMax - head - 1;
    const left = lines.length - head - tail;
    return [...lines.slice(0, head), `${margin}... ${String(left)} lines left out ...`].concat(
      lines.slice(-tail),
    );
  }
}

/** As wide as a time and what stands around it. */
const margin = " ".repeat(14);

export const timeText = (micros: number): string =>
  `${(micros / 1_000_000).toFixed(6).padStart(10)} s  `;

const lineText = ({ atMicros, text, count, lastMicros }: Line): string => {
  const again =
    count === 1 ? "" : ` (${String(count)} times until ${(lastMicros / 1_000_000).toFixed(3)} s)`;
  return `${timeText(atMicros)}${text}${again}`;
};
