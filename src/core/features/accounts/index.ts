/** Accounts and logins as the features and their performers share them. */
export { failureCode } from "./failures.ts";
export { chooseServers, loadFactor, serverListedMs } from "./directory.ts";
export type { ServerChoice, ServerReport } from "./directory.ts";
export {
  decideLogin,
  loginEnded,
  loginEntered,
  loginLeft,
  reportPeriodMs,
  loginReset,
  serverAliveMs,
  tokenStanding,
} from "./login-rows.ts";
export type { Eviction, LoginAttempt, LoginDecision, LoginRow, ServerSeen } from "./login-rows.ts";
export { loggedName } from "./names.ts";
export { hasEachLogin, isEachOnce, present } from "./presence.ts";
export { endLogin, openLogin, reportServer, verifyAccount, verifyToken } from "./operations.ts";
export type {
  EndLoginAnswer,
  EndLoginRequest,
  LoginKey,
  OpenLoginAnswer,
  OpenLoginRequest,
  ReportAnswer,
  ReportRequest,
  ServerInfo,
  TokenFault,
  VerifyAccountAnswer,
  VerifyAccountRequest,
  VerifyTokenAnswer,
  VerifyTokenRequest,
} from "./operations.ts";
export { memoryStore } from "./memory-store.ts";
export { isAccountName } from "./account-name.ts";
export { bannedForEver } from "./store.ts";
export type {
  Account,
  AccountStore,
  Grant,
  NewAccount,
  OpenOutcome,
  OpenRequest,
  Standing,
  StoreSource,
} from "./store.ts";
export type { KeptAnswer, KeptLogin, Tables } from "./tables.ts";
export { isBanned, nameKey, storeOver } from "./transactions.ts";
