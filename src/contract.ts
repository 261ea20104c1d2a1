/** What a contract is written with: the half of a feature that clients import too. */
export {
  defineContract,
  invalid,
  position,
  request,
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
} from "./core/wire/index.ts";
