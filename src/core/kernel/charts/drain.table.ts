// Made by scripts/compile-charts.ts from src/charts/drain.ts. Not to be edited.
import type { CompiledChart } from "../statechart.ts";

export const drainTable = {
  id: "drain",
  states: ["serving", "draining", "drained"],
  finals: [2],
  events: ["drain.requested", "sessions.gone", "deadline.passed"],
  guards: [],
  assigns: [],
  actions: [],
  initial: 0,
  initialWork: 0,
  cells: [0, 1, 1, 1, 1, 1, 2, 3, 3, 3, 3, 3, 3],
  candidates: [-1, 1, 0, -1, 2, 0, -1, 2, 0],
  works: [[]],
} as const satisfies CompiledChart;
