/**
 * What must hold when nothing is left to happen but time: everybody has an outcome, and each
 * account is held by one living session or by none. Played, not read off: time passes without
 * faults, then a guest from another device tries to come in.
 */
import { reportPeriodMs } from "../../core/features/accounts/index.ts";
import { at } from "./parts.ts";
import type { Holder, State } from "./parts.ts";
import { cornerConfig, serverName, visitorName } from "./system.ts";
import type { Happening, System } from "./system.ts";
import { visitorOf } from "./visitor.ts";

export interface Calm {
  /** The first rule that does not hold; null when all do. */
  readonly broken: string | null;
  /** What was played, by name. */
  readonly events: readonly string[];
}

/** More events than this without an end is a server that spins. */
const eventsMax = 2_000;
/** By then every report has been made, and evictions are done. */
const settleMs = 6 * reportPeriodMs;
/** By then nobody is kept out by a token that nobody plays with. */
const graceMs = cornerConfig.loginGraceMs + 2 * reportPeriodMs;

/**
 * Plays the calm end of a state in which nothing is left to happen.
 *
 * @param state `system`'s
 */
export function playCalm(system: System, state: State): Calm {
  const play = new Play(system, state);
  play.pass(settleMs);
  play.check(restRules);
  const { corner, scripts } = system;
  for (let guest = corner.visitors.length; guest < scripts.length; guest += 1) {
    play.welcome(guest);
  }
  return { broken: play.broken, events: play.events };
}

class Play {
  readonly events: string[] = [];
  broken: string | null = null;
  readonly #system: System;
  #state: State;

  constructor(system: System, state: State) {
    this.#system = system;
    this.#state = state;
  }

  check(rules: (system: System, state: State) => string | null): void {
    this.broken ??= rules(this.#system, this.#state);
  }

  /** Lets time pass, a report period at a time, and everything happen that can. */
  pass(spanMs: number): void {
    this.#settle();
    const { secondMs } = this.#system.corner;
    for (let passed = 0; passed < spanMs && this.broken === null; passed += secondMs) {
      this.#state = this.#system.withSeconds(this.#state, 1);
      this.#apply({ name: "time passes", kind: "second" });
      this.#settle();
    }
  }

  /**
   * A guest comes, from a device of his own: he is kept out while somebody lives in a game server
   * by his account, and is let in otherwise.
   */
  welcome(guest: number): void {
    if (this.broken !== null) return;
    const before = this.#state;
    const { goal, account } = at(this.#system.scripts, guest);
    const isHeld = playersOf(this.#system, before, account).length > 0;
    if (!isHeld) this.pass(graceMs);
    this.#state = this.#system.invite(this.#state, guest);
    this.#settle();
    if (this.broken !== null) return;
    const { phase, why } = at(this.#state.visitors, guest).value;
    if (isHeld && goal === "play" && why !== "refused: DUPLICATE_LOGIN") {
      this.broken = `account ${account} is held by a living session, and a guest is ${phase} ${why}`;
    }
    if (!isHeld && phase !== "here") {
      this.broken = `account ${account} is held by nobody, and a guest is ${phase} ${why}`;
    }
    this.#state = before;
  }

  #settle(): void {
    while (this.broken === null) {
      const next = this.#system.events(this.#state).find(isCalm);
      if (next === undefined) return;
      this.#apply(next);
    }
  }

  #apply(happening: Happening): void {
    this.events.push(happening.name);
    const { state, broken } = this.#system.apply(this.#state, happening);
    this.#state = state;
    this.broken = broken;
    if (this.events.length > eventsMax) this.broken ??= "it never comes to rest";
  }
}

const isCalm = (happening: Happening): boolean =>
  (happening.kind === "deed" && happening.deed === "starts") ||
  happening.kind === "take" ||
  happening.kind === "hear" ||
  happening.kind === "perform" ||
  happening.kind === "answer";

// ---------------------------------------------------------------- at rest

function restRules(system: System, state: State): string | null {
  return (
    nothingWaits(state) ??
    everybodyHasAnOutcome(system, state) ??
    everySessionIsSomebodys(state) ??
    everyAccountIsSound(system, state)
  );
}

function nothingWaits({ flights, links, realms }: State): string | null {
  for (const [server, { value }] of flights.entries()) {
    if (value.length > 0) return `${serverName(server)} waits for a call`;
  }
  for (const [server, { value }] of realms.entries()) {
    if (value.calls.length > 0)
      return `${serverName(server)} waits for a call that nobody performs`;
    for (const connection of value.connections) {
      const link = at(links, visitorOf(connection)).value.find(
        (one) => one.connection === connection,
      );
      if (link?.host !== "open") return `${serverName(server)} keeps a session without a link`;
    }
  }
  return null;
}

function everybodyHasAnOutcome(
  { scripts }: System,
  { visitors, links, rest }: State,
): string | null {
  for (const [index, { value }] of visitors.entries()) {
    const name = visitorName(index);
    if (value.phase !== "here" && value.phase !== "gone") {
      return `${name} is for ever ${value.phase} (${value.wish})`;
    }
    const open = at(links, index).value.filter(({ hasVisitorLeft }) => !hasVisitorLeft);
    if (value.phase === "gone" && open.length > 0) return `${name} is gone and has a link`;
    if (value.phase === "here" && open.length !== 1) return `${name} is here without a link`;
    const script = at(scripts, index);
    // Whoever was cut off may be in his own way, until the server has noticed; and whose call was
    // lost, until that has run out.
    const isAlone =
      script.cuts === 0 &&
      !rest.value.hasFailed &&
      !scripts.some(
        (other, at) => at !== index && other.account === script.account && isInvited(visitors, at),
      );
    if (isAlone && value.why.endsWith("DUPLICATE_LOGIN")) return `${name} is kept out by nobody`;
  }
  return null;
}

const isInvited = (visitors: State["visitors"], index: number): boolean =>
  at(visitors, index).value.why !== "not invited";

/** Both ends agree on who is in, and by which token. */
function everySessionIsSomebodys({ realms, visitors }: State): string | null {
  const held = realms.flatMap(({ value }, server) =>
    value.holders.map((holder) => ({ ...holder, server })),
  );
  for (const { connection, server } of held) {
    const { value } = at(visitors, visitorOf(connection));
    if (value.phase === "here" && value.connection === connection) continue;
    return `${serverName(server)} has a session of ${visitorName(visitorOf(connection))}, who is not here`;
  }
  for (const [index, { value }] of visitors.entries()) {
    if (value.phase !== "here") continue;
    const mine = held.find(({ connection }) => connection === value.connection);
    if (mine === undefined) return `${visitorName(index)} is here, and no server knows him`;
    if (mine.login !== String(value.token)) return `${visitorName(index)} is here by another token`;
  }
  return null;
}

/** The players of an account who are in the world of a game server. */
function playersOf({ scripts }: System, { realms }: State, account: string): readonly Holder[] {
  return realms
    .flatMap(({ value }) => value.holders)
    .filter(({ connection, inWorld }) => {
      return inWorld && at(scripts, visitorOf(connection)).account === account;
    });
}

function everyAccountIsSound(system: System, state: State): string | null {
  const { logins, evictions } = state.tables.value;
  if (evictions.length > 0) return "an eviction is never done";
  const { valid, hasFailed } = state.rest.value;
  for (const account of new Set(system.corner.visitors.map((script) => script.account))) {
    const players = playersOf(system, state, account);
    if (players.length > 1) return `account ${account} is in two sessions`;
    const [player] = players;
    const row = logins.find(([id]) => id === player?.player)?.[1].row;
    if (player === undefined) continue;
    if (row?.state !== "playing")
      return `account ${account} plays, and is held to be ${row?.state}`;
    if (row.tokenId !== player.login) return `account ${account} plays by a token that is void`;
  }
  for (const [, { row }] of logins) {
    const isPlayed = state.realms.some(({ value }) =>
      value.holders.some(({ login, inWorld }) => inWorld && login === row.tokenId),
    );
    if (row.state === "playing" && !isPlayed) return "an account is held by nobody for ever";
    const isTold = valid.some(({ token, isTold: told }) => told && token === row.tokenId);
    if (row.state === "issued" && !isTold && !hasFailed) {
      return "whoever is told nothing keeps nothing";
    }
  }
  return null;
}
