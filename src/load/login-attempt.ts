/**
 * One login over a link of its own.
 *
 *     connecting --ready--> asking --answer--> in --leave()--> leaving --answer--> over
 *
 * Whatever goes wrong ends it: `failed` is said once, and nothing after it. `loggedIn` and `left`
 * are said once at most.
 */
import { accountContract, loginContract } from "../core/features/contracts.ts";
import type { Micros } from "../core/kernel/ids.ts";
import { toSafeNumber } from "../core/wire/index.ts";
import type { Decoded } from "../core/wire/index.ts";
import type { ClientCounters, ClientState } from "../client/borders.ts";
import { refusedByClient, refusedByServer } from "../client/refused.ts";
import type { Refused } from "../client/refused.ts";
import { LoadClient } from "./client.ts";
import type { Listener, LoadClientOptions } from "./client.ts";

/** What a login gives: what opens the world, and where that is. */
export interface Ticket {
  readonly token: string;
  readonly player: number;
  /** Of the first game server in the list. */
  readonly address: string;
  readonly port: number;
}

/** Called when the link may be used again, so also by what it calls. */
export interface LoginEvents {
  loggedIn(ticket: Ticket, at: Micros): void;
  failed(refused: Refused): void;
  /** The login has ended; its token is worth nothing. */
  left(): void;
}

export interface LoginOptions extends Pick<
  LoadClientOptions,
  "name" | "seed" | "target" | "lengthEndian" | "requestTimeoutMs"
> {
  readonly username: string;
  /** As `hashPassword` gives it. */
  readonly passwordHash: string;
  readonly device: string;
}

type Answer = Decoded<typeof loginContract.entries.login.reply>;

export class LoginAttempt implements Listener {
  readonly #options: LoginOptions;
  readonly #events: LoginEvents;
  readonly #client: LoadClient;
  #state: "connecting" | "asking" | "in" | "leaving" | "over" = "connecting";
  /** What has happened since the last time that something could be done about it. */
  #news: (() => void)[] = [];

  constructor(options: LoginOptions, events: LoginEvents) {
    const { name, seed, target, lengthEndian, requestTimeoutMs } = options;
    this.#options = options;
    this.#events = events;
    const contracts = [loginContract, accountContract];
    const common = { name, seed, target, lengthEndian, contracts, requestTimeoutMs };
    this.#client = new LoadClient({ ...common, pendingMax: 4, reconnect: null }, this);
  }

  get counters(): ClientCounters {
    return this.#client.machine.counters;
  }

  start(): void {
    this.#client.start();
  }

  tend(at: Micros): void {
    this.#client.tend(at);
  }

  /** Logs out. */
  leave(): void {
    if (this.#state !== "in") return;
    this.#state = "leaving";
    this.#client.request("account", "logout", {});
  }

  /** Closes the link, whatever is under way; says nothing more. A login stays as it is. */
  stop(): Promise<void> {
    this.#state = "over";
    return this.#client.stop();
  }

  answered(_request: unknown, answer: unknown, at: Micros): void {
    if (this.#state === "asking") this.#later(() => this.#admitted(answer as Answer, at));
    else if (this.#state === "leaving") this.#later(() => this.#over(() => this.#events.left()));
  }

  failed(_request: unknown, refused: Refused): void {
    this.#later(() => this.#over(() => this.#events.failed(refused)));
  }

  told(): void {
    // A login server tells nothing.
  }

  refused(refused: Refused): void {
    this.#later(() => this.#over(() => this.#events.failed(refused)));
  }

  changed(state: ClientState): void {
    if (state.name === "ready") this.#later(() => this.#ask());
    else if (state.name === "stopped") {
      this.#later(() => this.#over(() => this.#events.failed(state.reason)));
    }
  }

  settled(): void {
    for (let next = this.#news.shift(); next !== undefined; next = this.#news.shift()) next();
  }

  #later(act: () => void): void {
    this.#news.push(act);
  }

  #ask(): void {
    const { username, passwordHash, device: deviceId } = this.#options;
    if (this.#state !== "connecting") return;
    this.#state = "asking";
    const clientVersion = "1.0.0";
    this.#client.request("login", "login", { username, passwordHash, deviceId, clientVersion });
  }

  #admitted(answer: Answer, at: Micros): void {
    if (this.#state !== "asking") return;
    const [server] = answer.gameServers;
    const player = toSafeNumber(answer.playerId);
    if (!answer.success) {
      const refused = refusedByServer(answer.errorCode, answer.errorMessage, 0);
      return this.#over(() => this.#events.failed(refused));
    }
    if (server === undefined || player === null) {
      const refused = refusedByClient("SERVER_BROKEN", "a login names a player and a game server");
      return this.#over(() => this.#events.failed(refused));
    }
    this.#state = "in";
    const { ipAddress, port } = server;
    const where = { address: ipAddress ?? "", port: port ?? 0 };
    this.#events.loggedIn({ token: answer.sessionToken, player, ...where }, at);
  }

  #over(say: () => void): void {
    if (this.#state === "over") return;
    this.#state = "over";
    say();
  }
}
