import { describe, expect, it } from "vitest";
import { HostClock } from "../../../src/core/host/clock.ts";
import type { Micros } from "../../../src/core/kernel/ids.ts";

const wallStart = 1_790_000_000_000_000;

const clockAt = (monotonic: number, wall: number) => {
  const hands = { monotonic, wall };
  const clock = new HostClock({
    monotonic: () => hands.monotonic as Micros,
    wallClock: () => hands.wall as Micros,
  });
  const pass = (micros: number, wallMicros = micros) => {
    hands.monotonic += micros;
    hands.wall += wallMicros;
  };
  return { clock, pass };
};

describe("the host's clock", () => {
  it("begins with the wall clock and goes on with the monotonic one", () => {
    const { clock, pass } = clockAt(7_000, wallStart);
    clock.begin(null);
    expect(clock.at(clock.read())).toBe(wallStart);
    pass(1_234, 999_999_999);
    expect(clock.at(clock.read())).toBe(wallStart + 1_234);
  });

  it("begins behind the last journalled event when the wall clock has gone back", () => {
    const { clock } = clockAt(7_000, wallStart);
    clock.begin((wallStart + 50) as Micros);
    expect(clock.at(clock.read())).toBe(wallStart + 51);
  });

  it("tells the step that the base took at once, and later steps once a second at most", () => {
    const { clock, pass } = clockAt(0, wallStart);
    clock.begin((wallStart + 5_000_000) as Micros);
    clock.read();
    expect(clock.takeCorrection()).toBe(-5_000_001);
    pass(400_000, 3_400_000);
    clock.read();
    expect(clock.takeCorrection()).toBeNull();
    pass(700_000);
    clock.read();
    expect(clock.takeCorrection()).toBe(-2_000_001);
    pass(2_000_000);
    clock.read();
    expect(clock.takeCorrection()).toBeNull();
  });

  it("does not tell the drift of a sound clock", () => {
    const { clock, pass } = clockAt(0, wallStart);
    clock.begin(null);
    for (let second = 0; second < 900; second += 1) {
      pass(1_000_000, 1_000_100);
      clock.read();
      expect(clock.takeCorrection()).toBeNull();
    }
  });

  it("turns a time of the realm into one of the monotonic clock, and back", () => {
    const { clock, pass } = clockAt(1_000_000, wallStart);
    clock.begin(null);
    pass(5);
    const now = clock.read();
    expect(clock.monotonicOf(clock.at(now))).toBe(now);
    expect(clock.monotonicOf((wallStart - 999_999_999) as Micros)).toBe(0);
  });

  it("takes a monotonic clock that seems to go back as standing still", () => {
    const { clock, pass } = clockAt(9_000, wallStart);
    clock.begin(null);
    expect(clock.read()).toBe(9_000);
    pass(-4_000);
    expect(clock.read()).toBe(9_000);
  });
});
