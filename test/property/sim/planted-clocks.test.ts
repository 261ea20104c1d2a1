/** Servers that have the time wrong, or do not do what is due: planted bugs that `clocks` finds. */
import { afterEach, describe, expect, it, vi } from "vitest";
import type { Micros } from "../../../src/core/kernel/ids.ts";
import { HostClock } from "../../../src/core/host/clock.ts";
import { Rounds } from "../../../src/core/host/rounds.ts";
import { Stepper } from "../../../src/core/host/stepper.ts";
import type { PartialOptions, ScenarioName } from "../../../src/sim/index.ts";
import { firstFound } from "../../support/first-found.ts";
import { overriding } from "../../support/sabotage.ts";
import type { Sabotage } from "../../support/sabotage.ts";

afterEach(() => {
  vi.restoreAllMocks();
});

const small: PartialOptions = { seconds: 5, workload: { rudePerMillion: 0 } };
const ending: PartialOptions = { ...small, process: { endsMax: 3 } };
const jumping: PartialOptions = {
  ...small,
  clock: { jumpsMax: 3, jumpMaxMicros: 3_600_000_000 },
};

/** What is found first, `checker: rule`. */
const found = (make: () => Sabotage, fixed = small, scenario: ScenarioName = "echo"): string =>
  firstFound(fixed, { scenario, seeds: 20, make });

/** The clock shows what `show` makes of what it shows. */
const overMonotonic = (show: (micros: number) => number): Sabotage => ({
  syscalls: (syscalls) =>
    overriding(syscalls, { monotonic: () => show(syscalls.monotonic()) as Micros }),
});

describe("the simulator finds a clock", () => {
  const rule = "clocks: time passes as the machine's clock has it";

  it.each(["echo", "players", "upgrade"] as const)("[WIRE-06] that is slow, in %s", (scenario) => {
    const slow = (): Sabotage => overMonotonic((micros) => Math.floor(micros * 0.9));
    expect(found(slow, small, scenario)).toBe(rule);
  });

  it("[WIRE-06] that is a little fast", () => {
    expect(found(() => overMonotonic((micros) => micros + Math.floor(micros / 1_000)))).toBe(rule);
  });

  it("[WIRE-06] that stands still while nothing comes in", () => {
    const standing = (): Sabotage => {
      let isMoving = true;
      let shown = 0;
      return {
        syscalls: (syscalls) =>
          overriding(syscalls, {
            monotonic: () => {
              if (isMoving) shown = syscalls.monotonic();
              return shown as Micros;
            },
            // Whoever writes has been asked something.
            write: (socket, bytes) => {
              isMoving = true;
              return syscalls.write(socket, bytes);
            },
          }),
        port: (port) =>
          overriding(port, {
            turn: () => {
              port.turn();
              isMoving = false;
            },
          }),
      };
    };
    expect(found(standing)).toBe(rule);
  });

  it("[WIRE-06] by which a start is later than anybody says", () => {
    const { begin } = HostClock.prototype;
    vi.spyOn(HostClock.prototype, "begin").mockImplementation(function (this: HostClock, lastAt) {
      begin.call(this, lastAt === null ? null : ((lastAt + 3_600_000_000) as Micros));
    });
    expect(found(() => ({}), ending)).toBe("clocks: a start begins when the wall clock says");
  });

  it("[WIRE-06] by which a start begins in the past", () => {
    const late = (): Sabotage => ({
      syscalls: (syscalls) =>
        overriding(syscalls, { wallClock: () => (syscalls.wallClock() - 1_000) as Micros }),
    });
    expect(found(late)).toBe("clocks: a start begins when the wall clock says");
  });
});

describe("the simulator finds a step of the wall clock", () => {
  it("[WIRE-06] that is not told", () => {
    vi.spyOn(HostClock.prototype, "takeCorrection").mockImplementation(() => null);
    expect(found(() => ({}), jumping)).toBe("clocks: a step of the wall clock is told");
  });

  it("[WIRE-06] that is told as another one", () => {
    const { takeCorrection } = HostClock.prototype;
    vi.spyOn(HostClock.prototype, "takeCorrection").mockImplementation(function (this: HostClock) {
      const micros = takeCorrection.call(this);
      return micros === null ? null : -micros;
    });
    expect(found(() => ({}), jumping)).toBe("clocks: a step of the wall clock is told as it is");
  });
});

describe("the simulator finds a host", () => {
  it("[LOOP-07] that does what is due a turn later", () => {
    const { passTime } = Stepper.prototype;
    let asked = 0;
    vi.spyOn(Stepper.prototype, "passTime").mockImplementation(function (this: Stepper, at) {
      if ((asked += 1) % 8 > 0) passTime.call(this, at);
    });
    // Nothing new comes in that turn.
    const quiet = { ...small, workload: { rudePerMillion: 0, clients: 1, thinkMicros: 1_000_000 } };
    expect(found(() => ({}), quiet)).toBe("clocks: what has become due is done in that turn");
  });

  it("[LOOP-07] that takes no turn for what is due", () => {
    const sleepy = (): Sabotage => ({
      port: (port) =>
        overriding(port, {
          nextTurn: () => {
            const next = port.nextTurn();
            return next === null ? null : ((next + 40_000) as Micros);
          },
        }),
    });
    expect(found(sleepy)).toBe("clocks: time is told when something is due");
  });

  it("[LOOP-07] that hears of what is new before it does what is due", () => {
    const { passTime } = Stepper.prototype;
    const { run } = Rounds.prototype;
    let due: (() => void) | null = null;
    vi.spyOn(Stepper.prototype, "passTime").mockImplementation(function (this: Stepper, at) {
      due = () => passTime.call(this, at);
    });
    vi.spyOn(Rounds.prototype, "run").mockImplementation(function (this: Rounds, ...given) {
      run.apply(this, given);
      due?.();
      due = null;
    });
    expect(found(() => ({}))).toBe("clocks: what has become due is told first");
  });
});
