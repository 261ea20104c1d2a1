/** What the realm's own answer says. */
import { errorTable } from "../kernel/errors.ts";
import type { ErrorCode } from "../kernel/errors.ts";
import type { reprise as pb } from "../wire/gen/session.js";

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
