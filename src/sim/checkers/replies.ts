/** What packets say, to those who look on. */
import { decodePayload } from "../../core/wire/index.ts";
import type { AnyMessage, Decoded } from "../../core/wire/index.ts";

/** A packet's message; null where nobody has kept its payload, or it is none. */
export const readPayload = <M extends AnyMessage>(
  message: M,
  payload: Uint8Array | null,
): Decoded<M> | null =>
  payload === null ? null : decodePayload(message, payload, 0, payload.length);

/**
 * Whether an answer that says so says success.
 *
 * @param payload null where nobody has kept it
 */
export const isSuccess = (reply: AnyMessage, payload: Uint8Array | null): boolean =>
  (readPayload(reply, payload) as { readonly success?: boolean } | null)?.success === true;
