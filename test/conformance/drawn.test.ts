/**
 * Scripts that nobody has thought of: short ones, drawn, with writes of any size, pauses, ends,
 * resets and closes of either program in any order. The peer is a bare socket, or the transport of
 * the client library. Both arms must tell both programs the same
 * story, up to timing: what came and whether it was whole, the order of end and close, the code,
 * and what the host is told of bytes that did not leave.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { loopbackArm } from "./loopback-arm.ts";
import { floodBytes, playOnBoth } from "./script.ts";
import type { Role, Step } from "./script.ts";
import { simulatedArm } from "./simulated-arm.ts";

/** A pause keeps up to 64 KiB in the program, and whether it is more than that is not timing. */
const writtenBytesMax = 60_000;

/** A client's transport may hold less in the simulator than Node's: few enough bytes for both. */
const clientWrites = [1, 10, 100] as const;
const peerWrites = [1, 10, 1_000, 9_000] as const;

const anybody = fc.constantFrom("server", "peer");
const serverEndings: readonly Step[] = ["server flush", "server reset"];
const bareEndings: readonly Step[] = ["peer end", "peer destroy", "peer reset"];
/** It closes in order, or at once; its other orders are none. */
const clientEndings: readonly Step[] = ["peer end", "peer destroy"];

const scriptFor = (as: Role): fc.Arbitrary<Step[]> => {
  const isBare = as === "peer";
  const write = fc
    .tuple(anybody, fc.constantFrom(...(isBare ? peerWrites : clientWrites)))
    .map(([side, bytes]): Step => `${side} write ${bytes}`);
  const reading = fc
    .tuple(isBare ? anybody : fc.constant("server"), fc.constantFrom("pause", "resume"))
    .map(([side, what]): Step => `${side} ${what}`);
  const ending = fc.constantFrom(...serverEndings, ...(isBare ? bareEndings : clientEndings));
  const step = fc.oneof(
    { arbitrary: write, weight: 4 },
    { arbitrary: reading, weight: isBare ? 3 : 2 },
    { arbitrary: ending, weight: isBare ? 3 : 2 },
  );
  return fc.array(turnOf(step), { minLength: 1, maxLength: 5 }).map((turns) => {
    const steps = turns.flatMap((each, at): Step[] => (at === 0 ? each : ["settle", ...each]));
    return bounded(steps);
  });
};

/**
 * What both do without hearing of each other. A flood comes first: on one machine a peer that is
 * gone answers before a long write is over, see the top of `src/sim/network/stream.ts`.
 */
const turnOf = (step: fc.Arbitrary<Step>): fc.Arbitrary<Step[]> => {
  const flooding = fc.oneof(
    { arbitrary: fc.constant(null), weight: 40 },
    { arbitrary: anybody, weight: 1 },
  );
  return fc
    .tuple(flooding, fc.array(step, { minLength: 1, maxLength: 3 }))
    .map(([side, steps]): Step[] =>
      side === null ? steps : [`${side} write ${floodBytes}`, ...steps],
    );
};

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

describe.each([
  ["plain", "peer", 300],
  ["tls", "peer", 300],
  ["plain", "client", 150],
  ["tls", "client", 150],
] as const)("over %s, with a %s", (security, as, numRuns) => {
  it("a drawn script is the same story on both arms", async () => {
    // No script may take as long as a flush.
    const options = { security, flushTimeoutMs: 60_000 };
    const real = await loopbackArm.start(options);
    const simulated = await simulatedArm.start(options);
    let played = 0;
    const property = fc.asyncProperty(scriptFor(as), async (steps) => {
      const stories = await playOnBoth({ simulated, real }, steps, as);
      played += 1;
      expect(stories.simulated).toEqual(stories.real);
    });
    try {
      await fc.assert(property, { numRuns, interruptAfterTimeLimit: 15_000 });
    } finally {
      await real.stop();
      await simulated.stop();
    }
    expect(played).toBeGreaterThan(0);
  });
});
