/** Those who watch a server's borders: what gets in, what gets out, when, and in what manner. */
import { defaultRealmConfig } from "../../core/realm/config.ts";
import { heartbeatIntervalMs } from "../clients/driver.ts";
import type { CheckedWorld } from "../site.ts";
import { BackOffChecker } from "./back-off.ts";
import type { Checker } from "./checker.ts";
import { ClientSilenceChecker } from "./client-silence.ts";
import { ClocksChecker } from "./clocks.ts";
import { EndingsChecker } from "./endings.ts";
import { EtiquetteChecker } from "./etiquette.ts";
import { FairnessChecker } from "./fairness.ts";
import { FarewellsChecker } from "./farewells.ts";
import { FramesChecker } from "./frames.ts";
import { GateChecker } from "./gate.ts";
import { KnownAnswersChecker } from "./known-answers.ts";
import { PressureChecker } from "./pressure.ts";
import { RoundTripsChecker } from "./round-trips.ts";
import { waitingTypes } from "./waiting-types.ts";

/** For servers whose packets are the same in all their builds. */
export function borderCheckers(world: CheckedWorld): readonly Checker[] {
  const { options, nowMicros, realm, nextRealm = realm } = world;
  const { server } = options;
  const { requests, tellings } = waitingTypes(new Set([realm, nextRealm]));
  return [
    new KnownAnswersChecker(),
    new FramesChecker(),
    new GateChecker({ ...world, packetsPerTurnMax: server.packetsPerTurnMax }),
    new FairnessChecker(server.packetsPerRoundMax),
    new PressureChecker(world),
    new EtiquetteChecker({ ...defaultRealmConfig, ...server }, new Set([...requests, ...tellings])),
    new EndingsChecker(server.outboundBytesMax, nowMicros),
    new ClocksChecker(world),
    new BackOffChecker(nowMicros),
    new RoundTripsChecker(nowMicros),
    new ClientSilenceChecker(heartbeatIntervalMs(server.idleTimeoutMicros), nowMicros),
    new FarewellsChecker(world.faults),
  ];
}
