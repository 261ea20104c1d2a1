/**
 * The same for those who watch a server's borders: each meets bugs between the host and its world,
 * or between the realm and its host, and must find them.
 */
import { describe, expect, it } from "vitest";
import type { ClientState } from "../../../src/client/borders.ts";
import type { Outbox } from "../../../src/core/contract.ts";
import type { Micros } from "../../../src/core/kernel/ids.ts";
import { BackOffChecker } from "../../../src/sim/checkers/back-off.ts";
import { clientEpochMicros } from "../../../src/sim/clients/driver.ts";
import type { PartialOptions, ScenarioName } from "../../../src/sim/index.ts";
import { firstFound } from "../../support/first-found.ts";
import { overProducers, overriding, overStep } from "../../support/sabotage.ts";
import type { Sabotage } from "../../support/sabotage.ts";

const small: PartialOptions = {
  seconds: 4,
  workload: { clients: 4, rudePerMillion: 0, stayMaxMicros: 1_500_000 },
  disk: { syncFailedPerMillion: 0, writeFailedPerMillion: 0 },
  process: { endsMax: 0 },
};
const rude: PartialOptions = { ...small, workload: { clients: 6, rudePerMillion: 1_000_000 } };

/** What is found first, `checker: rule`. */
const found = (
  sabotage: Sabotage,
  fixed: PartialOptions = small,
  scenario: ScenarioName = "echo",
): string => firstFound(fixed, { scenario, seeds: 20, make: () => sabotage });

/** Changes every write of the host. */
const overWrites = (change: (bytes: Uint8Array) => Uint8Array): Sabotage => ({
  syscalls: (syscalls) =>
    overriding(syscalls, {
      write: (socket, bytes) => syscalls.write(socket, change(bytes.slice())),
    }),
});

/** Changes what the realm orders, unseen by whoever looks on. */
const overOrders = (change: (outbox: Outbox) => Partial<Outbox>): Sabotage => ({
  realm: (machine) =>
    overStep(machine, (event, outbox, go) => go(event, overriding(outbox, change(outbox)))),
});

describe("the simulator finds, in what leaves,", () => {
  it("[WIRE-04] half a frame", () => {
    let writes = 0;
    const cut = overWrites((bytes) => ((writes += 1) % 20 === 0 ? bytes.subarray(0, -1) : bytes));
    expect(found(cut)).toBe("frames: a write is whole frames");
  });

  it("[WIRE-04] a header that says another size", () => {
    // Behind the length, the header's tag and its length comes the type in three bytes.
    const grown = overWrites((bytes) => {
      if (bytes[9] === 0x10) bytes[10] = (bytes[10] ?? 0) ^ 1;
      return bytes;
    });
    expect(found(grown)).toBe("frames: every frame that leaves holds a packet");
  });

  it("[SES-06] a frame that leaves twice", () => {
    let writes = 0;
    const doubled: Sabotage = {
      syscalls: (syscalls) =>
        overriding(syscalls, {
          write: (socket, bytes) => {
            if ((writes += 1) % 20 === 0) syscalls.write(socket, bytes);
            return syscalls.write(socket, bytes);
          },
        }),
    };
    expect(found(doubled)).toBe(
      "frames: a packet leaves as the realm ordered it, and in that order",
    );
  });
});

describe("the simulator finds, in what gets in,", () => {
  it("[SES-09] bytes that nobody reads", () => {
    let chunks = 0;
    const deaf: Sabotage = {
      port: (port) =>
        overProducers(port, (producer) => ({
          received: (socket, bytes) => {
            if ((chunks += 1) % 30 !== 0) producer.received(socket, bytes);
          },
        })),
    };
    expect(found(deaf)).toMatch(/^gate: /);
  });

  it("[PKT-08] budgets that are larger than they are said to be", () => {
    expect(found({ variation: { host: { budgetMultiplier: 100 } } }, rude)).toBe(
      "gate: no more gets in than the budgets allow",
    );
  });

  it("[PKT-08] budgets that are smaller", () => {
    expect(found({ variation: { host: { session: { perSecond: 1, burst: 2 } } } })).toBe(
      "gate: nobody is refused within his budgets",
    );
  });
});

describe("the simulator finds, in a server's manners,", () => {
  it("[SES-05] an end without a farewell", () => {
    const farewell = 1_052;
    let last = 0;
    const silent = overOrders((outbox) => ({
      payload: (type, bytes, start, end) => {
        last = type;
        return outbox.payload(type, bytes, start, end);
      },
      send: (...order) => {
        if (last !== farewell) outbox.send(...order);
      },
    }));
    const idle = { ...small, server: { idleTimeoutMicros: 1_500_000 } };
    expect(found(silent, { ...idle, network: { cutPerMillion: 20_000 } })).toBe(
      "etiquette: who is ended is told why",
    );
  });

  it("[SES-14] patience with those whose framing is lost", () => {
    const patient: Sabotage = {
      realm: (machine) =>
        overStep(machine, (event, outbox, go) => {
          const isLost = event.type === "packet.malformed" && event.reason === "frame-length";
          go(isLost ? { ...event, reason: "envelope" } : event, outbox);
        }),
    };
    expect(found(patient, rude)).toMatch(/^(gate|etiquette): /);
  });

  it("[NET-12] a drain that tells nobody", () => {
    const untold: Sabotage = {
      realm: (machine) =>
        overStep(machine, (event, outbox, go) => {
          if (event.type !== "drain.requested") return go(event, outbox);
          go(event, overriding(outbox, { send: () => undefined, close: () => undefined }));
        }),
    };
    const drained = { ...small, process: { endsMax: 4 } };
    expect(found(untold, drained)).toBe("etiquette: a drain ends every session");
  });
});

describe("the simulator finds, in what time it is,", () => {
  it("[WIRE-06] a clock that runs away", () => {
    const fast: Sabotage = {
      syscalls: (syscalls) =>
        overriding(syscalls, {
          monotonic: () => (Number(syscalls.monotonic()) * 2) as Micros,
        }),
    };
    expect(found(fast)).toBe("clocks: time passes as the machine's clock has it");
  });

  it("[LOOP-07] a tick that is made twice", () => {
    let ticks = 0;
    const doubled: Sabotage = {
      ...overOrders((outbox) => ({
        count: (counter, by) => {
          if (counter === "ticks_total" && (ticks += 1) % 50 === 0) outbox.count(counter, by);
          outbox.count(counter, by);
        },
      })),
      role: "game",
    };
    expect(found(doubled, small, "players")).toBe(
      "ticks: there are as many ticks as have been due",
    );
  });
});

describe("the back-off checker", () => {
  const reason = { code: "CONNECT_FAILED", message: "", retryAfterMs: 0, mayRetry: true } as const;
  const at = (micros: number): Micros => (clientEpochMicros + micros) as Micros;

  type States = readonly (readonly [atMicros: number, ClientState])[];

  /** Shows a client's states at their times, and gives the rule that they break. */
  const ruleBroken = (states: States): string => broken(states).split(":")[0] ?? "";

  /** And how. */
  function broken(states: States): string {
    let now = 0;
    const checker = new BackOffChecker(() => now);
    try {
      for (const [micros, state] of states) {
        now = micros;
        checker.playerChanged("1", state);
      }
    } catch (error) {
      return String((error as Error).message);
    }
    return "";
  }

  const connecting = (failures: number): ClientState => ({
    name: "connecting",
    failures,
    dueAt: at(3_000_000),
  });
  const backingOff = (failures: number, dueAtMicros: number, retryAfterMs = 0): ClientState => ({
    name: "backingOff",
    failures,
    dueAt: at(dueAtMicros),
    reason: { ...reason, retryAfterMs },
  });

  it("takes a delay of the policy", () => {
    const states = [
      [0, connecting(0)],
      [1_000, backingOff(1, 151_000)],
      [151_000, connecting(1)],
      [152_000, backingOff(2, 552_000)],
    ] as const;
    expect(ruleBroken(states)).toBe("");
  });

  it.each([
    ["a delay is between its floor and its ceiling", 1, 1_500],
    ["a delay is between its floor and its ceiling", 1, 301_000],
    ["failures are counted until a link was stable", 2, 151_000],
  ])("finds that %s", (rule, failures, dueAtMicros) => {
    const found = ruleBroken([
      [0, connecting(0)],
      [1_000, backingOff(failures, dueAtMicros)],
    ]);
    expect(found).toBe(rule);
  });

  it("says who did what", () => {
    const soon: States = [
      [0, connecting(0)],
      [1_000, backingOff(1, 1_500)],
    ];
    expect(broken(soon)).toMatch(/: player 1 waits 0\.5 ms after 1 failures$/);
  });

  it("finds who comes back early, or sooner than he was asked to", () => {
    const early = ruleBroken([
      [0, connecting(0)],
      [1_000, backingOff(1, 151_000)],
      [100_000, connecting(1)],
    ]);
    expect(early).toBe("a client comes back when its delay is over");
    const deaf = ruleBroken([
      [0, connecting(0)],
      [1_000, backingOff(1, 151_000, 5_000)],
    ]);
    expect(deaf).toBe("a delay is between its floor and its ceiling");
  });
});
