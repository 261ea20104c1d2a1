/** What a player is told when something behind the server did not answer. */
import type { ErrorCode } from "../../kernel/errors.ts";

/**
 * The code for a call that failed. Trying again may help with each of them; which part of the
 * server it was is nobody's business outside.
 */
export const failureCode = (code: ErrorCode): "INTERNAL" | "UNAVAILABLE" =>
  code === "INTERNAL" ? "INTERNAL" : "UNAVAILABLE";
