/**
 * [SYNC-02] [SYNC-08] Views converge: when everything has come to rest, each client sees exactly
 * whom the server says he must, each where the server has him; nobody sees a ghost; and whoever is
 * within the view distance is seen, however the server divides its ground. When everybody has left,
 * the world is empty.
 */
import type { Position } from "../../core/wire/index.ts";
import type { PlayersOptions } from "../options.ts";
import { CheckFailure } from "./checker.ts";
import type { Checker, QuietScene, QuietServer, QuietTraveller } from "./checker.ts";
import { playersViewName, readPlayersView } from "./players-view.ts";
import type { PlayersView } from "./players-view.ts";

export class WorldViewChecker implements Checker {
  readonly name = "world-view";
  /** Counts entities that were seen and compared, besides the viewers' own. */
  checked = 0;
  readonly #options: PlayersOptions;

  constructor(options: PlayersOptions) {
    this.#options = options;
  }

  rested({ servers, travellers: all }: QuietScene): void {
    const travellers = all.filter(({ isCutOff }) => !isCutOff);
    const playing = new Map<string, string>();
    for (const { name, account, phase } of travellers) {
      if (phase !== "playing") continue;
      const other = playing.get(account);
      if (other !== undefined) {
        this.#fail("an account is played with once", `travellers ${other} and ${name}`);
      }
      playing.set(account, name);
    }
    for (const server of servers) {
      const view = viewOf(server);
      const here = travellers.filter(({ server: where }) => where === server.name);
      if (view !== null) this.#compare(view, here);
    }
  }

  deserted({ servers }: QuietScene): void {
    for (const server of servers) {
      const left = viewOf(server)?.entities.length ?? 0;
      if (left > 0) {
        this.#fail("a world that everybody has left is empty", `${String(left)} are there`);
      }
    }
  }

  #compare(shown: PlayersView, travellers: readonly QuietTraveller[]): void {
    const owners = new Set(travellers.map(({ view }) => view.own));
    for (const { id } of shown.entities) {
      if (!owners.has(id)) this.#fail("every entity is of somebody who plays", String(id));
    }
    for (const traveller of travellers) this.#compareOne(shown, traveller);
  }

  #compareOne(shown: PlayersView, { name, view, updates, predicted }: QuietTraveller): void {
    const { applied, outdated } = view.counters;
    if (applied + outdated !== updates) {
      const detail = `traveller ${name}: ${String(applied)} and ${String(outdated)} of ${String(updates)}`;
      this.#fail("a view counts the updates that it was given", detail);
    }
    const own = shown.entities.find(({ id }) => id === view.own);
    const viewer = shown.viewers.find(({ id }) => id === view.own);
    if (own === undefined || viewer === undefined) {
      this.#fail("whoever plays has an entity", `traveller ${name} has none`);
    }
    const { x0, x1, z0, z1 } = viewer;
    for (const entity of shown.entities) {
      const x = entity.cell % shown.cells;
      const z = Math.floor(entity.cell / shown.cells);
      const isInSight = x >= x0 && x <= x1 && z >= z0 && z <= z1;
      const seen = view.entities.get(entity.id);
      const about = `traveller ${name}, entity ${String(entity.id)}`;
      if (isInSight && seen === undefined) this.#fail("who must be seen is seen", about);
      if (!isInSight && seen !== undefined) this.#fail("who is out of sight is not seen", about);
      if (!isInSight && this.#isNear(own, entity)) {
        this.#fail("who is within the view distance is seen", about);
      }
      if (seen === undefined) continue;
      if (entity.id !== view.own) this.checked += 1;
      if (!isSamePlace(seen.position, entity)) {
        this.#fail("everybody is seen where he is", about);
      }
      if (seen.health === null) this.#fail("everybody is seen in full", about);
    }
    for (const id of view.entities.keys()) {
      const isThere = shown.entities.some((entity) => entity.id === id);
      if (!isThere) this.#fail("nobody sees a ghost", `traveller ${name}, entity ${String(id)}`);
    }
    if (predicted !== null && !isSamePlace(predicted, own)) {
      this.#fail("a client that was corrected is where the server has it", `traveller ${name}`);
    }
  }

  #isNear(one: Position, other: Position): boolean {
    const far = this.#options.viewDistanceM;
    return Math.abs(one.x - other.x) <= far && Math.abs(one.z - other.z) <= far;
  }

  #fail(rule: string, detail: string): never {
    throw new CheckFailure(this.name, rule, detail);
  }
}

function viewOf(server: QuietServer): PlayersView | null {
  const data = server.view(playersViewName);
  return data === null ? null : readPlayersView(data);
}

const isSamePlace = (one: Position, other: Position): boolean =>
  one.x === other.x && one.y === other.y && one.z === other.z;
