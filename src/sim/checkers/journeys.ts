/**
 * What travellers live to see. Safety: a password or a token that is not good opens nothing, and
 * one that is names the same player every time; servers draw by themselves, and not all alike.
 * Liveness: when faults have stopped, whoever wants
 * to play plays, or proves that he was allowed to be stuck (`stuck.ts`); who is banned does not.
 */
import { CheckFailure } from "./checker.ts";
import type { Checker, QuietScene, QuietTraveller, SeenEntry, SeenLogin } from "./checker.ts";
import { lieOfServer } from "./liveness.ts";
import { playersViewName, readPlayersView } from "./players-view.ts";
import { lieOf, statementOfTraveller } from "./stuck.ts";

export class JourneyChecker implements Checker {
  readonly name = "journeys";
  /** Counts logins and entries. */
  checked = 0;
  readonly #players = new Map<string, number>();
  readonly #dead = new Set<string>();
  /** By server, where it has put those who came. */
  readonly #arrivals = new Map<string, Set<string>>();
  readonly #banned: ReadonlySet<string>;

  /** @param banned the accounts that are, at any time */
  constructor(banned: ReadonlySet<string> = nobody) {
    this.#banned = banned;
  }

  loggedIn({ traveller, account, isPasswordRight, player, code }: SeenLogin): void {
    this.checked += 1;
    const about = `traveller ${traveller}, account ${account}`;
    if (!isPasswordRight && player !== null) this.#fail("a wrong password opens nothing", about);
    if (isPasswordRight && code === "INVALID_CREDENTIALS") {
      this.#fail("the right password is believed", about);
    }
    if (player === null) return;
    const known = this.#players.get(account);
    if (known !== undefined && known !== player) {
      this.#fail("an account is one player", `${about}: ${String(known)} and ${String(player)}`);
    }
    for (const [other, its] of this.#players) {
      if (its === player && other !== account) this.#fail("players have accounts apart", about);
    }
    this.#players.set(account, player);
  }

  entered({ traveller, token, isGenuine, server, at }: SeenEntry): void {
    this.checked += 1;
    const arrivals = this.#arrivals.get(server) ?? new Set();
    this.#arrivals.set(server, arrivals.add(`${String(at.x)} ${String(at.z)}`));
    const about = `traveller ${traveller}`;
    if (this.#dead.has(token)) this.#fail("a token that was logged out of opens nothing", about);
    if (!isGenuine) this.#fail("a token that no server made opens nothing", about);
  }

  loggedOut(token: string): void {
    this.#dead.add(token);
  }

  playerBroken(traveller: string, what: string): void {
    this.#fail("a client machine never throws", `traveller ${traveller}: ${what}`);
  }

  rested(scene: QuietScene): void {
    this.#compareArrivals();
    for (const server of scene.servers) {
      const lie = lieOfServer(server);
      if (lie !== null) {
        this.#fail("every server serves when faults have stopped", `${server.name} ${lie}`);
      }
    }
    for (const traveller of scene.travellers) {
      const trouble = troubleOf(traveller, scene, this.#banned);
      if (trouble === null) continue;
      const { name, phase } = traveller;
      if (trouble === playsBanned) this.#fail("whoever is banned is out", `traveller ${name}`);
      this.#fail(
        "whoever wants to play plays when faults have stopped",
        `traveller ${name} is ${phase}: ${trouble}`,
      );
    }
  }

  /** One and the same place is chance, two are none. */
  #compareArrivals(): void {
    const servers = [...this.#arrivals];
    for (const [index, [name, places]] of servers.entries()) {
      for (const [other, others] of servers.slice(index + 1)) {
        const same = [...places].filter((place) => others.has(place));
        if (same.length < 2) continue;
        this.#fail(
          "servers draw apart",
          `${name} and ${other} both put somebody at ${same.join()}`,
        );
      }
    }
  }

  #fail(rule: string, detail: string): never {
    throw new CheckFailure(this.name, rule, detail);
  }
}

/** Whether nothing more is going to happen of itself. */
export const isAtRest = (scene: QuietScene, banned: ReadonlySet<string> = nobody): boolean =>
  scene.servers.every((server) => lieOfServer(server) === null) &&
  scene.travellers.every((traveller) => troubleOf(traveller, scene, banned) === null) &&
  scene.servers.every((server) => {
    const data = server.view(playersViewName);
    // Whoever was cut off is in the world until he is found to be silent.
    const playing = scene.travellers.filter(
      (traveller) => traveller.server === server.name && !traveller.isCutOff,
    ).length;
    return data === null || readPlayersView(data).entities.length === playing;
  });

/** Why a traveller should not be as he is, in words; null when he may. */
function troubleOf(
  traveller: QuietTraveller,
  scene: QuietScene,
  banned: ReadonlySet<string>,
): string | null {
  const { account, phase, refusal, isCutOff } = traveller;
  const isBanned = banned.has(account);
  if (phase === "playing" && isBanned && !isCutOff) return playsBanned;
  if (phase === "loggingIn" && refusal === "BANNED" && !isCutOff) {
    return isBanned ? null : "banned: his account is not";
  }
  const statement = statementOfTraveller(traveller);
  if (statement !== null) {
    // No login server is full of connections here.
    const lie = lieOf(statement, traveller, scene, Infinity);
    return lie === null ? null : `${statement.type}: ${lie}`;
  }
  const { server } = traveller;
  const isLost = scene.servers.some(({ name, isDown }) => isDown && name === server);
  return isLost ? `he plays on ${String(server)}, which is down` : null;
}

const playsBanned = "his account is banned";
const nobody: ReadonlySet<string> = new Set();
