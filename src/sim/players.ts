/**
 * Players: a login server, one game server or two, and the accounts that they share. Travellers log
 * in, enter, walk about and leave; some cheat.
 */
import {
  accountContract,
  echoContract,
  operateContract,
  publishedContracts,
} from "../core/features/contracts.ts";
import { memoryStore } from "../core/features/accounts/memory-store.ts";
import { featuresOf, shippedNames } from "../core/features/index.ts";
import type { FeatureRole } from "../core/features/index.ts";
import type { PacketType } from "../core/kernel/ids.ts";
import { RandomStream } from "../core/kernel/random.ts";
import { createRealm } from "../core/realm/index.ts";
import type { Feature } from "../core/realm/index.ts";
import {
  accountPerformers,
  credentialsOf,
  rememberedOperations,
  simulatedHash,
} from "./accounts.ts";
import type { AccountSource } from "./accounts.ts";
import { Bans } from "./bans.ts";
import type { SimulatedPerformer } from "./calls.ts";
import { borderCheckers } from "./checkers/borders.ts";
import { CallsChecker } from "./checkers/calls.ts";
import { CriesChecker, cryPackets } from "./checkers/cries.ts";
import { DeskChecker } from "./checkers/desk.ts";
import { HeartbeatsChecker, heartbeatReplyType } from "./checkers/heartbeats.ts";
import { IdlenessChecker } from "./checkers/idleness.ts";
import { JourneyChecker, isAtRest } from "./checkers/journeys.ts";
import { ListingChecker } from "./checkers/listing.ts";
import { LogoutsChecker } from "./checkers/logouts.ts";
import { MovementChecker } from "./checkers/movement.ts";
import { PresenceChecker } from "./checkers/presence.ts";
import { RefusalsChecker } from "./checkers/refusals.ts";
import { ReportsChecker } from "./checkers/reports.ts";
import { SecrecyChecker } from "./checkers/secrecy.ts";
import { SightChecker } from "./checkers/sight.ts";
import { TicksChecker } from "./checkers/ticks.ts";
import { ToldChecker, toldPackets } from "./checkers/told.ts";
import { WorldViewChecker } from "./checkers/world-view.ts";
import { StaffChecker, orderPackets } from "./checkers/staff.ts";
import { roleOf } from "./clients/orders.ts";
import { drawTravellers } from "./clients/script.ts";
import { coveredAnswers, coveredServer } from "./coverage.ts";
import { seedWords } from "./decisions.ts";
import { drawPlayersOptions } from "./swarm.ts";
import type { PlayersOptions } from "./options.ts";
import { crierContract, faultyCrier, soundCrier } from "./crier.ts";
import { restless } from "./restless.ts";
import { givenNames, namesOf, sameBuilds, serverCheckers } from "./scenario.ts";
import type { Scenario, StageSurroundings, Workload } from "./scenario.ts";
import type { CheckedWorld, SiteSpec } from "./site.ts";

/** Answers that checkers read. */
const kept: ReadonlySet<PacketType> = new Set([
  ...coveredAnswers,
  accountContract.entries.logout.replyType,
  ...toldPackets,
  ...cryPackets,
  heartbeatReplyType,
  ...orderPackets,
]);
/** Travellers have no use for it, or may look after servers in some runs only. */
const unsaid = [echoContract, operateContract];
/** Contracts of features that game servers have, or travellers may use, in some runs only. */
const besides = [crierContract, operateContract];
const gamePort = 8_081;

export interface PlayersScenarioOptions {
  /** Of a user's own, on game servers besides what they have; built-in ones say nothing new. */
  readonly features?: readonly Feature[];
  readonly workload?: Workload;
  readonly performers?: Readonly<Record<string, SimulatedPerformer>>;
  readonly mayThrow?: readonly string[];
}

/** @throws ApiMisuseError for features that do not compose */
export function playersScenario(given: PlayersScenarioOptions): Scenario {
  const { workload = drawTravellers, performers = {}, features = [] } = given;
  const own = features.filter(({ name }) => !shippedNames.has(name));
  const mayThrow = namesOf(given.mayThrow ?? [], own);
  const roles = {
    login: composed("login"),
    game: composed("game", own),
  };
  return {
    name: "players",
    drawOptions: drawPlayersOptions,
    workload,
    given: givenNames(own),
    contracts: [...roles.login.contracts, ...roles.game.contracts, crierContract],
    covered: [
      coveredServer(roles.login.contracts, { unsaid, rudeIn: ["connected"] }),
      coveredServer(roles.game.contracts, { unsaid, rudeIn: ["connected", "inWorld"], besides }),
    ],
    stage: (surroundings) => {
      const { players } = surroundings.options;
      const desk = new DeskChecker();
      const game = composedWith(roles.game, own, players);
      const { performers: accounts, banned } = accountsOf(surroundings, desk);
      const games = Array.from({ length: players.gameServers }, (_, index) => index + 1);
      return {
        sites: [
          {
            ...roles.login,
            name: "login",
            address: null,
            realmConfig: loginConfig(players),
            performers: accounts("login", null),
            remembered: rememberedOperations,
            makeCheckers: loginCheckers,
          },
          ...games.map((id): SiteSpec => {
            const name = `game-${String(id)}`;
            const address = `10.1.0.${String(id)}`;
            const playersMax = players.playersMax + id - 1;
            // In letters that take more than a byte.
            const card = {
              id,
              name: `${name} 서버`,
              address,
              port: gamePort,
              players: 0,
              max: playersMax,
            };
            return {
              ...game,
              // Scripts of a plan may cry where there is no crier.
              ...(players.criers === "none" ? { unserved: [crierContract] } : {}),
              name,
              address: `${address}:${String(gamePort)}`,
              playersMax,
              realmConfig: worldConfig(players),
              performers: { ...performers, ...accounts(name, card) },
              remembered: rememberedOperations,
              isWatched: own.length > 0 && id === 1,
              makeCheckers: (world) => gameCheckers(world, mayThrow, own),
            };
          }),
        ],
        checkers: [desk, new JourneyChecker(banned), new WorldViewChecker(players)],
        isAtRest: (scene) => isAtRest(scene, banned),
      };
    },
  };
}

/** A game server with the features that it has in some runs. */
function composedWith(
  game: ReturnType<typeof composed>,
  own: readonly Feature[],
  { isRestless, criers }: PlayersOptions,
): ReturnType<typeof composed> {
  const besides = [
    ...(isRestless ? [restless] : []),
    ...(criers === "sound" ? [soundCrier] : []),
    ...(criers === "faulty" ? [faultyCrier] : []),
  ];
  return besides.length === 0 ? game : composed("game", [...own, ...besides]);
}

const loginCheckers: SiteSpec["makeCheckers"] = (world) => [
  ...serverCheckers(world),
  ...borderCheckers(world),
  new CallsChecker(),
  new PresenceChecker(),
  new LogoutsChecker(),
  new ListingChecker(),
  new RefusalsChecker(world.realm, true),
  new SecrecyChecker(world.options.keeping.keys > 0),
];

/** @param own a user's features */
function gameCheckers(world: CheckedWorld, mayThrow: ReadonlySet<string>, own: readonly Feature[]) {
  const hasTicks = own.some(({ implementation }) => implementation.tick !== null);
  const presence = new PresenceChecker();
  const { players } = world.options;
  return [
    ...serverCheckers(
      world,
      sameBuilds,
      players.criers === "faulty" ? new Set([...mayThrow, faultyCrier.name]) : mayThrow,
    ),
    ...borderCheckers(world),
    new CallsChecker(),
    new TicksChecker(),
    new IdlenessChecker(!hasTicks && !players.isRestless),
    presence,
    new ReportsChecker(presence),
    new LogoutsChecker(),
    new MovementChecker(presence, players),
    new SightChecker(players),
    new ToldChecker(),
    ...(players.criers === "none" ? [] : [new CriesChecker()]),
    new HeartbeatsChecker(),
    new RefusalsChecker(world.realm, own.length === 0),
    ...(players.staff === 0 ? [] : [new StaffChecker(presence)]),
    new SecrecyChecker(world.options.keeping.keys > 0),
  ];
}

function composed(role: FeatureRole, own: readonly Feature[] = []) {
  const features = [...featuresOf(role), ...own];
  return {
    role,
    realm: createRealm({ features, known: publishedContracts }),
    contracts: features.map(({ declaration }) => declaration.contract),
    keeps: kept,
  };
}

/** The accounts of one run: a store that outlives every server's processes. */
function accountsOf(
  { options, entropy, nowMicros, epochMicros }: StageSurroundings,
  desk: DeskChecker,
) {
  // The clock of the accounts' machine is right; those of servers are off it.
  const epochMs = Math.floor(epochMicros / 1_000);
  const seed = seedWords(entropy);
  const random = RandomStream.named(seed, "accounts");
  const source: AccountSource = {
    nowMs: () => epochMs + Math.floor(nowMicros() / 1_000),
    tokenId: () => `${random.uint32().toString(16)}${random.uint32().toString(16)}`,
    mode: "development",
    tokenSecret: random.uint32().toString(16),
  };
  const store = memoryStore(source);
  for (let account = 1; account <= options.players.accounts; account += 1) {
    const { username, password } = credentialsOf(String(account));
    const passwordHash = simulatedHash(password);
    const role = roleOf(String(account), options.players);
    store.add({ name: username, passwordHash, role, origin: "operator" });
  }
  const bans = new Bans(store, options, seed, (player, isBanned) => desk.banned(player, isBanned));
  const performers = (scope: string, card: Parameters<typeof accountPerformers>[2]["card"]) =>
    Object.fromEntries(
      Object.entries(accountPerformers(store, source, { scope, card })).map(
        ([operation, perform]): [string, SimulatedPerformer] => [
          operation,
          (request, call) => {
            const nowMs = source.nowMs();
            bans.passTo(nowMs - epochMs);
            const answer = perform(request, call);
            desk.performed({ call: `${scope}/${call}`, operation, request, answer, card, nowMs });
            return answer;
          },
        ],
      ),
    );
  return { performers, banned: bans.accounts };
}

const loginConfig = ({ loginsPerMinute, loginsBurst, tokenLifetimeMs }: PlayersOptions) => ({
  loginsPerMinute,
  loginsBurst,
  tokenLifetimeMs,
});

const worldConfig = (players: PlayersOptions) => ({
  worldSizeM: players.sizeM,
  worldViewDistanceM: players.viewDistanceM,
  worldSpawnRadiusM: players.spawnRadiusM,
  worldSpeedMaxMmPerS: players.speedMaxMmPerS,
  worldAllowanceMs: players.allowanceMs,
});
