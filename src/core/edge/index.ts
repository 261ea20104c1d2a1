/** The edge: from the bytes of one connection to packets that the realm may see. */
export type { Budget } from "./budgets.ts";
export { ConnectionEdge, type EdgeConfig, type EdgeResult } from "./connection.ts";
export type { Refusal } from "./refusals.ts";
export { TappedEdge, type EdgeTap } from "./tapped.ts";
export { cutSecrets, fillSecrets, type SecretVault } from "./secrets.ts";
