/** What is asked of the simulator: its figures, and what it finds. */
import { spawnSync } from "node:child_process";
import { measureCampaign, measureSimulator, simulatorLoads } from "../../bench/simulator.ts";
import { corners, explore } from "../../src/sim/explore/index.ts";
import { canary } from "../../src/sim/canary.ts";
import { scenarioNames } from "../../src/sim/index.ts";
import { compare, node24, nodeAt, thisNode } from "../determinism.ts";
import type { Summary } from "../mutants/report.ts";
import { atLeast, atMost } from "./check.ts";
import type { Check } from "./check.ts";

export async function* simulatorSpeeds(): AsyncIterable<Check> {
  const { room, crowd } = simulatorLoads;
  yield atLeast("8 players in a room, x real time", 1_000, measureSimulator(room).timesRealTime);
  yield atLeast("200 players, x real time", 30, measureSimulator(crowd).timesRealTime);
  const { seedsPerCoreDay } = measureCampaign(200);
  yield atLeast("seeds of 30 s a core-day, each twice", 500_000, seedsPerCoreDay);
}

/**
 * One campaign in which every fault must strike, no seed may fail and most cells of coverage must
 * be met. Writes docs/FAULTS.md.
 */
export async function* faultsStrike(): AsyncIterable<Check> {
  const { status, stdout, stderr } = spawnSync(process.execPath, ["scripts/faults.ts"], {
    encoding: "utf8",
  });
  yield {
    id: "every fault strikes, no seed fails",
    bound: "exit code 0",
    measured: `${String(status)}${status === 0 ? "" : `: ${lastLine(stderr || stdout)}`}`,
    pass: status === 0,
  };
  const lines = [...stdout.matchAll(/^(\w+): (\d+) of (\d+) cells met by \d+ seeds$/gm)];
  for (const scenario of scenarioNames) {
    const [, , met = 0, of = 1] = lines.find(([, name]) => name === scenario) ?? [];
    yield atLeast(`cells met in ${scenario}`, 0.8, Number(met) / Number(of));
  }
}

/** Planted bugs: how many are found, and how small the failures become. Writes docs/MUTANTS.md. */
export async function* mutantsCaught(): AsyncIterable<Check> {
  const hunt = ["scripts/mutants.ts", "--shrink", "--json"];
  const { status, stdout } = spawnSync(process.execPath, hunt, {
    encoding: "utf8",
    maxBuffer: 64 * 1_048_576,
    // Half an hour of progress, and why it ended where it did.
    stdio: ["ignore", "pipe", "inherit"],
  });
  if (stdout === "") throw new Error(`${hunt.join(" ")} ended with ${String(status)}, see above`);
  const summary = JSON.parse(lastLine(stdout)) as Summary;
  const { planted, caught, seedsToDetect, shrinking } = summary;
  yield atLeast("planted bugs", 100, planted);
  yield atLeast("of them drawn by operator", 0.5, summary.drawn / planted);
  yield atLeast("of them caught", 0.95, caught / planted);
  yield {
    id: "seeds to detect, median",
    bound: "printed",
    measured: String(seedsToDetect.median),
    pass: true,
  };
  const small = shrinking === null ? 0 : shrinking.small / shrinking.of;
  yield atLeast("of their failures at most 25 events in 60 s", 0.9, small);
}

export async function* determinismHolds(): AsyncIterable<Check> {
  const other = node24();
  const arms = [thisNode(false), thisNode(true)];
  if ("path" in other) arms.push(nodeAt(other.path, "Node 24"));
  yield {
    id: "Nodes compared",
    bound: "24 and 26",
    measured: "path" in other ? arms.map(({ name }) => name).join(" | ") : other.missing,
    pass: "path" in other,
  };
  const { runs, differences } = await compare(arms, { firstSeed: 1, seeds: 100 });
  yield atLeast("runs compared", 300, runs);
  yield atMost("of them different", 0, differences.length);
}

export async function* exhaustiveCorners(): AsyncIterable<Check> {
  for (const corner of corners) {
    const { graph, broken, isComplete } = explore({ corner, isReduced: true });
    yield {
      id: `every order: ${corner.name}`,
      bound: "complete, no rule broken",
      measured: `${String(graph.states)} states${broken === null ? "" : ", a rule is broken"}`,
      pass: isComplete && broken === null,
    };
  }
}

export async function* canaryRings(): AsyncIterable<Check> {
  const { silent, seed, file } = canary();
  const events = file?.shrunk?.events ?? null;
  yield {
    id: "canary",
    bound: "found, shrunk, replayed",
    measured: silent ?? `seed ${String(seed)}, ${String(events)} events`,
    pass: silent === null,
  };
}

const lastLine = (text: string): string => text.trimEnd().split("\n").at(-1) ?? "";
