/** The figures of the players. */
import { measureStorm, measureWalk } from "../../bench/players.ts";
import { measureIdle, measureWorld } from "../../bench/world.ts";
import { atLeast, atMost } from "./check.ts";
import type { Check } from "./check.ts";

export async function* walkNumbers(): AsyncIterable<Check> {
  const walk = await measureWalk(500, 60);
  yield atMost("500 players, own move to own update, p99 ms", 80, walk.p99Ms);
  yield {
    id: "500 players, ticks a minute",
    bound: "1,800 +- 1",
    measured: walk.ticksPerMinute.toFixed(2),
    pass: Math.abs(walk.ticksPerMinute - 1_800) <= 1,
  };
  yield atMost("500 players, mismatches of views", 0, walk.viewMismatches);
  yield atMost("500 players, errors", 0, walk.errors);
  yield atMost("500 players, a tick done after its time, p99 ms", 10, walk.tickP99Ms);
}

export async function* stormNumbers(): AsyncIterable<Check> {
  const storm = await measureStorm(2, 500);
  yield atMost("a storm of 500 logins, logins that failed", 0, storm.loginsFailed);
  yield atMost("a storm of 500 logins, tick p99 to a quiet one's", 1.1, storm.ratio);
}

export async function* worldNumbers(): AsyncIterable<Check> {
  const world = measureWorld({ players: 2_000, visible: 20, ticks: 300, perSecond: 30 });
  yield atMost("core, tick of 2,000 moving players, p99 ms", 6, world.tickMs.p99);
  yield atLeast("core, moves/s with 20 visible each", 150_000, world.movesPerSecond);
  const atTen = measureWorld({ players: 1_000, visible: 20, ticks: 150, perSecond: 10 });
  yield atMost("core, 10 moves/s, bytes a second to a player", 30_000, atTen.bytesPerPlayerSecond);
  yield atMost("core, bytes sent to 1,000 idle players", 0, measureIdle(1_000).bytes);
}
