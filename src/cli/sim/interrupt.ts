/** Ctrl-C, once. The second one is not listened for, and ends the process. */
export class Interrupt {
  isHeard = false;
  readonly #hear = (): void => {
    this.isHeard = true;
  };

  listen(): void {
    process.once("SIGINT", this.#hear);
  }

  forget(): void {
    process.off("SIGINT", this.#hear);
  }
}
