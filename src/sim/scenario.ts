/**
 * What a run is about: which servers it has, what their clients do, and who looks at them.
 */
import { publishedContracts } from "../core/features/contracts.ts";
import { builtinFeatures, shippedNames } from "../core/features/index.ts";
import { apiRule } from "../core/kernel/assert.ts";
import { createRealm } from "../core/realm/index.ts";
import type { Feature } from "../core/realm/index.ts";
import type { AnyContract } from "../core/wire/index.ts";
import type { SimulatedPerformer } from "./calls.ts";
import { AnswersChecker } from "./checkers/answers.ts";
import { borderCheckers } from "./checkers/borders.ts";
import { CallsChecker } from "./checkers/calls.ts";
import type { Checker, QuietScene } from "./checkers/checker.ts";
import { ClientOrderChecker } from "./checkers/client-order.ts";
import { ConnectionCapChecker } from "./checkers/connection-cap.ts";
import { ContainmentChecker } from "./checkers/containment.ts";
import { CountersChecker } from "./checkers/counters.ts";
import { DamageChecker } from "./checkers/damage.ts";
import { HeldChecker } from "./checkers/held.ts";
import { DurabilityChecker } from "./checkers/durability.ts";
import { KeptChecker } from "./checkers/kept.ts";
import { arePlayersAtRest, LivenessChecker } from "./checkers/liveness.ts";
import { OneCloseChecker } from "./checkers/one-close.ts";
import { ProcessHealthChecker } from "./checkers/process-health.ts";
import { ReplayEqualityChecker } from "./checkers/replay-equality.ts";
import { RestsChecker } from "./checkers/rests.ts";
import { SessionIndexChecker } from "./checkers/session-index.ts";
import { SilenceChecker } from "./checkers/silence.ts";
import { TaggedPayloadChecker } from "./checkers/tagged-payload.ts";
import { TailsChecker } from "./checkers/tails.ts";
import { TurnsChecker } from "./checkers/turns.ts";
import { UpgradeChecker } from "./checkers/upgrade.ts";
import { waitingTypes } from "./checkers/waiting-types.ts";
import { drawScripts } from "./clients/script.ts";
import type { ClientScript } from "./clients/script.ts";
import { coveredServer } from "./coverage.ts";
import type { CoveredServer } from "./coverage.ts";
import { drawOptions } from "./swarm.ts";
import type { ClockOptions, SimulationOptions } from "./options.ts";
import { onlyServer } from "./site.ts";
import type { CheckedWorld, SiteSpec } from "./site.ts";

export const scenarioNames = ["echo", "players", "upgrade"] as const;
export type ScenarioName = (typeof scenarioNames)[number];

/** Draws the scripts of a seed's clients. */
export type Workload = (seed: number, options: SimulationOptions) => readonly ClientScript[];

export interface Scenario {
  readonly name: ScenarioName;
  readonly drawOptions: (seed: number) => SimulationOptions;
  readonly workload: Workload;
  /** Names of the features that are given to it. A plan is not played without those it had. */
  readonly given: readonly string[];
  /** Of all its servers: what a script may say. */
  readonly contracts: readonly AnyContract[];
  readonly covered: readonly CoveredServer[];
  /** Sets one run up. */
  readonly stage: (surroundings: StageSurroundings) => Stage;
}

export interface StageSurroundings {
  readonly options: SimulationOptions;
  readonly entropy: number;
  readonly nowMicros: () => number;
  /** What the wall clocks show when the run begins, but for what they are off. */
  readonly epochMicros: number;
}

export interface Stage {
  readonly sites: readonly SiteSpec[];
  /** Who looks at all servers and clients together. */
  readonly checkers: readonly Checker[];
  /** Whether everybody is where he will stay. */
  readonly isAtRest: (scene: QuietScene) => boolean;
}

export interface EchoOptions {
  readonly features?: readonly Feature[];
  /** Of the next build, to which servers are upgraded where the options say so. */
  readonly next?: readonly Feature[];
  readonly workload?: Workload;
  readonly performers?: Readonly<Record<string, SimulatedPerformer>>;
  /** By name: features whose throwing is what the run is about. */
  readonly mayThrow?: readonly string[];
}

export const defaultWorkload: Workload = (seed, options) =>
  drawScripts(seed, options.workload, options.seconds);

/**
 * One server, and clients who ask it for echoes, or for whatever the features are.
 *
 * @throws ApiMisuseError for features that do not compose
 */
export function echoScenario(given: EchoOptions): Scenario {
  const { features = builtinFeatures, workload = defaultWorkload, performers = {} } = given;
  const mayThrow = namesOf(given.mayThrow ?? [], [...features, ...(given.next ?? [])]);
  const realm = createRealm({ features, known: publishedContracts });
  const { next = features } = given;
  const nextRealm = createRealm({ features: next, known: publishedContracts });
  const contracts = next.map(({ declaration }) => declaration.contract);
  return {
    name: "echo",
    drawOptions,
    workload,
    given: givenNames([...features, ...next]),
    contracts,
    covered: [coveredServer(contracts, { unsaid: [], rudeIn: ["connected"] })],
    stage: ({ options }) => ({
      sites: [
        {
          name: onlyServer,
          role: "simulated",
          realm,
          nextRealm,
          realmConfig: {},
          contracts,
          address: null,
          performers,
          keeps: new Set(),
          makeCheckers: (world) => [
            ...serverCheckers(world, apart(features, next), mayThrow),
            ...(features === next ? borderCheckers(world) : []),
            ...(Object.keys(performers).length > 0 ? [new CallsChecker()] : []),
            new TaggedPayloadChecker(),
          ],
        },
      ],
      ...livenessOf(options),
    }),
  };
}

/** Of features that Reprise does not bring along, sorted, each once. */
export const givenNames = (features: readonly Feature[]): readonly string[] =>
  [...new Set(features.map(({ name }) => name))].filter((name) => !shippedNames.has(name)).sort();

/** @throws ApiMisuseError for a name that none of the features has */
export function namesOf(
  names: readonly string[],
  features: readonly Feature[],
): ReadonlySet<string> {
  const known = new Set(features.map(({ name }) => name));
  for (const name of names) {
    apiRule(known.has(name), `mayThrow names "${name}", which is none of the features`);
  }
  return new Set(names);
}

/** What must come of players who belong to a server each. */
export function livenessOf({ server }: SimulationOptions): Pick<Stage, "checkers" | "isAtRest"> {
  const { connectionsMax } = server;
  return {
    checkers: [new LivenessChecker(connectionsMax)],
    isAtRest: (scene) => arePlayersAtRest(scene, connectionsMax),
  };
}

/** What can be said of any two sets of features. */
function apart(features: readonly Feature[], next: readonly Feature[]): BuildsApart {
  if (features === next) return sameBuilds;
  const known = new Map(features.map(({ name, declaration }) => [name, declaration.version]));
  const isReversible = next.every(
    ({ name, declaration }) => declaration.version <= (known.get(name) ?? Infinity),
  );
  return { isReversible, steadyViews: [] };
}

/** How the next build of a server differs from the first. */
export interface BuildsApart {
  /** The first knows the states of the next: an upgrade can be taken back. */
  readonly isReversible: boolean;
  /** Views that both show alike; null: their states are the same. */
  readonly steadyViews: readonly string[] | null;
}

/** Two names for one thing. */
export const sameBuilds: BuildsApart = { isReversible: true, steadyViews: null };

/** How wrong a second of a server's clock may be: drift and slews add up. */
const clockErrorOf = ({ driftMaxPerMillion, slewsMax, slewMaxPerMillion }: ClockOptions): number =>
  driftMaxPerMillion + (slewsMax > 0 ? slewMaxPerMillion : 0);

/**
 * What holds of every server.
 *
 * @param mayThrow names of features whose throwing is no finding
 */
export function serverCheckers(
  world: CheckedWorld,
  { isReversible, steadyViews }: BuildsApart = sameBuilds,
  mayThrow: ReadonlySet<string> = new Set(),
): readonly Checker[] {
  const { options, realm, nextRealm = realm } = world;
  const { server } = options;
  const realms = new Set([realm, nextRealm]);
  const waiting = waitingTypes(realms);
  return [
    new AnswersChecker(realms),
    ...(waiting.requests.size > 0 ? [new TurnsChecker(waiting)] : []),
    new SessionIndexChecker(),
    new OneCloseChecker(),
    new ConnectionCapChecker(server.connectionsMax),
    new SilenceChecker({ ...server, clockPerMillion: clockErrorOf(options.clock) }),
    new ClientOrderChecker(),
    new DurabilityChecker(),
    new DamageChecker(),
    new HeldChecker(world),
    new ReplayEqualityChecker(steadyViews),
    new RestsChecker(mayThrow),
    new ContainmentChecker(mayThrow),
    new UpgradeChecker(isReversible),
    new TailsChecker(world),
    new CountersChecker(),
    new ProcessHealthChecker(world, mayThrow),
    new KeptChecker(),
  ];
}
