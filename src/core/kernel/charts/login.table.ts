// Made by scripts/compile-charts.ts from src/charts/login.ts. Not to be edited.
import type { CompiledChart } from "../statechart.ts";

export const loginTable = {
  id: "login",
  states: ["verifying", "opening", "granted", "refused", "abandoned"],
  finals: [2, 3, 4],
  events: ["account.verified", "login.refused", "session.gone", "login.opened"],
  guards: [],
  assigns: [],
  actions: [],
  initial: 0,
  initialWork: 0,
  cells: [0, 1, 2, 3, 3, 3, 3, 4, 5, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6],
  candidates: [-1, 1, 0, -1, 3, 0, -1, 4, 0, -1, 3, 0, -1, 4, 0, -1, 2, 0],
  works: [[]],
} as const satisfies CompiledChart;
