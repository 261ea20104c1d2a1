/**
 * The simulator: one server, its clients, and everything between them, from one seed, faster than
 * real time. What users import.
 */
export { cellsIn, fingerprintOf, rerunOf, simulate } from "./simulate.ts";
export type { SimulateOptions, SimulationFailure, SimulationResult } from "./simulate.ts";
export {
  failureFile,
  failureFileName,
  failureText,
  FileShrinking,
  readFailureFile,
} from "./failure-file.ts";
export type { FailureFile, ShrunkFrom } from "./failure-file.ts";
export { canary, canaryBug, canaryChecker } from "./canary.ts";
export { shrink } from "./shrink/index.ts";
export type { Given, Shrunk, ShrinkOptions } from "./shrink/index.ts";
export { LiveSimulation, SimulationBroken } from "./live.ts";
export type { LiveClient, LiveOptions, LivePacket } from "./live.ts";
export { forkFrom } from "./fork.ts";
export type { Fork, ForkedState } from "./fork.ts";
export { storyOf } from "./story/index.ts";
export { calmOptions, withOptions } from "./options.ts";
export type { PartialOptions, SimulationOptions } from "./options.ts";
export { knownOptions, ruleBrokenBy, unknownOption } from "./option-rules.ts";
export type { OptionValue } from "./option-rules.ts";
export { drawOptions, drawPlayersOptions, drawUpgradeOptions } from "./swarm.ts";
export { whyUnreachable } from "./coverage.ts";
export type { Cells, CoverageKey } from "./coverage.ts";
export type { Unreachable } from "./unreachable.ts";
export { faultNames, faults } from "./faults.ts";
export type { Fault } from "./faults.ts";
export { describeDivergence, locateDivergence } from "./divergence.ts";
export type { Divergence, Rerun } from "./divergence.ts";
export type { ProbeNotes, ProbeOrder } from "./probe.ts";
export { readPlan } from "./plan.ts";
export type { Plan } from "./plan.ts";
export { defaultWorkload, scenarioNames } from "./scenario.ts";
export type { ScenarioName, Workload } from "./scenario.ts";
export { drawTravellers } from "./clients/script.ts";
export type { ClientScript, PlayerAction, RudeAction, TravellerAction } from "./clients/script.ts";
export { CheckFailure } from "./checkers/checker.ts";
export type { Checker, ClientPacket, Observations, QuietRun, Step } from "./checkers/checker.ts";
export type { SimulatedPerformer } from "./calls.ts";
