/**
 * One player of a load: logs in on the login server, enters the world of the game server that it
 * is sent to, and stays in it until it is told to leave.
 *
 *     away --> loggingIn --ticket--> entering --answer--> inWorld --leave()--> leaving --> over
 *       ^          |                    |                    |
 *       +-- wait --+--------------------+------ lost --------+
 *
 * A player that was lost comes back by itself: with the token that it has, or, when that is
 * refused, by logging in again. A refusal that no second attempt can change is the end.
 *
 * 1. One link at a time.
 * 2. `view` is of the presence that is, or was last: it begins before the entry is asked for,
 *    because the first update may overtake the answer.
 */
import { accountContract, worldContract } from "../core/features/contracts.ts";
import { micros } from "../core/kernel/ids.ts";
import type { Micros } from "../core/kernel/ids.ts";
import { RandomStream } from "../core/kernel/random.ts";
import { toSafeNumber } from "../core/wire/index.ts";
import type { Decoded, Position } from "../core/wire/index.ts";
import { backOffDelayMs } from "../client/back-off.ts";
import type { ClientCounters, ClientState } from "../client/borders.ts";
import { now } from "../client/node.ts";
import { refusedByClient, refusedByServer } from "../client/refused.ts";
import type { Refused } from "../client/refused.ts";
import type { Target } from "../client/target.ts";
import { WorldView } from "../client/world-view.ts";
import type { WorldUpdate } from "../client/world-view.ts";
import { LoadClient, loadReconnect } from "./client.ts";
import type { Listener } from "./client.ts";
import { LoginAttempt } from "./login-attempt.ts";
import type { LoginOptions, Ticket } from "./login-attempt.ts";

/** What a run hears of a player. It may call the player from each of them. */
export interface PlayerEvents {
  /** The player is in the world, at this place. */
  entered(spawn: Position): void;
  /** The view has taken an update in that came at `at`. */
  updated(at: Micros): void;
  /** The player is in the world no more, and will come back. */
  lost(refused: Refused): void;
  /** An attempt to come in has failed; `isEnd`: and was the last. */
  failed(refused: Refused, isEnd: boolean): void;
  /** The server has refused something that was told. */
  refused(refused: Refused): void;
}

export interface PlayerOptions extends LoginOptions {
  readonly gameServer: (address: string, port: number) => Target;
}

type Entry = Decoded<typeof worldContract.entries.enter.reply>;

type State =
  | { readonly name: "away"; readonly dueAt: Micros }
  | { readonly name: "loggingIn"; readonly attempt: LoginAttempt }
  | { readonly name: "entering"; readonly link: LoadClient }
  | { readonly name: "inWorld"; readonly link: LoadClient }
  | { readonly name: "leaving"; readonly link: LoadClient; readonly done: () => void }
  | { readonly name: "over" };

export class Player {
  readonly view = new WorldView();
  /** Of the links to game servers, the one that is and those that were. */
  readonly counters: ClientCounters[] = [];
  readonly #options: PlayerOptions;
  readonly #events: PlayerEvents;
  readonly #random: RandomStream;
  #state: State = { name: "away", dueAt: micros(0) };
  #ticket: Ticket | null = null;
  #failures = 0;
  #sockets: Promise<void>[] = [];

  constructor(options: PlayerOptions, events: PlayerEvents) {
    this.#options = options;
    this.#events = events;
    this.#random = RandomStream.named(options.seed, `${options.name} away`);
  }

  get isInWorld(): boolean {
    return this.#state.name === "inWorld";
  }

  /** Begins to come in. */
  start(): void {
    if (this.#state.name === "away") this.#comeIn();
  }

  /** Does what is due. */
  tend(at: Micros): void {
    const state = this.#state;
    if (state.name === "away" && state.dueAt > 0 && state.dueAt <= at) this.#comeIn();
    else if (state.name === "loggingIn") state.attempt.tend(at);
    else if ("link" in state) state.link.tend(at);
  }

  /** Tells where the player goes. False when it is not in the world, or the link holds too much. */
  move(sequenceNumber: number, position: Position, velocity: Position): boolean {
    const state = this.#state;
    if (state.name !== "inWorld") return false;
    return state.link.tell("world", "move", { position, velocity, sequenceNumber }) === null;
  }

  /** Logs out, if the player is in. Resolves when that is answered, or will not be. */
  leave(): Promise<void> {
    const state = this.#state;
    if (state.name !== "inWorld") return Promise.resolve();
    return new Promise((done) => {
      this.#state = { name: "leaving", link: state.link, done };
      state.link.request("account", "logout", {});
    });
  }

  /** Resolves when all sockets are gone. Nothing is said any more. */
  async stop(): Promise<void> {
    const state = this.#state;
    this.#letGo();
    this.#state = { name: "over" };
    if (state.name === "leaving") state.done();
    await Promise.all(this.#sockets);
  }

  // ---------------------------------------------------------------- coming in

  #comeIn(): void {
    if (this.#ticket === null) this.#logIn();
    else this.#enter(this.#ticket);
  }

  #logIn(): void {
    const attempt = new LoginAttempt(this.#options, {
      loggedIn: (ticket) => {
        this.#ticket = ticket;
        this.#letGo();
        this.#enter(ticket);
      },
      failed: (refused) => this.#setBack(refused),
      left: () => undefined,
    });
    this.#state = { name: "loggingIn", attempt };
    attempt.start();
  }

  #enter({ token, address, port }: Ticket): void {
    const { name, seed, lengthEndian, requestTimeoutMs, gameServer } = this.#options;
    const target = gameServer(address, port);
    const contracts = [worldContract, accountContract];
    const common = { name, seed, target, lengthEndian, contracts, requestTimeoutMs };
    const news: (() => void)[] = [];
    const listener = this.#listenerOf(token, news);
    const link = new LoadClient({ ...common, pendingMax: 1_024, reconnect: null }, listener);
    this.counters.push(link.machine.counters);
    this.#state = { name: "entering", link };
    link.start();
  }

  #listenerOf(token: string, news: (() => void)[]): Listener {
    const later = (act: () => void): void => void news.push(act);
    return {
      changed: (state) => later(() => this.#linkChanged(state, token)),
      answered: (_request, answer) => later(() => this.#answered(answer as Entry)),
      failed: (_request, refused) => later(() => this.#asked(refused)),
      refused: (refused) => later(() => this.#events.refused(refused)),
      told: (_contract, key, message, at) => {
        if (key !== "update") return;
        this.view.apply(message as WorldUpdate);
        if (this.#state.name === "inWorld") later(() => this.#events.updated(at));
      },
      settled: () => {
        for (let next = news.shift(); next !== undefined; next = news.shift()) next();
      },
    };
  }

  #linkChanged(changed: ClientState, sessionToken: string): void {
    const state = this.#state;
    if (changed.name === "ready" && state.name === "entering") {
      this.view.begin();
      state.link.request("world", "enter", { sessionToken });
    } else if (changed.name === "stopped" && state.name !== "over") {
      this.#setBack(changed.reason);
    }
  }

  #answered(answer: Entry): void {
    const state = this.#state;
    if (state.name === "leaving") return this.#left(state.done);
    if (state.name !== "entering") return;
    if (!answer.success) return this.#turnedAway(refusedByServer(answer.errorCode, "", 0));
    const id = toSafeNumber(answer.entityId);
    const { x, y, z } = answer.spawnPosition ?? {};
    if (id === null) return this.#setBack(refusedByClient("SERVER_BROKEN", "an entity has an id"));
    this.view.entered(id);
    this.#failures = 0;
    this.#state = { name: "inWorld", link: state.link };
    this.#events.entered({ x: x ?? 0, y: y ?? 0, z: z ?? 0 });
    this.#events.updated(now());
  }

  /** A request has failed: the entry, or the logout. */
  #asked(refused: Refused): void {
    const state = this.#state;
    if (state.name === "leaving") this.#left(state.done);
    else if (state.name === "entering") this.#turnedAway(refused);
  }

  // ---------------------------------------------------------------- going away

  /** The world is closed to this token; another one may open it. */
  #turnedAway(refused: Refused): void {
    this.#ticket = null;
    this.#setBack({ ...refused, mayRetry: true });
  }

  /** The attempt, or the presence, is over: another attempt follows, unless it is of no use. */
  #setBack(refused: Refused): void {
    const state = this.#state;
    if (state.name === "over" || state.name === "away") return;
    this.#letGo();
    if (state.name === "leaving") return this.#left(state.done);
    this.#failures += 1;
    const isEnd = !refused.mayRetry;
    const delayMs = backOffDelayMs(loadReconnect, this.#failures, this.#random);
    const dueAt = micros(now() + Math.max(delayMs, refused.retryAfterMs) * 1_000);
    this.#state = isEnd ? { name: "over" } : { name: "away", dueAt };
    if (state.name === "inWorld") this.#events.lost(refused);
    else this.#events.failed(refused, isEnd);
  }

  #left(done: () => void): void {
    this.#letGo();
    this.#state = { name: "over" };
    done();
  }

  /** Closes the link that there is. */
  #letGo(): void {
    const state = this.#state;
    if (state.name === "loggingIn") this.#sockets.push(state.attempt.stop());
    else if ("link" in state) {
      const { link } = state;
      this.#state = { name: "over" };
      this.#sockets.push(link.stop());
      this.#state = state;
    }
  }
}
