/**
 * What travellers live to see. Safety: a password or a token that is not good opens nothing, and
 * one that is names the same player every time. Liveness: when faults have stopped, whoever wants
 * to play plays, unless somebody else plays with his account.
 */
import { CheckFailure } from "./checker.ts";
import type { Checker, QuietScene, QuietTraveller, SeenEntry, SeenLogin } from "./checker.ts";
import { playersViewName, readPlayersView } from "./players-view.ts";

export class JourneyChecker implements Checker {
  readonly name = "journeys";
  /** Counts logins and entries. */
  checked = 0;
  readonly #players = new Map<string, number>();
  readonly #dead = new Set<string>();

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

  entered({ traveller, token, isGenuine }: SeenEntry): void {
    this.checked += 1;
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

  rested({ servers, travellers }: QuietScene): void {
    for (const { name, serves } of servers) {
      if (!serves) this.#fail("every server serves when faults have stopped", `${name} does not`);
    }
    for (const traveller of travellers) {
      if (isWhereItWillStay(traveller, travellers)) continue;
      const { name, phase, refusal } = traveller;
      this.#fail(
        "whoever wants to play plays when faults have stopped",
        `traveller ${name} is ${phase}, last refused with ${String(refusal)}`,
      );
    }
  }

  #fail(rule: string, detail: string): never {
    throw new CheckFailure(this.name, rule, detail);
  }
}

/** Whether nothing more is going to happen of itself. */
export const isAtRest = ({ servers, travellers }: QuietScene): boolean =>
  travellers.every((traveller) => isWhereItWillStay(traveller, travellers)) &&
  servers.every((server) => {
    const data = server.view(playersViewName);
    // Whoever was cut off is in the world until he is found to be silent.
    const playing = travellers.filter((traveller) => traveller.server === server.name).length;
    return data === null || readPlayersView(data).entities.length === playing;
  });

function isWhereItWillStay(
  { phase, unjudged, account, device, refusal, name }: QuietTraveller,
  travellers: readonly QuietTraveller[],
): boolean {
  if (phase === "away" || phase === "ousted") return true;
  if (phase === "playing") return unjudged === 0;
  const isKeptOut = refusal === "DUPLICATE_LOGIN" && phase === "loggingIn";
  return (
    isKeptOut &&
    travellers.some((other) => {
      const isOther = other.name !== name && other.account === account;
      // From the same device it would take over at the next attempt.
      const isElsewhere = device === "" || other.device !== device;
      return isOther && isElsewhere && other.phase === "playing";
    })
  );
}
