/**
 * [WIRE-06] Time as the realm is told it: it passes as it does outside, as well as the machine's
 * clocks can tell, and never by what the wall clock says; and each step of the wall clock is told
 * once.
 */
import { CheckFailure } from "./checker.ts";
import type { Checker, Step } from "./checker.ts";

/** What drift and a time daemon together may add, and what a turn may take. */
const fastPerMillion = 90_000;
const slackMicros = 20_000;
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

  constructor(nowMicros: () => number) {
    this.#nowMicros = nowMicros;
  }

  stepped({ event }: Step): void {
    const nowMicros = this.#nowMicros();
    if (event.type === "server.started") {
      this.#startedAt = event.at;
      this.#startedMicros = nowMicros;
      this.#told = 0;
      return;
    }
    this.checked += 1;
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

  #fail(rule: string, detail: string): never {
    throw new CheckFailure(this.name, rule, detail);
  }
}
