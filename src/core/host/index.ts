/** The host: the driver of the realm, the same in production and in the simulator. */
export { defaultHostConfig, hostConfig, type HostConfig } from "./config.ts";
export { createHost, type Host, type RecoverySummary } from "./host.ts";
export type { MergeOrder } from "./inbox.ts";
export {
  Follower,
  type DurableMark,
  type FollowerConfig,
  type FollowerReport,
} from "./follower.ts";
export type { FollowerPort } from "./following.ts";
export { Witness } from "./witness.ts";
