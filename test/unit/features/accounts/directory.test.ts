import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  chooseServers,
  loadFactor,
  serverListedMs,
} from "../../../../src/core/features/accounts/index.ts";
import type { ServerReport } from "../../../../src/core/features/accounts/index.ts";

const nowMs = 50_000;
const anyReport: fc.Arbitrary<ServerReport> = fc.record({
  id: fc.nat(20),
  name: fc.string(),
  address: fc.string(),
  port: fc.nat(65_535),
  players: fc.nat(12),
  max: fc.integer({ min: 1, max: 10 }),
  seenAtMs: fc.integer({ min: nowMs - 2 * serverListedMs, max: nowMs + 10 }),
});

describe("chooseServers", () => {
  it("[AUTH-13] lists exactly the living servers with room, by load, then id", () => {
    fc.assert(
      fc.property(fc.array(anyReport, { maxLength: 12 }), (reports) => {
        const { servers, known } = chooseServers(reports, nowMs);
        const living = reports.filter(
          ({ seenAtMs }) => seenAtMs <= nowMs && nowMs - seenAtMs <= serverListedMs,
        );
        expect(known).toBe(living.length);
        expect(servers.length).toBe(living.filter(({ players, max }) => players < max).length);
        for (const [index, server] of servers.entries()) {
          expect(living).toContainEqual(expect.objectContaining(server));
          expect(server.players).toBeLessThan(server.max);
          const before = servers[index - 1];
          if (before === undefined) continue;
          expect(loadFactor(before)).toBeLessThanOrEqual(loadFactor(server));
          const isTie = before.players * server.max === server.players * before.max;
          if (isTie) expect(before.id).toBeLessThanOrEqual(server.id);
        }
      }),
      { numRuns: 1_000 },
    );
  });

  it("[AUTH-13] shows numbers for two report periods and no longer", () => {
    const report = {
      ...{ id: 1, name: "Dragon Server", address: "127.0.0.1", port: 8_081, players: 0, max: 10 },
      seenAtMs: nowMs,
    };
    expect(chooseServers([report], nowMs + 2_000).servers).toHaveLength(1);
    expect(chooseServers([report], nowMs + 2_001)).toEqual({ servers: [], known: 0 });
  });

  it("[AUTH-13] the load is current over maximum, 0 to 1 whatever is reported", () => {
    expect(loadFactor({ players: 150, max: 5_000 })).toBe(0.03);
    fc.assert(
      fc.property(anyReport, (report) => {
        const load = loadFactor(report);
        expect(load).toBeGreaterThanOrEqual(0);
        expect(load).toBeLessThanOrEqual(1);
      }),
      { numRuns: 1_000 },
    );
  });
});
