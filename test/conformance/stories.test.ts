/**
 * Every order of two things that the two programs of a connection can do to it, with and without
 * time between them: both arms must tell both programs the same story, word for word.
 */
import { describe, expect, it } from "vitest";
import { loopbackArm } from "./loopback-arm.ts";
import { floodBytes, play, playOnBoth } from "./script.ts";
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
        const stories = await playOnBoth({ simulated, real }, script);
        told.push({ script, story: stories.simulated });
        expected.push({ script, story: stories.real });
      }
    } finally {
      await real.stop();
      await simulated.stop();
    }
    expect(told).toEqual(expected);
    expect(told.length).toBe(253);
  });
});

/** Told in two ways once, each by its rule at the top of `stream.ts` or `tcp.ts` of the twins. */
const found: readonly (readonly [string, Step[]])[] = [
  [
    "T2: an end behind a flood that nobody reads, and a write",
    [
      ...(["server pause", "settle", `peer write ${floodBytes}`, "peer destroy"] as const),
      ...(["settle", "server write 100", "settle", "server write 100"] as const),
    ],
  ],
  ["N8: a refused write", ["server reset", "peer write 10", "peer destroy"]],
  [
    "N8: a refused write behind what a pause had kept",
    [
      ...(["server pause", "peer write 9000", "settle", "server resume"] as const),
      ...(["peer reset", "server write 10"] as const),
    ],
  ],
  ["N9: a reset behind an end", ["peer end", "server write 10", "peer destroy"]],
  [
    "N9: a write behind a reset behind an end",
    ["peer end", "server write 1000", "peer write 10", "settle", "server write 9000"],
  ],
  [
    "N9: a flood that waits while both come",
    [`server write ${floodBytes}`, "peer end", "peer write 1", "settle", "server pause"],
  ],
  [
    "an end before the refusal of the second write",
    ["peer destroy", "server write 10", "server write 10"],
  ],
  [
    "bytes before the reset, and what has left between them",
    ["server write 10", "peer write 10", "peer destroy"],
  ],
  [
    "N10: what a pause had kept, and a close in the same turn",
    ["peer pause", "server write 10", "settle", "peer resume", "peer destroy", "peer pause"],
  ],
  [
    "N10: the other way round",
    ["peer pause", "server write 10", "settle", "peer destroy", "peer resume"],
  ],
  [
    "N10: what a pause had kept, and a write behind the end",
    [
      ...(["peer pause", "server write 10", "settle", "peer end", "settle"] as const),
      ...(["peer resume", "peer write 1"] as const),
    ],
  ],
];

describe.each(["plain", "tls"] as const)("found over %s", (security) => {
  it.each(found)("%s", async (_, script) => {
    const real = await loopbackArm.start({ security });
    const simulated = await simulatedArm.start({ security });
    try {
      const stories = await playOnBoth({ simulated, real }, script);
      expect(stories.simulated).toEqual(stories.real);
    } finally {
      await real.stop();
      await simulated.stop();
    }
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
