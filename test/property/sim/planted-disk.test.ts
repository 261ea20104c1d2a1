/**
 * The same for those who watch what becomes of a journal on a disk that fails: each bug stands
 * between the host and its disk, or in what the host is configured to, and must be found.
 */
import { describe, expect, it } from "vitest";
import type { FileOperation, FileResult, RequestId, Syscalls } from "../../../src/core/contract.ts";
import { calmOptions, simulate } from "../../../src/sim/index.ts";
import type { PartialOptions } from "../../../src/sim/index.ts";
import { firstFailure } from "../../support/first-found.ts";
import { overriding } from "../../support/sabotage.ts";
import type { Sabotage } from "../../support/sabotage.ts";

const small: PartialOptions = {
  seconds: 4,
  workload: { clients: 4, rudePerMillion: 0, thinkMicros: 30_000, stayMaxMicros: 1_500_000 },
  disk: calmOptions.disk,
  process: { endsMax: 0, crashesMax: 0 },
  upgrade: { serverPerMillion: 0 },
  follower: { everyEvents: 0 },
};
/** Processes that die, now and then with the power. */
const dying = { endsMax: 4, crashesMax: 3, restartMaxMicros: 100_000 };

/** Who finds it first. */
const finder = (sabotage: Sabotage, fixed: PartialOptions, seeds = 60): string =>
  firstFailure({ ...small, ...fixed }, { scenario: "echo", seeds, make: () => sabotage }).checker;

/** What the host is told of its files: another result, or null to be told later. */
type Retold = (
  operation: FileOperation,
  result: FileResult,
  again: () => void,
) => FileResult | null;

/** Stands between the disk and the host. Requests count anew in each process. */
function retelling(retold: Retold): Sabotage {
  let asked = new Map<RequestId, FileOperation>();
  let last: Syscalls | null = null;
  return {
    syscalls: (syscalls) => {
      asked = new Map();
      last = syscalls;
      return overriding(syscalls, {
        file: (request, operation) => {
          asked.set(request, operation);
          syscalls.file(request, operation);
        },
      });
    },
    port: (port) =>
      overriding(port, {
        fileDone: (request, result) => {
          const operation = asked.get(request);
          if (operation === undefined) return port.fileDone(request, result);
          const again = (): void => last?.file(request, operation);
          const told = retold(operation, result, again);
          if (told !== null) port.fileDone(request, told);
        },
      }),
  };
}

const done: FileResult = { ok: true, type: "done" };

describe("the simulator finds", () => {
  it("[JRN-06] a sync that is tried again when it has failed", () => {
    const retried = retelling((operation, result, again) => {
      if (operation.type !== "sync" || result.ok) return result;
      again();
      return null;
    });
    const disk = { ...calmOptions.disk, syncFailedPerMillion: 200_000 };
    expect(["durability", "damage"]).toContain(finder(retried, { disk, process: dying }, 200));
  });

  it("[JRN-10] a full disk that drops a block", () => {
    const dropped = retelling((operation, result) =>
      operation.type === "write" && !result.ok && result.code.startsWith("E") ? done : result,
    );
    const disk = { ...calmOptions.disk, fullsMax: 2, spellMaxMicros: 2_000_000 };
    const writing = { ...dropped, variation: { host: { journalAheadBytes: 0 } } };
    expect(["durability", "damage"]).toContain(finder(writing, { disk, process: dying }));
  });

  it("[JRN-11] held bytes that nobody bounds", () => {
    const unbounded: Sabotage = { variation: { host: { heldBytesMax: 1e9 } } };
    const disk = { ...calmOptions.disk, stallsMax: 3, spellMaxMicros: 900_000 };
    expect(finder(unbounded, { disk, server: { heldBytesMax: 4_096 } })).toBe("held");
  });

  it("[JRN-11] a stalled disk that nobody is kept waiting for", () => {
    const patient: Sabotage = { variation: { host: { heldAgeMaxMs: 1e9 } } };
    const disk = { ...calmOptions.disk, stallsMax: 3, spellMaxMicros: 4_000_000 };
    expect(finder(patient, { disk })).toBe("held");
  });

  it("[JRN-02] a recovery that cuts a sound block", () => {
    const short = retelling((operation, result) => {
      const isJournal = operation.type === "list" && operation.folder === "journal";
      if (!isJournal || !result.ok || result.type !== "entries") return result;
      const entries = result.entries.map((entry, index) =>
        index < result.entries.length - 1 ? entry : { ...entry, bytes: entry.bytes - 20 },
      );
      return { ...result, entries };
    });
    const cutting = { ...short, variation: { host: { journalAheadBytes: 0 } } };
    expect(finder(cutting, { process: dying })).toBe("durability");
  });

  it("[JRN-03] a whole journal that is called damaged", () => {
    let reads = 0;
    const doubted = retelling((operation, result) => {
      if (operation.type !== "read" || !result.ok || result.type !== "bytes") return result;
      if ((reads += 1) % 7 !== 0 || result.bytes.length < 400) return result;
      const bytes = result.bytes.slice();
      bytes[300] = (bytes[300] ?? 0) ^ 1;
      return { ...result, bytes };
    });
    expect(["damage", "process-health"]).toContain(finder(doubted, { process: dying }));
  });

  it("[JRN-03] damage that is told of another place", () => {
    const misplaced: Sabotage = {
      syscalls: (syscalls) =>
        overriding(syscalls, {
          exit: (code, message) => syscalls.exit(code, message.replace(/byte \d+/, "byte 9999999")),
        }),
    };
    const disk = { ...calmOptions.disk, rotPerMillion: 900_000 };
    expect(finder(misplaced, { disk, process: dying })).toBe("damage");
  });

  it("[JRN-03] damage that is refused, and not named", () => {
    const mute: Sabotage = {
      syscalls: (syscalls) =>
        overriding(syscalls, { exit: (code) => syscalls.exit(code, "something is wrong") }),
    };
    const disk = { ...calmOptions.disk, rotPerMillion: 900_000 };
    expect(finder(mute, { disk, process: dying })).toBe("damage");
  });

  it("[JRN-10] a process that ends of something else while its disk is full", () => {
    const hasty = retelling((operation, result) =>
      operation.type === "write" && !result.ok ? { ok: false, code: "ENOENT" } : result,
    );
    const disk = { ...calmOptions.disk, fullsMax: 2, spellMaxMicros: 2_000_000 };
    expect(finder(hasty, { disk })).toBe("process-health");
  });

  it("and has nothing to say of all of that as it is", () => {
    const disk = {
      ...calmOptions.disk,
      syncFailedPerMillion: 5_000,
      rotPerMillion: 500_000,
      misreadPerMillion: 20_000,
      misdirectedPerMillion: 5_000,
      fullsMax: 2,
      stallsMax: 2,
      readOnlysMax: 1,
      reserveBytes: 4_096,
    };
    for (let seed = 1; seed <= 4; seed += 1) {
      const { failure } = simulate({ seed, fixed: { ...small, disk, process: dying } });
      expect([seed, failure?.message ?? null]).toEqual([seed, null]);
    }
  });
});
