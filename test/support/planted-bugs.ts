/**
 * Planted bugs to be shrunk: each is made anew for every run, so that what it counts it counts from
 * the start. `test/property/sim/planted*.test.ts` prove the checkers with the same bugs and more.
 */
import type { PartialOptions, ScenarioName } from "../../src/sim/index.ts";
import * as echo from "./planted/echo.ts";
import * as players from "./planted/players.ts";
import type { Sabotage } from "./sabotage.ts";

export interface PlantedBug {
  readonly name: string;
  readonly scenario: ScenarioName;
  /** Over what the seeds draw, so that one of the first seeds finds it. */
  readonly fixed: PartialOptions;
  readonly make: () => Sabotage;
  /** Only a second run shows it. */
  readonly needsTwice: boolean;
}

/** Bugs that make two runs of one plan differ. */
const needTwice = [
  "a feature remembers outside of its state",
  "a run does not go the same way twice",
];

const bugOf =
  (scenario: ScenarioName) =>
  (name: string, fixed: PartialOptions, make: () => Sabotage): PlantedBug => ({
    name,
    scenario,
    fixed,
    make,
    needsTwice: needTwice.includes(name),
  });
const echoBug = bugOf("echo");
const playersBug = bugOf("players");

const cheating: PartialOptions = { players: { cheatPerMillion: 1_000_000 } };
const oneAccount: PartialOptions = { players: { accounts: 1 } };
const twoServers: PartialOptions = { players: { accounts: 1, gameServers: 2 } };
const polite: PartialOptions = { workload: { rudePerMillion: 0 } };
const ending: PartialOptions = { process: { endsMax: 4 } };

const text = (secret: Uint8Array): string => String.fromCharCode(...secret);

export const plantedBugs: readonly PlantedBug[] = [
  echoBug("a table keeps a session that is gone", {}, echo.leakyTable),
  echoBug("a write is skipped", {}, () => echo.skippedWrites(10)),
  echoBug("a connection's end is never told", {}, echo.untoldEnd),
  echoBug("silence is borne for too long", { server: { idleTimeoutMicros: 1_500_000 } }, () => ({
    variation: { realm: { idleTimeoutMs: 1_600 } },
  })),
  echoBug("an answer leaves before its event is durable", ending, () => ({
    variation: { host: { durability: "written" } },
  })),
  echoBug("a disk says synced and is not", ending, echo.lyingSync),
  echoBug("a feature remembers outside of its state", {}, echo.forgetfulFeature),
  echoBug(
    "a failed handshake is not counted",
    { server: { security: "tls" } },
    echo.uncountedHandshakes,
  ),
  echoBug("the cap is one too high", { server: { connectionsMax: 2 } }, () => ({
    variation: { host: { connectionsMax: 3 } },
  })),
  echoBug("an answer has another session's bytes", polite, echo.foreignBytes),
  echoBug("the host throws", {}, echo.throwingHost),
  echoBug("the server does not come back", {}, echo.deafServer),
  echoBug("a run does not go the same way twice", {}, echo.missedTurns),

  playersBug("a removal is forgotten", {}, players.forgottenRemovals),
  playersBug("an entity is told in part", {}, players.partialRecords),
  playersBug("a correction is not told", cheating, players.untoldCorrections),
  playersBug("the view is too short", {}, () => ({
    variation: { realm: { worldViewDistanceM: 5 } },
  })),
  playersBug("speed is not checked", cheating, () => ({
    variation: { realm: { worldSpeedMaxMmPerS: 10_000_000 } },
  })),
  playersBug("news of the world for somebody who has not entered it", {}, players.newsForEverybody),
  playersBug("a token that was revoked is believed", cheating, () => players.believing("revoked")),
  playersBug("a wrong password is believed", cheating, players.believedPasswords),
  playersBug("nobody can log in after the third", {}, players.lockedAccounts),
  playersBug("an account is played with on two servers", twoServers, players.silentDirectory),
  playersBug("somebody is let in for another's token", oneAccount, players.crossedAnswers),
  playersBug("a secret is logged", {}, () => players.loggedSecrets(text)),
];
