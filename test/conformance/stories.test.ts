/**
 * Every order of two things that the two programs of a connection can do to it, with and without
 * time between them: both arms must tell both programs the same story, word for word.
 */
import { describe, expect, it } from "vitest";
import { loopbackArm } from "./loopback-arm.ts";
import { play } from "./script.ts";
import type { Step } from "./script.ts";
import { simulatedArm } from "./simulated-arm.ts";

const orders: readonly Step[] = [
  "server write 10",
  "server flush",
  "server reset",
  "server pause",
  "server resume",
  "peer write 10",
  "peer end",
  "peer destroy",
  "peer reset",
  "peer pause",
  "peer resume",
];

const scripts: readonly (readonly Step[])[] = orders.flatMap((first) => [
  [first],
  ...orders.flatMap((second): Step[][] => [
    [first, second],
    [first, "settle", second],
  ]),
]);

describe.each(["plain", "tls"] as const)("over %s", (security) => {
  it("tells both programs the same story, whatever two things they do", async () => {
    const real = await loopbackArm.start({ security });
    const simulated = await simulatedArm.start({ security });
    const told: unknown[] = [];
    const expected: unknown[] = [];
    try {
      for (const script of scripts) {
        told.push({ script, story: await play(simulated, script) });
        expected.push({ script, story: await play(real, script) });
      }
    } finally {
      await real.stop();
      await simulated.stop();
    }
    expect(told).toEqual(expected);
    expect(told.length).toBe(253);
  });
});

describe.each([simulatedArm, loopbackArm])("the $name arm", (arm) => {
  it.each(["plain", "tls"] as const)(
    "closes a %s socket that is reset while its end is under way",
    async (security) => {
      const server = await arm.start({ security });
      try {
        const { server: told } = await play(server, ["server flush", "server reset"]);
        expect(told).toEqual(["opened", "closed null"]);
      } finally {
        await server.stop();
      }
    },
  );
});
