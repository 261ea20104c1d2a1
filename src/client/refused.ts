/**
 * How a request or a link ends when it does not end well. The server's codes are those of
 * `src/core/kernel/errors.ts`; the client adds what a server cannot say.
 */
import { errorCodeOf, errorTable } from "../core/kernel/errors.ts";
import type { ErrorCode } from "../core/kernel/errors.ts";

interface ClientCodeDefinition {
  readonly meaning: string;
  /** True when the same thing may succeed later. */
  readonly retryable: boolean;
}

/** What the client itself finds out. */
export const clientCodes = {
  CONNECT_FAILED: { meaning: "no server answered at the address", retryable: true },
  CONNECT_TIMEOUT: { meaning: "the link did not come up in time", retryable: true },
  UNTRUSTED: { meaning: "the server's certificate is not trusted", retryable: false },
  CONNECTION_LOST: {
    meaning: "the link broke before the answer; whether the server acted is not known",
    retryable: true,
  },
  SERVER_SILENT: { meaning: "nothing was heard from the server in time", retryable: true },
  SERVER_BROKEN: { meaning: "the server sent what is no packet of the protocol", retryable: true },
  REQUEST_TIMEOUT: { meaning: "the request was not answered in time", retryable: true },
  QUEUE_FULL: { meaning: "too many messages wait already", retryable: true },
  STOPPED: { meaning: "the client was stopped", retryable: false },
} as const satisfies Record<string, ClientCodeDefinition>;

export type ClientCode = keyof typeof clientCodes;

/** `UNKNOWN` stands for a code of a newer server; `message` then names its number. */
export type RefusedCode = ErrorCode | ClientCode | "UNKNOWN";

export interface Refused {
  readonly code: RefusedCode;
  /** Plain words for a developer. */
  readonly message: string;
  /** Trying sooner is refused again; 0 when nothing is known. */
  readonly retryAfterMs: number;
  /** Whether trying again can help at all. */
  readonly mayRetry: boolean;
}

/** What the client found out. `detail` replaces the code's general meaning. */
export function refusedByClient(code: ClientCode, detail?: string): Refused {
  const { meaning, retryable } = clientCodes[code];
  return { code, message: detail ?? meaning, retryAfterMs: 0, mayRetry: retryable };
}

/** What an ERROR says. */
export function refusedByServer(code: number, message: string, retryAfterMs: number): Refused {
  const name = errorCodeOf(code);
  if (name === null) {
    return { code: "UNKNOWN", message: `error ${code}: ${message}`, retryAfterMs, mayRetry: true };
  }
  const { meaning, retryable } = errorTable[name];
  return { code: name, message: message || meaning, retryAfterMs, mayRetry: retryable };
}

/** Whether the server closes the session that gets this code. */
export const endsSession = (refused: Refused): boolean => {
  if (!(refused.code in errorTable)) return false;
  return errorTable[refused.code as ErrorCode].closes;
};
