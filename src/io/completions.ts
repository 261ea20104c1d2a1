/**
 * Where the pieces of the platform tell what happened. The driver implements it: it passes each
 * completion on to the host and asks for a turn. One platform thread has one of these.
 */
import type { CallResult, FileResult, Producer, RequestId } from "../core/contract.ts";
import type { CallId } from "../core/kernel/ids.ts";

export interface Completions extends Producer {
  fileDone(request: RequestId, result: FileResult): void;
  callDone(call: CallId, result: CallResult): void;
  listening(): void;
  /**
   * @param code as the platform names it: EADDRINUSE, EACCES, ...
   * @param message one line that says what, where and what to do
   */
  listenFailed(code: string, message: string): void;
}

/** What a failed system call is called, for completions that carry a code. */
export function platformCode(error: unknown): string {
  if (typeof error === "object" && error !== null && "code" in error) {
    const { code } = error;
    if (typeof code === "string") return code;
  }
  return "EUNKNOWN";
}
