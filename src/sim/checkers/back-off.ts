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
      this.#fail("a client comes back when its delay is over", player, now - before.dueAt);
    }
    if (state.failures !== before.failures) {
      this.#fail("failures are counted until a link was stable", player, state.failures);
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
      this.#fail("failures are counted until a link was stable", player, failures);
    }
    const delayMs = (dueAt - now) / 1_000;
    const ceilingMs = Math.min(initialDelayMs * 2 ** failures, maxDelayMs);
    const isEarly = delayMs < Math.max(initialDelayMs, reason.retryAfterMs);
    if (isEarly || delayMs > Math.max(ceilingMs, reason.retryAfterMs)) {
      this.#fail("a delay is between its floor and its ceiling", player, delayMs);
    }
    if (failures >= spreadFrom) this.#spread(player, delayMs / maxDelayMs);
  }

  /** Delays that are as long as can be are drawn from the whole span, not from its beginning. */
  #spread(player: string, share: number): void {
    this.#long += 1;
    this.#longest = Math.max(this.#longest, share);
    if (this.#long >= spreadCount && this.#longest < spreadShareMin) {
      this.#fail("delays grow", player, this.#longest);
    }
  }

  #long = 0;
  #longest = 0;

  #fail(rule: string, player: string, seen: number): never {
    throw new CheckFailure(this.name, rule, `player ${player}, ${String(seen)}`);
  }
}

/** From here on the ceiling is the greatest: 100 ms doubled seven times are above 8 s. */
const spreadFrom = 7;
/** One chance in 2^20 that all of so many are in the lower half. */
const spreadCount = 20;
const spreadShareMin = 0.5;
