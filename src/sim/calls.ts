/**
 * Whoever performs the realm's calls, on the other side of a network that loses and repeats. It
 * outlives the server's process.
 *
 * C1. A call is performed once: asking again with the same key gives the same answer. Performers
 *     who promise that themselves are asked again, so that it shows whether they keep it.
 * C2. Every asking process is answered, in the end by UNAVAILABLE, unless it dies first.
 * C3. UNAVAILABLE says nothing of whether the call was performed.
 * C4. What a partition keeps back comes when it is over, the asker may have given up by then. What
 *     was asked later comes after it, as production's store carries out one order after the other
 *     (`src/io/accounts/store-client.ts`, 1), also where it is asked twice or never heard of.
 * C5. What was performed is on its way back for as long as was decided. Answers keep the order of
 *     performing, as they do in production: a token that was found good before its login ended is
 *     told so before the end is.
 * C6. What a process has asked and nobody has performed dies with it: the way to production's store
 *     is a thread of the process. What was performed stays so, whether it was heard or not.
 */
import type { CallResult } from "../core/contract.ts";
import type { CallId } from "../core/kernel/ids.ts";
import type { PlainData } from "../core/kernel/plain.ts";
import type { Decisions, Subject } from "./decisions.ts";
import { strikes } from "./drawing.ts";
import type { FaultCounters } from "./faults.ts";
import type { Route } from "./network/weather.ts";
import type { CallOptions } from "./options.ts";
import type { Scheduler } from "./scheduler.ts";

/** What an operation does, at once and without fail; the simulator adds the rest. */
export type SimulatedPerformer = (request: PlainData, call: CallId) => PlainData;

export interface CallParts {
  /** Part of the decisions' keys: servers of one run decide apart. */
  readonly name: string;
  readonly scheduler: Scheduler;
  readonly decisions: Decisions;
  readonly faults: FaultCounters;
  readonly options: CallOptions;
  /** Operations whose performers know what they have answered. */
  readonly remembered?: ReadonlySet<string>;
  /** From the asker and to it; always open when left out. */
  readonly there?: Route;
  readonly back?: Route;
}

/** What the performers' machine is called among the hosts of a run. */
export const performersHost = "accounts";

/** Production gives a performer this long. */
const timeoutMicros = 10_000_000;
const unavailable: CallResult = { ok: false, code: "UNAVAILABLE" };

const open: Route = { isOpen: true, whenOpen: (then) => then() };

type Fate = "usual" | "failed" | "lost" | "unheard" | "duplicate";

export class Performers {
  /** Ends the process that asks. Replaced by whoever has one. */
  onCrash: () => void = () => undefined;
  readonly #parts: CallParts;
  readonly #performers: Readonly<Record<string, SimulatedPerformer>>;
  readonly #answers = new Map<CallId, CallResult>();
  /** Calls that a partition keeps back, the oldest first. */
  readonly #held: (() => void)[] = [];
  /** Counts the processes that have asked. */
  #asker = 0;
  /** When the last answer that is on its way arrives. */
  #backMicros = 0;
  readonly #slow: Subject;
  readonly #late: Subject;
  readonly #fate: Subject;
  readonly #crash: Subject;

  constructor(parts: CallParts, performers: Readonly<Record<string, SimulatedPerformer>>) {
    this.#parts = parts;
    this.#performers = performers;
    this.#slow = parts.decisions.subject(`${parts.name}/slow`);
    this.#late = parts.decisions.subject(`${parts.name}/late`);
    this.#fate = parts.decisions.subject(`${parts.name}/fate`);
    this.#crash = parts.decisions.subject(`${parts.name}/crash`);
  }

  /** The process that asked has ended, see C6. */
  askerEnded(): void {
    this.#asker += 1;
    this.#backMicros = 0;
  }

  /** @param answer called once, or twice where the decisions say so; never from inside this call */
  perform(
    { call, operation, request }: { call: CallId; operation: string; request: PlainData },
    answer: (result: CallResult) => void,
  ): void {
    const { scheduler, faults } = this.#parts;
    const delayMicros = this.#delay(call);
    const asker = this.#asker;
    // Where the asker has ended the answer, whatever it is, finds nobody.
    const performed = (): CallResult =>
      asker === this.#asker ? this.#performOnce(call, operation, request) : unavailable;
    const arrive = (): void => {
      if (this.#isFree) this.#send(call, performed(), answer);
      else this.#waitFor(call, performed, answer);
    };
    switch (this.#drawFate()) {
      case "failed":
        faults.hit("call.failed", null, call);
        scheduler.after(delayMicros, () => answer(unavailable));
        return;
      case "lost":
        faults.hit("call.lost", null, call);
        scheduler.after(timeoutMicros, () => answer(unavailable));
        return;
      case "unheard":
        faults.hit("call.unheard", null, call);
        scheduler.after(delayMicros, () => {
          if (this.#isFree) performed();
          else this.#hold(performed);
        });
        scheduler.after(delayMicros + timeoutMicros, () => answer(unavailable));
        return;
      case "duplicate":
        faults.hit("call.duplicate", null, call);
        scheduler.after(2 * delayMicros, arrive);
        break;
      case "usual":
        break;
    }
    scheduler.after(delayMicros, arrive);
  }

  /** The answer is on its way, and arrives behind those before it (C5). */
  #send(call: CallId, result: CallResult, answer: (result: CallResult) => void): void {
    const { options, faults, scheduler } = this.#parts;
    const { nowMicros } = scheduler;
    const lateMicros = this.#late.seldom(options.latePerMillion, options.lateMaxMicros);
    if (lateMicros > 0) faults.hit("call.late", null, call);
    const atMicros = Math.max(nowMicros + lateMicros, this.#backMicros);
    if (atMicros === nowMicros) return answer(result);
    this.#backMicros = atMicros;
    scheduler.at(atMicros, () => answer(result));
  }

  /** Performs when the call gets there, and answers when the answer gets back, or in vain. */
  #waitFor(call: CallId, perform: () => CallResult, answer: (result: CallResult) => void): void {
    const { back = open } = this.#parts;
    this.#parts.faults.hit("call.cut", null, call);
    let isOver = false;
    const finish = (result: CallResult): void => {
      if (!isOver) answer(result);
      isOver = true;
    };
    this.#parts.scheduler.after(timeoutMicros, () => finish(unavailable));
    this.#hold(() => {
      const result = perform();
      back.whenOpen(() => this.#send(call, result, finish));
    });
  }

  /** Nothing is between here and there, and nothing that was asked before is still on its way. */
  get #isFree(): boolean {
    const { there = open, back = open } = this.#parts;
    return there.isOpen && back.isOpen && this.#held.length === 0;
  }

  #hold(perform: () => void): void {
    const { there = open } = this.#parts;
    this.#held.push(perform);
    // Whoever gets through first brings the oldest with it.
    there.whenOpen(() => this.#held.shift()?.());
  }

  #performOnce(call: CallId, operation: string, request: PlainData): CallResult {
    const known = this.#answers.get(call);
    const isRemembered = this.#parts.remembered?.has(operation) === true;
    if (known !== undefined && !isRemembered) return known;
    const performer = this.#performers[operation];
    const result: CallResult =
      performer === undefined ? unavailable : { ok: true, answer: performer(request, call) };
    if (known !== undefined) return result;
    this.#answers.set(call, result);
    if (this.#crash.strikes(this.#parts.options.crashPerMillion)) {
      this.#parts.faults.hit("call.crash", null, call);
      // What was just done is known here and nowhere else: the answer finds nobody.
      this.onCrash();
    }
    return result;
  }

  #delay(call: CallId): number {
    const { options, faults } = this.#parts;
    const extra = this.#slow.seldom(options.slowPerMillion, options.slowMaxMicros);
    if (extra > 0) faults.hit("call.slow", null, call);
    return options.delayMicros + extra;
  }

  #drawFate(): Fate {
    const { options } = this.#parts;
    return this.#fate.next<Fate>("usual", (random) => {
      if (strikes(random, options.failedPerMillion)) return "failed";
      if (strikes(random, options.lostPerMillion)) return "lost";
      if (strikes(random, options.duplicatePerMillion)) return "duplicate";
      return strikes(random, options.unheardPerMillion) ? "unheard" : "usual";
    });
  }
}
