/**
 * Bugs in what the realm counts and says of itself: whoever knows how many there must be, and who,
 * must find them.
 */
import { afterEach, describe, expect, it, vi } from "vitest";
import type { Outbox } from "../../../src/core/contract.ts";
import { invalid } from "../../../src/core/wire/contract.ts";
import type * as parsers from "../../../src/core/wire/parsers.ts";
import type { PartialOptions, ScenarioName } from "../../../src/sim/index.ts";
import { firstFound } from "../../support/first-found.ts";
import { overriding, overStep } from "../../support/sabotage.ts";
import type { Sabotage } from "../../support/sabotage.ts";

const planted = vi.hoisted(() => ({ needsSecrets: false }));

vi.mock("../../../src/core/wire/parsers.ts", async (load) => {
  const real = await load<typeof parsers>();
  const secretSlot: typeof parsers.secretSlot = (digits) =>
    planted.needsSecrets && digits === ""
      ? invalid("a secret is not sealed")
      : real.secretSlot(digits);
  return { ...real, secretSlot };
});

afterEach(() => {
  planted.needsSecrets = false;
});

/** What is found first, `checker: rule`. */
const found = (scenario: ScenarioName, fixed: PartialOptions, sabotage: Sabotage): string =>
  firstFound(fixed, { scenario, seeds: 20, make: () => sabotage });

/** A realm that orders its counts otherwise. */
const counting = (
  role: string,
  count: (order: Outbox["count"], counter: string, by: number | undefined) => void,
): Sabotage => ({
  role,
  realm: (machine) =>
    overStep(machine, (event, outbox, go) =>
      go(
        event,
        overriding(outbox, {
          count: (counter, by) => count(outbox.count.bind(outbox), counter, by),
        }),
      ),
    ),
});

/** No follower, which would tell of another server than the sabotaged one. */
const alone: PartialOptions = { seconds: 4, follower: { everyEvents: 0 } };

describe("the simulator finds", () => {
  it("[GAME-01] somebody who is said to have left the world and is in it", () => {
    const sabotage = counting("game", (order, counter, by) => {
      order(counter, by);
      if (counter === "world_entered_total") order("world_left_total");
    });
    const rule = "whoever has entered and not left is in the world";
    expect(found("players", alone, sabotage)).toBe(`movement: ${rule}`);
  });

  it("[AUTH-20] addresses that are kept for ever", () => {
    const budgets: PartialOptions = { ...alone, players: { loginsPerMinute: 120 } };
    let most = 0;
    const sabotage: Sabotage = {
      role: "login",
      realm: (machine) =>
        overriding(machine, {
          view: (name) => {
            most = Math.max(most, Number(machine.view(name)));
            return most;
          },
        }),
    };
    const rule = "an address is forgotten that needs no budget";
    expect(found("players", budgets, sabotage)).toBe(`etiquette: ${rule}`);
  });

  it("[AUTH-14] somebody who has gone and is said to have been nobody", () => {
    const sabotage: Sabotage = {
      realm: (machine) =>
        overStep(machine, (event, outbox, go) =>
          go(
            event,
            overriding(outbox, {
              log: (level, message, { player: _player, ...fields } = {}) =>
                outbox.log(level, message, fields),
            }),
          ),
        ),
    };
    const rule = "whoever has gone is told to have been who he was";
    expect(found("players", alone, sabotage)).toBe(`presence: ${rule}`);
  });

  it("[WIRE-06] a wall clock that features have and nobody was told of", () => {
    const off: PartialOptions = { ...alone, clock: { jumpsMax: 3, jumpMaxMicros: 3_600_000_000 } };
    const sabotage: Sabotage = {
      realm: (machine) =>
        overStep(machine, (event, outbox, go) =>
          go(event.type === "clock.corrected" ? { ...event, offsetMicros: 0 } : event, outbox),
        ),
    };
    const rule = "features have the wall clock that the realm was told of";
    expect(found("upgrade", off, sabotage)).toBe(`clocks: ${rule}`);
  });

  it("[AUTH-17] a logout of nothing that is not understood", () => {
    planted.needsSecrets = true;
    const rude: PartialOptions = { ...alone, workload: { rudePerMillion: 1_000_000 } };
    const rule = "a logout of nothing is understood";
    expect(found("players", rude, {})).toBe(`etiquette: ${rule}`);
  });

  it("[GAME-02] a movement of nobody's entity that is taken for one", () => {
    const cheating: PartialOptions = {
      ...alone,
      workload: { clients: 1 },
      players: { cheatPerMillion: 1_000_000 },
    };
    const sabotage = counting("game", (order, counter, by) => {
      if (counter !== "packets_undecodable_total") order(counter, by);
    });
    const rule = "what is no movement is no packet";
    expect(found("players", cheating, sabotage)).toBe(`movement: ${rule}`);
  });
});
