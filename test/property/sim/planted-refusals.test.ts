/** Servers that refuse what they should serve, serve what they should not, or say why falsely. */
import { afterEach, describe, expect, it, vi } from "vitest";
import { heartbeatContract, worldContract } from "../../../src/core/features/contracts.ts";
import { sessionStates } from "../../../src/core/kernel/charts/session.ts";
import type { SessionState } from "../../../src/core/kernel/charts/session.ts";
import { RealmMachine } from "../../../src/core/realm/machine.ts";
import type { PartialOptions } from "../../../src/sim/index.ts";
import { firstFound } from "../../support/first-found.ts";

const rude: PartialOptions = {
  seconds: 10,
  workload: { clients: 6, outburstPerMillion: 1_000_000 },
  players: { accounts: 6, gameServers: 1, cheatPerMillion: 1_000_000, criers: "none" },
};

/** What is found first, `checker: rule`. */
const found = (seeds = 40): string => firstFound(rude, { seeds });

/** A packet may be sent in other states than its feature names. */
function allow(type: number, states: readonly SessionState[]): void {
  const step = RealmMachine.prototype.step;
  vi.spyOn(RealmMachine.prototype, "step").mockImplementation(function (
    this: RealmMachine,
    ...given
  ) {
    const route = [...this.composition.routes].find(([one]) => Number(one) === type)?.[1];
    if (route !== undefined) Object.assign(route, { states: new Set(states) });
    step.apply(this, given);
  });
}

type Refusal = Parameters<RealmMachine["refuse"]>;

/** Refusals are told otherwise. */
function refusing(change: (refusal: Refusal) => void): void {
  const refuse = RealmMachine.prototype.refuse;
  vi.spyOn(RealmMachine.prototype, "refuse").mockImplementation(function (
    this: RealmMachine,
    ...given
  ) {
    change(given);
    refuse.apply(this, given);
  });
}

describe("the simulator finds, of what is refused,", () => {
  afterEach(() => void vi.restoreAllMocks());

  it("[HND-01] nothing, when each is told why", () => {
    expect(() => found(12)).toThrow("no seed has failed");
  });

  it("[HND-01] that what comes too fast is said to be served nowhere", () => {
    refusing((refusal) => {
      if (refusal[1] === "RATE_LIMITED") refusal[1] = "NOT_SERVED";
    });
    expect(found()).toBe("refusals: what is refused is told why");
  });

  it("[HND-01] that what is no packet is said to come too fast", () => {
    refusing((refusal) => {
      if (refusal[1] === "INVALID_PACKET") refusal[1] = "RATE_LIMITED";
    });
    expect(found()).toBe("refusals: what is refused is told why");
  });

  it("[HND-01] that what a state does not allow is said to be served nowhere", () => {
    refusing((refusal) => {
      if (refusal[1] === "NOT_ALLOWED_IN_STATE") refusal[1] = "NOT_SERVED";
    });
    expect(found()).toBe("refusals: a packet has no effect where it is not allowed");
  });

  it("[HND-01] that a heartbeat is allowed to players only", () => {
    allow(heartbeatContract.entries.beat.type, ["connected", "inWorld"]);
    expect(found()).toBe("refusals: a packet is served where it is allowed");
  });

  it("[HND-01] that somebody moves who is not in the world", () => {
    allow(worldContract.entries.move.type, sessionStates);
    expect(found()).toBe("refusals: a packet has no effect where it is not allowed");
  });
});
