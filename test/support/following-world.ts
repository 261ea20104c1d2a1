/** A world whose follower is at work early, and what to look at in it. */
import { builtinFeatures } from "../../src/core/features/index.ts";
import type { HostConfig } from "../../src/core/host/index.ts";
import { fragile } from "./fragile.ts";
import type { HostDisk } from "./host-disk.ts";
import { HostWorld } from "./host-world.ts";
import type { WorldOptions } from "./host-world.ts";

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);

const eager: Partial<HostConfig> = { follower: "on", followAfterMs: 1, checkpointEveryEvents: 20 };

export const following = (options: WorldOptions = {}): HostWorld =>
  new HostWorld({
    features: [...builtinFeatures, fragile],
    ...options,
    config: { ...eager, ...options.config },
  }).start();

/** Plays so many packets, with time between them. */
export const play = (world: HostWorld, packets: number): void => {
  const peer = world.connect();
  for (let sent = 0; sent < packets; sent += 1) {
    peer.echo(bytes(sent & 0xff));
    world.advance(100_000);
  }
};

export const count = (world: HostWorld, name: string): number => world.host.counters.get(name);

export const checkpointsOf = (world: HostWorld): string[] =>
  [...world.disk.contents().keys()].filter((path) => path.endsWith(".checkpoint"));

export const segmentsOf = (world: HostWorld): string[] =>
  [...world.disk.contents().keys()].filter((path) => path.endsWith(".segment"));

export const damage = (disk: HostDisk, path: string): void => {
  const found = disk.contents().get(path) ?? bytes();
  const last = found.length - 1;
  disk.put(path, found.with(last, (found[last] ?? 0) ^ 0xff));
};
