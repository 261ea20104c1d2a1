/**
 * [SYNC-07] What each viewer sees is a rectangle of cells around his own that reaches at least two
 * cells to every side and at most three, and that changes only with his cell, as little as that
 * allows. Looked at after every tick that told something.
 */
import { worldContract } from "../../core/features/contracts.ts";
import type { PlayersOptions } from "../options.ts";
import { CheckFailure } from "./checker.ts";
import type { Checker, Step, StepSend } from "./checker.ts";
import { playersViewName, readPlayersView } from "./players-view.ts";
import type { PlayersView, ShownViewer } from "./players-view.ts";

const reachMin = 2;
const reachMax = 3;

/** What a viewer saw, from where, and when that was told. */
interface Seen {
  viewer: ShownViewer;
  cell: number;
  tick: number;
}

export class SightChecker implements Checker {
  readonly name = "sight";
  readonly missesEncore = true;
  /** Counts rectangles of viewers who had come to another cell. */
  checked = 0;
  readonly #options: PlayersOptions;
  #tick = 0;
  readonly #before = new Map<number, Seen>();

  constructor(options: PlayersOptions) {
    this.#options = options;
  }

  stepped({ event, counts, sends, machine }: Step): void {
    // Viewers are told by ticks only, and looking is expensive.
    if (event.type !== "time.reached" || !counts.has("ticks_total")) return;
    // Who comes to another cell has his movement acknowledged by the tick that tells of it.
    if (!sends.some(isUpdate)) return;
    if (!machine.views.includes(playersViewName)) return;
    const view = readPlayersView(machine.view(playersViewName));
    if (view.tick === this.#tick) return;
    this.#tick = view.tick;
    const { viewDistanceM } = this.#options;
    if (2 * view.cell < viewDistanceM) this.#fail("two cells are a view distance", "");
    const { entities, viewers } = view;
    let seen = 0;
    for (const [at, viewer] of viewers.entries()) {
      // Both are lists of everybody in the same order, or should be.
      const same = entities[at];
      const entity = same?.id === viewer.id ? same : entities.find(({ id }) => id === viewer.id);
      const cell = entity?.cell ?? -1;
      if (cell === -1) continue;
      seen += 1;
      this.#meet(view, viewer, cell);
    }
    if (this.#before.size > seen) this.#forget(view.tick);
  }

  machineCreated(): void {
    this.#before.clear();
    this.#tick = 0;
  }

  /** Most viewers are where they were, and see what they saw: that was judged. */
  #meet(view: PlayersView, viewer: ShownViewer, cell: number): void {
    const before = this.#before.get(viewer.id);
    if (before === undefined || before.cell !== cell || !isSame(before.viewer, viewer)) {
      this.#look(view, viewer, cell);
    }
    if (before === undefined) {
      this.#before.set(viewer.id, { viewer, cell, tick: view.tick });
      return;
    }
    before.viewer = viewer;
    before.cell = cell;
    before.tick = view.tick;
  }

  /** Those who were not there in the last tick. */
  #forget(tick: number): void {
    for (const [id, seen] of this.#before) if (seen.tick !== tick) this.#before.delete(id);
  }

  /** Where viewers looked before is not told again. */
  restored(): void {
    this.machineCreated();
  }

  #look({ cells }: PlayersView, viewer: ShownViewer, cell: number): void {
    const before = this.#before.get(viewer.id)?.viewer;
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

const { update } = worldContract.entries;

const isUpdate = ({ type }: StepSend): boolean => type === update.type;

const isSame = (one: ShownViewer, other: ShownViewer): boolean =>
  one.x0 === other.x0 && one.x1 === other.x1 && one.z0 === other.z0 && one.z1 === other.z1;
