/**
 * Scripts that nobody has thought of: short ones, drawn, with writes of any size, pauses, ends,
 * resets and closes of either program in any order. Both arms must tell both programs the same
 * story, up to timing: what came and whether it was whole, the order of end and close, the code,
 * and what the host is told of bytes that did not leave.
 *
 * The loopback tells a story in as many turns as it likes. One that differs is told again, with
 * more time; a difference is one that comes each time.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { loopbackArm } from "./loopback-arm.ts";
import { floodBytes, play } from "./script.ts";
import type { Step, Story } from "./script.ts";
import { simulatedArm } from "./simulated-arm.ts";

/** A pause keeps up to 64 KiB in the program, and whether it is more than that is not timing. */
const writtenBytesMax = 60_000;

const who = fc.constantFrom("server", "peer");
const write = fc
  .tuple(who, fc.constantFrom(1, 10, 1_000, 9_000))
  .map(([side, bytes]): Step => `${side} write ${bytes}`);
const reading = fc
  .tuple(who, fc.constantFrom("pause", "resume"))
  .map(([side, what]): Step => `${side} ${what}`);
const ending = fc.constantFrom<Step>(
  "server flush",
  "server reset",
  "peer end",
  "peer destroy",
  "peer reset",
);
const step = fc.oneof(
  { arbitrary: write, weight: 4 },
  { arbitrary: reading, weight: 3 },
  { arbitrary: ending, weight: 3 },
);
/**
 * What both do without hearing of each other. A flood comes first: on one machine a peer that is
 * gone answers before a long write is over, see the top of `src/sim/network/stream.ts`.
 */
const turn = fc
  .tuple(
    fc.oneof({ arbitrary: fc.constant(null), weight: 40 }, { arbitrary: who, weight: 1 }),
    fc.array(step, { minLength: 1, maxLength: 3 }),
  )
  .map(([flooding, steps]): Step[] =>
    flooding === null ? steps : [`${flooding} write ${floodBytes}`, ...steps],
  );
const script = fc.array(turn, { minLength: 1, maxLength: 5 }).map((turns) => {
  const steps = turns.flatMap((each, index): Step[] => (index === 0 ? each : ["settle", ...each]));
  return bounded(steps);
});

/** One flood a side, and not too much besides. */
function bounded(steps: readonly Step[]): Step[] {
  const room = { server: writtenBytesMax, peer: writtenBytesMax };
  const hasFlooded = { server: false, peer: false };
  return steps.filter((each) => {
    const [side, what, count] = each.split(" ");
    if (what !== "write" || (side !== "server" && side !== "peer")) return true;
    const bytes = Number(count);
    if (bytes !== floodBytes) return (room[side] -= bytes) >= 0;
    const isFirst = !hasFlooded[side];
    hasFlooded[side] = true;
    return isFirst;
  });
}

const tellingsMax = 3;

describe.each(["plain", "tls"] as const)("over %s", (security) => {
  it("a drawn script is the same story on both arms", async () => {
    // No script may take as long as a flush.
    const options = { security, flushTimeoutMs: 60_000 };
    const real = await loopbackArm.start(options);
    const simulated = await simulatedArm.start(options);
    let told = 0;
    const property = fc.asyncProperty(script, async (steps) => {
      const story = await play(simulated, steps);
      let other: Story | null = null;
      for (let telling = 0; telling < tellingsMax; telling += 1) {
        other = await play(real, steps, 1 + 10 * telling);
        if (JSON.stringify(other) === JSON.stringify(story)) break;
      }
      told += 1;
      expect(story).toEqual(other);
    });
    try {
      await fc.assert(property, { numRuns: 300, interruptAfterTimeLimit: 15_000 });
    } finally {
      await real.stop();
      await simulated.stop();
    }
    expect(told).toBeGreaterThan(0);
  });
});
