/** The realm: features composed into the one journalled machine. */
import type { AnyContract, PacketRules } from "../wire/index.ts";
import type { PacketType } from "../kernel/ids.ts";
import { compose } from "./compose.ts";
import type { Budget, Feature } from "./feature.ts";
import { RealmMachine } from "./machine.ts";
import { realmCounters } from "./counters.ts";

export type { Composition } from "./compose.ts";
export { carried, operation } from "./declared.ts";
export type { Answer, Carried, Operation } from "./declared.ts";
export { eventStream } from "./event-store.ts";
export type {
  Appended,
  EventsRead,
  EventsReader,
  EventsStore,
  EventsView,
  EventStream,
  EventStreamOptions,
  StoredEvent,
  StreamMigration,
} from "./event-store.ts";
export { defineFeature } from "./feature.ts";
export type { Budget, Feature, Implementation, TimerViews } from "./feature.ts";
export type {
  Context,
  Identity,
  ReplyContext,
  SessionContext,
  SessionMove,
  SessionView,
  TellContext,
  TickContext,
  TickScene,
} from "./handler-context.ts";
export {
  defaultRealmConfig,
  realmConfig,
  startConfig,
  startContractHash,
  startRole,
} from "./config.ts";
export type { RealmConfig } from "./config.ts";
export type { RealmMachine } from "./machine.ts";
export type { BrokenRest } from "./rests.ts";

export interface RealmOptions {
  readonly features: readonly Feature[];
  /**
   * Contracts of which the server knows without serving them: what only a server may send in them
   * is refused as such. Default none.
   */
  readonly known?: readonly AnyContract[];
}

/** A set of features, checked and ready to make machines of. */
export interface Realm {
  /** Every packet type that is served or sent, and the known ones that only a server may send. */
  readonly rules: PacketRules;
  /** Of the packet types that have one of their own. */
  readonly budgets: ReadonlyMap<PacketType, Budget>;
  /** 32 bits that tell two sets of contracts apart. */
  readonly contractHash: number;
  /** Help texts of the counters that machines of this realm count, by base name. */
  readonly counters: Readonly<Record<string, string>>;
  /** A machine in its first state. Machines share nothing. */
  create(): RealmMachine;
}

/**
 * Composes features, in the order given, which is also the order in which they hear of a session
 * and of a tick.
 *
 * @throws ApiMisuseError naming the feature and the rule it breaks
 */
export function createRealm({ features, known = [] }: RealmOptions): Realm {
  const composition = compose(features, known);
  return {
    rules: composition.rules,
    budgets: composition.budgets,
    contractHash: composition.contractHash,
    counters: { ...realmCounters, ...composition.counters },
    create: () => new RealmMachine(composition),
  };
}
