/** Ctrl-C, or SIGTERM, once. The second one is not listened for, and ends the process. */
export class Interrupt {
  isHeard = false;
  readonly #hear = (): void => {
    this.isHeard = true;
    this.forget();
  };

  listen(): void {
    for (const signal of signals) process.on(signal, this.#hear);
  }

  forget(): void {
    for (const signal of signals) process.off(signal, this.#hear);
  }
}

const signals = ["SIGINT", "SIGTERM"] as const;
