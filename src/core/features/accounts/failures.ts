/** What a player is told when something behind the server did not answer. */
import type { ErrorCode } from "../../kernel/errors.ts";

/**
 * The code for a call that failed. Trying again may help with each of them, but with LIMIT_REACHED
 * not at once: too many wait. Which part of the server it was is nobody's business outside.
 */
export const failureCode = (code: ErrorCode): "INTERNAL" | "LIMIT_REACHED" | "UNAVAILABLE" =>
  code === "INTERNAL" || code === "LIMIT_REACHED" ? code : "UNAVAILABLE";
