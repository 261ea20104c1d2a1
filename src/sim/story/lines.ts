/**
 * The lines of a story, as they come: repetitions become one line that says how many, and what is
 * too long loses its middle.
 */

/**
 * How much a line matters: an `event` is told each time, `routine` not twice in a row, and what is
 * in the `background` once, with how often it was.
 */
export type Weight = "event" | "routine" | "background";

interface Line {
  readonly atMicros: number;
  readonly text: string;
  readonly weight: Weight;
  count: number;
  lastMicros: number;
}

/** A repetition is looked for among so many lines before it. */
const lookBack = 8;

export class StoryLines {
  readonly #lines: Line[] = [];

  tell(atMicros: number, text: string, weight: Weight = "event"): void {
    const same = this.#same(text, weight);
    if (same === null) {
      this.#lines.push({ atMicros, text, weight, count: 1, lastMicros: atMicros });
      return;
    }
    same.count += 1;
    same.lastMicros = atMicros;
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
  #same(text: string, weight: Weight): Line | null {
    if (weight === "background") return this.#lines.find((line) => line.text === text) ?? null;
    if (weight === "event") return null;
    for (const line of this.#lines.slice(-lookBack).toReversed()) {
      // An event in between would be told as if it came before or after all of them.
      if (line.weight === "event") return null;
      if (line.text === text) return line;
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
