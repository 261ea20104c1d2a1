/**
 * Bugs that only some orders of events show are planted one by one, and every one must be found, by
 * an order that breaks the same rule when it is played again.
 *
 * With `REPRISE_COMPARE=N` the simulator looks for each of them, too, in N seeds: what it does not
 * find is red, and no fault of its own.
 */
import { afterEach, describe, expect, it, vi } from "vitest";
import type * as rows from "../../../src/core/features/accounts/login-rows.ts";
import { cornerNamed, explore, orderText, replayOrder } from "../../../src/sim/explore/index.ts";
import type { Corner } from "../../../src/sim/explore/index.ts";
import { simulate } from "../../../src/sim/index.ts";
import { orderBugs } from "../../support/order-bugs.ts";
import type { OrderBug } from "../../support/order-bugs.ts";
import { sabotaged } from "../../support/sabotage.ts";

const planted = vi.hoisted(() => ({ rows: null as null | Partial<typeof rows> }));

vi.mock("../../../src/core/features/accounts/login-rows.ts", async (load) => {
  const real = await load<typeof rows>();
  const over =
    <K extends keyof typeof rows>(name: K) =>
    (...given: unknown[]): unknown =>
      ((planted.rows?.[name] ?? real[name]) as (...all: unknown[]) => unknown)(...given);
  const names = [
    "decideLogin",
    "loginEntered",
    "loginLeft",
    "loginEnded",
    "tokenStanding",
  ] as const;
  return { ...real, ...Object.fromEntries(names.map((name) => [name, over(name)])) };
});

afterEach(() => {
  planted.rows = null;
});

async function plant({ rows: change, corner: name, features }: OrderBug): Promise<Corner> {
  const real = await vi.importActual<typeof rows>(
    "../../../src/core/features/accounts/login-rows.ts",
  );
  planted.rows = change?.(real) ?? null;
  const corner = cornerNamed(name);
  if (corner === undefined) throw new Error(`no corner is called ${name}`);
  return features === undefined ? corner : { ...corner, features };
}

describe("the explorer", () => {
  it.each(orderBugs)("finds: $name", async (bug) => {
    const corner = await plant(bug);
    const { broken, graph } = explore({ corner, isReduced: true });
    expect(broken).not.toBeNull();
    if (broken === null) return;
    const { rule, events } = broken;
    console.log(`${rule}: ${String(graph.states)} states, ${String(events.length)} events`);
    expect(replayOrder(corner, events)).toBe(rule);
    const lines = orderText(broken).split("\n");
    expect(lines[0]).toBe(`broken: ${rule}`);
    expect(lines[1]).toBe(`     1. ${events[0] ?? ""}`);
  });
});

const seeds = Number(process.env["REPRISE_COMPARE"] ?? 0);

// Skipped unless asked for: it is a comparison and takes minutes.
describe.skipIf(seeds === 0)("the simulator", () => {
  it.each(orderBugs)("finds: $name", { timeout: 600_000 }, async (bug) => {
    const { features } = await plant(bug);
    const [role, own] = Object.entries(features ?? {})[0] ?? [];
    const host = role === undefined ? {} : { host: sabotaged({ role, features: own ?? [] }) };
    const fixed = {
      seconds: 10,
      workload: { clients: 4 },
      players: { accounts: 1 },
      // With other features a build is another one, and refuses a tail of ours.
      upgrade: { serverPerMillion: 0 },
    };
    let found: string | null = null;
    let seed = 0;
    while (found === null && seed < seeds) {
      seed += 1;
      const { failure } = simulate({ seed, scenario: "players", fixed, twice: false, ...host });
      if (failure === null) continue;
      const { rows: replaced } = planted;
      planted.rows = null;
      const sound = simulate({ seed, scenario: "players", fixed, twice: false });
      planted.rows = replaced;
      // What is broken without the bug, too, is another one.
      if (sound.failure === null) found = `${failure.checker}: ${failure.rule}`;
    }
    console.log(`${bug.name}: seed ${String(seed)}: ${found ?? "nothing"}`);
    expect(found).not.toBeNull();
  });
});
