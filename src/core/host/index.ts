/** The host: the driver of the realm, the same in production and in the simulator. */
export { defaultHostConfig, hostConfig, type Durability, type HostConfig } from "./config.ts";
export { hostCounterDefinitions } from "./counters.ts";
export {
  createHost,
  type BuildIdentity,
  type Host,
  type HostOptions,
  type HostPhase,
  type RecoverySummary,
} from "./host.ts";
export { Witness, WitnessedMachine, WitnessOutbox } from "./witness.ts";
export type { MergeOrder } from "./inbox.ts";
export type { HostRealm } from "./parts.ts";
