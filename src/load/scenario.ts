/**
 * What the clients of a load do. A scenario says what one message of one client is and whether its
 * answer is right; when it is due and how long it took is the run's business.
 */
import type { Micros } from "../core/kernel/ids.ts";
import type { AnyContract } from "../core/wire/index.ts";
import type { ClientMachine } from "../client/machine.ts";
import { ping } from "./ping.ts";

/** Which message it is: the `round`th of the client, both from 0. */
export interface Turn {
  readonly client: number;
  readonly round: number;
}

export interface Scenario {
  readonly name: string;
  /** What a client does, in one line. */
  readonly summary: string;
  readonly contracts: readonly AnyContract[];
  /** Makes exactly one request. */
  ask(machine: ClientMachine, turn: Turn, at: Micros): void;
  /** What is wrong with the answer, as a kind of error; null when it is right. */
  check(turn: Turn, answer: unknown): string | null;
}

/** By name. */
export const scenarios: Readonly<Record<string, Scenario>> = { ping };
