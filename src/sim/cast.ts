/** Who is in a run, and how they reach each other. */
import { Routes } from "../client/routes.ts";
import { invariant } from "../core/kernel/assert.ts";
import { performersHost } from "./calls.ts";
import type { Observations, QuietRun, QuietScene } from "./checkers/checker.ts";
import { forgedContract } from "./clients/cheats.ts";
import type { Door } from "./clients/doors.ts";
import { hostOf, numberOf } from "./clients/link.ts";
import { Player } from "./clients/player.ts";
import type { RequestTally } from "./clients/player.ts";
import { RudePeer } from "./clients/rude.ts";
import type { ClientScript } from "./clients/script.ts";
import { ClientTap } from "./clients/tap.ts";
import { Traveller } from "./clients/traveller.ts";
import type { TravellerParts } from "./clients/traveller.ts";
import { seedWords } from "./decisions.ts";
import type { Decisions } from "./decisions.ts";
import type { FaultCounters } from "./faults.ts";
import type { Network } from "./network/network.ts";
import type { Hosts } from "./network/weather.ts";
import type { Fates } from "./outside.ts";
import type { RunSetup } from "./plan.ts";
import type { Stage } from "./scenario.ts";
import type { Scheduler } from "./scheduler.ts";
import type { Site } from "./site.ts";
import type { Witness } from "./witness.ts";

/** Everybody that a partition can part from others. */
export const hostsOf = ({ sites }: Stage, scripts: RunSetup["scripts"]): Hosts => ({
  clients: [...new Set(scripts.map(({ name }) => hostOf(numberOf(name))))],
  servers: sites.map(({ name }) => name),
  performers: sites.some(({ performers }) => Object.keys(performers).length > 0)
    ? [performersHost]
    : [],
});

/** The way to a server, whose checkers see both ends of it. */
export function doorOf({ spec, node, observe }: Site, index: number): Door {
  const contracts = [...spec.contracts, ...(spec.unserved ?? [])];
  return {
    name: spec.name,
    letter: String.fromCharCode("a".charCodeAt(0) + index),
    target: node.machine,
    observer: new ClientTap((spec.nextRealm ?? spec.realm).rules, observe),
    contracts,
    routes: new Routes([...contracts, forgedContract]),
  };
}

/** What travellers know of the servers, and whom they tell what becomes of them. */
export function journeysOf(
  sites: readonly Site[],
  doors: readonly Door[],
  observe: Observations,
): Pick<TravellerParts, "doors" | "journeys"> {
  const login = doors[sites.findIndex(({ spec }) => spec.role === "login")];
  invariant(login !== undefined, "travellers need a server to log in on");
  const games = new Map<string, Door>();
  for (const [index, { spec }] of sites.entries()) {
    const door = doors[index];
    if (spec.address !== null && door !== undefined) games.set(spec.address, door);
  }
  return {
    doors: { login, games },
    journeys: {
      loggedIn: (seen) => observe.loggedIn(seen),
      entered: (seen) => observe.entered(seen),
      loggedOut: (token) => observe.loggedOut(token),
      broken: (name, what) => observe.playerBroken(name, what),
    },
  };
}

/** By checker, how often it had something to judge, summed over servers. */
export function checkedBy(sites: readonly Site[], stage: Stage): Record<string, number> {
  const all = [...sites.flatMap(({ checkers }) => checkers), ...stage.checkers];
  const checked: Record<string, number> = {};
  for (const { name, checked: count } of all) checked[name] = (checked[name] ?? 0) + count;
  return checked;
}

/** Who knows of no login goes to one of the servers, always to the same. */
function placeOf(sites: readonly Site[], client: string): Site {
  const site = sites[numberOf(client) % sites.length];
  invariant(site !== undefined, "a run has a server");
  return site;
}

type TravellerScript = Extract<ClientScript, { readonly kind: "traveller" }>;

interface ClientsParts {
  readonly scheduler: Scheduler;
  readonly decisions: Decisions;
  readonly faults: FaultCounters;
  readonly network: Network;
  readonly sites: readonly Site[];
  /** Of those who look at all servers and clients together. */
  readonly observe: Observations;
  readonly witness: Witness | null;
}

/** All clients of a run, each of which acts as its script says while the storm lasts. */
export class Clients {
  readonly requests: RequestTally = { asked: 0, answered: 0 };
  readonly #parts: ClientsParts;
  readonly #options: RunSetup["options"];
  readonly #players: Player[] = [];
  readonly #travellers: Traveller[] = [];
  readonly #rude: RudePeer[] = [];
  /** What clients are made to do, by their names. */
  readonly #actors = new Map<string, (action: ClientScript["actions"][number]) => void>();
  readonly #stepping = (): void => this.#stepTravellers();

  constructor(parts: ClientsParts, { options, scripts, entropy }: RunSetup) {
    this.#parts = parts;
    this.#options = options;
    const { scheduler, decisions, faults, network, sites } = parts;
    const common = {
      ...{ scheduler, decisions, faults, network, requests: this.requests },
      workload: options.workload,
      handshake: options.handshake,
      wires: options.network,
      security: options.server.security,
      seed: seedWords(entropy),
      idleTimeoutMicros: options.server.idleTimeoutMicros,
    };
    const doors = sites.map((site, index) => doorOf(site, index));
    for (const script of scripts) {
      const site = placeOf(sites, script.name);
      const door = doors[sites.indexOf(site)];
      invariant(door !== undefined, "a server has a door");
      const { target, observer, contracts } = door;
      if (script.kind === "traveller") {
        const journeys = journeysOf(sites, doors, parts.observe);
        this.#makeTraveller({ ...common, players: options.players, ...journeys }, script);
      } else if (script.kind === "player") {
        const players = tellsOf(site.observe);
        const player = new Player({ ...common, target, observer, contracts, players }, script.name);
        this.#players.push(player);
        this.#perform(script, (action) => player.act(action));
      } else {
        const peer = new RudePeer({ ...common, target, observer }, script);
        this.#rude.push(peer);
        this.#perform(script, (action) => peer.act(action));
      }
    }
    if (this.travel) this.#stepTravellers();
  }

  /** Of those who behave. */
  get names(): string[] {
    return [...this.#players, ...this.#travellers].map(({ name }) => name);
  }

  /** Whether they go from server to server. */
  get travel(): boolean {
    return this.#travellers.length > 0;
  }

  /** What makes the client act now; undefined when there is none of the name. */
  actor(name: string): ((action: ClientScript["actions"][number]) => void) | undefined {
    return this.#actors.get(name);
  }

  /** The link of one who behaves, on which it is now; null when it has none. */
  linkOf(name: string): string | null {
    return [...this.#players, ...this.#travellers].find((one) => one.name === name)?.link ?? null;
  }

  /** Nobody is rude any more, and travellers begin nothing new. */
  rest(): void {
    for (const peer of this.#rude) peer.stop();
    for (const traveller of this.#travellers) traveller.rest();
  }

  leave(): void {
    for (const player of this.#players) player.stop();
    for (const traveller of this.#travellers) traveller.stop();
  }

  quietPlayers(): QuietRun["players"] {
    return this.#players.map(({ name, state, pending }) => ({ name, state, pending }));
  }

  /** Everybody who behaves as he stands, and what befell him. */
  quiet(fates: Fates): Pick<QuietScene, "players" | "travellers"> {
    const { sites } = this.#parts;
    return {
      players: this.#players.map((player) => ({
        ...player.quiet(),
        ...fates.of(player.name),
        server: placeOf(sites, player.name).spec.name,
      })),
      travellers: this.#travellers.map((traveller) => ({
        ...traveller.quiet(),
        ...fates.of(traveller.name),
      })),
    };
  }

  #makeTraveller(parts: TravellerParts, script: TravellerScript): void {
    const traveller = new Traveller(parts, script);
    this.#travellers.push(traveller);
    this.#perform(script, (action) => traveller.act(action));
  }

  /** All of them at once, and again and again. */
  #stepTravellers(): void {
    for (const traveller of this.#travellers) traveller.step();
    this.#parts.scheduler.after(this.#options.players.stepMicros, this.#stepping);
  }

  /** The workload belongs to the storm. */
  #perform<S extends ClientScript>(script: S, act: (action: S["actions"][number]) => void): void {
    const { witness, scheduler } = this.#parts;
    const perform = (action: S["actions"][number]): void => {
      witness?.acted(script, action);
      act(action);
    };
    // Whoever drives a client by hand gives it actions of its kind.
    this.#actors.set(script.name, perform);
    for (const action of script.actions) {
      const { atMicros } = action;
      invariant(atMicros >= 0, "a script begins with the run");
      if (atMicros >= this.#options.seconds * 1_000_000) continue;
      scheduler.at(atMicros, () => perform(action));
    }
  }
}

/** Whom a player of one server tells what becomes of it. */
const tellsOf = (observe: Observations): ConstructorParameters<typeof Player>[0]["players"] => ({
  echoed: (...seen) => observe.echoed(...seen),
  broken: (name, what) => observe.playerBroken(name, what),
  stateChanged: (...seen) => observe.playerChanged(...seen),
});
