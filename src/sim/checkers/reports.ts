/**
 * [AUTH-13] [AUTH-17] What a game server tells the directory of itself, and that it does as it is
 * told there:
 *
 * 1. It reports once a second, one report at a time, and takes everything back with the first one
 *    of a start that is believed.
 * 2. A report counts those who are in the world.
 * 3. Whoever is here is told of until a report was believed, and not again; and so is whoever has
 *    gone. Nobody is said to have come who is not here, or to have gone who is. A report that
 *    failed may have been believed: whoever came with it and has gone is told of, too.
 * 4. Whose login is over ends in the step that hears of it, and is counted, as each report is.
 *
 * Who is here is known from `PresenceChecker`, which must have seen the step before.
 */
import { reportPeriodMs } from "../../core/features/accounts/index.ts";
import type { LoginKey } from "../../core/features/accounts/index.ts";
import type { CallId } from "../../core/kernel/ids.ts";
import { CheckFailure } from "./checker.ts";
import type { Checker, Step } from "./checker.ts";
import type { PresenceChecker } from "./presence.ts";
import { loginName } from "./login-name.ts";
import { Rewound } from "./rewound.ts";
import { tickMicrosOf } from "./ticks.ts";

/** As it is asked for, as far as it is looked at. */
interface Report {
  readonly players: number;
  readonly entered: readonly LoginKey[];
  readonly left: readonly LoginKey[];
  readonly reset: boolean;
}

interface Verdict {
  readonly evict?: readonly LoginKey[];
  readonly isSupplanted?: boolean;
}

/** A report that was asked for and has no answer. */
interface UnderWay {
  readonly call: CallId;
  readonly askedAt: number;
  readonly report: Report;
  /** Of the start that goes on. */
  isOfThisStart: boolean;
}

interface Register {
  /** False in a state that somebody else has left, until a report takes everything back. */
  isKnown: boolean;
  underWay: UnderWay | null;
  /** When the next one is due. */
  dueAt: number;
  /** When the tick that asks for it has come. */
  askedBy: number;
  tickMicros: number;
  /** Time that threw was left out, and has not come again. */
  isOwing: boolean;
  needsReset: boolean;
  /** Who the directory believes to be here. */
  readonly told: Set<string>;
  /** Who it may believe to be here: told of in vain, or ended by it, since it believed a report. */
  readonly doubted: Set<string>;
}

/** The deadline of a report. */
const patienceMicros = 5_000_000;
const operation = "directory.report";

export class ReportsChecker implements Checker {
  readonly name = "reports";
  readonly missesEncore = true;
  /** Counts reports with somebody in the world. */
  checked = 0;
  readonly #presence: PresenceChecker;
  readonly memory = new Rewound(newRegister);

  constructor(presence: PresenceChecker) {
    this.#presence = presence;
  }

  stepped(step: Step): void {
    this.#look(step);
    const { event } = step;
    const register = this.memory.now;
    if (event.type === "step.failed") register.isOwing = true;
    else if (event.type === "time.reached") register.isOwing = false;
    const isLate = register.underWay === null && event.at >= register.askedBy;
    if (!isLate || !register.isKnown || register.isOwing) return;
    this.#fail("a server reports once a second", `none at ${String(event.at)}`);
  }

  #look(step: Step): void {
    const { event } = step;
    const register = this.memory.now;
    switch (event.type) {
      case "server.started":
        register.tickMicros = tickMicrosOf(event.config);
        register.askedBy = Math.max(register.dueAt, event.at) + register.tickMicros;
        register.needsReset = true;
        if (register.underWay !== null) register.underWay.isOfThisStart = false;
        return;
      case "call.completed": {
        const { underWay } = register;
        if (underWay?.call !== event.call) return;
        this.#isOver(event.at);
        const verdict = event.result.ok ? (event.result.answer as Verdict) : null;
        if (verdict === null) this.#failed(underWay);
        else this.#answered(underWay, verdict);
        this.#counted(step, verdict);
        return;
      }
      case "time.reached":
        return this.#timePassed(step);
      default:
        return;
    }
  }

  #timePassed({ event, calls, isReplay }: Step): void {
    const register = this.memory.now;
    const { underWay } = register;
    // Who gives up does so before or after the tick of the same step.
    if (underWay !== null && event.at >= underWay.askedAt + patienceMicros) {
      this.#isOver(event.at);
      this.#failed(underWay);
    }
    let isAsked = false;
    for (const { call, operation: asked, request } of calls) {
      if (asked !== operation) continue;
      if (isAsked || register.underWay !== null)
        this.#fail("one report is under way", String(call));
      if (event.at < register.dueAt)
        this.#fail("a server reports once a second", `again at ${String(event.at)}`);
      isAsked = true;
      const report = request as unknown as Report;
      register.isKnown ||= report.reset;
      if (register.isKnown) this.#judge(report);
      if (!isReplay && report.players > 0) this.checked += 1;
      register.underWay = { call, askedAt: event.at, report, isOfThisStart: true };
      register.dueAt = event.at + reportPeriodMs * 1_000;
      register.askedBy = register.dueAt + register.tickMicros;
    }
  }

  /** The one under way is answered or given up: the next tick may ask again. */
  #isOver(at: number): void {
    const register = this.memory.now;
    register.underWay = null;
    register.askedBy = Math.max(register.askedBy, at + register.tickMicros);
  }

  #judge({ players, entered, left, reset }: Report): void {
    const { needsReset, told, doubted } = this.memory.now;
    if (reset !== needsReset) this.#fail("a start takes back what others have said", String(reset));
    const here = this.#here(this.#presence.present.values());
    // Who is told to end in this very step may be counted or not.
    const mayBe = this.#here([
      ...this.#presence.present.values(),
      ...this.#presence.leaving.values(),
    ]);
    if (players < here.size || players > mayBe.size) {
      const detail = `${String(players)}, not ${String(here.size)}`;
      this.#fail("a report counts those who are in the world", detail);
    }
    const come = new Set(entered.map(loginName));
    const gone = new Set(left.map(loginName));
    for (const key of come) if (!mayBe.has(key)) this.#fail("whoever has come is here", key);
    for (const key of gone) {
      if (here.has(key)) this.#fail("whoever has gone is not here", key);
      const isBelieved = told.has(key) || doubted.has(key);
      if (!isBelieved) this.#fail("whoever has gone may be believed to be here", key);
    }
    for (const key of here) {
      const isKnown = !reset && told.has(key);
      if (!come.has(key) && !isKnown) this.#fail("whoever has come is reported", key);
      if (come.has(key) && isKnown) this.#fail("whoever has come is reported once", key);
    }
    if (reset) return;
    for (const key of told) {
      if (!mayBe.has(key) && !gone.has(key)) this.#fail("whoever has gone is reported", key);
    }
    for (const key of doubted) {
      if (mayBe.has(key) || gone.has(key)) continue;
      this.#fail("whoever may be believed to be here and has gone is reported", key);
    }
  }

  #failed({ report }: UnderWay): void {
    const { doubted } = this.memory.now;
    for (const key of report.entered) doubted.add(loginName(key));
  }

  #answered({ report, isOfThisStart }: UnderWay, { evict = [], isSupplanted }: Verdict): void {
    const register = this.memory.now;
    const { told, doubted } = register;
    const { present } = this.#presence;
    if (isSupplanted === true) {
      register.needsReset = true;
      if (present.size > 0) this.#fail("a server that is supplanted plays nobody", "");
      return;
    }
    doubted.clear();
    if (report.reset) told.clear();
    if (report.reset && isOfThisStart) register.needsReset = false;
    for (const key of report.left) told.delete(loginName(key));
    for (const key of report.entered) told.add(loginName(key));
    if (evict.length === 0) return;
    const here = this.#here(present.values());
    for (const key of evict) {
      // He is told of as one who has gone, and if he comes again, as one who has come.
      if (told.delete(loginName(key))) doubted.add(loginName(key));
      if (here.has(loginName(key)))
        this.#fail("whose login is over is told to end", loginName(key));
    }
  }

  /** @param verdict null: the report has failed */
  #counted({ counts, closes }: Step, verdict: Verdict | null): void {
    const outcome =
      verdict === null ? "failed" : verdict.isSupplanted === true ? "supplanted" : "ok";
    const reports = counts.get(`directory_reports_total{outcome="${outcome}"}`) ?? 0;
    if (reports !== 1) this.#fail("each report is counted, by its outcome", outcome);
    const evicted = closes.filter(({ code }) => code === "DUPLICATE_LOGIN").length;
    const counted = counts.get("sessions_evicted_total") ?? 0;
    if (counted === evicted) return;
    this.#fail("whoever is evicted is counted", `${String(counted)}, not ${String(evicted)}`);
  }

  #here(present: Iterable<{ readonly player: number; readonly login: string }>): Set<string> {
    return new Set(Array.from(present, ({ player, login }) => loginName([player, login])));
  }

  #fail(rule: string, detail: string): never {
    throw new CheckFailure(this.name, rule, detail);
  }
}

const newRegister = (isKnown: boolean): Register => ({
  isKnown,
  underWay: null,
  dueAt: 0,
  askedBy: 0,
  tickMicros: 0,
  isOwing: false,
  needsReset: true,
  told: new Set(),
  doubted: new Set(),
});
