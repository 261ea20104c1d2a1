/**
 * What a load is made of. A scenario plays all clients from the first connection to the result;
 * when a message is due and how long it took is measured alike in all of them.
 */
import type { Micros } from "../core/kernel/ids.ts";
import type { Seed } from "../core/kernel/random.ts";
import type { AnyContract, LengthEndian } from "../core/wire/index.ts";
import type { ClientMachine } from "../client/machine.ts";
import type { Target } from "../client/target.ts";
import type { LoadResult } from "./result.ts";
import type { Tally } from "./tally.ts";

export interface LoadOptions {
  /** The server that the clients connect to first. */
  readonly target: Target;
  readonly lengthEndian: LengthEndian;
  readonly clients: number;
  /** Messages a second for each client; may be a fraction. */
  readonly ratePerSecond: number;
  /** From the moment at which all clients are in. */
  readonly seconds: number;
  /** From the sending of a message to its answer, the wait for a link included. */
  readonly requestTimeoutMs: number;
  /** From the first attempt until all clients must be in. */
  readonly connectTimeoutMs: number;
  /** Draws what the clients do and the delays before reconnecting. */
  readonly seed: Seed;
}

/** What clients need that log in. */
export interface PlayersOptions extends LoadOptions {
  readonly players: {
    /** Client 7 logs in as this and `7`. */
    readonly prefix: string;
    readonly password: string;
  };
  /** How the game server is reached that a login has named. */
  readonly gameServer: (address: string, port: number) => Target;
}

export interface WalkOptions extends PlayersOptions {
  /** How many others each player should see; the region is sized for it. */
  readonly visible: number;
  /** Metres a second. */
  readonly speed: number;
  /** Where the game server shows what it knows, such as http://127.0.0.1:9464; null: nowhere. */
  readonly views: string | null;
}

/** How a load is getting on. */
export interface Progress {
  readonly phase: "connecting" | "sending" | "draining" | "comparing";
  /** Clients that are in now. */
  readonly ready: number;
  /** Since the sending began; 0 before. */
  readonly seconds: number;
  readonly tally: Tally;
}

export interface Scenario {
  readonly name: string;
  /** What a client does, in one line. */
  readonly summary: string;
  /** The role of the server that the clients connect to first. */
  readonly target: "login" | "game";
  /** From the first attempt until all clients must be in, unless told otherwise. */
  readonly connectSeconds: number;
  /** Runs it to its end. The result says what happened, also when nothing could be sent. */
  play(options: WalkOptions, progress: (progress: Progress) => void): Promise<LoadResult>;
}

/** Which message it is: the `round`th of the client, both from 0. */
export interface Turn {
  readonly client: number;
  readonly round: number;
}

/** A scenario whose clients ask one server and are answered, each message by itself. */
export interface RequestScenario {
  readonly name: string;
  readonly contracts: readonly AnyContract[];
  /** Makes exactly one request. */
  ask(machine: ClientMachine, turn: Turn, at: Micros): void;
  /** What is wrong with the answer, as a kind of error; null when it is right. */
  check(turn: Turn, answer: unknown): string | null;
}
