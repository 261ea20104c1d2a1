/** What a feature is written with, and what a server is made of. */
export * from "./contract.ts";
export {
  carried,
  createRealm,
  defaultRealmConfig,
  defineFeature,
  eventStream,
  operation,
  realmConfig,
} from "./core/realm/index.ts";
export type {
  Answer,
  Appended,
  Budget,
  Carried,
  Context,
  EventsRead,
  EventsReader,
  EventsStore,
  EventsView,
  EventStream,
  EventStreamOptions,
  Feature,
  Identity,
  Operation,
  Realm,
  RealmConfig,
  ReplyContext,
  SessionContext,
  SessionMove,
  SessionView,
  StoredEvent,
  StreamMigration,
  TellContext,
  TickContext,
  TickScene,
} from "./core/realm/index.ts";
export { builtinFeatures, featuresOf, gameFeatures, loginFeatures } from "./core/features/index.ts";
export type { FeatureRole } from "./core/features/index.ts";
export { errorTable } from "./core/kernel/errors.ts";
export type { ErrorCode } from "./core/kernel/errors.ts";
export { micros, milliseconds, playerId, seconds } from "./core/kernel/ids.ts";
export type { Micros, PlayerId, SessionId, Tick } from "./core/kernel/ids.ts";
export { playerRoles } from "./core/kernel/roles.ts";
export type { PlayerRole } from "./core/kernel/roles.ts";
