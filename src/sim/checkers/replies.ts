/** What answers say, to those who look on. */
import { decodePayload } from "../../core/wire/index.ts";
import type { AnyMessage } from "../../core/wire/index.ts";

/**
 * Whether an answer that says so says success.
 *
 * @param payload null where nobody has kept it
 */
export function isSuccess(reply: AnyMessage, payload: Uint8Array | null): boolean {
  if (payload === null) return false;
  const answer = decodePayload(reply, payload, 0, payload.length);
  return (answer as { readonly success?: boolean } | null)?.success === true;
}
