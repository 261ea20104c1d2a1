/** What a feature is written with, and what a server is made of. */
export * from "./contract.ts";
export {
  carried,
  createRealm,
  defaultRealmConfig,
  defineFeature,
  operation,
  realmConfig,
} from "./core/realm/index.ts";
export type {
  Answer,
  Budget,
  Carried,
  Context,
  Feature,
  Operation,
  Realm,
  RealmConfig,
  ReplyContext,
  SessionContext,
  SessionView,
  TellContext,
  TickContext,
} from "./core/realm/index.ts";
export { builtinFeatures } from "./core/features/index.ts";
export { errorTable } from "./core/kernel/errors.ts";
export type { ErrorCode } from "./core/kernel/errors.ts";
export { micros, milliseconds, seconds } from "./core/kernel/ids.ts";
export type { Micros, SessionId, Tick } from "./core/kernel/ids.ts";
