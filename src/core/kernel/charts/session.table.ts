// Made by scripts/compile-charts.ts from src/charts/session.ts. Not to be edited.
import type { CompiledChart } from "../statechart.ts";

export const sessionTable = {
  id: "session",
  states: ["handshaking", "connected", "authenticated", "inWorld", "disconnecting", "disconnected"],
  finals: [5],
  events: [
    "hello.accepted",
    "disconnect.ordered",
    "connection.closed",
    "login.accepted",
    "world.entered",
    "logout.accepted",
    "world.left",
  ],
  guards: [],
  assigns: [],
  actions: [],
  initial: 0,
  initialWork: 0,
  cells: [
    0, 1, 2, 3, 3, 3, 3, 3, 3, 3, 4, 5, 6, 6, 6, 6, 6, 6, 7, 8, 8, 9, 10, 10, 10, 10, 11, 12, 12,
    12, 13, 14, 14, 14, 14, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15,
  ],
  candidates: [
    -1, 1, 0, -1, 4, 0, -1, 5, 0, -1, 4, 0, -1, 5, 0, -1, 2, 0, -1, 4, 0, -1, 5, 0, -1, 3, 0, -1, 1,
    0, -1, 4, 0, -1, 5, 0, -1, 1, 0, -1, 2, 0, -1, 5, 0,
  ],
  works: [[]],
} as const satisfies CompiledChart;
