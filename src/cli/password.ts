/** Gets a password from somebody at a terminal, or from a program on standard input. */
import { CommandError } from "./command-error.ts";

/** What no password needs and any pipe could be made to send. */
const lengthMax = 1_024;

/** The first line of standard input, without its end. */
export async function passwordFromInput(input: AsyncIterable<Buffer> = process.stdin) {
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of input) {
    text += decoder.decode(chunk, { stream: true });
    if (text.includes("\n") || text.length > lengthMax) break;
  }
  return checked(text.split(/\r?\n/, 1)[0] ?? "");
}

/** The part of a terminal that is needed here. */
export interface Terminal {
  readonly isTTY?: boolean;
  setRawMode(mode: boolean): unknown;
  resume(): unknown;
  pause(): unknown;
  on(event: "data", listener: (bytes: Buffer) => void): unknown;
  off(event: "data", listener: (bytes: Buffer) => void): unknown;
}

/**
 * Asks twice at the terminal, without showing what is typed.
 *
 * @param write where the questions go
 */
export async function passwordFromTerminal(
  terminal: Terminal = process.stdin,
  write: (text: string) => void = (text) => void process.stderr.write(text),
): Promise<string> {
  if (terminal.isTTY !== true) {
    throw new CommandError("no terminal to ask for the password at; pipe it: --password-stdin");
  }
  const lines = new HiddenLines(terminal);
  try {
    write("Password: ");
    const password = checked(await lines.next());
    write("\nOnce more: ");
    if ((await lines.next()) !== password) throw new CommandError("the two passwords differ");
    return password;
  } finally {
    lines.end();
    write("\n");
  }
}

function checked(password: string): string {
  if (password === "") throw new CommandError("the password is empty");
  if (password.length > lengthMax) {
    throw new CommandError(`the password has more than ${lengthMax} characters`);
  }
  return password;
}

const enter = /[\r\n]/;
const interrupt = "\u0003";
const endOfInput = "\u0004";
const erase = /[\b\u007f]/;
const eraseLine = "\u0015";

/** Lines as they are typed, without an echo. What is typed early waits for the next question. */
class HiddenLines {
  readonly #terminal: Terminal;
  readonly #decoder = new TextDecoder();
  readonly #listen = (bytes: Buffer): void => this.#take(bytes);
  #isListening = false;
  #typed: string[] = [];
  #lines: string[] = [];
  #isGivenUp = false;
  #wake: () => void = () => undefined;

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  /** @throws CommandError when it is given up with Ctrl-C or Ctrl-D */
  async next(): Promise<string> {
    this.#begin();
    while (this.#lines.length === 0 && !this.#isGivenUp) {
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
    const line = this.#lines.shift();
    if (line === undefined) throw new CommandError("given up: nothing was changed");
    return line;
  }

  end(): void {
    this.#terminal.off("data", this.#listen);
    this.#terminal.pause();
    this.#terminal.setRawMode(false);
  }

  #begin(): void {
    if (this.#isListening) return;
    this.#isListening = true;
    this.#terminal.setRawMode(true);
    this.#terminal.on("data", this.#listen);
    this.#terminal.resume();
  }

  #take(bytes: Buffer): void {
    for (const letter of this.#decoder.decode(bytes, { stream: true })) {
      if (letter === interrupt || letter === endOfInput) this.#isGivenUp = true;
      else if (letter === eraseLine) this.#typed = [];
      else if (erase.test(letter)) this.#typed.pop();
      else if (enter.test(letter)) this.#lines.push(this.#typed.splice(0).join(""));
      else this.#typed.push(letter);
    }
    this.#wake();
  }
}
