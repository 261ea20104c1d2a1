/**
 * Compiles an XState machine of the subset to the table that core's runtime walks.
 *
 * What XState works out at each step, from which ancestor a transition comes, what it leaves and
 * what it enters, depends only on the leaf it starts from, so it is worked out here, once for each
 * leaf. The rules are XState's, which are those of SCXML but for transitions being internal unless
 * they say `reenter`:
 *
 * 1. A transition's domain is the state whose inside it changes. It is its source, when the target
 *    is the source or inside it and it does not `reenter`; otherwise the closest state that has
 *    both
 *    source and target inside; with `reenter` at the chart itself there is none, and the chart is
 *    left and entered too.
 * 2. Left is what is active inside the domain, innermost first; entered is what lies between the
 *    domain and the target's initial leaf, outermost first.
 * 3. Entering a final state ends the chart, and what is still active is left, innermost first.
 */
import type { AnyStateMachine, AnyStateNode } from "xstate";
import type { CompiledChart } from "../../core/kernel/statechart.ts";
import { checkSubset, childrenOf, isAssign, listOf, nameOfReference, refuse } from "./subset.ts";

/**
 * @param machine made by `setup().createMachine()`
 * @throws ApiMisuseError naming chart, state and key, for anything outside the subset
 */
export function compile(machine: AnyStateMachine): CompiledChart {
  checkSubset(machine);
  const table = new TableBuilder(machine);
  for (const leaf of table.leaves) table.addLeaf(leaf);
  checkCircles(table);
  return table.finished();
}

/** What XState makes of one transition of a state. */
interface Transition {
  readonly source: AnyStateNode;
  readonly target: AnyStateNode | null;
  readonly guard: string | null;
  readonly actions: readonly string[];
  readonly reenter: boolean;
}

interface Candidate {
  readonly guard: number;
  readonly target: number;
  readonly work: number;
}

const STAY = -1;
const NO_GUARD = -1;
const ALWAYS: unique symbol = Symbol("always");

class TableBuilder {
  readonly leaves: readonly AnyStateNode[];
  readonly #machine: AnyStateMachine;
  readonly #events: readonly string[];
  readonly #cells: (readonly Candidate[])[] = [];
  readonly #guards = new Names();
  readonly #assigns = new Names();
  readonly #actions = new Names();
  readonly #works = new Names();

  constructor(machine: AnyStateMachine) {
    this.#machine = machine;
    this.leaves = leavesOf(machine.root);
    this.#events = eventsOf(machine.root);
    this.#works.indexOf("[]");
  }

  /** Adds the row of a leaf: a cell for each event, and one for `always`. Call once, in order. */
  addLeaf(leaf: AnyStateNode): void {
    const columns: readonly (string | typeof ALWAYS)[] = [...this.#events, ALWAYS];
    for (const type of columns) {
      const cell: Candidate[] = [];
      for (const transition of candidatesOf(leaf, type)) {
        cell.push(this.#candidate(leaf, transition));
        // What stands behind a candidate without a guard is never reached.
        if (transition.guard === null) break;
      }
      this.#cells.push(cell);
    }
  }

  /** The leaves that a leaf's `always` may lead to. */
  alwaysTargets(leaf: number): readonly number[] {
    const cell = this.#cells[leaf * (this.#events.length + 1) + this.#events.length] ?? [];
    return cell.map((candidate) => candidate.target);
  }

  finished(): CompiledChart {
    const initial = initialLeaf(this.#machine.root);
    const initialWork = this.#work(enteringAll(initial, null));
    const cells = [0];
    for (const cell of this.#cells) cells.push((cells.at(-1) ?? 0) + cell.length);
    return {
      id: this.#machine.id,
      states: this.leaves.map((leaf) => leaf.path.join(".")),
      finals: this.leaves.flatMap((leaf, index) => (leaf.type === "final" ? [index] : [])),
      events: this.#events,
      guards: this.#guards.all,
      assigns: this.#assigns.all,
      actions: this.#actions.all,
      initial: this.leaves.indexOf(initial),
      initialWork,
      cells,
      candidates: this.#cells.flat().flatMap(({ guard, target, work }) => [guard, target, work]),
      works: this.#works.all.map((work) => JSON.parse(work) as number[]),
    };
  }

  #candidate(leaf: AnyStateNode, transition: Transition): Candidate {
    const guard = transition.guard === null ? NO_GUARD : this.#guards.indexOf(transition.guard);
    if (transition.target === null) {
      return { guard, target: STAY, work: this.#work(transition.actions) };
    }
    const domain = domainOf(transition.source, transition.target, transition.reenter);
    const targetLeaf = initialLeaf(transition.target);
    const exits = upwards(leaf).filter((node) => isInside(node, domain));
    const work = [
      ...exits.flatMap((node) => names(node, "exit")),
      ...transition.actions,
      ...enteringAll(targetLeaf, domain),
    ];
    return { guard, target: this.leaves.indexOf(targetLeaf), work: this.#work(work) };
  }

  #work(actions: readonly string[]): number {
    const operations = actions.map((name) =>
      isAssign(this.#machine, name) ? this.#assigns.indexOf(name) : ~this.#actions.indexOf(name),
    );
    return this.#works.indexOf(JSON.stringify(operations));
  }
}

/** Names in the order of their first use. */
class Names {
  readonly #indexes = new Map<string, number>();

  get all(): readonly string[] {
    return [...this.#indexes.keys()];
  }

  indexOf(name: string): number {
    const known = this.#indexes.get(name);
    if (known !== undefined) return known;
    this.#indexes.set(name, this.#indexes.size);
    return this.#indexes.size - 1;
  }
}

// ---------------------------------------------------------------- the tree of states

function leavesOf(node: AnyStateNode): readonly AnyStateNode[] {
  const children = childrenOf(node);
  return children.length === 0 ? [node] : children.flatMap(leavesOf);
}

function eventsOf(root: AnyStateNode): readonly string[] {
  const types = new Set<string>();
  const visit = (node: AnyStateNode): void => {
    for (const type of node.transitions.keys()) types.add(type);
    childrenOf(node).forEach(visit);
  };
  visit(root);
  return [...types];
}

function initialLeaf(node: AnyStateNode): AnyStateNode {
  const [first] = node.type === "compound" ? node.initial.target : [];
  return first === undefined ? node : initialLeaf(first as AnyStateNode);
}

/** The state and all around it, innermost first. */
function upwards(node: AnyStateNode): readonly AnyStateNode[] {
  return node.parent === undefined ? [node] : [node, ...upwards(node.parent)];
}

/** Truly inside; everything is inside null, the chart itself too. */
function isInside(node: AnyStateNode, outer: AnyStateNode | null): boolean {
  return outer === null || (node !== outer && upwards(node).includes(outer));
}

function domainOf(
  source: AnyStateNode,
  target: AnyStateNode,
  reenter: boolean,
): AnyStateNode | null {
  if (!reenter && (target === source || isInside(target, source))) return source;
  const shared = upwards(target).find((node) => isInside(target, node) && isInside(source, node));
  return shared ?? null;
}

function names(node: AnyStateNode, key: "entry" | "exit"): readonly string[] {
  return listOf(node[key]).map((action) => nameOfReference(node, action, key));
}

/**
 * The actions of entering a leaf from a domain, and of ending the chart where the leaf is final.
 */
function enteringAll(leaf: AnyStateNode, domain: AnyStateNode | null): readonly string[] {
  const entered = upwards(leaf).filter((node) => isInside(node, domain));
  const entries = entered.toReversed().flatMap((node) => names(node, "entry"));
  if (leaf.type !== "final") return entries;
  return [...entries, ...upwards(leaf).flatMap((node) => names(node, "exit"))];
}

/**
 * Every transition that an event could take from a leaf, in the order in which XState tries them.
 */
function candidatesOf(leaf: AnyStateNode, type: string | typeof ALWAYS): readonly Transition[] {
  return upwards(leaf).flatMap((node) => {
    const own = type === ALWAYS ? node.always : node.transitions.get(type);
    const key = type === ALWAYS ? "always" : `on "${String(type)}"`;
    return (own ?? []).map((transition) => resolved(node, transition, key));
  });
}

function resolved(
  source: AnyStateNode,
  transition: NonNullable<AnyStateNode["always"]>[number],
  key: string,
): Transition {
  const target = (transition.target?.[0] ?? null) as AnyStateNode | null;
  if (target !== null && target.parent === undefined) {
    refuse(source, `${key}, target`, "the chart itself is no target: name a state in it");
  }
  const { guard } = transition;
  return {
    source,
    target,
    guard: guard === undefined ? null : nameOfReference(source, guard, key),
    actions: transition.actions.map((action) => nameOfReference(source, action, key)),
    reenter: transition.reenter,
  };
}

/** Refuses `always` that could lead back to where it started, whatever its guards say. */
function checkCircles(table: TableBuilder): void {
  const finished = new Set<number>();
  const visit = (leaf: number, path: readonly number[]): void => {
    const node = table.leaves[leaf] as AnyStateNode;
    if (path.includes(leaf)) {
      const circle = [...path.slice(path.indexOf(leaf)), leaf];
      const shown = circle.map((each) => table.leaves[each]?.path.join(".")).join(" -> ");
      refuse(node, "always", `goes round in a circle: ${shown}`);
    }
    if (finished.has(leaf)) return;
    for (const target of table.alwaysTargets(leaf)) visit(target, [...path, leaf]);
    finished.add(leaf);
  };
  table.leaves.forEach((_, leaf) => visit(leaf, []));
}
