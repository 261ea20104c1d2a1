/**
 * Requests that are never answered, in built-in features and in one of a user's: planted bugs that
 * the checker of answers must find in a few seeds, by whatever way an answer gets lost.
 */
import { describe, expect, it } from "vitest";
import { builtinFeatures, featuresOf } from "../../../src/core/features/index.ts";
import { operation, defineFeature } from "../../../src/core/realm/index.ts";
import type { Feature, SessionView } from "../../../src/core/realm/index.ts";
import { milliseconds } from "../../../src/core/kernel/ids.ts";
import { echoContract } from "../../../src/core/features/contracts.ts";
import { simulate } from "../../../src/sim/index.ts";
import type { SimulateOptions } from "../../../src/sim/index.ts";
import { sabotaged } from "../../support/sabotage.ts";

const seeds = 10;

/** The first failure among some seeds. */
function found(given: (seed: number) => SimulateOptions): string {
  for (let seed = 1; seed <= seeds; seed += 1) {
    const { failure } = simulate({ seed, twice: false, ...given(seed) });
    if (failure !== null) return `${failure.checker}: ${failure.rule}`;
  }
  throw new Error("no seed has failed");
}

interface Handled {
  readonly session: SessionView;
}

/** The features, one of whose handlers does nothing when `isForgotten`. */
const forgetting = (
  features: readonly Feature[],
  [name, key]: readonly [feature: string, packet: string],
  isForgotten: (ctx: Handled, message: unknown) => boolean,
): readonly Feature[] =>
  features.map((feature) => {
    const handler = feature.implementation.packets[key];
    if (feature.name !== name || handler === undefined) return feature;
    const handle = (ctx: unknown, message: unknown): void => {
      if (!isForgotten(ctx as Handled, message)) handler.handle?.(ctx, message);
    };
    const packets = { ...feature.implementation.packets, [key]: { ...handler, handle } };
    return { ...feature, implementation: { ...feature.implementation, packets } };
  });

/** Nobody here asks the outside: what is told of it is told by the checker of answers alone. */
const silentFor = (
  scenario: "echo" | "players",
  role: string | undefined,
  features: readonly Feature[],
): string =>
  found(() => ({
    scenario,
    fixed: { follower: { everyEvents: 0 } },
    host: sabotaged(role === undefined ? { features } : { role, features }),
  }));

const unanswered = "answers: every request is answered";
const unended = "answers: a call for somebody who waits ends with his answer";

describe("the simulator finds", () => {
  it("an echo that is not answered when it has 17 bytes", () => {
    const is17 = (_ctx: Handled, bytes: unknown): boolean => (bytes as Uint8Array).length === 17;
    const features = forgetting(builtinFeatures, ["echo", "echo"], is17);
    expect(silentFor("echo", undefined, features)).toBe(unanswered);
  });

  it("heartbeats that are not answered in the world", () => {
    const features = forgetting(
      featuresOf("game"),
      ["heartbeat", "beat"],
      ({ session }) => session.state === "inWorld",
    );
    expect(silentFor("players", "game", features)).toBe(unanswered);
  });

  it("a feature of a user's that answers nobody whose call has failed", () => {
    expect(found(() => ({ features: asking("forgotten"), performers }))).toBe(unended);
  });

  it("a feature that takes who waits for a tick and leaves some of them out", () => {
    expect(found(() => ({ features: waiting(3) }))).toBe(
      "turns: a tick takes all who wait and answers them",
    );
  });

  it("nothing in features that answer late", () => {
    for (let seed = 1; seed <= 4; seed += 1) {
      for (const given of [
        { features: asking("answered"), performers },
        { features: waiting(0) },
      ]) {
        const { failure, checked } = simulate({ seed, twice: false, ...given });
        expect(failure?.message).toBeUndefined();
        expect(checked["answers"]).toBeGreaterThan(0);
      }
    }
  });
});

const lookUp = operation<{ readonly bytes: Uint8Array }, Uint8Array>("data.lookUp", {
  effect: "none",
  deadline: milliseconds(500),
  answer: (value) => value as Uint8Array,
});
const performers = {
  "data.lookUp": (request: unknown) => (request as { bytes: Uint8Array }).bytes,
};

const { session } = Object.fromEntries(builtinFeatures.map((one) => [one.name, one]));
const states = ["connected"] as const;

/** Echoes that take a call, whose failure is an answer or none. */
const asking = (failures: "answered" | "forgotten"): readonly Feature[] => [
  ...(session === undefined ? [] : [session]),
  defineFeature({
    contract: echoContract,
    version: 1,
    state: () => ({}),
    calls: {
      look: { operation: lookUp, replyTo: "echo" },
      lookPromptly: { operation: lookUp, replyTo: "promptEcho" },
    },
  }).implement({
    packets: {
      echo: {
        states,
        handle: (ctx, bytes) => void ctx.call("look", { bytes }),
      },
      promptEcho: {
        states,
        handle: (ctx, bytes) => void ctx.call("lookPromptly", { bytes }),
      },
    },
    answers: {
      look(ctx, answer) {
        if (answer.ok) ctx.reply({ bytes: answer.value });
        else if (failures === "answered") ctx.refuse("UNAVAILABLE");
      },
      lookPromptly(ctx, answer) {
        if (answer.ok) ctx.reply({ bytes: answer.value });
        else ctx.refuse("UNAVAILABLE");
      },
    },
  }),
];

/** Echoes that wait for a tick; every so manieth is forgotten, with 0 none. */
const waiting = (every: number): readonly Feature[] => [
  ...(session === undefined ? [] : [session]),
  defineFeature({ contract: echoContract, version: 1, state: () => ({ taken: 0 }) }).implement({
    packets: {
      echo: {
        states,
        inbox(ctx, bytes) {
          ctx.state.taken += 1;
          if (every === 0 || ctx.state.taken % every !== 0) ctx.reply({ bytes });
        },
      },
      promptEcho: { states, handle: (ctx, bytes) => ctx.reply({ bytes }) },
    },
    tick: { every: 1, run: () => undefined },
  }),
];
