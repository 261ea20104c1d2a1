/** The published protocol's heartbeat: shows that the client lives, and how far away it is. */
import { reprise as pb } from "../../wire/gen/session.js";
import { defineContract, request, toSafeNumber } from "../../wire/index.ts";

export const heartbeatContract = defineContract("heartbeat", {
  beat: request(
    1_004,
    pb.v1.HeartbeatRequest,
    1_005,
    pb.v1.HeartbeatResponse,
    // The client's clock is its own affair: an unusable time reads as none.
    ({ timestamp }) => ({ clientTimeMs: toSafeNumber(timestamp) ?? 0 }),
    { delivery: "prompt" },
  ),
});
