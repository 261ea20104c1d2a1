/** The contracts of the features that every server has: what a client imports. */
export { echoContract } from "./echo/contract.ts";
export { heartbeatContract } from "./heartbeat/contract.ts";
export { protocolRange, sessionContract } from "./session/contract.ts";
