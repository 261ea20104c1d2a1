/**
 * fast-check over the simulator: seeds, options, and commands for a simulated server. What a
 * property finds is repeated by fast-check's `{ seed, path }`, and what the simulator finds besides
 * has its own plan.
 */
import * as fc from "fast-check";
import type {
  LiveClient,
  LivePacket,
  LiveSimulation,
  PartialOptions,
} from "../../src/sim/index.ts";

/** Of a run. Another seed is another run and no simpler one, so it does not shrink. */
export const anySeed: fc.Arbitrary<number> = fc.noShrink(fc.nat({ max: 2 ** 31 - 1 }));

/** Faults to be fixed; shrinks to none. */
export const anyFaults: fc.Arbitrary<PartialOptions> = fc.record(
  {
    network: fc.record(
      {
        resetPerMillion: fc.nat({ max: 20_000 }),
        cutPerMillion: fc.nat({ max: 10_000 }),
        fragmentPerMillion: fc.nat({ max: 500_000 }),
        tailPerMillion: fc.nat({ max: 20_000 }),
      },
      { requiredKeys: [] },
    ),
    process: fc.record(
      { endsMax: fc.nat({ max: 3 }), stallPerMillion: fc.nat({ max: 5_000 }) },
      { requiredKeys: [] },
    ),
    disk: fc.record({ slowPerMillion: fc.nat({ max: 20_000 }) }, { requiredKeys: [] }),
  },
  { requiredKeys: [] },
);

/** Runs commands on a simulated server and on its model, and then the end of every run. */
export function modelRun<Model extends object>(
  begin: () => { readonly model: Model; readonly real: LiveSimulation },
  commands: Iterable<fc.Command<Model, LiveSimulation>>,
): void {
  let live: LiveSimulation | null = null;
  fc.modelRun(() => {
    const { model, real } = begin();
    live = real;
    return { model, real };
  }, commands);
  (live as LiveSimulation | null)?.end();
}

export const playerNamed = (name: string): LiveClient => ({ kind: "player", name });

/** What one client got of one packet. */
export const gotBy = (
  { received }: LiveSimulation,
  client: string,
  packet: string,
): readonly LivePacket[] =>
  received.filter((one) => one.client === client && one.packet === packet);
