/** Blocks that wait for those who were answered: seeds reach them, and a bad wait is seen. */
import { describe, expect, it, vi } from "vitest";
import { Gathering } from "../../../src/core/host/gathering.ts";
import { simulatedHost } from "../../../src/sim/host.ts";
import type { HostVariation } from "../../../src/sim/host.ts";
import { simulate } from "../../../src/sim/index.ts";
import type { PartialOptions } from "../../../src/sim/index.ts";
import type { RunningHost } from "../../../src/sim/site.ts";

const eager: PartialOptions = {
  seconds: 4,
  workload: { clients: 6, rudePerMillion: 0, thinkMicros: 10_000 },
  process: { endsMax: 0, crashesMax: 0 },
  upgrade: { serverPerMillion: 0 },
  server: { gatherPacketsMin: 1 },
};

/** Runs so many seeds: how many blocks were waited with, and who has failed first. */
function run(seeds: number, variation: HostVariation = {}) {
  let gathered = 0;
  for (let seed = 1; seed <= seeds; seed += 1) {
    const hosts: RunningHost[] = [];
    const create = simulatedHost(variation);
    const { failure } = simulate({
      seed,
      fixed: eager,
      twice: false,
      host: (order) => {
        const host = create(order);
        hosts.push(host);
        return host;
      },
    });
    for (const host of hosts) gathered += host.figure("journal_blocks_gathered_total");
    if (failure !== null) return { gathered, failed: failure.checker };
  }
  return { gathered, failed: null };
}

describe("the simulator", () => {
  it("[JRN-24] reaches blocks that are waited with", () => {
    const { gathered, failed } = run(4);
    expect(failed).toBeNull();
    expect(gathered).toBeGreaterThan(8);
  });

  it("[JRN-24] finds a wait that only those end who are waited for", () => {
    const holds = vi.spyOn(Gathering.prototype, "holds");
    holds.mockImplementation(function (this: Gathering, asked) {
      this.until = Infinity;
      return asked < this.expected;
    });
    const { failed } = run(12, { host: { commitWindowMs: 3_600_000 } });
    holds.mockRestore();
    expect(failed).toBe("liveness");
  });
});
