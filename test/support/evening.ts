/** Two players who light lanterns. */
import type { Workload } from "../../src/sim/index.ts";

/** Each places one that burns a second, as often as the run has seconds. */
export const evening =
  (everyMicros: number): Workload =>
  (_seed, { seconds }) =>
    ["1", "2"].map((name) => ({
      kind: "player",
      name,
      actions: [
        { atMicros: 0, type: "start" } as const,
        ...Array.from({ length: seconds }, (_, n) => ({
          ...({ type: "request", contract: "lantern", key: "place" } as const),
          atMicros: (n + 1) * everyMicros,
          message: { burnSeconds: 1 },
        })),
      ],
    }));
