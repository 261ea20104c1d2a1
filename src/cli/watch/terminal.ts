/**
 * The terminal while something is shown on all of it: the second screen, no cursor, keys one by
 * one. Plain escape sequences that every terminal of today knows, so it works over SSH.
 *
 * T1. Whatever ends the process in order, an error included, the terminal is as it was before.
 * T2. Only lines that have changed are written.
 */
import { KeyReader } from "./keys.ts";
import type { Key } from "./keys.ts";

export interface TerminalEvents {
  key(key: Key): void;
  resized(): void;
}

export interface Size {
  readonly columns: number;
  readonly rows: number;
}

const enter = "\u001b[?1049h\u001b[?25l\u001b[2J";
const leave = "\u001b[?25h\u001b[?1049l";

export class Terminal {
  readonly #events: TerminalEvents;
  readonly #reader = new KeyReader();
  #shown: readonly string[] = [];
  #isOpen = false;

  constructor(events: TerminalEvents) {
    this.#events = events;
  }

  get size(): Size {
    const { columns, rows } = process.stdout;
    return { columns: columns || 80, rows: rows || 24 };
  }

  /** Takes the terminal over until `close`. */
  open(): void {
    this.#isOpen = true;
    process.stdin.setRawMode(true);
    process.stdin.setEncoding("utf8");
    process.stdin.on("data", this.#typed);
    process.stdin.resume();
    process.stdout.on("resize", this.#resized);
    process.on("exit", this.#exited);
    process.stdout.write(enter);
  }

  /** Gives it back. Does nothing the second time. */
  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    process.stdin.off("data", this.#typed);
    process.stdin.setRawMode(false);
    process.stdin.pause();
    process.stdout.off("resize", this.#resized);
    process.off("exit", this.#exited);
    process.stdout.write(leave);
  }

  /** Shows the lines, one for each row. */
  draw(lines: readonly string[]): void {
    // A terminal far away that is still busy with the last frame is spared this one.
    if (process.stdout.writableNeedDrain) return;
    let text = "";
    for (const [index, line] of lines.entries()) {
      if (line === this.#shown[index]) continue;
      text += `\u001b[${index + 1};1H\u001b[K${line}`;
    }
    this.#shown = lines;
    if (text !== "") process.stdout.write(text);
  }

  readonly #typed = (text: string | Buffer): void => {
    for (const key of this.#reader.read(String(text))) this.#events.key(key);
  };

  readonly #resized = (): void => {
    this.#shown = [];
    process.stdout.write("\u001b[2J");
    this.#events.resized();
  };

  readonly #exited = (): void => this.close();
}
