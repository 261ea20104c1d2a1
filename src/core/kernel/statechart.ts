/**
 * Runs statecharts that were compiled to tables. The charts themselves are XState machines in
 * `src/charts`; `scripts/compile-charts.ts` makes the tables, and the tests prove that this gives
 * what XState's pure `initialTransition` and `transition` give.
 *
 * A chart is in one leaf at a time, so a state is the number of a leaf. The table has a cell for
 * each leaf and event, and one more for each leaf without an event, its `always`. A cell lists
 * candidates, innermost state first; the first whose guard holds is taken. What a candidate does,
 * exits, its own actions, entries, down to the initial leaf, is flattened into one list when the
 * chart is compiled.
 *
 * 1. `next` takes at most one candidate of the event, then `always` candidates until none holds.
 *    Compiling proved that `always` cannot go round in a circle.
 * 2. Guards and assigns are pure. What an assign returns is written into the context in place,
 *    before the next guard, assign or action looks.
 * 3. A final leaf is never left.
 * 4. Numbers of leaves hold for one build only. What is kept beyond it holds names.
 */
import { apiRule, invariant } from "./assert.ts";

/** A chart as numbers. Made by `scripts/compile-charts.ts` only. */
export interface CompiledChart {
  readonly id: string;
  /** The leaves by their dotted paths, in the order of the source. */
  readonly states: readonly string[];
  /** The leaves that end the chart. */
  readonly finals: readonly number[];
  readonly events: readonly string[];
  readonly guards: readonly string[];
  readonly assigns: readonly string[];
  readonly actions: readonly string[];
  /** The leaf that the chart starts in, before any `always`, and the work of entering it. */
  readonly initial: number;
  readonly initialWork: number;
  /**
   * Where the candidates of each cell start, counted in candidates. The cell of a leaf and an event
   * is `leaf * (events.length + 1) + event`, that of its `always` has `events.length` for the
   * event. One more entry ends the last cell.
   */
  readonly cells: readonly number[];
  /** Three numbers a candidate: guard or -1, the leaf it leads to or -1 for staying, work. */
  readonly candidates: readonly number[];
  /** Lists of operations: an assign by its index, an action by the complement of its index. */
  readonly works: readonly (readonly number[])[];
}

/** The event with which guards, assigns and actions see the start of the chart. */
export interface InitEvent {
  readonly type: "xstate.init";
}

export type Guard<Context, E> = (context: Context, event: E | InitEvent) => boolean;
export type Assign<Context, E> = (context: Context, event: E | InitEvent) => Partial<Context>;
export type Action<Context, E> = (context: Context, event: E | InitEvent) => void;

/**
 * What the names of a chart mean. The same functions serve XState, see `implementationsOf` in
 * `src/charts`.
 */
export interface ChartRules<Context, E> {
  /** Pure. */
  readonly guards?: Readonly<Record<string, Guard<Context, E>>>;
  /** Pure: give what changes, and do not change the context. */
  readonly assigns?: Readonly<Record<string, Assign<Context, E>>>;
  /** What the chart does to the world, called in the order in which XState lists it. */
  readonly actions?: Readonly<Record<string, Action<Context, E>>>;
}

export interface Chart<Context, E> {
  /** Starts: enters the initial state with this context, which it changes in place and returns. */
  initial(context: Context): { readonly state: number; readonly context: Context };
  /**
   * The leaf after the event, or -1 when nothing in this state answers to it; a candidate that
   * stays where it is gives the same leaf. Changes the context in place. Events of types that the
   * chart does not name are allowed.
   */
  next(state: number, context: Context, event: E): number;
  isFinal(state: number): boolean;
  /** The name of a leaf, for what outlives this build. */
  nameOf(state: number): string;
  /** The number of a leaf, or -1 when this build has none of that name. */
  indexOf(name: string): number;
}

/**
 * @param compiled the chart's table
 * @param rules a function for every name in the table; more are allowed
 * @throws ApiMisuseError when a name has no function
 */
export function createChart<Context extends object, E extends { readonly type: string }>(
  compiled: CompiledChart,
  rules: ChartRules<Context, E>,
): Chart<Context, E> {
  return new TableChart(compiled, rules);
}

export type StateOf<Table extends CompiledChart> = Table["states"][number];
export type EventOf<Table extends CompiledChart> = Table["events"][number];

/**
 * The whole table of a chart without guards, assigns and actions, by names: for each state what
 * each
 * event leads to, null where it is not allowed.
 *
 * @throws ApiMisuseError for a chart that names any
 */
export function plainTransitions<const Table extends CompiledChart>(
  table: Table,
): (state: StateOf<Table>, event: EventOf<Table>) => StateOf<Table> | null {
  const chart = createChart<object, { readonly type: string }>(table, {});
  const targets = new Map<string, ReadonlyMap<string, StateOf<Table>>>();
  table.states.forEach((name, state) => {
    const ofState = new Map<string, StateOf<Table>>();
    for (const type of table.events) {
      const next = chart.next(state, {}, { type });
      if (next >= 0) ofState.set(type, chart.nameOf(next));
    }
    targets.set(name, ofState);
  });
  return (state, event) => targets.get(state)?.get(event) ?? null;
}

const initEvent: InitEvent = { type: "xstate.init" };
const NOT_ALLOWED = -1;
const NO_GUARD = -1;
const STAY = -1;
const CANDIDATE_WIDTH = 3;

class TableChart<Context extends object, E extends { readonly type: string }> implements Chart<
  Context,
  E
> {
  readonly #compiled: CompiledChart;
  readonly #columns: number;
  readonly #eventColumns: ReadonlyMap<string, number>;
  readonly #finals: readonly boolean[];
  readonly #guards: readonly Guard<Context, E>[];
  readonly #assigns: readonly Assign<Context, E>[];
  readonly #actions: readonly Action<Context, E>[];

  constructor(compiled: CompiledChart, rules: ChartRules<Context, E>) {
    const { id, states, events, finals, cells } = compiled;
    this.#compiled = compiled;
    this.#columns = events.length + 1;
    invariant(cells.length === states.length * this.#columns + 1, "a chart's cells are whole", id);
    this.#eventColumns = new Map(events.map((type, column) => [type, column]));
    this.#finals = states.map((_, state) => finals.includes(state));
    this.#guards = compiled.guards.map((name) =>
      named(rules.guards ?? {}, name, `a guard of ${id}`),
    );
    this.#assigns = compiled.assigns.map((name) =>
      named(rules.assigns ?? {}, name, `an assign of ${id}`),
    );
    this.#actions = compiled.actions.map((name) =>
      named(rules.actions ?? {}, name, `an action of ${id}`),
    );
  }

  initial(context: Context): { readonly state: number; readonly context: Context } {
    this.#perform(this.#compiled.initialWork, context, initEvent);
    const state = this.#settle(this.#compiled.initial, context, initEvent);
    return { state, context };
  }

  next(state: number, context: Context, event: E): number {
    invariant(state >= 0 && state < this.#finals.length, "a chart is in one of its states", state);
    if (this.#finals[state] === true) return NOT_ALLOWED;
    const column = this.#eventColumns.get(event.type);
    const taken = column === undefined ? NOT_ALLOWED : this.#take(state, column, context, event);
    const from = taken === NOT_ALLOWED ? state : taken;
    const settled = this.#settle(from, context, event);
    // An event that nothing answers to may still let an `always` of the state hold.
    return taken === NOT_ALLOWED && settled === state ? NOT_ALLOWED : settled;
  }

  isFinal(state: number): boolean {
    return this.#finals[state] === true;
  }

  nameOf(state: number): string {
    const name = this.#compiled.states[state];
    invariant(name !== undefined, "a chart is in one of its states", state);
    return name;
  }

  indexOf(name: string): number {
    return this.#compiled.states.indexOf(name);
  }

  #settle(from: number, context: Context, event: E | InitEvent): number {
    let state = from;
    for (let turns = 0; this.#finals[state] !== true; turns++) {
      invariant(turns <= this.#finals.length, "`always` comes to an end", this.#compiled.id);
      const next = this.#take(state, this.#columns - 1, context, event);
      if (next === NOT_ALLOWED) break;
      state = next;
    }
    return state;
  }

  /**
   * Takes the first candidate of a cell whose guard holds; gives where it leads, or -1 for none.
   */
  #take(state: number, column: number, context: Context, event: E | InitEvent): number {
    const { cells, candidates } = this.#compiled;
    const cell = state * this.#columns + column;
    const end = (cells[cell + 1] as number) * CANDIDATE_WIDTH;
    for (let at = (cells[cell] as number) * CANDIDATE_WIDTH; at < end; at += CANDIDATE_WIDTH) {
      const guard = candidates[at] as number;
      if (guard !== NO_GUARD && !this.#guardAt(guard)(context, event)) continue;
      const target = candidates[at + 1] as number;
      this.#perform(candidates[at + 2] as number, context, event);
      return target === STAY ? state : target;
    }
    return NOT_ALLOWED;
  }

  #guardAt(index: number): Guard<Context, E> {
    return this.#guards[index] as Guard<Context, E>;
  }

  #perform(work: number, context: Context, event: E | InitEvent): void {
    for (const operation of this.#compiled.works[work] as readonly number[]) {
      if (operation >= 0) {
        const assign = this.#assigns[operation] as Assign<Context, E>;
        Object.assign(context, assign(context, event));
      } else {
        const action = this.#actions[~operation] as Action<Context, E>;
        action(context, event);
      }
    }
  }
}

function named<T>(rules: Readonly<Record<string, T>>, name: string, what: string): T {
  apiRule(Object.hasOwn(rules, name), `no function for "${name}", ${what}`);
  return rules[name] as T;
}
