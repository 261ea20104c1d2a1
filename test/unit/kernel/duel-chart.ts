/** A duel: two rounds, a pause, a result. It uses all that charts may have. */
import { setup } from "xstate";
import { chartTypes, implementationsOf } from "../../../src/charts/compiler/implementations.ts";
import type { InitEvent } from "../../../src/core/kernel/statechart.ts";

export type DuelContext = { rounds: number; log: string[] };
export type DuelEvent = { type: "hit"; strong: boolean } | { type: "pause" | "resume" | "yield" };

const note = (text: string) => (context: DuelContext, event: DuelEvent | InitEvent) => ({
  log: [...context.log, `${text} on ${event.type}`],
});
export const duelRules = {
  guards: {
    isStrong: (_: DuelContext, event: DuelEvent | InitEvent) =>
      event.type === "hit" && event.strong,
    isOver: (context: DuelContext) => context.rounds >= 2,
  },
  assigns: {
    countRound: (context: DuelContext) => ({ rounds: context.rounds + 1 }),
    noteFight: note("fight"),
    noteRound: note("round"),
    noteEnd: note("end"),
    noteLeft: note("left"),
  },
  actions: { announce: () => undefined },
};
export const duelMachine = setup({
  types: chartTypes<{ context: DuelContext; events: DuelEvent }>(),
  ...implementationsOf(duelRules),
}).createMachine({
  id: "duel",
  context: { rounds: 0, log: [] },
  initial: "fighting",
  states: {
    fighting: {
      entry: "noteFight",
      exit: "noteLeft",
      initial: "round",
      always: { guard: "isOver", target: "over" },
      on: {
        yield: "over",
        hit: { actions: "announce" },
        resume: { target: "fighting", reenter: true },
      },
      states: {
        round: {
          entry: "noteRound",
          on: {
            hit: { guard: "isStrong", target: "round", reenter: true, actions: "countRound" },
            pause: "paused",
          },
        },
        paused: { on: { hit: {} } },
      },
    },
    over: { type: "final", entry: "noteEnd" },
  },
});
