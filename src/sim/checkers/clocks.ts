/**
 * [WIRE-06] Time as the realm is told it: it passes as it does outside, as well as the machine's
 * clocks can tell, and never by what the wall clock says; and each step of the wall clock is told
 * once. From one event to the next no more time passes than outside, however little that is. The
 * wall clock of a feature that tells of it is the realm's time and the last step that was told
 * since the start.
 */
import { CheckFailure } from "./checker.ts";
import type { Checker, Step } from "./checker.ts";

/** What drift and a time daemon together may add, and what a turn may take. */
const fastPerMillion = 90_000;
const slackMicros = 20_000;
/** A clock shows whole microseconds. */
const roundingMicros = 1;
/** The least step that is told. */
const stepMicrosMin = 100_000;

export class ClocksChecker implements Checker {
  readonly name = "clocks";
  readonly missesReplays = true;
  /** Counts steps whose time was compared. */
  checked = 0;
  readonly #nowMicros: () => number;
  #startedAt = 0;
  #startedMicros = 0;
  #told = 0;
  #lastAt = Infinity;
  #lastMicros = 0;

  constructor(nowMicros: () => number) {
    this.#nowMicros = nowMicros;
  }

  stepped({ event, counts }: Step): void {
    const nowMicros = this.#nowMicros();
    if (event.type === "server.started") {
      this.#startedAt = event.at;
      this.#startedMicros = nowMicros;
      this.#told = 0;
      this.#lastAt = Infinity;
      return;
    }
    this.checked += 1;
    if (counts.size > 0 && counts.has("herald_announced_total")) this.#compare(counts);
    // These two are of the past.
    const isLate = event.type === "host.stalled" || event.type === "step.failed";
    if (!isLate) this.#next(event.at, nowMicros);
    const passed = nowMicros - this.#startedMicros;
    const most = passed + (passed * fastPerMillion) / 1_000_000 + slackMicros;
    if (event.at - this.#startedAt > most) {
      const detail = `${String(event.at - this.#startedAt)} us in ${String(passed)}`;
      this.#fail("time passes for the realm as it does outside", detail);
    }
    if (event.type !== "clock.corrected") return;
    if (Math.abs(event.offsetMicros - this.#told) < stepMicrosMin) {
      this.#fail("a step of the wall clock is told once", String(event.offsetMicros));
    }
    this.#told = event.offsetMicros;
  }

  #compare(counts: Step["counts"]): void {
    const ahead = counts.get("herald_ahead_micros_total") ?? 0;
    const behind = counts.get("herald_behind_micros_total") ?? 0;
    if (ahead - behind === this.#told) return;
    const detail = `${String(ahead - behind)} us, ${String(this.#told)} were told`;
    this.#fail("features have the wall clock that the realm was told of", detail);
  }

  #next(at: number, nowMicros: number): void {
    const outside = nowMicros - this.#lastMicros;
    const passed = at - this.#lastAt;
    this.#lastAt = at;
    this.#lastMicros = nowMicros;
    if (passed <= outside + (outside * fastPerMillion) / 1_000_000 + roundingMicros) return;
    this.#fail("time does not leap", `${String(passed)} us in ${String(outside)}`);
  }

  #fail(rule: string, detail: string): never {
    throw new CheckFailure(this.name, rule, detail);
  }
}
