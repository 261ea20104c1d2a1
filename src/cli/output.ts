/** What commands write: results on standard output, progress of long work on a terminal. */

/** Writes one JSON object and nothing else. */
export const printJson = (value: object): void => {
  process.stdout.write(`${JSON.stringify(value)}\n`);
};

/** Lines of a name and a value, the values under each other. */
export function table(rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, value]) => `${name.padEnd(width)}  ${value}`).join("\n");
}

/** 1234567 as 1,234,567. */
export const grouped = (value: number): string => {
  const [whole = "", fraction] = String(value).split(".");
  const groups = whole.replace(/\B(?=(\d{3})+$)/g, ",");
  return fraction === undefined ? groups : `${groups}.${fraction}`;
};

/** A line on the terminal that is written over, and gone at the end. Silent where none is. */
export class ProgressLine {
  readonly #stream: NodeJS.WriteStream;
  #lastAt = -Infinity;
  #shown = false;

  constructor(stream: NodeJS.WriteStream = process.stderr) {
    this.#stream = stream;
  }

  /** Shows the text, at most ten times a second. */
  show(text: () => string): void {
    if (!this.#stream.isTTY) return;
    const now = performance.now();
    if (now - this.#lastAt < 100) return;
    this.#lastAt = now;
    this.#shown = true;
    // A terminal that does not know its size says 0.
    const columns = this.#stream.columns > 0 ? this.#stream.columns : 80;
    this.#stream.write(`\r\u001b[K${text().slice(0, columns - 1)}`);
  }

  end(): void {
    if (this.#shown) this.#stream.write("\r\u001b[K");
    this.#shown = false;
  }
}
