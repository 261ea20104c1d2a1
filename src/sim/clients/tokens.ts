/** What a traveller has to show, and what he is told of it. */
import { errorCodeOf } from "../../core/kernel/errors.ts";

export interface Token {
  readonly text: string;
  readonly isGenuine: boolean;
}

/** A token of the same player and login, signed by nobody. Forged twice it may be as it was. */
export const forged = (token: Token | null): string | undefined =>
  token?.isGenuine === true
    ? `${token.text.slice(0, -1)}${token.text.endsWith("0") ? "1" : "0"}`
    : undefined;

/** The name of an answer's code; `NONE` where it says none. */
export const codeOf = (errorCode: number | null | undefined): string =>
  errorCodeOf(errorCode ?? 0) ?? "UNKNOWN";
