/**
 * When faults have stopped, everything settles: the server listens, every player that wants to play
 * is ready or has been told for good why not, and every request has its outcome.
 *
 * A player may be kept out for one reason only: that the server is full of others who are ready.
 */
import { CheckFailure } from "./checker.ts";
import type { Checker, QuietRun } from "./checker.ts";

export class LivenessChecker implements Checker {
  readonly name = "liveness";
  checked = 0;
  readonly #connectionsMax: number;

  constructor(connectionsMax: number) {
    this.#connectionsMax = connectionsMax;
  }

  settled({ players, isListening }: QuietRun): void {
    this.checked += 1;
    if (!isListening) {
      throw new CheckFailure(
        this.name,
        "the server serves when faults have stopped",
        "it does not",
      );
    }
    const isFull = players.filter(({ state }) => state === "ready").length >= this.#connectionsMax;
    for (const { name, state, pending } of players) {
      const isKeptOut = isFull && state !== "ready";
      if (isKeptOut) continue;
      if (state !== "ready" && state !== "stopped" && state !== "idle") {
        throw new CheckFailure(
          this.name,
          "every player is ready when faults have stopped",
          `player ${name} is ${state}`,
        );
      }
      if (pending === 0) continue;
      throw new CheckFailure(
        this.name,
        "every request has its outcome when faults have stopped",
        `player ${name} waits for ${String(pending)}`,
      );
    }
  }
}
