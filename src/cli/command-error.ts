/** What a command reports in one line on standard error before it ends with exit code 1. */
export class CommandError extends Error {
  override readonly name = "CommandError";
  /** What `--json` says besides the message. */
  readonly details: Readonly<Record<string, unknown>>;

  constructor(message: string, details: Readonly<Record<string, unknown>> = {}) {
    super(message);
    this.details = details;
  }
}
