/**
 * Tells the directory, once a second, that this game server lives and who is in it, and ends the
 * sessions of players whose login is void. Letting players in is `admission.ts`.
 *
 * P1. One report is under way at most. What it says is the difference between who is here and who
 *     the directory knows to be here, so a report that failed is made up for by the next one. A
 *     report that failed may have been believed all the same: whoever came with it and has gone
 *     since is told to have left, too.
 * P2. The first report that is answered after a start takes back all that earlier starts said:
 *     what was told of a tail of the journal that is lost would otherwise be believed for ever.
 * P3. An eviction is acknowledged in the report after the one that brought it, by which time the
 *     session holds nobody. One of a login that is not here is acknowledged, too. Whoever comes by
 *     that login later is told anew, and evicted anew.
 * P4. A server that another one of its number has supplanted ends the sessions of all its players:
 *     they may enter over there, and nobody would tell this one. What the directory knew is gone.
 */
import type { Micros, PlayerId, SessionId } from "../../kernel/ids.ts";
import { milliseconds } from "../../kernel/ids.ts";
import { carried, defineFeature } from "../../realm/index.ts";
import type { Answer, SessionView } from "../../realm/index.ts";
import {
  hasEachLogin,
  isEachOnce,
  present,
  reportPeriodMs,
  reportServer,
} from "../accounts/index.ts";
import type { LoginKey, ReportAnswer } from "../accounts/index.ts";
import { entryContract } from "./contract.ts";

/** What a report that is under way will have told the directory. */
type Told = {
  readonly incarnation: number;
  readonly entered: readonly LoginKey[];
  readonly left: readonly LoginKey[];
};

interface State {
  /** Who the directory knows to be here, and by which login. */
  readonly known: Map<PlayerId, string>;
  /** Whom it may know from reports that failed, or wants gone: players by their logins. */
  readonly doubted: Map<string, PlayerId>;
  /** The start whose report was answered last; 0 when none was. */
  resetBy: number;
  isReporting: boolean;
  reportAt: Micros;
  /** Evictions that are done and not yet acknowledged. */
  evicted: readonly LoginKey[];
}

export const entry = defineFeature({
  contract: entryContract,
  version: 1,
  state: (): State => ({
    known: new Map(),
    doubted: new Map(),
    resetBy: 0,
    isReporting: false,
    reportAt: 0 as Micros,
    evicted: [],
  }),
  calls: { report: { operation: reportServer, carries: carried<Told>() } },
  counters: {
    directory_reports_total: "Reports to the directory, by outcome",
    sessions_evicted_total: "Sessions ended because their login was void",
  },
}).implement({
  tick: {
    every: 1,
    // By a tick earlier, which finds its time come when it is late: as logs have it from when each
    // tick was run.
    idleUntil: ({ isReporting, reportAt }, { config }) =>
      isReporting ? Infinity : reportAt - Math.ceil(1_000_000 / config.tickHz),
    run(ctx) {
      const { state, now, incarnation } = ctx;
      if (state.isReporting || now < state.reportAt) return;
      state.isReporting = true;
      state.reportAt = (now + milliseconds(reportPeriodMs)) as Micros;
      const reset = state.resetBy !== incarnation;
      const here = new Map(present(ctx.sessions));
      const known = reset ? nobody : state.known;
      const entered = difference(here, known);
      const left = [...difference(known, here), ...(reset ? [] : gone(state.doubted, here))];
      const { evicted } = state;
      ctx.call(
        "report",
        { players: here.size, entered, left, reset, evicted },
        { incarnation, entered, left },
      );
    },
  },
  answers: {
    report(ctx, answer, { incarnation, entered, left }) {
      const { state } = ctx;
      state.isReporting = false;
      ctx.count(`directory_reports_total{outcome="${outcomeOf(answer)}"}`);
      if (answer.ok && answer.value.isSupplanted === true) {
        for (const key of present(ctx.sessions)) evict(ctx, key);
        // The next report that is taken is as a start's first one (P2).
        return void Object.assign(state, { resetBy: 0, evicted: [] });
      }
      if (!answer.ok) {
        for (const [player, login] of entered) state.doubted.set(login, player);
        return;
      }
      state.doubted.clear();
      // Of an earlier start, performed again, it counts until this start's first one is answered.
      if (state.resetBy !== incarnation) state.known.clear();
      state.resetBy = incarnation;
      for (const [player] of left) state.known.delete(player);
      for (const [player, login] of entered) state.known.set(player, login);
      for (const [player, login] of answer.value.evict) {
        evict(ctx, [player, login]);
        // A token that was good when it was checked may still bring somebody in by that login: he
        // has to be told as one who has come, or nobody would end him.
        if (state.known.get(player) !== login) continue;
        state.known.delete(player);
        state.doubted.set(login, player);
      }
      state.evicted = answer.value.evict;
    },
  },
  invariants: {
    "[AUTH-08] a player is in one session": (_state, _timers, sessions) => isEachOnce(sessions),
    "[AUTH-16] whoever is here came by a login": (_state, _timers, sessions) =>
      hasEachLogin(sessions),
  },
});

const outcomeOf = (answer: Answer<ReportAnswer>): "ok" | "failed" | "supplanted" => {
  if (!answer.ok) return "failed";
  return answer.value.isSupplanted === true ? "supplanted" : "ok";
};

const nobody: ReadonlyMap<PlayerId, string> = new Map();

/** Those of `some` that `others` does not have, or has by another login. */
function difference(
  some: ReadonlyMap<PlayerId, string>,
  others: ReadonlyMap<PlayerId, string>,
): readonly LoginKey[] {
  const found: LoginKey[] = [];
  for (const [player, login] of some) if (others.get(player) !== login) found.push([player, login]);
  return found;
}

/** Those of the doubted that are not here, or by another login. */
function gone(
  doubted: ReadonlyMap<string, PlayerId>,
  here: ReadonlyMap<PlayerId, string>,
): readonly LoginKey[] {
  const found: LoginKey[] = [];
  for (const [login, player] of doubted) {
    if (here.get(player) !== login) found.push([player, login]);
  }
  return found;
}

interface Evicting {
  readonly sessions: { ofPlayer(player: PlayerId): SessionView | undefined };
  disconnect(session: SessionId, code: "DUPLICATE_LOGIN"): void;
  count(counter: string): void;
}

/** A newer session of the player, by another login, stays. */
function evict(ctx: Evicting, [player, login]: LoginKey): void {
  const session = ctx.sessions.ofPlayer(player);
  if (session?.login !== login) return;
  ctx.count("sessions_evicted_total");
  ctx.disconnect(session.id, "DUPLICATE_LOGIN");
}
