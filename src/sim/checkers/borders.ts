/** Those who watch a server's borders: what gets in, what gets out, when, and in what manner. */
import { defaultRealmConfig } from "../../core/realm/config.ts";
import type { CheckedWorld } from "../site.ts";
import { BackOffChecker } from "./back-off.ts";
import type { Checker } from "./checker.ts";
import { ClocksChecker } from "./clocks.ts";
import { EtiquetteChecker } from "./etiquette.ts";
import { FramesChecker } from "./frames.ts";
import { GateChecker } from "./gate.ts";

/** For servers whose packets are the same in all their builds. */
export const borderCheckers = ({ realm, nowMicros }: CheckedWorld): readonly Checker[] => [
  new FramesChecker(),
  new GateChecker(realm),
  new EtiquetteChecker(defaultRealmConfig),
  new ClocksChecker(nowMicros),
  new BackOffChecker(nowMicros),
];
