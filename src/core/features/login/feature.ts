/**
 * Logging in. A request is checked by what is at hand (credentials there at all, version, the
 * address's budget), then by the account's password, then a login is opened, which gives the token
 * for the game servers. The attempt's life is the chart `src/charts/login.ts`.
 *
 * G1. A session has one attempt under way at most, and a player one login being opened at most:
 *     answers that overtake each other would let the older of two logins win.
 * G2. Whoever is told nothing keeps nothing: a login that is opened for a session that is gone, or
 *     is going, is ended.
 *     One whose session has come to operate meanwhile (`operate`) is answered and makes nobody.
 * G3. A player is in one session of this server: when a newer login wins, the older session ends
 *     with DUPLICATE_LOGIN in the same step.
 */
import { invariant } from "../../kernel/assert.ts";
import { initialLoginState, nextLoginState } from "../../kernel/charts/login.ts";
import type { LoginEvent, LoginState } from "../../kernel/charts/login.ts";
import { errorTable } from "../../kernel/errors.ts";
import type { ErrorCode } from "../../kernel/errors.ts";
import type { Micros, PlayerId, SessionId } from "../../kernel/ids.ts";
import { limits } from "../../kernel/limits.ts";
import type { PlayerRole } from "../../kernel/roles.ts";
import { carried, defineFeature } from "../../realm/index.ts";
import type { RealmConfig, SessionView } from "../../realm/index.ts";
import type { reprise as pb } from "../../wire/gen/auth.js";
import { loginContract } from "../accounts/contract.ts";
import type { LoginAttempt } from "../accounts/contract.ts";
import {
  endLogin,
  failureCode,
  isEachOnce,
  loadFactor,
  loggedName,
  openLogin,
  verifyAccount,
} from "../accounts/index.ts";
import type { ServerInfo } from "../accounts/index.ts";
import { addressOf, budgetKey, isLoopback } from "./addresses.ts";
import { takeLogin } from "./budget.ts";
import type { LoginBudgets } from "./budget.ts";
import { isOutdated } from "./version.ts";

/** Who logs in, between the calls. */
type Wanted = { readonly player: PlayerId; readonly name: string; readonly role: PlayerRole };

interface State {
  /** The attempts that are under way. */
  readonly attempts: Map<SessionId, LoginState>;
  /** Players whose login is being opened, whoever still waits for it. */
  readonly opening: Set<PlayerId>;
  readonly budgets: LoginBudgets;
}

export const login = defineFeature({
  contract: loginContract,
  version: 1,
  state: (): State => ({ attempts: new Map(), opening: new Set(), budgets: new Map() }),
  calls: {
    verify: {
      operation: verifyAccount,
      carries: carried<{ readonly device: string }>(),
      replyTo: "login",
    },
    open: { operation: openLogin, carries: carried<Wanted>(), replyTo: "login" },
    end: { operation: endLogin },
  },
  counters: {
    logins_answered_total: "Logins answered, by error code; NONE is a success",
    logins_abandoned_total: "Logins opened for sessions that were gone by then, and ended",
    logins_not_ended_total: "Logins that could not be ended and wait for their grace to pass",
  },
}).implement({
  packets: {
    login: {
      states: ["connected"],
      budget: { perSecond: 5, burst: 10 },
      handle(ctx, attempt) {
        const { state, session, now, config } = ctx;
        const address = addressOf(session.remote);
        const refusal = objection({ state, session, now, config }, attempt, address);
        if (refusal !== null) return answerRefused(ctx, ...refusal);
        const { username, password, deviceId } = attempt;
        invariant(password !== null, "an attempt without a password was refused");
        state.attempts.set(session.id, initialLoginState);
        ctx.call("verify", { name: username, password, address }, { device: deviceId });
      },
    },
  },
  answers: {
    verify(ctx, answer, { device }) {
      const { state, session, config } = ctx;
      if (!isWaiting(state, session)) return endForsaken(ctx);
      if (!answer.ok) return refuse(ctx, failureCode(answer.code), "try again");
      const account = answer.value;
      if (account.kind === "refused") return refuse(ctx, "INVALID_CREDENTIALS");
      const { player, name, role, bannedUntil, passwordVersion } = account;
      if (isBanned(bannedUntil, ctx.wallNow)) return refuse(ctx, "BANNED");
      if (state.opening.has(player)) return refuse(ctx, "DUPLICATE_LOGIN");
      move(state, session.id, "account.verified");
      state.opening.add(player);
      const graceMs = Math.min(config.loginGraceMs, config.idleTimeoutMs);
      const { tokenLifetimeMs: lifetimeMs } = config;
      const wanted = { player, name, role };
      ctx.call("open", { ...wanted, passwordVersion, device, graceMs, lifetimeMs }, wanted);
    },
    open(ctx, answer, { player, name, role }) {
      const { state, session } = ctx;
      state.opening.delete(player);
      const opened = answer.ok && answer.value.kind === "opened" ? answer.value : null;
      if (!isWaiting(state, session)) {
        endForsaken(ctx);
        if (opened === null) return;
        ctx.count("logins_abandoned_total");
        return void ctx.call("end", { player, tokenId: opened.tokenId });
      }
      if (!answer.ok) return refuse(ctx, failureCode(answer.code), "try again");
      if (answer.value.kind === "refused") return refuse(ctx, "DUPLICATE_LOGIN");
      if (answer.value.kind === "stale") return refuse(ctx, "INVALID_CREDENTIALS");
      if (answer.value.kind === "full") return refuse(ctx, ...noServer(answer.value.known));
      const { token, tokenId, servers } = answer.value;
      const older = ctx.sessions.ofPlayer(player);
      if (older !== undefined) ctx.disconnect(older.id, "DUPLICATE_LOGIN");
      const isHis = ctx.authenticate({ player, name, role, login: tokenId });
      invariant(isHis, "a connected session is authenticated", session.id);
      move(state, session.id, "login.opened");
      const { id, remote } = session;
      ctx.log("info", "player logged in", { player, name: loggedName(name), session: id, remote });
      ctx.count(`logins_answered_total{code="NONE"}`);
      ctx.reply({
        success: true,
        sessionToken: String(token.secret),
        playerId: player,
        gameServers: servers.map(listed),
      });
    },
    end(ctx, answer) {
      if (!answer.ok) ctx.count("logins_not_ended_total");
    },
  },
  sessions: {
    closed({ state, session }) {
      if (state.attempts.has(session.id)) move(state, session.id, "session.gone");
    },
  },
  /** Addresses whose logins are counted. */
  views: { addresses: ({ budgets }) => budgets.size },
  invariants: {
    "[SMG-04] no attempt is kept of a session that is gone": ({ attempts }, _timers, sessions) => {
      for (const id of attempts.keys()) if (!sessions.has(id)) return false;
      return true;
    },
    "[AUTH-08] whoever is being logged in is not yet anybody, or has come to operate": (
      { attempts },
      _timers,
      sessions,
    ) => {
      for (const id of attempts.keys()) {
        const session = sessions.get(id);
        const isHere = session?.state === "authenticated" || session?.state === "inWorld";
        if (isHere && session.role === "player") return false;
      }
      return true;
    },
    "[AUTH-08] a player is in one session": (_state, _timers, sessions) => isEachOnce(sessions),
    "[AUTH-20] the addresses whose logins are counted are bounded": ({ budgets }) =>
      budgets.size <= limits.loginAddressesMax,
  },
});

// ---------------------------------------------------------------- what speaks against it

type Refusal = readonly [code: ErrorCode, message?: string];

interface Asking {
  readonly state: State;
  readonly session: SessionView;
  readonly now: Micros;
  readonly config: RealmConfig;
}

/**
 * What speaks against an attempt before anybody is asked, or null. The budget comes last: what
 * costs nothing takes nothing from it.
 */
function objection(
  { state, session, now, config }: Asking,
  { username, password, clientVersion }: LoginAttempt,
  address: string,
): Refusal | null {
  if (username === "" || password === null) return ["INVALID_CREDENTIALS"];
  if (isOutdated(clientVersion, config.clientVersionMin)) {
    return ["VERSION_MISMATCH", "this client is too old for this server"];
  }
  if (state.attempts.has(session.id)) {
    return ["RATE_LIMITED", "a login of this session is under way"];
  }
  if (config.loginLoopbackExempt === 1 && isLoopback(address)) return null;
  const rule = { perMinute: config.loginsPerMinute, burst: config.loginsBurst };
  const hasBudget = takeLogin(state.budgets, budgetKey(address), now, rule);
  return hasBudget ? null : ["RATE_LIMITED", "too many logins from this address"];
}

const isBanned = (bannedUntilMs: number, wallNow: Micros): boolean =>
  bannedUntilMs === -1 || bannedUntilMs * 1_000 > wallNow;

const noServer = (known: number): Refusal =>
  known > 0
    ? ["SERVER_FULL", "all game servers are full"]
    : ["UNAVAILABLE", "no game server is up; try again"];

// ---------------------------------------------------------------- the attempt's life

/** Whether the session still waits for its login; one that was told to end does not. */
const isWaiting = ({ attempts }: State, { id, state }: SessionView): boolean =>
  attempts.has(id) && state === "connected";

/** Moves the attempt along its chart; one that is over is kept no longer. */
function move({ attempts }: State, id: SessionId, event: LoginEvent): void {
  const before = attempts.get(id);
  invariant(before !== undefined, "the attempt is under way", id);
  const after = nextLoginState(before, event);
  invariant(after !== null, "the chart has the edge", before, event);
  if (after === "verifying" || after === "opening") attempts.set(id, after);
  else attempts.delete(id);
}

interface Answering {
  readonly state: State;
  readonly session: SessionView;
  reply(message: pb.v1.LoginResponse.$Properties): void;
  disconnect(session: SessionId, code: ErrorCode): void;
  count(counter: string): void;
}

/** Ends the attempt of a session that has become somebody's by another way since. */
function endForsaken(ctx: Answering): void {
  const { state, session } = ctx;
  if (!state.attempts.has(session.id) || session.state !== "authenticated") return;
  refuse(ctx, "NOT_ALLOWED_IN_STATE");
}

/** Ends the attempt with a code. */
function refuse(ctx: Answering, code: ErrorCode, message?: string): void {
  move(ctx.state, ctx.session.id, "login.refused");
  answerRefused(ctx, code, message);
}

/** The answer comes first, also where the code ends the session. */
function answerRefused(ctx: Answering, code: ErrorCode, message?: string): void {
  const { code: errorCode, meaning, closes } = errorTable[code];
  ctx.count(`logins_answered_total{code="${code}"}`);
  ctx.reply({ success: false, errorCode, errorMessage: message ?? meaning });
  if (closes) ctx.disconnect(ctx.session.id, code);
}

const listed = (server: ServerInfo): pb.v1.ServerInfo.$Properties => ({
  serverId: server.id,
  serverName: server.name,
  ipAddress: server.address,
  port: server.port,
  currentPlayers: server.players,
  maxPlayers: server.max,
  loadFactor: loadFactor(server),
});
