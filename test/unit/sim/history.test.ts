import { describe, expect, it } from "vitest";
import type { Event } from "../../../src/core/contract.ts";
import { CheckFailure } from "../../../src/sim/index.ts";
import { History } from "../../../src/sim/checkers/history.ts";

const started = (seed: number): Event =>
  ({ type: "server.started", at: 1, incarnation: 1, seed: [seed, 0, 0, 0], config: null }) as never;
const tick = (at: number): Event => ({ type: "time.reached", at }) as never;

/** A history of a start and two steps. */
const history = (): History => {
  const made = new History();
  made.processStarted();
  made.take(0, started(1), 10);
  made.take(1, tick(2), 11);
  made.take(2, tick(3), 12);
  return made;
};

describe("the history of a server's state", () => {
  it("is repeated by a recovery, and goes on behind a new start", () => {
    const made = history();
    made.processStarted();
    expect(made.take(0, started(1), 10)).toBe(true);
    expect(made.take(1, tick(2), 11)).toBe(true);
    expect(made.isNewStart(2, started(9))).toBe(true);
    expect(made.take(2, started(9), 20)).toBe(false);
    expect(made.length).toBe(3);
  });

  it("has no place for a recovery that steps otherwise, or too much", () => {
    const other = history();
    other.processStarted();
    other.take(0, started(1), 10);
    expect(() => other.take(1, tick(2), 99)).toThrow(CheckFailure);
    const more = history();
    more.processStarted();
    for (const [at, digest] of [10, 11, 12].entries()) {
      more.take(at, at === 0 ? started(1) : tick(at + 1), digest);
    }
    expect(() => more.take(3, tick(4), 13)).toThrow("nothing that never was");
  });

  it("takes back a start that was lost before it was durable", () => {
    const made = new History();
    made.processStarted();
    made.take(0, started(1), 10);
    made.processStarted();
    expect(made.take(0, started(5), 15)).toBe(false);
    expect(made.length).toBe(1);
  });

  it("knows checkpoints by their bytes", () => {
    const made = history();
    made.checkpointed(Uint8Array.of(1, 2), 2);
    expect(made.placeOf(Uint8Array.of(1, 2))).toBe(2);
    expect(() => made.placeOf(Uint8Array.of(1, 3))).toThrow(CheckFailure);
  });
});
