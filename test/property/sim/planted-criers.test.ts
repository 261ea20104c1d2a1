/**
 * Servers that take what waits for a tick out of turn, or tell what happens at a place to others
 * than those who see it: planted bugs that the simulator's criers find.
 */
import { afterEach, describe, expect, it, vi } from "vitest";
import { world } from "../../../src/core/features/world/feature.ts";
import { Containment } from "../../../src/core/host/containment.ts";
import { connectionOf } from "../../../src/core/host/recovery.ts";
import { FeatureContext } from "../../../src/core/realm/context.ts";
import { Inbox } from "../../../src/core/realm/inbox.ts";
import type { Waiting } from "../../../src/core/realm/inbox.ts";
import { RealmMachine } from "../../../src/core/realm/machine.ts";
import { Sessions } from "../../../src/core/realm/sessions.ts";
import type { PartialOptions } from "../../../src/sim/index.ts";
import { firstFound } from "../../support/first-found.ts";

const square: PartialOptions = {
  seconds: 8,
  workload: { clients: 5, rudePerMillion: 0 },
  players: { accounts: 5, gameServers: 1, isRestless: false, criers: "sound" },
};

/** What is found first, `checker: rule`. */
const found = (fixed = square): string => firstFound(fixed, { seeds: 30 });

/** Whatever waits is taken in such an order. */
function taking(order: (waiting: Waiting[]) => Waiting[]): void {
  const take = Inbox.prototype.take;
  let taken: Waiting[] = [];
  vi.spyOn(Inbox.prototype, "take").mockImplementation(function (this: Inbox) {
    if (taken.length === 0) {
      for (let next = take.call(this); next !== null; next = take.call(this)) taken.push(next);
      taken = order(taken);
    }
    return taken.shift() ?? null;
  });
}

/** Those who see a place are others. */
function seeing(viewers: (right: readonly number[], all: readonly number[]) => number[]): void {
  const { near } = world.implementation;
  if (near === null) throw new Error("the world knows areas");
  vi.spyOn(world.implementation as { near: typeof near }, "near").mockImplementation(
    (state, at) => {
      const { bySession } = (state as { world: { bySession: ReadonlyMap<number, unknown> } }).world;
      const right: readonly number[] = [...near(state, at)];
      return viewers(right, [...bySession.keys()]) as never;
    },
  );
}

describe("the simulator finds, of what waits for a tick,", () => {
  afterEach(() => void vi.restoreAllMocks());

  it("[LOOP-05] nothing, when all take turns", () => {
    expect(() => found()).toThrow("no seed has failed");
  });

  it("[LOOP-05] that no tick is asked for", () => {
    vi.spyOn(Inbox.prototype, "size", "get").mockReturnValue(0);
    expect(found()).toBe("turns: whoever waits has the next tick asked for");
  });

  it("[LOOP-05] that a tick leaves some of it", () => {
    const take = Inbox.prototype.take;
    let calls = 0;
    vi.spyOn(Inbox.prototype, "take").mockImplementation(function (this: Inbox) {
      calls += 1;
      return calls % 3 === 0 ? null : take.call(this);
    });
    expect(found()).toBe("turns: a tick takes all who wait and answers them");
  });

  it("[LOOP-05] that somebody's packets are taken in another order", () => {
    taking((waiting) => waiting.toReversed());
    expect(found()).toBe("turns: one's packets are taken in their order");
  });

  it("[LOOP-05] that whoever came first is taken to the last", () => {
    taking((waiting) => waiting.toSorted((one, other) => one.session - other.session));
    expect(found()).toBe("turns: nobody is taken twice while another waits");
  });

  it("[LOOP-05] that what is beyond the limit is not refused", () => {
    const add = Inbox.prototype.add;
    vi.spyOn(Inbox.prototype, "add").mockImplementation(function (this: Inbox, waiting) {
      add.call(this, waiting);
      return true;
    });
    expect(found()).toBe("turns: nobody has more waiting than he may");
  });

  it("[LOOP-05] that it is lost when a checkpoint is restored", () => {
    const restore = Inbox.restore.bind(Inbox);
    vi.spyOn(Inbox, "restore").mockImplementation(() => restore([]));
    expect(found()).toBe("follower: a checkpoint is restored to the state that it is of");
  });
});

describe("the simulator finds, of a feature that throws,", () => {
  const faulty: PartialOptions = {
    ...square,
    server: { failedStepsMax: 1 },
    players: { ...square.players, criers: "faulty" },
  };
  afterEach(() => void vi.restoreAllMocks());

  it("[JRN-16] nothing, when it costs what it must", () => {
    expect(() => found(faulty)).toThrow("no seed has failed");
  });

  it("[JRN-16] that whoever made it throw stays", () => {
    const disconnect = RealmMachine.prototype.disconnect;
    vi.spyOn(RealmMachine.prototype, "disconnect").mockImplementation(function (
      this: RealmMachine,
      ...given
    ) {
      if (given[1] !== "FEATURE_FAILED") disconnect.apply(this, given);
    });
    expect(found(faulty)).toBe("etiquette: who makes a feature throw is ended");
  });

  it("[JRN-16] that the server ends at once", () => {
    const judge = Containment.prototype.judge;
    vi.spyOn(Containment.prototype, "judge").mockImplementation(function (
      this: Containment,
      ...given
    ) {
      judge.apply(this, given);
      return judge.apply(this, given);
    });
    expect(found(faulty)).toBe("process-health: the process ends only when it is told to");
  });

  it("[JRN-16] that what was thrown long ago counts, too", () => {
    const judge = Containment.prototype.judge;
    vi.spyOn(Containment.prototype, "judge").mockImplementation(function (
      this: Containment,
      threw,
    ) {
      return judge.call(this, threw, 0);
    });
    const fixed = { ...faulty, server: { failedStepsMax: 1, failedStepsWindowMs: 500 } };
    expect(found(fixed)).toBe("process-health: the process ends only when it is told to");
  });

  it("[JRN-16] that the server never ends", () => {
    vi.spyOn(Containment.prototype, "judge").mockImplementation(({ sequence, event, feature }) => ({
      type: "contain",
      failed: { failed: sequence, connection: connectionOf(event), feature: feature ?? "" },
    }));
    expect(found(faulty)).toBe(
      "process-health: a server whose features throw again and again ends",
    );
  });
});

describe("the simulator finds, of what is told at a place,", () => {
  afterEach(() => void vi.restoreAllMocks());

  it("[SYNC-07] that somebody who sees it does not hear", () => {
    seeing((right) => right.slice(1));
    expect(found()).toBe("cries: who sees a place hears what is told there");
  });

  it("[SYNC-07] that somebody hears who does not see it", () => {
    seeing((_, all) => [...all]);
    expect(found()).toBe("cries: nobody else hears it");
  });

  it("that a player is told twice", () => {
    const sendTo = FeatureContext.prototype.sendTo;
    vi.spyOn(FeatureContext.prototype, "sendTo").mockImplementation(function (
      this: FeatureContext,
      ...given
    ) {
      sendTo.apply(this, given);
      return sendTo.apply(this, given);
    });
    expect(found()).toBe("cries: a player is told where he is");
  });

  it("[LOOP-09] that nobody is said to be in the world", () => {
    vi.spyOn(Sessions.prototype, "inWorld", "get").mockReturnValue(0);
    expect(found()).toBe("idleness: whoever has nothing to tell rests");
  });
});
