/** What stories and failures call a login. */
import type { LoginKey } from "../../core/features/accounts/index.ts";

/** Whose it is, and by which token. */
export const loginName = ([player, login]: LoginKey | readonly [number, string]): string =>
  `player ${String(player)} by ${login}`;
