/** Bugs that show under pressure: the hogs bring it about, and `pressure` must find them. */
import { describe, expect, it } from "vitest";
import type { Micros } from "../../../src/core/kernel/ids.ts";
import type { Checker } from "../../../src/sim/checkers/checker.ts";
import { simulate } from "../../../src/sim/index.ts";
import type { PartialOptions, ScenarioName } from "../../../src/sim/index.ts";
import { firstFound } from "../../support/first-found.ts";
import { overriding, overStep } from "../../support/sabotage.ts";
import type { Sabotage } from "../../support/sabotage.ts";

const greedy: PartialOptions = {
  seconds: 4,
  workload: { clients: 2, rudePerMillion: 1_000_000, hogs: 4 },
  disk: { syncFailedPerMillion: 0, writeFailedPerMillion: 0 },
  process: { endsMax: 0, crashesMax: 0, stallPerMillion: 0, pausesMax: 0 },
  network: { receiveBufferBytes: 131_072, sendBufferBytes: 16_384, slowPathPerMillion: 0 },
};
const slow: PartialOptions = {
  ...greedy,
  server: { packetsPerRoundMax: 1, packetsPerTurnMax: 1 },
};

/** What is found first, `checker: rule`. */
const found = (
  sabotage: Sabotage,
  fixed: PartialOptions = slow,
  scenario: ScenarioName = "echo",
): string => firstFound(fixed, { scenario, seeds: 20, make: () => sabotage });

it("hands over pieces that are longer than any frame", () => {
  const fixed = { ...greedy, process: { ...greedy.process, joinsReads: true } };
  let longest = 0;
  const reader: Checker = {
    name: "reader",
    checked: 0,
    socketReceived(_socket, bytes) {
      longest = Math.max(longest, bytes.length);
    },
  };
  for (let seed = 1; seed <= 3; seed += 1) {
    const { failure } = simulate({ seed, fixed, twice: false, checkers: () => [reader] });
    expect(failure?.message).toBeUndefined();
  }
  expect(longest).toBeGreaterThan(65_540);
});

describe("the simulator finds, under pressure,", () => {
  it("[NET-21] a connection that is read however much of it waits", () => {
    const boundless: Sabotage = { variation: { host: { inboundBytesMax: 100_000_000 } } };
    expect(found(boundless)).toBe("pressure: of whom too much waits nothing more is read");
  });

  it("[NET-21] a connection that is never read again", () => {
    const deaf: Sabotage = {
      syscalls: (syscalls) => overriding(syscalls, { resumeReading: () => undefined }),
    };
    const held = { ...greedy, server: { heldBytesMax: 4_096 } };
    expect(found(deaf, held)).toBe("pressure: who was served is read again");
  });

  it("[HND-06] packets that a turn leaves to whatever happens next", () => {
    const idle: Sabotage = {
      port: (port) =>
        overriding(port, {
          nextTurn: () => {
            const due = port.nextTurn();
            return due === null ? null : ((due + 50_000) as Micros);
          },
        }),
    };
    expect(found(idle)).toBe("pressure: a turn that leaves packets is followed by another");
  });

  it("[NET-21] news of a queue that are told twice", () => {
    const chatty: Sabotage = {
      machine: (machine) =>
        overStep(machine, (event, outbox, go) => {
          go(event, outbox);
          if (event.type === "connection.congested") go(event, outbox);
        }),
    };
    const narrow = { ...greedy, server: { outboundBytesMax: 131_072 } };
    expect(found(chatty, narrow)).toBe("pressure: each change of a queue is told once");
  });

  it("[WIRE-06] a clock that jitters", () => {
    let reads = 0;
    const shaky: Sabotage = {
      syscalls: (syscalls) =>
        overriding(syscalls, {
          monotonic: () => (syscalls.monotonic() + 3 * ((reads += 1) % 2)) as Micros,
        }),
    };
    const quick = { ...greedy, process: { ...greedy.process, turnDelayMicros: 5 } };
    expect(found(shaky, quick)).toBe("clocks: time passes as the machine's clock has it");
  });

  it("[NET-21] a peer that may hold back more than the limit", () => {
    const generous: Sabotage = {
      variation: { host: { outboundBytesMax: 100_000_000 } },
    };
    const narrow = { ...greedy, server: { outboundBytesMax: 32_768 } };
    expect(found(generous, narrow)).toBe(
      "endings: a peer that does not read costs no more than the limit",
    );
  });
});
