/**
 * [LOOP-07] Ticks keep to the clock: tick n of a start is due n/hz seconds after it, to the
 * microsecond, however long the server runs and however late it was; none is made before, none is
 * made twice, and those that a step does not make are counted, as skipped or as idle.
 *
 * Whether a server may be idle is judged by `idleness`.
 */
import type { PlainData } from "../../core/kernel/plain.ts";
import { CheckFailure } from "./checker.ts";
import type { Checker, Step } from "./checker.ts";
import { Rewound } from "./rewound.ts";
import { startedWith } from "./started-with.ts";

interface Beat {
  /** `at` of the start. */
  start: number;
  /** Made, skipped or idle since then. */
  ticks: number;
  hz: number;
  perStepMax: number;
  /** Time that threw was left out, and has not come again. */
  isOwing: boolean;
}

/** How long a tick of a server with that configuration takes at most. */
export const tickMicrosOf = (config: PlainData): number =>
  Math.ceil(1_000_000 / startedWith(config).tickHz);

export class TicksChecker implements Checker {
  readonly name = "ticks";
  /** Counts ticks. */
  checked = 0;
  readonly memory = new Rewound((): Beat | null => null);

  stepped({ event, counts }: Step): void {
    if (event.type === "server.started") {
      const { tickHz, ticksPerStepMax } = startedWith(event.config);
      const beat = { start: event.at, ticks: 0, hz: tickHz, perStepMax: ticksPerStepMax };
      this.memory.now = { ...beat, isOwing: false };
    }
    const beat = this.memory.now;
    if (beat === null) return;
    const made = counts.get("ticks_total") ?? 0;
    const skipped = counts.get("ticks_skipped_total") ?? 0;
    const idle = counts.get("ticks_idle_total") ?? 0;
    this.checked += made + idle;
    beat.ticks += made + skipped + idle;
    if (event.type !== "time.reached" && made + skipped > 0) {
      this.#fail("ticks come with time", event.type);
    }
    if (made > beat.perStepMax) {
      this.#fail("a step makes up for a few ticks at most", `${String(made)} in one`);
    }
    if (skipped > 0 && made < beat.perStepMax) {
      this.#fail("ticks are skipped only where there are too many", `${String(skipped)}`);
    }
    if (event.type === "step.failed") beat.isOwing = true;
    else if (event.type === "time.reached") beat.isOwing = false;
    // The first tick is due at once.
    if (event.type === "server.started" || beat.isOwing) return;
    const due = beat.start + Math.floor((beat.ticks * 1_000_000) / beat.hz);
    const last = beat.start + Math.floor(((beat.ticks - 1) * 1_000_000) / beat.hz);
    if (due <= event.at || (beat.ticks > 0 && last > event.at)) {
      const detail = `${String(beat.ticks)} in ${String(event.at - beat.start)} us`;
      this.#fail("there are as many ticks as have been due", detail);
    }
  }

  #fail(rule: string, detail: string): never {
    throw new CheckFailure(this.name, rule, detail);
  }
}
