/** What an account may do beside playing. Who may what is said by each packet's policy. */

/** In ascending order of power; nobody has more than one. */
export const playerRoles = ["player", "moderator", "operator"] as const;
export type PlayerRole = (typeof playerRoles)[number];
