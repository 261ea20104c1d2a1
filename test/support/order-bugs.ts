/**
 * Bugs that only some orders of events show: each is sound while one thing happens at a time. For
 * the explorer and, to compare, for the simulator.
 */
import type * as rows from "../../src/core/features/accounts/login-rows.ts";
import { featuresOf } from "../../src/core/features/index.ts";
import type { FeatureRole } from "../../src/core/features/index.ts";
import type { PlayerId, SessionId } from "../../src/core/kernel/ids.ts";
import type { Feature } from "../../src/core/realm/index.ts";
import { overriding } from "./sabotage.ts";

/** The rules on logins that a bug replaces, made of the real ones. */
type RowRules = Pick<typeof rows, "decideLogin" | "loginEntered" | "loginEnded" | "tokenStanding">;

export interface OrderBug {
  readonly name: string;
  /** The corner that shows it. */
  readonly corner: string;
  readonly rows?: (real: RowRules) => Partial<RowRules>;
  readonly features?: Partial<Record<FeatureRole, readonly Feature[]>>;
}

/** A handler's context as far as a bug needs it. */
interface BugContext {
  readonly state: { readonly opening: Set<PlayerId>; readonly attempts: Map<SessionId, string> };
  readonly session: { readonly id: SessionId; readonly state: string };
  readonly sessions: {
    ofPlayer(player: PlayerId): { readonly id: SessionId; readonly login: string } | undefined;
  };
  call(name: string, request: unknown, carry?: unknown): unknown;
  disconnect(session: SessionId, code: string): void;
}
type Answered = (ctx: BugContext, answer: BugAnswer, carry: { player: PlayerId }) => void;
interface BugAnswer {
  readonly ok: boolean;
  readonly value?: {
    readonly kind?: string;
    readonly player?: PlayerId;
    readonly evict?: readonly (readonly [PlayerId, string])[];
  };
}

/** The role's features, with one answer of one of them dealt with in another way. */
function answering(
  role: FeatureRole,
  name: string,
  call: string,
  change: (real: Answered) => Answered,
): Partial<Record<FeatureRole, readonly Feature[]>> {
  const features = featuresOf(role).map((feature) => {
    if (feature.name !== name) return feature;
    const { implementation } = feature;
    const real = implementation.answers[call] as unknown as Answered;
    const answers = { ...implementation.answers, [call]: change(real) as never };
    return { ...feature, implementation: { ...implementation, answers } };
  });
  return { [role]: features };
}

const isGone = ({ state, session }: BugContext): boolean =>
  !state.attempts.has(session.id) || session.state !== "connected";

export const orderBugs: readonly OrderBug[] = [
  {
    name: "a login is opened for a session that is gone, and is not ended",
    corner: "login",
    features: answering("login", "login", "open", (real) => (ctx, answer, carry) => {
      const ending = isGone(ctx) ? { call: () => undefined } : {};
      real(overriding(ctx, ending), answer, carry);
    }),
  },
  {
    name: "a late answer binds a session that is gone",
    corner: "login",
    features: answering("login", "login", "open", (real) => (ctx, answer, carry) => {
      const { id, state } = ctx.session;
      if (state === "disconnected") ctx.state.attempts.set(id, "opening");
      real(overriding(ctx, { session: { id, state: "connected" } }), answer, carry);
    }),
  },
  {
    name: "the lock of a login is lost with its session",
    corner: "login",
    features: answering("login", "login", "open", (real) => (ctx, answer, carry) => {
      const isLost = isGone(ctx);
      real(ctx, answer, carry);
      if (isLost) ctx.state.opening.add(carry.player);
    }),
  },
  {
    name: "two logins of a player are opened at once",
    corner: "login",
    features: answering("login", "login", "verify", (real) => (ctx, answer, carry) => {
      if (answer.value?.player !== undefined) ctx.state.opening.delete(answer.value.player);
      real(ctx, answer, carry);
    }),
  },
  {
    name: "ending a login ends whichever is the newest",
    corner: "login",
    rows: (real) => ({
      loginEnded: (row, tokenId) => real.loginEnded(row, row?.tokenId ?? tokenId),
    }),
  },
  {
    name: "a token that was replaced is good",
    corner: "play",
    rows: (real) => ({
      tokenStanding: (row, asked, seen) =>
        real.tokenStanding(row, { ...asked, tokenId: row?.tokenId ?? asked.tokenId }, seen),
    }),
  },
  {
    name: "whoever entered by a token that is void is taken for the newest",
    corner: "play",
    rows: (real) => ({
      loginEntered: (row, entered, seen) =>
        real.loginEntered(row, { ...entered, tokenId: row?.tokenId ?? entered.tokenId }, seen),
    }),
  },
  {
    name: "an eviction is acknowledged and not done",
    corner: "two-games",
    features: answering("game", "entry", "report", (real) => (ctx, answer, carry) => {
      real(overriding(ctx, { disconnect: () => undefined }), answer, carry);
    }),
  },
  {
    name: "the session of a login that is replaced is not told to end",
    corner: "two-games",
    rows: (real) => ({
      decideLogin: (row, attempt, seen) => {
        const decision = real.decideLogin(row, attempt, seen);
        return decision.kind === "opened" ? { ...decision, evict: null } : decision;
      },
    }),
  },
  {
    name: "an eviction strikes whoever is there",
    corner: "play",
    features: answering("game", "entry", "report", (real) => (ctx, answer, carry) => {
      const { value } = answer;
      const evict = value?.evict?.map(
        ([player, login]) => [player, ctx.sessions.ofPlayer(player)?.login ?? login] as const,
      );
      real(ctx, evict === undefined ? answer : { ...answer, value: { ...value, evict } }, carry);
    }),
  },
];
