/**
 * A traveller: somebody who logs in on one server, enters the world on another and walks about in
 * it, with the client SDK's machines, view and prediction. It comes back by itself after cuts.
 *
 *     away --start--> loggingIn --token--> entering --let in--> playing --logout--> loggingOut
 *                         ^                   |  ^-- link lost --|                      |
 *                         +-- token is bad ---+                  +-- duplicate login    +--> away
 *                                                                +--> ousted
 *
 * T1. One wish is under way at most: a login, an entry or a logout.
 * T2. What a machine tells is dealt with after its input has ended, in the order of telling.
 */
import type { ClientState } from "../../client/borders.ts";
import type { RequestNumber } from "../../client/pending.ts";
import type { Refused } from "../../client/refused.ts";
import type { WorldUpdate } from "../../client/world-view.ts";
import type {
  accountContract,
  loginContract,
  worldContract,
} from "../../core/features/contracts.ts";
import { RandomStream } from "../../core/kernel/random.ts";
import type { Seed } from "../../core/kernel/random.ts";
import { toSafeNumber } from "../../core/wire/index.ts";
import type { Decoded } from "../../core/wire/index.ts";
import { credentialsOf } from "../accounts.ts";
import type { QuietTraveller } from "../checkers/checker.ts";
import type { PlayersOptions } from "../options.ts";
import { strikes } from "../drawing.ts";
import { cheatFaults } from "./cheats.ts";
import { partsAt } from "./doors.ts";
import type { Door, Doors, JourneyObserver } from "./doors.ts";
import { ClientDriver, type DriverEvents, type DriverParts } from "./driver.ts";
import { burstOut } from "./outbursts.ts";
import type { RequestTally } from "./player.ts";
import type { ClientScript, Cheat, Saying, TravellerAction, TravellerPhase } from "./script.ts";
import { Telling } from "./telling.ts";
import { codeOf, forged } from "./tokens.ts";
import type { Token } from "./tokens.ts";
import { Walk } from "./walk.ts";

export interface TravellerParts extends Omit<DriverParts, keyof Door> {
  readonly seed: Seed;
  readonly requests: RequestTally;
  readonly doors: Doors;
  readonly players: PlayersOptions;
  readonly journeys: JourneyObserver;
}

type LoginAnswer = Decoded<typeof loginContract.entries.login.reply>;
type LogoutAnswer = Decoded<typeof accountContract.entries.logout.reply>;
type EntryAnswer = Decoded<typeof worldContract.entries.enter.reply>;

type Wish = "login" | "enter" | "logout";
type Script = Extract<ClientScript, { readonly kind: "traveller" }>;

/** Before somebody who was refused tries again. */
const retryMicros = 1_000_000;
/** Links to a game server that fail one after the other: more than a restart takes. */
const failuresMax = 6;

export class Traveller {
  readonly name: string;
  readonly #parts: TravellerParts;
  readonly #script: Script;
  readonly #random: RandomStream;
  readonly #drivers = new Map<Door, ClientDriver>();
  readonly #walk: Walk;
  /** Draws where he logs out. */
  readonly #leaving: RandomStream;
  #phase: TravellerPhase = "away";
  #token: Token | null = null;
  #player = 0;
  #door: Door | null = null;
  /** He logs out on the login server, by his token, and is in the world until that hears of it. */
  #leavesElsewhere = false;
  #refusal: string | null = null;
  #wish: { readonly driver: ClientDriver; readonly number: RequestNumber } | null = null;
  readonly #answers = new Map<RequestNumber, (answer: unknown) => void>();
  /** Tokens that were logged out of. */
  readonly #dead: string[] = [];
  /** What it will do wrong at the next occasion. */
  readonly #pranks = new Set<"wrong-password" | "early-move" | "operate">();
  /** He has asked to operate on the link on which he asked to enter last. */
  #operates = false;
  readonly #telling = new Telling();
  /** Counts phases: what was to be done in an earlier one is not done. */
  #turn = 0;

  constructor(parts: TravellerParts, script: Script) {
    this.#parts = parts;
    this.#script = script;
    this.name = script.name;
    this.#random = RandomStream.named(parts.seed, `client/${script.name}`);
    this.#leaving = RandomStream.named(parts.seed, `leaving/${script.name}`);
    const looks = RandomStream.named(parts.seed, `looks/${script.name}`);
    this.#walk = new Walk(parts.players, looks, (move) => {
      if (this.#phase === "playing") {
        this.#game?.input((machine, at) => machine.tell("world", "move", move, at));
      }
    });
  }

  /** How he stands when everything should have settled. */
  quiet(): Omit<QuietTraveller, "isCutOff" | "struckBy"> {
    const { view, updates, predicted, unjudged } = this.#walk;
    return {
      name: this.name,
      account: this.#script.account,
      device: this.#script.device,
      phase: this.#phase,
      refusal: this.#refusal,
      wants: this.#wanted === null ? null : this.#currentDoor.name,
      isLinked: this.#current.state === "ready",
      server: this.#phase === "playing" ? (this.#door?.name ?? null) : null,
      view,
      updates,
      predicted,
      unjudged,
    };
  }

  /** The link on which he acts, or null. */
  get link(): string | null {
    return this.#current.link.name;
  }

  act(action: TravellerAction): void {
    switch (action.type) {
      case "start":
        if (this.#phase === "away" || this.#phase === "ousted") this.#logIn();
        return;
      case "turn":
        return this.#walk.turn(action.x, action.z);
      case "logout":
        if (this.#phase === "playing" || this.#phase === "entering") this.#logOut();
        else this.stop();
        return;
      case "quit":
        return this.stop();
      case "cheat":
        return this.#cheat(action.cheat);
      case "operate":
        this.#pranks.add("operate");
        return this.#comeAgain();
      case "request":
      case "tell":
        if (this.#game !== null && this.#maySay(action)) this.#say(this.#game, action);
        return;
      default:
        return this.#current.accident(action, this.#parts.faults);
    }
  }

  /** Who looks after a server need not be in its world. */
  #maySay({ contract }: Saying): boolean {
    if (this.#phase === "playing") return true;
    return this.#phase === "entering" && contract === "operate" && this.#current.state === "ready";
  }

  /** Of other features than those of which he is a client: what comes of it is not waited for. */
  #say(driver: ClientDriver, { type, contract, key, message }: Saying): void {
    driver.input((machine, at) => {
      if (type === "tell") return void machine.tell(contract, key, message, at);
      this.#parts.requests.asked += 1;
      machine.request(contract, key, message, at);
    });
  }

  /** Time for the next movement. Standing still is not told, but until it is heard. */
  step(): void {
    if (this.#phase === "playing") this.#walk.step();
  }

  /** From here on it behaves, and stands still in the world. */
  rest(): void {
    this.#pranks.clear();
    this.#walk.turn(0, 0);
    if (this.#phase === "away") this.#logIn();
  }

  /** Leaves every server, without a word. */
  stop(): void {
    this.#become("away");
    for (const driver of this.#drivers.values()) driver.stop();
  }

  // ---------------------------------------------------------------- phases

  #become(phase: TravellerPhase): void {
    this.#phase = phase;
    this.#turn += 1;
    this.#wish = null;
    if (phase !== "playing") this.#walk.end();
  }

  #logIn(): void {
    this.#game?.stop();
    this.#token = null;
    this.#become("loggingIn");
    this.#go(this.#parts.doors.login, "login");
  }

  #enter(token: Token, door: Door): void {
    this.#drivers.get(this.#parts.doors.login)?.stop();
    this.#token = token;
    this.#door = door;
    this.#become("entering");
    this.#go(door, "enter");
  }

  #comeAgain(): void {
    if (this.#phase !== "playing" || this.#token === null || this.#door === null) return;
    this.#game?.stop();
    this.#enter(this.#token, this.#door);
  }

  #logOut(): void {
    const { elsewherePerMillion } = this.#parts.players;
    this.#leavesElsewhere = strikes(this.#leaving, elsewherePerMillion);
    this.#become("loggingOut");
    this.#go(this.#currentDoor, "logout");
  }

  /** Connects where it has to, then asks. */
  #go(door: Door, wish: Wish): void {
    const driver = this.#driverOf(door);
    if (driver.state === "ready") this.#ask(driver, wish);
    else if (driver.isStopped) driver.start();
  }

  #again(): void {
    const turn = this.#turn;
    this.#parts.scheduler.after(retryMicros + this.#random.below(retryMicros), () => {
      if (this.#turn !== turn || this.#wish !== null) return;
      const wish = this.#wanted;
      if (wish !== null) this.#go(this.#currentDoor, wish);
    });
  }

  /** With a new link: what this one's session is, is not known. */
  #anew(): void {
    this.#current.stop();
    this.#again();
  }

  get #wanted(): Wish | null {
    if (this.#phase === "loggingIn") return "login";
    if (this.#phase === "entering") return "enter";
    return this.#phase === "loggingOut" ? "logout" : null;
  }

  get #currentDoor(): Door {
    const { login } = this.#parts.doors;
    const isElsewhere = this.#phase === "loggingOut" && this.#leavesElsewhere;
    return this.#phase === "loggingIn" || isElsewhere ? login : (this.#door ?? login);
  }

  get #current(): ClientDriver {
    return this.#driverOf(this.#currentDoor);
  }

  get #game(): ClientDriver | null {
    return this.#door === null ? null : this.#driverOf(this.#door);
  }

  // ---------------------------------------------------------------- asking

  #ask(driver: ClientDriver, wish: Wish): void {
    if (wish === "login") return this.#askLogin(driver);
    const token = this.#token?.text ?? "";
    if (wish === "logout") {
      const message = { playerId: this.#player, sessionToken: token };
      return this.#request(driver, "account", "logout", message, (answer) =>
        this.#loggedOut(answer as LogoutAnswer),
      );
    }
    if (this.#pranks.delete("early-move")) {
      this.#hit("early-move");
      const message = { position: { x: 0, y: 0, z: 0 }, sequenceNumber: 1 };
      this.#say(driver, { type: "tell", contract: "world", key: "move", message });
    }
    this.#operates = this.#pranks.delete("operate");
    if (this.#operates) {
      const message = { sessionToken: token };
      this.#say(driver, { type: "request", contract: "operate", key: "begin", message });
    }
    this.#walk.begin();
    this.#request(driver, "world", "enter", { sessionToken: token }, (answer) =>
      this.#entered(answer as EntryAnswer),
    );
  }

  #askLogin(driver: ClientDriver): void {
    const isWrong = this.#pranks.delete("wrong-password");
    if (isWrong) this.#hit("wrong-password");
    const { account, device } = this.#script;
    const { username, password } = credentialsOf(account);
    const passwordHash = isWrong ? `${password}?` : password;
    const message = { username, passwordHash, clientVersion: "1.0.0", deviceId: device };
    this.#request(driver, "login", "login", message, (answer) =>
      this.#loggedIn(answer as LoginAnswer, !isWrong),
    );
  }

  #request(
    driver: ClientDriver,
    contract: string,
    key: string,
    message: unknown,
    answered: (answer: unknown) => void,
  ): void {
    driver.input((machine, at) => {
      this.#answers.clear();
      this.#answers.set(machine.nextRequest, answered);
      this.#wish = { driver, number: machine.nextRequest };
      this.#parts.requests.asked += 1;
      machine.request(contract, key, message, at);
    });
  }

  #loggedIn(answer: LoginAnswer, isPasswordRight: boolean): void {
    const { name: traveller } = this;
    const { account } = this.#script;
    const code = codeOf(answer.errorCode);
    const player = answer.success ? toSafeNumber(answer.playerId) : null;
    this.#parts.journeys.loggedIn({ traveller, account, isPasswordRight, player, code });
    const [listed] = answer.gameServers ?? [];
    if (!answer.success || listed === undefined) {
      this.#refused(code);
      return this.#again();
    }
    this.#player = player ?? 0;
    const door = this.#parts.doors.games.get(`${listed.ipAddress}:${String(listed.port)}`);
    if (door === undefined) return this.#parts.journeys.broken(traveller, "sent to no server");
    this.#enter({ text: answer.sessionToken, isGenuine: true }, door);
  }

  #entered(answer: EntryAnswer): void {
    const token = this.#token;
    const door = this.#door;
    if (token === null || door === null) return;
    if (!answer.success) return this.#keptOut(codeOf(answer.errorCode));
    const { name: traveller } = this;
    const { account } = this.#script;
    this.#refusal = null;
    this.#turn += 1;
    this.#phase = "playing";
    this.#walk.entered(answer);
    const { text, isGenuine } = token;
    const server = door.name;
    const { x, y, z } = answer.spawnPosition ?? {};
    const at = { x: x ?? 0, y: y ?? 0, z: z ?? 0 };
    this.#parts.journeys.entered({ traveller, account, server, token: text, isGenuine, at });
  }

  /** Having tried too often says nothing of why. */
  #refused(code: string): void {
    if (code !== "RATE_LIMITED") this.#refusal = code;
  }

  #keptOut(code: string): void {
    this.#refused(code);
    if (code === "INVALID_CREDENTIALS") return this.#logIn();
    // Who operates enters no world, and does so for a while.
    if (code === "NOT_ALLOWED_IN_STATE" && !this.#operates) return this.#anew();
    this.#again();
  }

  #loggedOut({ success, errorCode }: LogoutAnswer): void {
    const token = this.#token;
    if (!success && codeOf(errorCode) !== "INVALID_CREDENTIALS") return this.#again();
    if (success && token !== null) {
      this.#dead.push(token.text);
      this.#parts.journeys.loggedOut(token.text);
    }
    this.#token = null;
    if (!success || !this.#leavesElsewhere) return this.stop();
    this.#current.stop();
    this.#become("away");
  }

  // ---------------------------------------------------------------- what machines tell

  #driverOf(door: Door): ClientDriver {
    const known = this.#drivers.get(door);
    if (known !== undefined) return known;
    const events = this.#events(() => driver);
    const driver: ClientDriver = new ClientDriver(...partsAt(door, this.#parts, this.name), events);
    this.#drivers.set(door, driver);
    return driver;
  }

  #events(driver: () => ClientDriver): DriverEvents {
    const tell = (act: () => void): void => this.#telling.add(act);
    const isWish = (number: RequestNumber): boolean =>
      this.#wish?.driver === driver() && this.#wish.number === number;
    return {
      resolved: (number, message) =>
        tell(() => {
          this.#parts.requests.answered += 1;
          if (!isWish(number)) return;
          this.#wish = null;
          // An answer to who knows what is as good as none.
          if (driver().link.isDoubtful) return this.#anew();
          this.#answers.get(number)?.(message);
        }),
      rejected: (number, refused) =>
        tell(() => {
          if (!isWish(number)) return;
          this.#wish = null;
          this.#rejected(refused);
        }),
      received: (contract, key, message) => {
        if (contract === "world" && key === "update") {
          tell(() => {
            if (driver() === this.#game) this.#walk.saw(message as WorldUpdate);
          });
        }
      },
      refused: () => undefined,
      stateChanged: (state) => tell(() => this.#stateChanged(driver(), state)),
      broken: (what) => this.#parts.journeys.broken(this.name, what),
      settled: () => this.#telling.deal(),
    };
  }

  #rejected({ code }: Refused): void {
    this.#refused(code);
    // A link that is lost is followed by another, and then it asks again.
    if (code === "CONNECTION_LOST" || code === "STOPPED") return;
    if (code === "REQUEST_TIMEOUT" || code === "NOT_ALLOWED_IN_STATE") return this.#anew();
    this.#again();
  }

  #stateChanged(driver: ClientDriver, state: ClientState): void {
    if (driver !== this.#current) return;
    const wish = this.#wanted;
    if (state.name === "ready") {
      if (wish !== null && this.#wish === null) this.#ask(driver, wish);
      return;
    }
    const isOver = state.name === "backingOff" || state.name === "stopped";
    if (!isOver) return;
    // Whose login has ended elsewhere is sent out of the world.
    if (this.#phase === "away") return driver.stop();
    const isOusted = state.reason.code === "DUPLICATE_LOGIN" && this.#phase !== "loggingIn";
    if (isOusted && !driver.link.isDoubtful) {
      this.#become("ousted");
      return driver.stop();
    }
    if (this.#phase === "playing") this.#become("entering");
    const isUnheard = state.name === "backingOff" && state.failures >= failuresMax;
    // Whose server does not answer asks for another one, or leaves without a word.
    if (isUnheard && this.#phase === "entering") return this.#logIn();
    if (isUnheard && this.#phase === "loggingOut") return this.stop();
    // Told not to come again: it does all the same, after a while.
    if (state.name === "stopped" && this.#wanted !== null) this.#again();
  }

  // ---------------------------------------------------------------- cheating

  #cheat(cheat: Cheat): void {
    const { doors } = this.#parts;
    const door = this.#door;
    switch (cheat) {
      case "wrong-password":
        this.#pranks.add(cheat);
        if (this.#phase === "playing") this.#logIn();
        return;
      case "early-move":
        this.#pranks.add(cheat);
        return this.#comeAgain();
      case "dead-token":
      case "forged-token": {
        const text = cheat === "dead-token" ? this.#dead.at(-1) : forged(this.#token);
        const isFree = this.#phase === "playing" || this.#phase === "entering";
        if (text === undefined || door === null || !isFree) return;
        this.#hit(cheat);
        this.#game?.stop();
        return this.#enter({ text, isGenuine: false }, door);
      }
      case "server-type":
        if (this.#current.state !== "ready") return;
        this.#hit(cheat);
        return this.#current.input((machine, at) => {
          machine.tell("forged", "update", { tick: 1 }, at);
        });
      default:
        if (this.#phase !== "playing" || this.#currentDoor === doors.login) return;
        if (burstOut(cheat, this.#current)) return this.#hit(cheat);
        if (this.#walk.cheat(cheat, this.#random)) this.#hit(cheat);
    }
  }

  #hit(cheat: Cheat): void {
    this.#parts.faults.hit(cheatFaults[cheat], this.link);
  }
}
