import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { loggedName } from "../../../../src/core/features/accounts/index.ts";
import { addressOf, budgetKey, isLoopback } from "../../../../src/core/features/login/addresses.ts";
import { takeLogin } from "../../../../src/core/features/login/budget.ts";
import type { LoginBudgets } from "../../../../src/core/features/login/budget.ts";
import { isOutdated } from "../../../../src/core/features/login/version.ts";
import { micros } from "../../../../src/core/kernel/ids.ts";
import { limits } from "../../../../src/core/kernel/limits.ts";
import { PlayersWorld } from "../../../support/players-world.ts";

describe("isOutdated", () => {
  it("[AUTH-10] compares numbers, not letters", () => {
    const min = 1_004_002;
    for (const old of [
      "1.4.1",
      "1.4",
      "1",
      "0.9.9",
      "1.3.999",
      "1.4.2-beta.1",
      "",
      "new",
      "v1.3",
    ]) {
      expect(isOutdated(old, min), old).toBe(true);
    }
    for (const young of [
      "1.4.2",
      "1.4.10",
      "1.10",
      "2",
      "10.0.0",
      "1.4.2.1-x",
      "v1.4.2",
      "1.4.2+7",
    ]) {
      expect(isOutdated(young, min), young).toBe(false);
    }
    expect(isOutdated("", 0)).toBe(false);
  });

  it("[AUTH-10] is a threshold: no version below one that is outdated is let in", () => {
    const part = fc.nat(999);
    const version = fc.tuple(part, part, part);
    const numberOf = ([major, minor, patch]: readonly [number, number, number]): number =>
      major * 1_000_000 + minor * 1_000 + patch;
    fc.assert(
      fc.property(version, version, (one, min) => {
        const isOld = numberOf(min) > 0 && numberOf(one) < numberOf(min);
        expect(isOutdated(one.join("."), numberOf(min))).toBe(isOld);
      }),
      { numRuns: 1_000 },
    );
  });
});

describe("addresses", () => {
  it("lose their port", () => {
    expect(addressOf("192.0.2.1:1234")).toBe("192.0.2.1");
    expect(addressOf("[2001:db8::1]:1234")).toBe("2001:db8::1");
    expect(addressOf("unknown")).toBe("unknown");
  });

  it("[AUTH-20] have a budget each, but for IPv6 one for each /64", () => {
    expect(budgetKey("192.0.2.1")).toBe("192.0.2.1");
    expect(budgetKey("2001:db8:1:2:3:4:5:6")).toBe("2001:db8:1:2::/64");
    expect(budgetKey("2001:db8:1:2::9")).toBe("2001:db8:1:2::/64");
    expect(budgetKey("2001:0db8:0001:0002::9")).toBe("2001:db8:1:2::/64");
    expect(budgetKey("2001:db8::9")).toBe("2001:db8:0:0::/64");
    expect(budgetKey("fe80::1%eth0")).toBe("fe80:0:0:0::/64");
    expect(budgetKey("64:ff9b::192.0.2.1")).toBe("64:ff9b:0:0::/64");
    expect(budgetKey("::1")).toBe("0:0:0:0::/64");
  });

  it("[AUTH-20] of this machine are 127.0.0.0/8 and ::1", () => {
    for (const own of ["127.0.0.1", "127.1.2.3", "::1"]) expect(isLoopback(own)).toBe(true);
    for (const other of ["128.0.0.1", "::2", "unknown", "127.0.0.1.example"]) {
      expect(isLoopback(other)).toBe(false);
    }
  });
});

describe("takeLogin", () => {
  const start = 1_700_000_000_000_000;

  it("[AUTH-20] never gives an address more than burst and rate in any span", () => {
    const rule = fc.record({
      perMinute: fc.integer({ min: 1, max: 600 }),
      burst: fc.integer({ min: 1, max: 8 }),
    });
    const tries = fc.array(
      fc.record({ after: fc.nat(20_000_000), key: fc.constantFrom("a", "b") }),
      { maxLength: 60 },
    );
    fc.assert(
      fc.property(rule, tries, ({ perMinute, burst }, list) => {
        const budgets: LoginBudgets = new Map();
        const taken: Record<string, number[]> = { a: [], b: [] };
        let now = start;
        for (const { after, key } of list) {
          now += after;
          if (takeLogin(budgets, key, micros(now), { perMinute, burst })) taken[key]?.push(now);
        }
        for (const times of Object.values(taken)) {
          for (const [first, from] of times.entries()) {
            for (const [last, to] of times.entries()) {
              if (last < first) continue;
              const allowed = burst + ((to - from) * perMinute) / 60_000_000;
              expect(last - first + 1).toBeLessThanOrEqual(allowed);
            }
          }
        }
      }),
      { numRuns: 1_000 },
    );
  });

  it("[AUTH-20] gives exactly the burst at once, then one for each interval", () => {
    const budgets: LoginBudgets = new Map();
    const rule = { perMinute: 5, burst: 5 };
    const given = (at: number): number => {
      let count = 0;
      while (takeLogin(budgets, "a", micros(start + at), rule)) count += 1;
      return count;
    };
    expect(given(0)).toBe(5);
    expect(given(11_999_999)).toBe(0);
    expect(given(12_000_000)).toBe(1);
    expect(given(36_000_000)).toBe(2);
    expect(given(600_000_000)).toBe(5);
  });

  it("[AUTH-20] rounds an interval against the address", () => {
    const budgets: LoginBudgets = new Map();
    // A seventh of a minute is 8,571,428.57 microseconds.
    const rule = { perMinute: 7, burst: 1 };
    expect(takeLogin(budgets, "a", micros(start), rule)).toBe(true);
    expect(takeLogin(budgets, "a", micros(start + 8_571_428), rule)).toBe(false);
    expect(takeLogin(budgets, "a", micros(start + 8_571_429), rule)).toBe(true);
  });

  it("[AUTH-20] keeps a bounded number of addresses, and gives none of their budgets up", () => {
    const budgets: LoginBudgets = new Map();
    const rule = { perMinute: 60, burst: 1 };
    const max = limits.loginAddressesMax;
    for (let index = 0; index < max; index += 1) {
      expect(takeLogin(budgets, `address ${index}`, micros(start), rule)).toBe(true);
    }
    expect(takeLogin(budgets, "one more", micros(start), rule)).toBe(false);
    expect(takeLogin(budgets, "address 0", micros(start), rule)).toBe(false);
    expect(budgets.size).toBe(max);
    for (let index = 0; index < max; index += 1) {
      expect(takeLogin(budgets, `later ${index}`, micros(start + 1_000_000), rule)).toBe(true);
      expect(budgets.size).toBeLessThanOrEqual(max);
    }
  });

  it("[AUTH-20] counts the logins of one /64 together", () => {
    const world = new PlayersWorld({ config: { loginsBurst: 1 } });
    const tries = ["[2001:db8::1]:1", "[2001:db8::2]:1", "[2001:db8:0:1::1]:1"].map((remote) => {
      const connection = world.login.connect(remote);
      world.login.login(connection, { name: `Player ${remote.length}`, device: "phone" });
      world.login.settleAll();
      return world.login.loginAnswer(connection)?.success;
    });
    expect(tries).toEqual([true, false, true]);
  });

  it("[AUTH-20] does not count this machine where development exempts it", () => {
    const tries = (loginLoopbackExempt: number, remote: string): boolean[] => {
      const world = new PlayersWorld({ config: { loginLoopbackExempt, loginsBurst: 1 } });
      return ["Ada", "Eve"].map((name) => {
        const connection = world.login.connect(remote);
        world.login.login(connection, { name });
        world.login.settleAll();
        return world.login.loginAnswer(connection)?.success === true;
      });
    };
    expect(tries(1, "127.0.0.1:1")).toEqual([true, true]);
    expect(tries(0, "127.0.0.1:1")).toEqual([true, false]);
    expect(tries(1, "192.0.2.1:1")).toEqual([true, false]);
  });
});

describe("loggedName", () => {
  it("[AUTH-14] leaves letters of every script, and nothing that moves or hides text", () => {
    expect(loggedName("Ada Lovelace-99")).toBe("Ada Lovelace-99");
    expect(loggedName("김하늘 Ωß😀")).toBe("김하늘 Ωß😀");
    expect(loggedName('a"b\\c')).toBe("a\\u0022b\\u005cc");
    expect(loggedName("a\u202Eb\u200B\uFEFF\u0085")).toBe("a\\u202eb\\u200b\\ufeff\\u0085");
    expect(loggedName("\uD83D!")).toBe("\\ud83d!");
    expect(loggedName("ad\u034Fmin\u3164\uFE0F")).toBe("ad\\u034fmin\\u3164\\ufe0f");
    expect(loggedName("\u2800\u{E0061}!")).toBe("\\u2800\\udb40\\udc61!");
  });

  it("[AUTH-14] gives text without controls or quotes, and another text for another name", () => {
    const text = fc.string({ unit: "binary", maxLength: 12 });
    fc.assert(
      fc.property(text, text, (one, other) => {
        const shown = loggedName(one);
        expect(shown).not.toMatch(/["\p{Cc}\p{Bidi_Control}\p{Zl}\p{Zp}]/u);
        expect(shown === loggedName(other)).toBe(one === other);
      }),
      { numRuns: 1_000 },
    );
  });
});
