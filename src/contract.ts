/** What a contract is written with: the half of a feature that clients import too. */
export {
  defineContract,
  identities,
  identity,
  invalid,
  isInvalid,
  position,
  request,
  secretSlot,
  text,
  toClient,
  toServer,
} from "./core/wire/index.ts";
export type {
  AnyContract,
  Contract,
  Decoded,
  Encodable,
  Invalid,
  Position,
  SecretSlot,
} from "./core/wire/index.ts";
export {
  accountContract,
  chatContract,
  combatContract,
  duelContract,
  echoContract,
  guildContract,
  heartbeatContract,
  loginContract,
  operateContract,
  sessionContract,
  worldContract,
} from "./core/features/contracts.ts";
