/**
 * Takes notes of a run while it is played again: what a step was given, what came out of it and
 * what the state was afterwards, part by part. For runs that should have gone the same way and did
 * not; too dear for others.
 *
 * P1. A probe changes nothing: with it a run goes as without.
 * P2. Notes are plain JSON, so that those of two processes can be compared.
 */
import type { Event, Machine, Outbox } from "../core/contract.ts";
import { decodePlain } from "../core/kernel/plain.ts";
import type { PlainData } from "../core/kernel/plain.ts";
import type { HostOrder, RunningHost } from "./site.ts";
import type { Trace } from "./trace.ts";

/** What to take notes of. Steps count from 0, over all servers. */
export interface ProbeOrder {
  /** Digests of the tables after each `stride`-th step from `from` to `to`; null for none. */
  readonly tables: { readonly from: number; readonly to: number; readonly stride: number } | null;
  /** The step that is written down whole; null for none. */
  readonly record: number | null;
}

export interface ProbeNotes {
  /** A number a step, which holds all steps before it. */
  readonly chain: readonly number[];
  /** By step, see `ProbeOrder.tables`. */
  readonly tables: Readonly<Record<number, readonly number[]>>;
  /** Null when there was no such step. */
  readonly record: StepRecord | null;
}

/** One step, part by part. */
export interface StepRecord {
  /** What it was, where and when, for a reader. */
  readonly name: string;
  readonly fields: readonly Field[];
}

/** Where something stands, such as `state.world.players{7}.x`, and what it is. */
export type Field = readonly [path: string, value: string];

export class Probe {
  readonly #order: ProbeOrder;
  readonly #tables: Record<number, readonly number[]> = {};
  #record: { readonly role: string; readonly fields: readonly Field[] } | null = null;
  #steps = 0;

  constructor(order: ProbeOrder) {
    this.#order = order;
  }

  /** Hosts whose machines are probed. */
  around(makeHost: (order: HostOrder) => RunningHost): (order: HostOrder) => RunningHost {
    return (order) =>
      makeHost({ ...order, observe: (made) => order.observe(this.#probed(order.role, made)) });
  }

  /** @param trace of the run that was probed */
  notes(trace: Trace): ProbeNotes {
    const record = this.#record;
    const name = trace.nameOf(this.#order.record ?? -1);
    return {
      chain: trace.chain,
      tables: this.#tables,
      record: record === null ? null : { name: `${record.role}: ${name}`, fields: record.fields },
    };
  }

  #probed(role: string, machine: Machine): Machine {
    const step = (event: Event, outbox: Outbox): void => {
      const isRecorded = this.#steps === this.#order.record;
      const effects: PlainData[] = [];
      // Before the step: the bytes are borrowed.
      const fields = isRecorded ? fieldsOf("event", ownEvent(event)) : [];
      machine.step(event, isRecorded ? noting(outbox, effects) : outbox);
      const at = this.#steps;
      this.#steps += 1;
      if (isTaken(this.#order.tables, at)) {
        this.#tables[at] = machine.tables.map((_, index) => machine.tableDigest(index));
      }
      if (!isRecorded) return;
      fields.push(...fieldsOf("effects", effects), ...stateFields(machine));
      this.#record = { role, fields };
    };
    return new Proxy(machine, {
      get(target, key): unknown {
        if (key === "step") return step;
        const value: unknown = Reflect.get(target, key, target);
        return typeof value === "function" ? (value as () => unknown).bind(target) : value;
      },
    });
  }
}

const isTaken = (tables: ProbeOrder["tables"], step: number): boolean =>
  tables !== null &&
  step >= tables.from &&
  step <= tables.to &&
  (step - tables.from) % tables.stride === 0;

/** The event with nothing of the buffer but what is its own. */
function ownEvent(event: Event): PlainData {
  const own: Record<string, unknown> = { ...event };
  if (event.type === "packet.received") {
    own["bytes"] = event.bytes.slice(event.start, event.end);
    delete own["start"];
    delete own["end"];
  }
  return own as PlainData;
}

/** Passes orders on and writes them down, one after the other. */
const noting = (outbox: Outbox, effects: PlainData[]): Outbox =>
  new Proxy(outbox, {
    get(target, key): unknown {
      const value: unknown = Reflect.get(target, key, target);
      if (typeof value !== "function") return value;
      const order = value as (...given: unknown[]) => unknown;
      return (...given: unknown[]): unknown => {
        const [first, second, start, end] = given;
        if (key === "payload" && second instanceof Uint8Array) {
          const bytes = second.slice((start as number) ?? 0, (end as number) ?? second.length);
          effects.push({ payload: first as number, bytes });
        } else if (typeof key === "string" && key !== "digest") {
          effects.push({ [key]: given.map((part) => part ?? null) as PlainData });
        }
        return Reflect.apply(order, target, given);
      };
    },
  });

/** Of every table, under its name: what a checkpoint holds is all there is. */
function stateFields(machine: Machine): Field[] {
  const [, tables] = decodePlain(machine.checkpoint()) as [PlainData, Map<string, PlainData>];
  return [...tables].flatMap(([name, table]) => fieldsOf(`state.${name}`, table));
}

/** Everything in a value with its path, in the order in which it stands there. */
export function fieldsOf(path: string, value: PlainData): Field[] {
  const fields: Field[] = [];
  walk(path, value, fields);
  return fields;
}

function walk(path: string, value: PlainData, fields: Field[]): void {
  if (typeof value !== "object" || value === null) {
    fields.push([path, textOf(value)]);
  } else if (value instanceof Map) {
    for (const [key, item] of value as ReadonlyMap<PlainData, PlainData>) {
      walk(`${path}{${textOf(key)}}`, item, fields);
    }
  } else if (value instanceof Set) {
    let index = 0;
    for (const item of value as ReadonlySet<PlainData>) walk(`${path}{#${index++}}`, item, fields);
  } else if (Array.isArray(value) || ArrayBuffer.isView(value)) {
    const items = value as unknown as ArrayLike<PlainData>;
    for (let index = 0; index < items.length; index += 1) {
      walk(`${path}[${String(index)}]`, items[index], fields);
    }
  } else {
    for (const [name, item] of Object.entries(value)) walk(`${path}.${name}`, item, fields);
  }
}

/** A number tells -0 from 0, and text from numbers. */
const textOf = (value: unknown): string => {
  if (typeof value === "string") return JSON.stringify(value);
  if (Object.is(value, -0)) return "-0";
  if (typeof value === "bigint") return `${String(value)}n`;
  return typeof value === "object" && value !== null ? JSON.stringify(value) : String(value);
};
