/**
 * The greeting and the two packets that the realm itself sends. Every client knows this contract.
 */
import { reprise as pb } from "../../wire/gen/session.js";
import { controlPackets, defineContract, request } from "../../wire/index.ts";

/** The protocol versions that this build speaks. A peer that sends no HELLO speaks 1. */
export const protocolRange = { min: 1, max: 1 } as const;

export const sessionContract = defineContract("session", {
  /** Both ways: the client offers a range, the server answers with its choice. */
  hello: request(1_050, pb.v1.Hello, 1_050, pb.v1.Hello, (message) => ({
    // A client that names no range means version 1, as one that sends no HELLO does.
    min: Math.max(message.protocolMin, 1),
    max: Math.max(message.protocolMax, message.protocolMin, 1),
    contractHash: message.contractHash,
  })),
  ...controlPackets,
});
