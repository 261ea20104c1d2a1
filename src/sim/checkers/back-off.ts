/**
 * A client whose link breaks comes back, and not at once: after a delay between the floor
 * and a ceiling that doubles with each failure in a row, never sooner than the server has asked,
 * and at that time. A link that has been ready for long enough ends the row.
 */
import type { ClientState } from "../../client/borders.ts";
import { clientEpochMicros, clientPolicy } from "../clients/driver.ts";
import { CheckFailure } from "./checker.ts";
import type { Checker } from "./checker.ts";

const { initialDelayMs, maxDelayMs, stableAfterMs } = clientPolicy;
/** A timer of the simulator is not late. */
const slackMicros = 1_000;

export class BackOffChecker implements Checker {
  readonly name = "back-off";
  /** Counts delays. */
  checked = 0;
  readonly #nowMicros: () => number;
  readonly #states = new Map<string, ClientState>();

  constructor(nowMicros: () => number) {
    this.#nowMicros = nowMicros;
  }

  playerChanged(player: string, state: ClientState): void {
    const before = this.#states.get(player);
    this.#states.set(player, state);
    const now = clientEpochMicros + this.#nowMicros();
    if (state.name === "backingOff") this.#left(player, before, state, now);
    if (before?.name !== "backingOff" || state.name !== "connecting") return;
    if (now < before.dueAt || now > before.dueAt + slackMicros) {
      const late = `came back ${now - before.dueAt} us after its delay was over`;
      this.#fail("a client comes back when its delay is over", player, late);
    }
    if (state.failures !== before.failures) {
      const counts = `counts ${state.failures} after ${before.failures}`;
      this.#fail("failures are counted until a link was stable", player, counts);
    }
  }

  #left(
    player: string,
    before: ClientState | undefined,
    { failures, dueAt, reason }: Extract<ClientState, { name: "backingOff" }>,
    now: number,
  ): void {
    this.checked += 1;
    if (before === undefined || !("failures" in before)) return;
    const isStable = before.name === "ready" && before.since + stableAfterMs * 1_000 <= now;
    if (failures !== (isStable ? 1 : before.failures + 1)) {
      const counts = `counts ${failures} after ${before.failures}${isStable ? ", and was in" : ""}`;
      this.#fail("failures are counted until a link was stable", player, counts);
    }
    const delayMs = (dueAt - now) / 1_000;
    const ceilingMs = Math.min(initialDelayMs * 2 ** failures, maxDelayMs);
    const isEarly = delayMs < Math.max(initialDelayMs, reason.retryAfterMs);
    if (isEarly || delayMs > Math.max(ceilingMs, reason.retryAfterMs)) {
      const waits = `waits ${delayMs} ms after ${failures} failures`;
      this.#fail("a delay is between its floor and its ceiling", player, waits);
    }
    if (failures >= spreadFrom) this.#spread(player, delayMs / maxDelayMs);
  }

  /** Delays that are as long as can be are drawn from the whole span, not from its beginning. */
  #spread(player: string, share: number): void {
    this.#long += 1;
    this.#longest = Math.max(this.#longest, share);
    if (this.#long >= spreadCount && this.#longest < spreadShareMin) {
      const share = `${Math.round(this.#longest * 100)} % of the longest delay`;
      this.#fail("delays grow", player, `has had no more than ${share}, ${this.#long} times`);
    }
  }

  #long = 0;
  #longest = 0;

  #fail(rule: string, player: string, seen: string): never {
    throw new CheckFailure(this.name, rule, `player ${player} ${seen}`);
  }
}

/** From here on the ceiling is the greatest: 100 ms doubled seven times are above 8 s. */
const spreadFrom = 7;
/** One chance in 2^20 that all of so many are in the lower half. */
const spreadCount = 20;
const spreadShareMin = 0.5;
