/** Of the features that come with Reprise none throws, whatever it is sent. */
import { CheckFailure } from "./checker.ts";
import type { Checker } from "./checker.ts";

export class ContainmentChecker implements Checker {
  readonly name = "containment";
  /** Counts steps. */
  checked = 0;

  stepped(): void {
    this.checked += 1;
  }

  machineThrew(): void {
    throw new CheckFailure(this.name, "no built-in feature throws", "a step was left out");
  }
}
