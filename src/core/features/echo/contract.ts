/** Echoes, once for each delivery: what load tools measure and what recovery tests compare. */
import { reprise as pb } from "../../wire/gen/session.js";
import { defineContract, request } from "../../wire/index.ts";

const bytes = (message: { readonly bytes: Uint8Array }): Uint8Array => message.bytes;

export const echoContract = defineContract("echo", {
  /** Answered when the request is durable. */
  echo: request(1_053, pb.v1.EchoRequest, 1_054, pb.v1.EchoResponse, bytes),
  /** Answered at once. */
  promptEcho: request(1_055, pb.v1.EchoRequest, 1_056, pb.v1.EchoResponse, bytes, {
    delivery: "prompt",
  }),
});
