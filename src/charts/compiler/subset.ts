/**
 * The subset of XState that core's tables can hold, and the refusal of everything else.
 *
 * A chart may have one hierarchy of at most 3 levels, `on` with guard lists, `always` that cannot
 * go
 * round in a circle, `entry`, `exit`, named assigns, named guards, and final states at the top.
 * What
 * is left out needs a clock, another actor, or an event that the chart sends itself: all of these
 * come from outside here, as timers, calls and events that the journal holds.
 *
 * Every refusal names the chart, the state and the key.
 */
import type { AnyStateMachine, AnyStateNode } from "xstate";
import { ApiMisuseError } from "../../core/kernel/assert.ts";

/** A refusal with everything that the reader needs to find the place. */
export function refuse(node: AnyStateNode, key: string, why: string): never {
  const state = node.path.length === 0 ? "the chart itself" : `state "${node.path.join(".")}"`;
  throw new ApiMisuseError(`chart "${node.machine.id}": ${state}: ${key}: ${why}`);
}

/** Throws `ApiMisuseError` unless the machine is within the subset, but for circles of `always`. */
export function checkSubset(machine: AnyStateMachine): void {
  checkImplementations(machine);
  checkState(machine.root);
}

/** Whether a named action is an assign or something for the outside. */
export function isAssign(machine: AnyStateMachine, name: string): boolean {
  return builtinType(implementation(machine, "actions", name)) === "xstate.assign";
}

const depthMax = 3;
const stateKeys = [
  "initial",
  "states",
  "on",
  "always",
  "entry",
  "exit",
  "type",
  "description",
  "meta",
];
const rootKeys = [...stateKeys, "id", "context", "version"];
const transitionKeys = ["target", "guard", "actions", "reenter", "description", "meta"];
const stateTypes = [undefined, "atomic", "compound", "final"];

const reasons: Readonly<Record<string, string>> = {
  after: "delays are timers of the realm, which arrive as events",
  delay: "delays are timers of the realm, which arrive as events",
  invoke: "actors are calls of the realm, whose answers arrive as events",
  onDone: "the chart would send itself an event",
  history: "history is context: keep what to return to in it",
  output: "the result of a chart is its context",
  tags: "the runtime knows no tags",
  id: "states are found by their paths",
  in: "a guard sees context and event only",
};

type Config = Readonly<Record<string, unknown>>;

function checkImplementations(machine: AnyStateMachine): void {
  for (const kind of ["actors", "delays"] as const) {
    const [name] = Object.keys(machine.implementations[kind] as object);
    if (name !== undefined)
      refuse(machine.root, `setup ${kind}`, `"${name}" has no meaning in core`);
  }
}

function checkState(node: AnyStateNode): void {
  const config = node.config as unknown as Config;
  const isRoot = node.parent === undefined;
  checkKeys(node, config, isRoot ? rootKeys : stateKeys, "");
  if (!isRoot && !/^[A-Za-z][A-Za-z0-9_]*$/.test(node.key)) {
    refuse(node, "states", "a state's name is letters, digits and _, as it stands in dotted paths");
  }
  if (!stateTypes.includes(config["type"] as string | undefined)) {
    refuse(node, "type", `"${String(config["type"])}" is not supported: a chart is in one leaf`);
  }
  if (node.path.length > depthMax) refuse(node, "states", `deeper than ${depthMax} levels`);
  checkChildren(node, config);
  if (node.type === "final") checkFinal(node, config);
  for (const key of ["entry", "exit"] as const) checkActions(node, config[key], key);
  checkTransitions(node, config);
  for (const child of childrenOf(node)) checkState(child);
}

export function childrenOf(node: AnyStateNode): readonly AnyStateNode[] {
  return Object.values(node.states) as AnyStateNode[];
}

function checkChildren(node: AnyStateNode, config: Config): void {
  if (node.parent === undefined && childrenOf(node).length === 0) {
    refuse(node, "states", "a chart has states");
  }
  if (node.type !== "compound") {
    if (config["initial"] !== undefined) refuse(node, "initial", "there are no states in this one");
    return;
  }
  if (typeof config["initial"] !== "string") {
    refuse(node, "initial", "only the name of a state: actions belong into its entry");
  }
}

function checkFinal(node: AnyStateNode, config: Config): void {
  if (node.path.length !== 1) refuse(node, "type", "a final state inside another needs onDone");
  for (const key of ["states", "on", "always"]) {
    if (config[key] !== undefined) refuse(node, key, "a final state is never left");
  }
}

function checkTransitions(node: AnyStateNode, config: Config): void {
  for (const [type, transitions] of Object.entries((config["on"] ?? {}) as Config)) {
    const key = `on "${type}"`;
    if (type.includes("*")) refuse(node, key, "wildcards are not supported: name the event");
    if (type.startsWith("xstate.")) refuse(node, key, "XState's own events do not exist in core");
    for (const transition of listOf(transitions)) checkTransition(node, transition, key);
  }
  if (config["always"] === undefined) return;
  for (const transition of listOf(config["always"])) {
    checkTransition(node, transition, "always");
    const target = typeof transition === "object" ? (transition as Config)["target"] : transition;
    if (target === undefined) refuse(node, "always", "without a target it would hold for ever");
  }
}

function checkTransition(node: AnyStateNode, transition: unknown, key: string): void {
  if (transition === undefined || typeof transition === "string") return;
  if (typeof transition !== "object" || transition === null) refuse(node, key, "no transition");
  const config = transition as Config;
  checkKeys(node, config, transitionKeys, `${key}, `);
  const targets = config["target"] === undefined ? [] : listOf(config["target"]);
  if (targets.length > 1) refuse(node, `${key}, target`, "one target: a chart is in one leaf");
  if (targets.some((target) => typeof target !== "string")) {
    refuse(node, `${key}, target`, "a target is a name");
  }
  checkActions(node, config["actions"], `${key}, actions`);
  if (config["guard"] !== undefined) checkGuard(node, config["guard"], `${key}, guard`);
}

function checkKeys(
  node: AnyStateNode,
  config: Config,
  allowed: readonly string[],
  at: string,
): void {
  for (const [key, value] of Object.entries(config)) {
    if (allowed.includes(key) || value === undefined) continue;
    refuse(node, at + key, reasons[key] ?? "not in the subset that is compiled");
  }
}

function checkGuard(node: AnyStateNode, guard: unknown, key: string): void {
  const name = nameOfReference(node, guard, key);
  const found = implementation(node.machine, "guards", name);
  if (typeof found !== "function") refuse(node, key, `"${name}" is no function in setup`);
  if ("check" in found) refuse(node, key, `"${name}" combines guards: write one function`);
}

function checkActions(node: AnyStateNode, actions: unknown, key: string): void {
  if (actions === undefined) return;
  for (const action of listOf(actions)) {
    const name = nameOfReference(node, action, key);
    const found = implementation(node.machine, "actions", name);
    if (typeof found !== "function") refuse(node, key, `"${name}" is no function in setup`);
    const builtin = builtinType(found);
    if (builtin !== null && builtin !== "xstate.assign") {
      refuse(node, key, `"${name}" is ${builtin}: only assigns and plain functions are supported`);
    }
  }
}

/** The name behind a reference to a guard or action. */
export function nameOfReference(node: AnyStateNode, reference: unknown, key: string): string {
  if (typeof reference === "string") return reference;
  if (typeof reference === "function") refuse(node, key, "an inline function: name it in setup");
  const { type, params } = reference as { type?: unknown; params?: unknown };
  if (typeof type !== "string") refuse(node, key, "a reference without a name");
  if (params !== undefined) refuse(node, key, `"${type}" has params: write one function for each`);
  return type;
}

function implementation(
  machine: AnyStateMachine,
  kind: "guards" | "actions",
  name: string,
): unknown {
  const functions = machine.implementations[kind] as Readonly<Record<string, unknown>>;
  return Object.hasOwn(functions, name) ? functions[name] : undefined;
}

/** "xstate.assign", "xstate.raise", ...: what XState's action creators put on their functions. */
function builtinType(action: unknown): string | null {
  if (typeof action !== "function" || !("resolve" in action)) return null;
  return "type" in action ? String(action.type) : "an action of XState";
}

export const listOf = (value: unknown): readonly unknown[] =>
  Array.isArray(value) ? (value as unknown[]) : [value];
