/**
 * What the parts of a plan must be: a plan may have been written by hand, or damaged, and one that
 * means nothing must not be taken for a failure that is gone.
 */
import { ApiMisuseError, apiRule } from "../core/kernel/assert.ts";
import { allRudeWords, cheats, outbursts } from "./clients/script.ts";
import type { ClientScript } from "./clients/script.ts";
import type { Decision } from "./decisions.ts";
import { payloadBytesMax } from "../core/wire/index.ts";
import { isRecord } from "./json.ts";
import { endings } from "./process/node.ts";
import { ways } from "./upgrade/rollout.ts";

/** What a field of an action is to be, in words, and whether a value is that. */
interface FieldRule {
  readonly what: string;
  readonly holds: (value: unknown) => boolean;
}

const isNumber = (value: unknown): value is number => Number.isFinite(value);
const micros: FieldRule = {
  what: "microseconds from 0 on",
  holds: (value) => isNumber(value) && value >= 0 && value <= Number.MAX_SAFE_INTEGER,
};
const count: FieldRule = {
  what: "a whole number from 0 on",
  holds: (value) => Number.isSafeInteger(value) && Number(value) >= 0,
};
/** What fits into an echo: its field has a tag and a length of three bytes. */
const echoBytesMax = payloadBytesMax - 4;
const echoed: FieldRule = {
  what: `a whole number from 0 to ${echoBytesMax}`,
  holds: (value) => count.holds(value) && Number(value) <= echoBytesMax,
};
const number: FieldRule = { what: "a number", holds: isNumber };
const whole: FieldRule = { what: "a whole number", holds: Number.isSafeInteger };
const text: FieldRule = { what: "a text", holds: (value) => typeof value === "string" };
const truth: FieldRule = { what: "true or false", holds: (value) => typeof value === "boolean" };
const anything: FieldRule = { what: "anything", holds: () => true };
const object: FieldRule = { what: "an object", holds: isRecord };
const list: FieldRule = { what: "a list", holds: Array.isArray };
const oneOf = (words: readonly string[]): FieldRule => ({
  what: `one of ${words.join(", ")}`,
  holds: (value) => words.includes(value as string),
});

type ActionRules = Readonly<Record<string, Readonly<Record<string, FieldRule>>>>;

const saying = { contract: text, key: text, message: anything };
const said: ActionRules = { request: saying, tell: saying };
const accidents: ActionRules = {
  pause: { forMicros: micros },
  ...{ reset: {}, halfClose: {}, vanish: {} },
};

/** By kind of client, and by type of action. */
const actionRules: Readonly<Record<ClientScript["kind"], ActionRules>> = {
  player: {
    ...{ start: {}, stop: {} },
    echo: { prompt: truth, bytes: echoed },
    ...said,
    ...accidents,
  },
  traveller: {
    ...{ start: {}, logout: {}, quit: {}, operate: {} },
    turn: { x: number, z: number },
    cheat: { cheat: oneOf([...cheats, ...outbursts]) },
    ...said,
    ...accidents,
  },
  rude: {
    ...{ connect: {}, end: {}, reset: {}, vanish: {} },
    say: { word: oneOf(allRudeWords), times: count },
    pause: { forMicros: micros },
    leaveServed: { but: number },
  },
};

/** @throws ApiMisuseError naming the place of what is wrong */
export function readScripts(json: unknown): readonly ClientScript[] {
  apiRule(Array.isArray(json), "the plan has no scripts");
  for (const [index, script] of json.entries()) checkScript(`scripts[${index}]`, script);
  const names = (json as readonly ClientScript[]).map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  apiRule(twice === undefined, `scripts: two clients are called "${twice ?? ""}"`);
  return json as readonly ClientScript[];
}

function checkScript(place: string, script: unknown): void {
  apiRule(isRecord(script), `${place} is no object`);
  const { kind, name, actions } = script;
  const rules = Object.hasOwn(actionRules, String(kind))
    ? actionRules[kind as ClientScript["kind"]]
    : undefined;
  const kinds = Object.keys(actionRules).join(", ");
  apiRule(rules !== undefined, `${place}.kind is one of ${kinds}, not ${shown(kind)}`);
  apiRule(typeof name === "string", `${place}.name is a text, not ${shown(name)}`);
  if (kind === "traveller") {
    checkField(`${place}.account`, script["account"], text);
    checkField(`${place}.device`, script["device"], text);
  }
  apiRule(Array.isArray(actions), `${place}.actions is no list`);
  for (const [index, action] of actions.entries()) {
    checkAction(`${place}.actions[${index}]`, action, rules);
  }
}

function checkAction(place: string, action: unknown, rules: ActionRules): void {
  apiRule(isRecord(action), `${place} is no object`);
  const { type, atMicros } = action;
  const fields = Object.hasOwn(rules, String(type)) ? rules[String(type)] : undefined;
  const types = Object.keys(rules).join(", ");
  apiRule(fields !== undefined, `${place}.type is one of ${types}, not ${shown(type)}`);
  checkField(`${place}.atMicros`, atMicros, micros);
  for (const [name, rule] of Object.entries(fields)) {
    checkField(`${place}.${name}`, action[name], rule);
  }
}

function checkField(place: string, value: unknown, { what, holds }: FieldRule): void {
  // Most of a plan is right, and large.
  if (!holds(value)) throw new ApiMisuseError(`${place} is ${what}, not ${shown(value)}`);
}

/** Those whose usual outcome, that nothing happens, does not say of which kind a decision is. */
const objects = new RegExp(
  "^(node/.+/(end|crash|pause)|clock/.+/(jump|slew)|weather/(partition|crowd)|upgrade/.+|outside" +
    "|disk/.+/(rot|misdirectedTo)|network/.+/record)#",
);
const spell = { afterMicros: micros, forMicros: micros };
/** What those are made of that say when something happens, and how much of it. */
const parts: readonly (readonly [keys: RegExp, fields: Readonly<Record<string, FieldRule>>])[] = [
  [/^node\/.+\/end#/, { ending: oneOf(endings), afterMicros: micros, calls: count }],
  [/^node\/.+\/crash#/, { at: oneOf(["event", "call"]), count }],
  [/^(node\/.+\/pause|disk\/.+\/(stall|readOnly))#/, spell],
  [/^disk\/.+\/full#/, { ...spell, leftBytes: count }],
  [/^clock\/.+\/jump#/, { afterMicros: micros, byMicros: whole }],
  [/^clock\/.+\/slew#/, { ...spell, perMillion: whole }],
  [/^disk\/.+\/rot#/, { path: text, from: count, length: count, bits: count }],
  [/^disk\/.+\/misdirectedTo#/, { path: text, from: count }],
  [/^upgrade\//, { afterMicros: micros, way: oneOf(ways), killAfterMicros: micros }],
];
const lists = /^(weather\/clogs|node\/.+\/storm)#/;

/**
 * Decisions under keys that can be keys. Whose kind is known by its usual outcome is judged when it
 * is asked for, see `Decisions.misfit`.
 *
 * @throws ApiMisuseError naming the key
 */
export function readDecisions(json: unknown): Readonly<Record<string, Decision>> {
  apiRule(isRecord(json), "the plan has no decisions");
  for (const [key, decision] of Object.entries(json)) {
    const place = `decisions["${key}"]`;
    apiRule(/^[^#]+#\d+$/.test(key), `${place}: a key is a name, # and a number`);
    if (decision === null) continue;
    if (objects.test(key)) checkField(place, decision, object);
    if (lists.test(key)) checkField(place, decision, list);
    const [, fields] = parts.find(([keys]) => keys.test(key)) ?? [];
    if (fields === undefined) continue;
    checkField(place, decision, object);
    for (const [name, rule] of Object.entries(fields)) {
      checkField(`${place}.${name}`, (decision as Readonly<Record<string, unknown>>)[name], rule);
    }
  }
  return json as Readonly<Record<string, Decision>>;
}

const shownCharactersMax = 60;

const shown = (value: unknown): string => {
  const words = JSON.stringify(value, (_name, part: unknown) =>
    typeof part === "bigint" ? `${part}n` : part,
  );
  if (words === undefined) return "nothing";
  return words.length > shownCharactersMax ? `${words.slice(0, shownCharactersMax)}...` : words;
};
