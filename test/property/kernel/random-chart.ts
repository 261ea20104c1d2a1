/** Random statecharts of the subset, with the rules that they name. */
import * as fc from "fast-check";
import { setup, type AnyStateMachine } from "xstate";
import { implementationsOf } from "../../../src/charts/compiler/implementations.ts";
import type { ChartRules, InitEvent } from "../../../src/core/kernel/statechart.ts";
import type { ChartEvent } from "./charts.ts";

type Counting = { n: number; trail: string };
type Seen = ChartEvent | InitEvent;

const valueOf = (event: Seen): number => ("value" in event ? event.value : 5);

export const countingRules = {
  guards: {
    isEven: ({ n }: Counting) => n % 2 === 0,
    isLarge: ({ n }: Counting) => n > 40,
    isSmallEvent: (_: Counting, event: Seen) => valueOf(event) < 4,
    isFirstEvent: (_: Counting, event: Seen) => event.type === "first",
    never: () => false,
  },
  assigns: {
    addValue: ({ n }: Counting, event: Seen) => ({ n: (n + valueOf(event)) % 97 }),
    triple: ({ n }: Counting) => ({ n: (n * 3 + 1) % 97 }),
    leaveTrail: ({ n, trail }: Counting) => ({ trail: `${trail},${n}`.slice(-20) }),
  },
  actions: { tell: () => undefined, shout: () => undefined },
} satisfies ChartRules<Counting, ChartEvent>;

const eventTypes = ["first", "second.part", "second", "third"] as const;
export const anyEvent: fc.Arbitrary<ChartEvent> = fc.record({
  type: fc.constantFrom<string[]>(...eventTypes, "unheard.of"),
  value: fc.nat({ max: 9 }),
});

type Tree = { readonly [name: string]: Tree };

/** Up to three levels, 1 to 4 states each. */
const anyTree: fc.Arbitrary<Tree> = (() => {
  const level = (inner: fc.Arbitrary<Tree>, max: number): fc.Arbitrary<Tree> =>
    fc
      .array(inner, { minLength: 1, maxLength: max })
      .map((trees) => Object.fromEntries(trees.map((tree, index) => [`s${index}`, tree])));
  const leaf = fc.constant<Tree>({});
  const deepest = fc.oneof(
    { weight: 2, arbitrary: leaf },
    { weight: 1, arbitrary: level(leaf, 3) },
  );
  const middle = fc.oneof(
    { weight: 1, arbitrary: leaf },
    { weight: 2, arbitrary: level(deepest, 3) },
  );
  return level(middle, 4);
})();

const pathsOf = (tree: Tree, path: string): string[] =>
  Object.entries(tree).flatMap(([name, inner]) => {
    const own = path === "" ? name : `${path}.${name}`;
    return [own, ...pathsOf(inner, own)];
  });

const actionNames = [...Object.keys(countingRules.assigns), ...Object.keys(countingRules.actions)];
const anyActions = fc.oneof(
  { weight: 2, arbitrary: fc.constant(undefined) },
  { weight: 1, arbitrary: fc.constantFrom(...actionNames) },
  { weight: 2, arbitrary: fc.array(fc.constantFrom(...actionNames), { maxLength: 3 }) },
);
const anyGuard = fc.option(fc.constantFrom(...Object.keys(countingRules.guards)), {
  nil: undefined,
  freq: 3,
});

/** Leaves out what is undefined, as a person would. */
const compact = (config: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(config).filter(([, value]) => value !== undefined));

const anyTransition = (targets: readonly string[]): fc.Arbitrary<unknown> =>
  fc.oneof(
    { weight: 1, arbitrary: fc.constantFrom(...targets) },
    {
      weight: 4,
      arbitrary: fc
        .record({
          target: fc.option(fc.constantFrom(...targets), { nil: undefined, freq: 4 }),
          guard: anyGuard,
          actions: anyActions,
          reenter: fc.constantFrom(undefined, undefined, true, false),
        })
        .map(compact),
    },
  );

const anyState = (path: string, tree: Tree, all: readonly string[]): StateArbitrary => {
  const children = Object.keys(tree);
  const below = (child: string): string => (path === "" ? child : `${path}.${child}`);
  const states = fc.record(
    Object.fromEntries(
      children.map((child) => [child, anyState(below(child), tree[child] ?? {}, all)]),
    ),
  );
  const mayEnd = children.length === 0 && /^s[1-9]$/.test(path);
  return fc
    .record({
      ends: mayEnd ? fc.boolean() : fc.constant(false),
      on: fc.dictionary(fc.constantFrom(...eventTypes), anyTransitions(all), {
        noNullPrototype: true,
      }),
      always: anyAlways(path, all),
      entry: anyActions,
      exit: anyActions,
      states,
      initial: children.length === 0 ? fc.constant(undefined) : fc.constantFrom(...children),
    })
    .map(({ ends, on, always, entry, exit, states: inner, initial }) =>
      ends
        ? compact({ type: "final", entry, exit })
        : compact({
            on,
            always,
            entry,
            exit,
            initial,
            states: children.length === 0 ? undefined : inner,
          }),
    );
};

type StateArbitrary = fc.Arbitrary<Record<string, unknown>>;

const anyTransitions = (all: readonly string[]): fc.Arbitrary<unknown> =>
  fc.oneof(
    anyTransition(all.map(target)),
    fc.array(anyTransition(all.map(target)), { minLength: 1, maxLength: 3 }),
  );

/** Mostly forward in the order of the source, so that it cannot go round; now and then anywhere. */
const anyAlways = (path: string, all: readonly string[]): fc.Arbitrary<unknown> => {
  const later = all.filter((other) => other > path && !other.startsWith(path));
  const lead = (targets: readonly string[]): fc.Arbitrary<unknown> =>
    fc.array(
      fc
        .record({ target: fc.constantFrom(...targets), guard: anyGuard, actions: anyActions })
        .map(compact),
      { minLength: 1, maxLength: 2 },
    );
  return fc.oneof(
    { weight: 120, arbitrary: fc.constant(undefined) },
    {
      weight: later.length === 0 ? 0 : 60,
      arbitrary: later.length === 0 ? fc.constant(undefined) : lead(later.map(target)),
    },
    { weight: 1, arbitrary: lead(all.map(target)) },
  );
};

const target = (path: string): string => `#chart.${path}`;

/** A machine of the subset, but that its `always` may go round in a circle. */
export const anyMachine: fc.Arbitrary<AnyStateMachine> = anyTree
  .chain((tree) => {
    return anyState("", tree, pathsOf(tree, ""));
  })
  .map((root) => {
    const config = { ...root, id: "chart", context: { n: 1, trail: "" } };
    const implementations = implementationsOf(countingRules) as unknown as Parameters<
      typeof setup
    >[0];
    const create = setup(implementations).createMachine as (chart: unknown) => AnyStateMachine;
    return create(config);
  });
