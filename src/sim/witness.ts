/**
 * Somebody who looks on at a whole run, to tell of it afterwards: `story.ts` is one. A witness sees
 * what checkers see, and besides that what the clients were told to do, which fault strikes whom,
 * and in which act the run is. It judges nothing and must change nothing.
 */
import type { Checker } from "./checkers/checker.ts";
import type { ClientScript } from "./clients/script.ts";
import type { Decision } from "./decisions.ts";
import type { Fault } from "./faults.ts";

/** The acts of a run, see `run.ts`. */
export type Act = "storm" | "quiet" | "empty" | "encore";

export interface Witness {
  /**
   * Called once, before anything happens.
   *
   * @param nowMicros simulated time since the run began
   */
  begins(nowMicros: () => number): void;
  /** Who looks on at one server and at the clients' ends of its links. Called once for each. */
  at(server: string): Checker;
  /** Who looks on at what concerns no single server. */
  readonly everywhere: Checker;
  entered(act: Act): void;
  /** A client does what its script says. */
  acted(client: ClientScript, action: ClientScript["actions"][number]): void;
  /** @param link the name of the link that it happened to; null: none */
  struck(fault: Fault, link: string | null): void;
  /** Something was decided that is not the usual. */
  decided(key: string, decision: Decision): void;
}
