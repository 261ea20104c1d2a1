/**
 * What a command of `reprise` is. `src/cli/main.ts` finds the command by its name, prints `help`
 * for `--help`, and ends the process with the code that `run` resolves to.
 */
export interface Command {
  /** The word on the command line, as in `reprise serve`. */
  readonly name: string;
  /** One line for the list of commands. */
  readonly summary: string;
  /** The whole help text, without a final newline. */
  readonly help: string;
  /**
   * Runs the command.
   *
   * @param argv what follows the command's name
   * @returns the exit code: 0 done, 1 failed (one line on standard error said why), 2 bad usage
   */
  run(argv: readonly string[]): Promise<number>;
}
