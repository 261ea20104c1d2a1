/** What a contract is written with: the half of a feature that clients import too. */
export { defineContract, invalid, request, toClient, toServer } from "./core/wire/index.ts";
export type { AnyContract, Contract, Decoded, Encodable, Invalid } from "./core/wire/index.ts";
