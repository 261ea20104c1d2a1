/**
 * The figures of the skeleton. Bounds on echoes are against the reference that writes per chunk.
 */
import { compareEchoes } from "../../bench/echo.ts";
import { measureCore } from "../../bench/core.ts";
import { measureFullHouse } from "../../bench/full-house.ts";
import { measureReplay } from "../../bench/replay.ts";
import { measureSessions } from "../../bench/sessions.ts";
import { measureSimulator, simulatorLoads } from "../../bench/simulator.ts";
import { limits } from "../../src/core/kernel/limits.ts";
import { atLeast, atMost } from "./check.ts";
import type { Check } from "./check.ts";

const echoBounds: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  prompt: { "50x1": 1, "50x16": 1, "1000x1": 0.9 },
  committed: { "50x1": 0.45, "50x16": 0.8, "1000x1": 0.8 },
};

export async function* echoNumbers(): AsyncIterable<Check> {
  const cells = ["50x1", "50x16", "1000x1"];
  for await (const row of compareEchoes({ rounds: 7, seconds: 1.5, cells })) {
    const bound = echoBounds[row.contender]?.[row.cell];
    if (bound === undefined) continue;
    const id = `echo ${row.contender} ${row.cell}`;
    yield { ...atLeast(`${id}, ratio per chunk`, bound, row.toChunk) };
    yield {
      id: `${id}, ratio per turn`,
      bound: "printed",
      measured: String(Math.round(row.toTurn * 1_000) / 1_000),
      pass: true,
    };
  }
}

export async function* coreNumbers(): AsyncIterable<Check> {
  const load = { seconds: 4, connections: 50, depth: 16 };
  yield atLeast(
    "core echo packets/s",
    500_000,
    measureCore({ ...load, type: 1_055 }).packetsPerSecond,
  );
}

export async function* replayNumbers(): AsyncIterable<Check> {
  yield atLeast("replay events/s", 300_000, measureReplay(1_000_000, 3).eventsPerSecond);
}

export async function* simulatorNumbers(): AsyncIterable<Check> {
  const { timesRealTime } = measureSimulator(simulatorLoads.echo);
  yield atLeast("simulator, 20 clients, x real time", 100, timesRealTime);
}

export async function* sessionNumbers(): AsyncIterable<Check> {
  const { registerMicros } = measureSessions();
  yield atMost("open and close, 100,000 sessions, us", 5, registerMicros);
}

/** As many sessions as the server lets in by default, each logged in, and more at the door. */
export async function* fullHouse(): AsyncIterable<Check> {
  const { connectionsMax } = limits;
  const { loggedIn, connections, told, turnedAwayMs, served } =
    await measureFullHouse(connectionsMax);
  yield atLeast("sessions up together, each logged in", connectionsMax, loggedIn);
  yield atMost("connections then", connectionsMax, connections);
  yield {
    id: "one more is told",
    bound: "SERVER_FULL",
    measured: told.join(", "),
    pass: told.join() === "SERVER_FULL",
  };
  yield atMost("one more is closed within ms, median", 100, turnedAwayMs.median);
  yield atLeast("of those within, answered to the last", connectionsMax, served);
}
