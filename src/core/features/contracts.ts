/**
 * The contracts of all packets that Reprise itself defines: what a client imports. A server serves
 * those of its role's features; it knows the others, and says of them that it does not serve them.
 */
import type { AnyContract } from "../wire/index.ts";
import { accountContract, loginContract } from "./accounts/contract.ts";
import { chatContract } from "./chat/contract.ts";
import { combatContract } from "./combat/contract.ts";
import { duelContract } from "./duel/contract.ts";
import { echoContract } from "./echo/contract.ts";
import { guildContract } from "./guild/contract.ts";
import { heartbeatContract } from "./heartbeat/contract.ts";
import { operateContract } from "./operate/contract.ts";
import { sessionContract } from "./session/contract.ts";
import { worldContract } from "./world/contract.ts";

export { accountContract, loginContract } from "./accounts/contract.ts";
export { chatContract } from "./chat/contract.ts";
export { combatContract } from "./combat/contract.ts";
export { duelContract } from "./duel/contract.ts";
export { echoContract } from "./echo/contract.ts";
export { guildContract } from "./guild/contract.ts";
export { heartbeatContract } from "./heartbeat/contract.ts";
export { operateContract } from "./operate/contract.ts";
export { protocolRange, sessionContract } from "./session/contract.ts";
export { worldContract } from "./world/contract.ts";

/** Every contract of Reprise, in the order of their packets' numbers. */
export const publishedContracts: readonly AnyContract[] = [
  loginContract,
  accountContract,
  heartbeatContract,
  sessionContract,
  echoContract,
  operateContract,
  worldContract,
  combatContract,
  chatContract,
  duelContract,
  guildContract,
];
