/**
 * What must hold of tokens, told from what calls are answered and from nothing that a realm or the
 * store says of itself.
 *
 * K1. A token is believed only while it is its player's newest and its login has not ended.
 * K2. A login ends as the one that it is: ending an older one ends nothing.
 * K3. Nobody is refused a login for somebody else's sake while his player has no token.
 * K4. A session is told to end for another one's sake only if its token is void, or the player has
 *     another session that holds him.
 */
import type { CallResult } from "../../core/contract.ts";
import type { PlainData } from "../../core/kernel/plain.ts";
import type { ArmStep } from "./arm.ts";
import { at } from "./parts.ts";
import type { Flight, State, ValidToken } from "./parts.ts";

type Fields = Readonly<Record<string, PlainData>>;

const playerOf = (fields: Fields): number => Number(fields["player"]);
const tokenOf = (fields: Fields): string => String(fields["tokenId"]);

const isValid = (valid: readonly ValidToken[], player: number, token: string): boolean =>
  valid.some((one) => one.player === player && one.token === token);

/** K1 to K3. */
export function brokenByResult(
  valid: readonly ValidToken[],
  { operation, request, isDone }: Flight,
  result: CallResult,
): string | null {
  // What was done before is answered as it was then, whatever has come since.
  if (!result.ok || isDone) return null;
  const answer = result.answer as Fields;
  const asked = request as Fields;
  if (operation === "tokens.verify" && answer["kind"] === "valid") {
    if (isValid(valid, playerOf(answer), tokenOf(answer))) return null;
    return "a token is believed only while its login lasts";
  }
  if (operation === "logins.end" && answer["ended"] === true) {
    if (isValid(valid, playerOf(asked), tokenOf(asked))) return null;
    return "ending an older login ends nothing";
  }
  if (operation === "logins.open" && answer["kind"] === "refused") {
    if (valid.some(({ player }) => player === playerOf(asked))) return null;
    return "a player without a token is kept out by nobody";
  }
  return null;
}

/** The tokens that are not void when the call has taken effect; the same array when none has. */
export function validAfter(
  valid: readonly ValidToken[],
  { operation, request, isDone }: Flight,
  result: CallResult,
): readonly ValidToken[] {
  if (!result.ok || isDone) return valid;
  const answer = result.answer as Fields;
  const player = playerOf(request as Fields);
  const others = valid.filter((one) => one.player !== player);
  if (operation === "logins.open" && answer["kind"] === "opened") {
    const opened = { player, token: tokenOf(answer), isTold: false };
    return [...others, opened].toSorted((one, other) => one.player - other.player);
  }
  return operation === "logins.end" && answer["ended"] === true ? others : valid;
}

/** @param token its number, which is its id, too */
export const validTold = (valid: readonly ValidToken[], token: number): readonly ValidToken[] =>
  valid.map((one) => (one.token === String(token) ? { ...one, isTold: true } : one));

/** K4. */
export function brokenByClose(before: State, server: number, step: ArmStep): string | null {
  for (const { connection, code } of step.closed) {
    if (code !== "DUPLICATE_LOGIN") continue;
    const { holders } = at(before.realms, server).value;
    const holder = holders.find((one) => one.connection === connection);
    if (holder === undefined) return "whoever is replaced was somebody";
    const { player, login } = holder;
    if (!isValid(before.rest.value.valid, player, login)) continue;
    const isElsewhere = before.realms.some(({ value }, index) => {
      const now = index === server ? step.realm.value : value;
      return now.holders.some((other) => other.player === player);
    });
    if (!isElsewhere) return "whoever is told to go has been replaced";
  }
  return null;
}
