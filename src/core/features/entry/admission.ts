/**
 * Letting somebody in by a token: all that is to be checked and done before he is in the world, or
 * operates. Who owns the packet asks for the token's verdict; here the session becomes the token's
 * player's, or there is a code.
 *
 * N1. Nobody is in but by a token that was good when it was checked and has not expired since, by
 *     the wall clock.
 * N2. A player is in once: his older session is told to end in the step that lets the newer one in,
 *     before it is let in.
 */
import { invariant } from "../../kernel/assert.ts";
import type { ErrorCode } from "../../kernel/errors.ts";
import type { Micros, PlayerId, SessionId } from "../../kernel/ids.ts";
import { playerRoles } from "../../kernel/roles.ts";
import type { PlayerRole } from "../../kernel/roles.ts";
import type { Answer, SessionContext, SessionView } from "../../realm/index.ts";
import { failureCode, loggedName } from "../accounts/index.ts";
import type { TokenFault, VerifyTokenAnswer } from "../accounts/index.ts";
import type { AnyContract } from "../../wire/index.ts";

/** What of a handler's context an admission needs. */
export type AdmissionContext = Pick<
  SessionContext<AnyContract, object, object, object>,
  "session" | "wallNow" | "authenticate" | "advance" | "disconnect" | "log"
> & { readonly sessions: { ofPlayer(player: PlayerId): SessionView | undefined } };

interface Refused {
  readonly ok: false;
  readonly code: ErrorCode;
  readonly message: string;
}

export type Identified =
  | {
      readonly ok: true;
      readonly player: PlayerId;
      readonly name: string;
      readonly role: PlayerRole;
      /** The player's older session, which has just been told to end; null when there was none. */
      readonly replaced: SessionId | null;
    }
  | Refused;

export type Admission = { readonly ok: true; readonly replaced: SessionId | null } | Refused;

/**
 * Brings the context's session into the world as the token's player, or says why not. When it is
 * not ok nothing has changed.
 *
 * @param answer what `tokens.verify` came back with
 */
export function admit(ctx: AdmissionContext, answer: Answer<VerifyTokenAnswer>): Admission {
  const identified = identify(ctx, answer, playerRoles);
  if (!identified.ok) return identified;
  const { player, name, replaced } = identified;
  const { id, remote } = ctx.session;
  invariant(ctx.advance("world.entered"), "an authenticated session enters", id);
  const who = { player, name: loggedName(name), session: id, remote, replaced };
  ctx.log("info", "player entered the world", who);
  return { ok: true, replaced };
}

/**
 * Makes the context's session the token's player's, or says why not. When it is not ok nothing has
 * changed.
 *
 * @param answer what `tokens.verify` came back with
 * @param roles whom it is for
 */
export function identify(
  ctx: Omit<AdmissionContext, "advance" | "log">,
  answer: Answer<VerifyTokenAnswer>,
  roles: readonly PlayerRole[],
): Identified {
  if (!answer.ok) {
    return refused(failureCode(answer.code), "the token could not be checked; try again");
  }
  const verdict = answer.value;
  if (verdict.kind === "invalid") return refused(...faults[verdict.reason]);
  if (hasExpired(verdict.expiresAtMs, ctx.wallNow)) return refused(...faults.expired);
  if (ctx.session.state !== "connected") {
    return refused("NOT_ALLOWED_IN_STATE", "this session has entered, or is ending");
  }
  const { player, name, role, tokenId } = verdict;
  if (!roles.includes(role)) return refused("NOT_PERMITTED", `this is not for a ${role}`);
  const older = ctx.sessions.ofPlayer(player) ?? null;
  if (older !== null) ctx.disconnect(older.id, "DUPLICATE_LOGIN");
  const isHis = ctx.authenticate({ player, name, role, login: tokenId });
  invariant(isHis, "a connected session is authenticated", ctx.session.id);
  return { ok: true, player, name, role, replaced: older?.id ?? null };
}

/** Whether a token's time is over: from its last millisecond on. */
export const hasExpired = (expiresAtMs: number, wallNow: Micros): boolean =>
  wallNow >= expiresAtMs * 1_000;

/** One code for all that is wrong with a token: what exactly helps nobody but a forger. */
const faults: Readonly<Record<TokenFault, readonly [code: ErrorCode, message: string]>> = {
  malformed: ["INVALID_CREDENTIALS", "the token is not good; log in again"],
  expired: ["INVALID_CREDENTIALS", "the token is not good; log in again"],
  revoked: ["INVALID_CREDENTIALS", "the token is not good; log in again"],
  busy: ["DUPLICATE_LOGIN", "another server still has this player; try again in a second"],
};

const refused = (code: ErrorCode, message: string): Refused => ({ ok: false, code, message });
