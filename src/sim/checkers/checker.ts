/**
 * What a checker is: it looks on while a run goes by, and fails it when a rule is broken. It sees
 * three places at once (the realm's steps, the server's sockets, the clients' ends) and owns
 * nothing of any of them.
 *
 * A checker is incremental: what it does at an event does not grow with the length of the run.
 */
import type { ClientState } from "../../client/borders.ts";
import type { WorldView } from "../../client/world-view.ts";
import type {
  CallEffect,
  CloseMode,
  Delivery,
  Event,
  LogFields,
  LogLevel,
  Machine,
  SocketId,
} from "../../core/contract.ts";
import type { ErrorCode } from "../../core/kernel/errors.ts";
import type { CallId, ConnectionId, PacketType } from "../../core/kernel/ids.ts";
import type { PlainData } from "../../core/kernel/plain.ts";
import type { BrokenRest } from "../../core/realm/index.ts";
import type { Position } from "../../core/wire/index.ts";
import type { TravellerPhase } from "../clients/script.ts";
import type { Disk } from "../disk.ts";
import type { Fault } from "../faults.ts";
import type { ProcessEnd } from "../process/process.ts";
import type { Ending } from "../process/node.ts";

/** One step of the realm, after it was made. Valid during the call. */
export interface Step {
  /**
   * Its place in the history of the machine's state, from 0: what was lost in a crash not counted.
   */
  readonly index: number;
  /** True when a recovery repeats it. */
  readonly isReplay: boolean;
  readonly event: Event;
  readonly sends: readonly StepSend[];
  readonly closes: readonly StepClose[];
  readonly calls: readonly StepCall[];
  /** By counter, labels included, how much the step counted; nothing where nobody reads it. */
  readonly counts: ReadonlyMap<string, number>;
  /** Of the event and of its effects. */
  readonly digest: number;
  /** The machine after the step, with what it says of its own rules. */
  readonly machine: Machine & { violations(): string[]; brokenRests(): BrokenRest[] };
  /** How long the process had been unable to take its turn when this step was made. */
  readonly stallMicros: number;
}

export interface StepSend {
  readonly connection: ConnectionId;
  readonly type: PacketType;
  readonly delivery: Delivery;
  readonly sequence: number;
  readonly inReplyTo: number;
  /** Null for packets of which no checker reads more. */
  readonly payload: Uint8Array | null;
}

export interface StepCall {
  readonly call: CallId;
  readonly effect: CallEffect;
  readonly operation: string;
  readonly request: PlainData;
  /** The connection of the session that asked. */
  readonly asker: ConnectionId | null;
}

export interface StepClose {
  readonly connection: ConnectionId;
  readonly mode: CloseMode;
  readonly code: ErrorCode;
}

/** One packet at a client's end of a link. */
export interface ClientPacket {
  /** `client.attempt`. */
  readonly link: string;
  readonly type: number;
  readonly sequence: number;
  readonly inReplyTo: number;
  /** Of packets that the server sends. */
  readonly delivery: Delivery;
  readonly payload: Uint8Array;
}

/** The machine's disk as a crash or the end of the run leaves it. */
export type DiskImage = Pick<Disk, "read" | "paths" | "damages">;

/** What can be seen. A checker takes what it needs. */
export interface Observations {
  /** The realm has made a step, in production or in a recovery. */
  stepped(step: Step): void;
  /** A machine in its first state: its steps begin from 0. */
  machineCreated(): void;
  /**
   * A step threw: it is no step, and the machine is in no state that means anything.
   *
   * @param feature whose code it was; null when it was the realm's own
   */
  machineThrew(event: Event, error: unknown, feature: string | null): void;
  /** The machine gave, or was given, its state after so many steps. */
  checkpointed(steps: number): void;
  restored(steps: number): void;
  /** A recovery is over: the machine is about to make its first new step. */
  recovered(steps: number, stateDigest: number, machine: Machine): void;

  processStarted(start: number, build: SeenBuild): void;
  /** @param disk as the next process will find it */
  processEnded(end: ProcessEnd, ending: Ending | null, disk: DiskImage): void;
  listening(): void;
  /** After a turn of the host, which was delayed by so much, and what it had to do with. */
  turned(stallMicros: number): void;
  /** The outside hears of a call, not for the first time perhaps. */
  asked(call: CallId): void;
  /** The server wrote a line of its log. */
  logged(level: LogLevel, message: string, fields: LogFields): void;

  /** The server's sockets, as the platform sees them. */
  socketOpened(socket: SocketId, link: string, remote: string): void;
  handshakeFailed(link: string): void;
  socketReceived(socket: SocketId, bytes: Uint8Array): void;
  /** The host wants to hear of what comes, or does not. */
  socketReading(socket: SocketId, isRead: boolean): void;
  /** @param unsentBytes what the socket holds with it */
  socketWritten(socket: SocketId, bytes: Uint8Array, unsentBytes: number): void;
  /** The host has ordered the socket's end; it may be gone already. */
  socketEnding(socket: SocketId, mode: CloseMode): void;
  socketClosed(socket: SocketId): void;

  /** The clients' ends. */
  clientSent(packet: ClientPacket): void;
  /** A client's machine has ordered a packet to be written, whatever becomes of it. */
  clientOrdered(link: string): void;
  clientReceived(packet: ClientPacket): void;
  /** Bytes came, and the client is ready: the round trip as its machine has it then. */
  clientMeasured(link: string, roundTripMicros: number | null): void;
  /**
   * A client that was ready has stopped by itself, over a link that has changed nothing.
   *
   * @param sentBytes what it has written in all
   */
  clientStopped(link: string, mode: CloseMode, sentBytes: number): void;
  /** What it could not send in time after that is thrown away. */
  clientDiscarded(link: string): void;
  echoed(player: string, asked: Uint8Array, answered: Uint8Array): void;
  playerBroken(player: string, what: string): void;
  playerChanged(player: string, state: ClientState): void;

  /** A login was answered; whether the password that was tried is the account's. */
  loggedIn(login: SeenLogin): void;
  /** A server let a traveller in, by a token that it was given. */
  entered(entry: SeenEntry): void;
  /** A logout succeeded: its token is worth nothing from here on. */
  loggedOut(token: string): void;
  /** As `settled` and `emptied`, of the run as a whole. */
  rested(scene: QuietScene): void;
  deserted(scene: QuietScene): void;

  /** Faults have stopped, and everything had time to settle. */
  settled(end: QuietRun): void;
  /** Every client is gone, and the server had time to notice. */
  emptied(end: QuietRun): void;
}

/** What a process runs. */
export interface SeenBuild {
  readonly name: string;
  /** It was told to step what another build has left. */
  readonly adoptsTail: boolean;
}

/** What came of a login, as the client saw it. */
export interface SeenLogin {
  readonly traveller: string;
  readonly account: string;
  readonly isPasswordRight: boolean;
  /** Null when it was refused. */
  readonly player: number | null;
  /** `NONE` when it succeeded. */
  readonly code: string;
}

export interface SeenEntry {
  readonly traveller: string;
  readonly account: string;
  readonly server: string;
  readonly token: string;
  /** A server made the token for that traveller. */
  readonly isGenuine: boolean;
  /** Where the server put him, which it draws. */
  readonly at: Position;
}

/** One server as it stands when the run should have come to rest. */
export interface QuietServer {
  readonly name: string;
  readonly role: string;
  /** It listens, and says that it serves. */
  readonly serves: boolean;
  /** It was decided that it never comes back. */
  readonly isDown: boolean;
  /** So many are sent to it at most; as many as come when left out. */
  readonly playersMax?: number;
  /** A view of its realm; null when it has none of that name. */
  view(name: string): PlainData;
}

/** A client then, as far as both kinds have it. */
interface QuietClient {
  readonly name: string;
  /** It was decided that nobody ever hears it again. */
  readonly isCutOff: boolean;
  /** What happened to its links. */
  readonly struckBy: ReadonlySet<Fault>;
}

/** A player of one server then. */
export interface QuietPlayer extends QuietClient {
  /** Its server. */
  readonly server: string;
  readonly state: ClientState["name"];
  /** Requests without an outcome. */
  readonly pending: number;
  /** The last code with which a link of it ended; null since it was ready. */
  readonly code: string | null;
}

/** A traveller then. */
export interface QuietTraveller extends QuietClient {
  readonly account: string;
  /** "" is none, and equal to none. */
  readonly device: string;
  readonly phase: TravellerPhase;
  /** The last code with which he was refused; null since he was let in. */
  readonly refusal: string | null;
  /** Where he plays; null when he does not. */
  readonly server: string | null;
  /** Where he wants to be; null when nowhere. */
  readonly wants: string | null;
  /** He has a link that is ready. */
  readonly isLinked: boolean;
  readonly view: WorldView;
  /** That the view was given since it was made. */
  readonly updates: number;
  /** Where his own program believes him to be; null before he entered. */
  readonly predicted: Position | null;
  /** Inputs that the server has not judged. */
  readonly unjudged: number;
}

/** Everybody at once. */
export interface QuietScene {
  readonly servers: readonly QuietServer[];
  readonly players: readonly QuietPlayer[];
  readonly travellers: readonly QuietTraveller[];
}

/** The run as it stands when it should have come to rest. */
export interface QuietRun {
  /** By player: its state, and how many of its requests have no outcome. */
  readonly players: readonly {
    readonly name: string;
    readonly state: string;
    readonly pending: number;
  }[];
  /** What the present process has counted, by name; labels are summed over. */
  readonly metrics: ReadonlyMap<string, number>;
  readonly isListening: boolean;
}

export interface Checker extends Partial<Observations> {
  readonly name: string;
  /** What it knows of the realm, where that has to go back with it. */
  readonly memory?: Memory;
  /** How often it had something to judge: a rule that was never put to the test has not held. */
  readonly checked: number;
  /**
   * It judges what happens, not how it is repeated: it may miss the last recovery of a run, which
   * nothing follows.
   */
  readonly missesEncore?: boolean;
  /** It is not told of steps that a recovery repeats: nothing of the realm's is kept in it. */
  readonly missesReplays?: boolean;
}

/** It is told of checkpoints and recoveries in its checker's place. */
export type Memory = Pick<Observations, "machineCreated" | "checkpointed" | "restored">;

/** A rule was broken. The run ends with it. */
export class CheckFailure extends Error {
  override readonly name = "CheckFailure";
  /** The checker's name. */
  readonly checker: string;
  /** The rule in words that do not change from run to run: part of the fingerprint. */
  readonly rule: string;

  /** @param detail what was seen, for the reader */
  constructor(checker: string, rule: string, detail: string) {
    super(`${rule}: ${detail}`);
    this.checker = checker;
    this.rule = rule;
  }
}

/** Any of the observations; what it is told stands for itself. */
type Listener = (one?: unknown, two?: unknown, three?: unknown, four?: unknown) => void;

/**
 * Passes every observation on to every checker that wants it, and keeps the first failure. Nothing
 * is thrown to whoever is observed: a host would take it for a failure of its own.
 */
export class CheckerPanel {
  failure: CheckFailure | null = null;
  readonly observe: Observations;
  readonly #listeners = new Map<keyof Observations, Listener[]>();
  readonly #leaving = new Set<Listener>();
  /** Those who are told of no repeated steps. */
  readonly #forgetful = new Set<Listener>();
  /** Who is told of repeated steps. */
  #repeated: readonly Listener[] = [];

  constructor(checkers: readonly Checker[]) {
    for (const checker of checkers) this.#add(checker);
    this.observe = Object.fromEntries(
      observationNames.map((what) => [what, this.#teller(what)]),
    ) as unknown as Observations;
  }

  /** Tells everybody who listens to `what`; nobody may join afterwards. */
  #teller(what: keyof Observations): Listener {
    const listeners = this.#listeners.get(what) ?? [];
    const [only] = listeners;
    if (only === undefined) return () => undefined;
    if (what === "stepped") return this.#stepTeller(listeners);
    // No observation has more than four parts; a list of them would be made at each.
    return (one, two, three, four) => {
      try {
        for (const listener of listeners) listener(one, two, three, four);
      } catch (error) {
        this.#keep(error);
      }
    };
  }

  /** Most steps of a run are repeated ones, so those who miss them are not even asked. */
  #stepTeller(listeners: readonly Listener[]): Listener {
    this.#repeated = listeners.filter((listener) => !this.#forgetful.has(listener));
    return (step) => {
      try {
        const told = (step as Step).isReplay ? this.#repeated : listeners;
        for (const listener of told) listener(step);
      } catch (error) {
        this.#keep(error);
      }
    };
  }

  /** Those who may miss the encore are told nothing more. */
  beginEncore(): void {
    for (const listeners of this.#listeners.values()) {
      const staying = listeners.filter((listener) => !this.#leaving.has(listener));
      listeners.splice(0, listeners.length, ...staying);
    }
    this.#repeated = this.#repeated.filter((listener) => !this.#leaving.has(listener));
  }

  /** Runs a check and keeps what it throws. */
  guard(check: () => void): void {
    try {
      check();
    } catch (error) {
      this.#keep(error);
    }
  }

  #keep(error: unknown): void {
    this.failure ??=
      error instanceof CheckFailure
        ? error
        : new CheckFailure("simulator", "the simulator never throws", stackOf(error));
  }

  #add(checker: Checker): void {
    if (checker.memory !== undefined) this.#listen(checker, checker.memory);
    this.#listen(checker, checker);
  }

  #listen(checker: Checker, ears: Partial<Observations>): void {
    for (const what of observationNames) {
      const listener = ears[what];
      if (listener === undefined) continue;
      const listeners = this.#listeners.get(what) ?? [];
      const bound = (listener as Listener).bind(ears);
      listeners.push(bound);
      if (checker.missesEncore === true) this.#leaving.add(bound);
      if (checker.missesReplays === true) this.#forgetful.add(bound);
      this.#listeners.set(what, listeners);
    }
  }
}

/** What was thrown and where, on one line. */
const stackOf = (error: unknown): string =>
  error instanceof Error
    ? (error.stack ?? error.message).split("\n").slice(0, 4).join(" ")
    : String(error);

const observationNames: readonly (keyof Observations)[] = [
  "stepped",
  "machineCreated",
  "machineThrew",
  "checkpointed",
  "restored",
  "recovered",
  "processStarted",
  "processEnded",
  "listening",
  "turned",
  "asked",
  "logged",
  "socketOpened",
  "handshakeFailed",
  "socketReceived",
  "socketReading",
  "socketWritten",
  "socketEnding",
  "socketClosed",
  "clientSent",
  "clientOrdered",
  "clientReceived",
  "clientMeasured",
  "clientStopped",
  "clientDiscarded",
  "echoed",
  "playerBroken",
  "playerChanged",
  "loggedIn",
  "entered",
  "loggedOut",
  "rested",
  "deserted",
  "settled",
  "emptied",
];
