/**
 * [SYNC-07] What each viewer sees is a rectangle of cells around his own that reaches at least two
 * cells to every side and at most three, and that changes only with his cell, as little as that
 * allows. Looked at after every tick that told something.
 */
import type { PlayersOptions } from "../options.ts";
import { CheckFailure } from "./checker.ts";
import type { Checker, Step } from "./checker.ts";
import { playersViewName, readPlayersView } from "./players-view.ts";
import type { PlayersView, ShownViewer } from "./players-view.ts";

const reachMin = 2;
const reachMax = 3;

export class SightChecker implements Checker {
  readonly name = "sight";
  readonly missesEncore = true;
  /** Counts rectangles of viewers who had come to another cell. */
  checked = 0;
  readonly #options: PlayersOptions;
  #tick = 0;
  #before = new Map<number, ShownViewer>();

  constructor(options: PlayersOptions) {
    this.#options = options;
  }

  stepped({ event, counts, machine }: Step): void {
    // Viewers are told by ticks only, and looking is expensive.
    if (event.type !== "time.reached" || !counts.has("ticks_total")) return;
    if (!machine.views.includes(playersViewName)) return;
    const view = readPlayersView(machine.view(playersViewName));
    if (view.tick === this.#tick) return;
    this.#tick = view.tick;
    const { viewDistanceM } = this.#options;
    if (2 * view.cell < viewDistanceM) this.#fail("two cells are a view distance", "");
    const cells = new Map(view.entities.map(({ id, cell }) => [id, cell]));
    const now = new Map<number, ShownViewer>();
    for (const viewer of view.viewers) {
      const cell = cells.get(viewer.id) ?? -1;
      if (cell === -1) continue;
      now.set(viewer.id, viewer);
      this.#look(view, viewer, cell);
    }
    this.#before = now;
  }

  machineCreated(): void {
    this.#before = new Map();
    this.#tick = 0;
  }

  /** Where viewers looked before is not told again. */
  restored(): void {
    this.machineCreated();
  }

  #look({ cells }: PlayersView, viewer: ShownViewer, cell: number): void {
    const before = this.#before.get(viewer.id);
    const x = cell % cells;
    const z = Math.floor(cell / cells);
    const isKnown = before !== undefined;
    this.#axis([before?.x0, before?.x1, viewer.x0, viewer.x1], x, cells, isKnown);
    this.#axis([before?.z0, before?.z1, viewer.z0, viewer.z1], z, cells, isKnown);
  }

  #axis(
    [low, high, from, to]: [number | undefined, number | undefined, number, number],
    at: number,
    cells: number,
    isKnown: boolean,
  ): void {
    const last = cells - 1;
    const isWide = from <= Math.max(0, at - reachMin) && to >= Math.min(last, at + reachMin);
    const isNarrow = from >= Math.max(0, at - reachMax) && to <= Math.min(last, at + reachMax);
    if (!isWide || !isNarrow) {
      this.#fail(
        "a viewer sees two cells to every side at least and three at most",
        `${String(from)}..${String(to)} from ${String(at)} of ${String(cells)}`,
      );
    }
    if (!isKnown || low === undefined || high === undefined) return;
    if (low !== from || high !== to) this.checked += 1;
    // Of all that is allowed now, what is nearest to what was. Who was carried far begins anew.
    if (high < at - reachMax || low > at + reachMax) return;
    const nearestFrom = Math.max(0, Math.min(Math.max(low, at - reachMax), at - reachMin));
    const nearestTo = Math.min(last, Math.max(Math.min(high, at + reachMax), at + reachMin));
    if (from !== nearestFrom || to !== nearestTo) {
      this.#fail(
        "what a viewer sees changes as little as it must",
        `${String(low)}..${String(high)} became ${String(from)}..${String(to)} at ${String(at)}`,
      );
    }
  }

  #fail(rule: string, detail: string): never {
    throw new CheckFailure(this.name, rule, detail);
  }
}
