/**
 * Why a packet is turned away at the edge, and why a connection ends. Journalled, so only added to.
 */

/** See the error codes of the same names. */
export const refusalReasons = [
  "NOT_SERVED",
  "INVALID_PACKET",
  "SERVER_ONLY",
  "RATE_LIMITED",
] as const;
export type RefusalReason = (typeof refusalReasons)[number];

/**
 * - `peer`: the peer closed in order; `reset`: the peer or the network broke the link
 * - `server`: the realm closed it, for the error code that it logged
 * - `abuse`: the edge or the host closed it without asking the realm
 * - `restart`: the server that held it is gone
 * - `drain`: the server is ending
 */
export const closeReasons = ["peer", "reset", "server", "abuse", "restart", "drain"] as const;
export type CloseReason = (typeof closeReasons)[number];
