/** The scenarios that there are, by name. */
import { ping } from "./ping.ts";
import { runLoad } from "./run.ts";
import type { Scenario } from "./scenario.ts";
import { runStorm } from "./storm.ts";
import { runWalk } from "./walk.ts";

const all: readonly Scenario[] = [
  {
    name: "ping",
    summary: "half committed echoes, a quarter prompt echoes, a quarter heartbeats",
    target: "game",
    connectSeconds: 30,
    play: (options, progress) => runLoad({ ...options, scenario: ping }, progress),
  },
  {
    name: "walk",
    summary: "log in, enter the world, walk; every view is compared with the server's",
    target: "login",
    connectSeconds: 120,
    play: runWalk,
  },
  {
    name: "login-storm",
    summary: "each client connects and logs in once; all within S seconds, R has no meaning",
    target: "login",
    connectSeconds: 120,
    play: runStorm,
  },
];

export const scenarios: Readonly<Record<string, Scenario>> = Object.fromEntries(
  all.map((scenario) => [scenario.name, scenario]),
);
