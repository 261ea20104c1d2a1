/**
 * Logging out, on every server. The login ends first: when the client hears of it, the token is
 * worth nothing and the account free. Then the session ends in order, so that the answer arrives.
 *
 * H1. Logging out of nothing, or twice, is a success: what was wanted is so.
 * H2. A logout that could not be carried out changes nothing, and may be tried again.
 * H3. By a token, it ends the login wherever its player plays: that server hears of it with its
 *     next report, and ends his session.
 */
import type { ErrorCode } from "../../kernel/errors.ts";
import { errorTable } from "../../kernel/errors.ts";
import type { SessionId } from "../../kernel/ids.ts";
import { defineFeature } from "../../realm/index.ts";
import type { SessionView } from "../../realm/index.ts";
import type { reprise as pb } from "../../wire/gen/auth.js";
import { accountContract } from "../accounts/contract.ts";
import { endLogin, failureCode, verifyToken } from "../accounts/index.ts";

export const logout = defineFeature({
  contract: accountContract,
  version: 1,
  state: () => ({}),
  calls: {
    verify: { operation: verifyToken, replyTo: "logout" },
    end: { operation: endLogin, replyTo: "logout" },
  },
}).implement({
  packets: {
    logout: {
      states: ["connected", "authenticated", "inWorld"],
      budget: { perSecond: 2, burst: 4 },
      handle(ctx, { player, token }) {
        const { session } = ctx;
        if (session.player !== null) {
          const isHis = player === 0 || player === session.player;
          if (!isHis) return refuse(ctx, "INVALID_CREDENTIALS");
          return void ctx.call("end", { player: session.player, tokenId: session.login });
        }
        // By a token, on a connection that is nobody's: the one that was logged in may be lost.
        if (token === null) goodbye(ctx);
        else ctx.call("verify", { token, leaving: true });
      },
    },
  },
  answers: {
    verify(ctx, answer) {
      if (!answer.ok) return refuse(ctx, failureCode(answer.code));
      const verdict = answer.value;
      if (verdict.kind === "valid") {
        const { player, tokenId } = verdict;
        return void ctx.call("end", { player, tokenId });
      }
      if (verdict.reason === "revoked") return goodbye(ctx);
      refuse(ctx, "INVALID_CREDENTIALS");
    },
    end(ctx, answer) {
      if (!answer.ok) return refuse(ctx, failureCode(answer.code));
      goodbye(ctx);
    },
  },
});

interface Answering {
  readonly session: SessionView;
  reply(message: pb.v1.LogoutResponse.$Properties): void;
  advance(event: "logout.accepted"): boolean;
  disconnect(session: SessionId, code: ErrorCode): void;
}

function refuse(ctx: Answering, code: ErrorCode): void {
  ctx.reply({ success: false, errorCode: errorTable[code].code });
}

/** The session is nobody's from here on; the goodbye leaves behind the answer. */
function goodbye(ctx: Answering): void {
  ctx.reply({ success: true });
  ctx.advance("logout.accepted");
  ctx.disconnect(ctx.session.id, "GOODBYE");
}
