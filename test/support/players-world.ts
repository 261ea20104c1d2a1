/** A login server and game servers on one account store and one clock. */
import { gameFeatures, loginFeatures } from "../../src/core/features/index.ts";
import { micros } from "../../src/core/kernel/ids.ts";
import type { PlayerRole } from "../../src/core/kernel/roles.ts";
import type { Feature } from "../../src/core/realm/index.ts";
import type { ConnectionId } from "../../src/core/kernel/ids.ts";
import { AccountDesk } from "./account-desk.ts";
import { RoleDriver } from "./role-driver.ts";
import type { Credentials } from "./role-driver.ts";

export interface PlayersWorldOptions {
  readonly config?: Readonly<Record<string, number>>;
  readonly games?: number;
  readonly max?: number;
  /** All game servers were given the number of the first. */
  readonly areTwins?: boolean;
  /** Default: those of every game server. */
  readonly gameFeatures?: readonly Feature[];
}

export class PlayersWorld {
  readonly desk: AccountDesk;
  readonly login: RoleDriver;
  readonly games: readonly RoleDriver[];

  constructor(options: PlayersWorldOptions = {}) {
    const { config = {}, games = 1, max = 10, areTwins = false } = options;
    this.desk = new AccountDesk(() => Math.floor(this.login.at / 1_000));
    const { desk } = this;
    const caller = { name: "login", server: null };
    this.login = new RoleDriver({ features: loginFeatures, desk, caller, config });
    this.games = Array.from({ length: games }, (_, index) => {
      const id = areTwins ? 1 : index + 1;
      const of = { name: `game ${index + 1}`, server: { id, max } };
      const features = options.gameFeatures ?? gameFeatures;
      return new RoleDriver({ features, desk, caller: of, config });
    });
    for (const role of this.roles) role.start();
    // The first reports, without which no server is listed.
    this.pass(1_000);
  }

  get game(): RoleDriver {
    const [game] = this.games;
    if (game === undefined) throw new Error("this world has no game server");
    return game;
  }

  get roles(): readonly RoleDriver[] {
    return [this.login, ...this.games];
  }

  get nowMs(): number {
    return Math.floor(this.login.at / 1_000);
  }

  /** Time for everybody, in steps short enough for reports to be answered. */
  pass(ms: number): void {
    const end = this.login.at + ms * 1_000;
    while (this.login.at < end) {
      const at = micros(Math.min(this.login.at + 250_000, end));
      for (const role of this.roles) role.reach(at);
      for (const game of this.games) {
        while (game.waiting.some(({ operation }) => operation === "directory.report")) {
          game.settle("directory.report");
        }
      }
    }
  }

  /** Logs in, all calls answered at once; gives the connection. */
  loggedIn(credentials: Credentials): ConnectionId {
    const connection = this.login.join();
    this.login.login(connection, credentials);
    this.login.settleAll();
    return connection;
  }

  /** The number that stands for the token of a login that went well. */
  tokenOf(connection: ConnectionId): number {
    const answer = this.login.loginAnswer(connection);
    if (answer?.success !== true) throw new Error(`not logged in: ${answer?.errorMessage}`);
    return Number(answer.sessionToken);
  }

  /** Enters the game, all calls answered at once; gives the connection. */
  entered(token: number, game = this.game): ConnectionId {
    const connection = game.join();
    game.enter(connection, token);
    game.settleAll();
    return connection;
  }

  /** The token of a new login by an account of that role. */
  tokenAs(name: string, role: PlayerRole): number {
    const { store } = this.desk;
    if (store.find(name) === null) {
      store.add({ name, passwordHash: "secret", role, origin: "development" });
    }
    store.setRole(name, role);
    return this.tokenOf(this.loggedIn({ name, device: "desk" }));
  }

  /** Comes to operate on a server of that world; gives the connection. */
  operating(name: string, role: PlayerRole, on: RoleDriver): ConnectionId {
    const token = this.tokenAs(name, role);
    const connection = on.join();
    on.operate(connection, token);
    on.settleAll();
    return connection;
  }

  /** Every broken rule of every role, in words. */
  violations(): string[] {
    return this.roles.flatMap((role) => role.machine.violations());
  }
}
