/** What a command reports in one line on standard error before it ends. */
export class CommandError extends Error {
  override readonly name = "CommandError";
  /** What `--json` says besides the message. */
  readonly details: Readonly<Record<string, unknown>>;

  /** 1, or 2 where 1 says something else about the command's subject. */
  readonly exitCode: 1 | 2;

  constructor(
    message: string,
    details: Readonly<Record<string, unknown>> = {},
    exitCode: 1 | 2 = 1,
  ) {
    super(message);
    this.details = details;
    this.exitCode = exitCode;
  }
}
