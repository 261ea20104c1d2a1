/** The host: the driver of the realm, the same in production and in the simulator. */
export { defaultHostConfig, hostConfig, type HostConfig } from "./config.ts";
export { captureOrder, type CaptureOrder } from "./capture.ts";
export { EdgeReplay, type EdgeDifference } from "./edge-replay.ts";
export { createHost, type Host, type RecoverySummary } from "./host.ts";
export type { MergeOrder } from "./inbox.ts";
export { Witness } from "./witness.ts";
export {
  Follower,
  type DurableMark,
  type FollowerConfig,
  type FollowerReport,
} from "./follower.ts";
export type { FollowerPort } from "./following.ts";
export type { StartRecord } from "./parts.ts";
