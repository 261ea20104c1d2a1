/** A broadcast through the whole host, while connections end before, at and after their turn. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { builtinFeatures } from "../../../src/core/features/index.ts";
import { reprise as pb } from "../../../src/core/wire/gen/session.js";
import { encodePayload } from "../../../src/core/wire/index.ts";
import { crowd, crowdTypes } from "../../support/crowd.ts";
import { HostWorld, promptEchoType } from "../../support/host-world.ts";
import type { Peer } from "../../support/host-world.ts";

const features = [...builtinFeatures, crowd];
const big = new Uint8Array(30_000);

/**
 * - `reads`: takes what it gets; `lags`: takes nothing, with room for more
 * - `bursts`: takes nothing, and the broadcast is what is too much for it
 * - `vanishes`, `ends`: its end is told in the very turn of the broadcast, before it
 * - `leaves`: its end is told in that turn, after it
 */
const kinds = ["reads", "lags", "bursts", "vanishes", "ends", "leaves"] as const;
type Kind = (typeof kinds)[number];

const asked = (byte: number): Uint8Array =>
  encodePayload(pb.v1.EchoRequest, { bytes: Uint8Array.of(byte) }).slice();

/** What three echoes leave unsent, and then so many bytes more. */
function play(list: readonly Kind[], outboundBytesMax: number): { heard: number[]; slow: Peer[] } {
  const config = { outboundBytesMax, outboundHighBytes: 70_000, outboundLowBytes: 10 };
  const world = new HostWorld({ features, config }).start();
  const peers = list.map(() => world.connect());
  const herald = world.connect();
  world.settle();
  for (const [index, peer] of peers.entries()) {
    const kind = list[index];
    peer.isReading = kind !== "lags" && kind !== "bursts";
    peer.echo(Uint8Array.of(1), promptEchoType);
    if (kind === "bursts") for (let n = 0; n < 3; n += 1) peer.echo(big, promptEchoType);
  }
  world.settle();
  const slow = peers.filter((_, index) => list[index] === "bursts");
  for (const [index, peer] of peers.entries()) {
    if (list[index] === "vanishes") peer.vanish();
    if (list[index] === "ends") peer.end();
  }
  // Whose end is told first is served first: the rounds go over connections as they have input.
  herald.packet(crowdTypes.shout, asked(7));
  for (const [index, peer] of peers.entries()) if (list[index] === "leaves") peer.end();
  world.advance(100_000);
  expect(world.exited).toBeNull();
  const count = (peer: Peer): number =>
    peer.heard.filter(({ type }) => type === crowdTypes.heard).length;
  return { heard: [...peers, herald].map(count), slow };
}

describe("a broadcast", () => {
  const [probe] = play(["bursts"], 1_000_000).slow;
  // Just the broadcast's own frame more than the three echoes and the one before them.
  const outboundBytesMax = (probe?.unsentBytes ?? 0) - 1;

  it("[SMG-06] reaches everybody who is there once, whoever ends or is cut in its midst", () => {
    expect(outboundBytesMax).toBeGreaterThan(90_000);
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...kinds), { minLength: 1, maxLength: 8 }), (list) => {
        const { heard, slow } = play(list, outboundBytesMax);
        const expected = list.map((kind) => {
          return kind === "reads" || kind === "lags" || kind === "leaves" ? 1 : 0;
        });
        expect(heard).toEqual([...expected, 1]);
        for (const peer of slow) expect(peer.closed).toBe("reset");
      }),
      { numRuns: 200 },
    );
  });
});
