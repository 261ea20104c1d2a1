/** The packets that the realm itself sends: ERROR, which answers, and DISCONNECT, which ends. */
import { errorTable } from "../kernel/errors.ts";
import type { ErrorCode } from "../kernel/errors.ts";
import { reprise as pb } from "../wire/gen/session.js";
import { toClient } from "../wire/index.ts";

export const messages = {
  error: toClient(1_051, pb.v1.Error),
  disconnect: toClient(1_052, pb.v1.Disconnect),
};

export const errorMessage = (
  code: ErrorCode,
  message?: string,
  count: number = 1,
): pb.v1.Error.$Properties => ({
  code: errorTable[code].code,
  message: message ?? errorTable[code].meaning,
  // One is what the field says by being absent.
  count: count === 1 ? 0 : count,
});

export const disconnectMessage = (
  code: ErrorCode,
  mayRetry: boolean,
): pb.v1.Disconnect.$Properties => ({
  code: errorTable[code].code,
  mayRetry,
  message: errorTable[code].meaning,
});
