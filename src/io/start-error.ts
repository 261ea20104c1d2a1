/** Why a server does not start. The message is the one line that the user gets to see. */

export type StartErrorCode =
  | "CONFIG_INVALID"
  | "CERTIFICATE_UNUSABLE"
  | "DATA_FOLDER_LOCKED"
  | "DATA_FOLDER_UNUSABLE"
  | "PORT_UNAVAILABLE"
  | "ALREADY_STARTED"
  | "ROLE_NOT_SERVED"
  | "STOPPED"
  | "RECOVERY_FAILED"
  | "TOKEN_KEY_UNUSABLE"
  | "JOURNAL_KEY_UNUSABLE"
  | "ACCOUNTS_UNUSABLE";

/** The exit code for a command line that is wrong, whatever else may be. */
export const usageExitCode = 2;

/** Of `STOPPED`, whose exit code is 0: it was asked for. */
export const stoppedMessage = "the server was stopped before it served";

export class StartError extends Error {
  override readonly name = "StartError";
  readonly code: StartErrorCode;
  /** What the process should exit with. */
  readonly exitCode: number;

  /** @param message says what, where and what to do, on one line */
  constructor(code: StartErrorCode, message: string, exitCode = 1) {
    super(message);
    this.code = code;
    this.exitCode = exitCode;
  }
}
