/**
 * A state of a corner: parts that are never changed, each of which exists once. Two states are the
 * same when their parts are, which is compared by the parts' numbers: no digest decides it, so none
 * can collide.
 */
import { invariant } from "../../core/kernel/assert.ts";
import type { PlainData } from "../../core/kernel/plain.ts";
import type { CallResult } from "../../core/contract.ts";
import type { TablesContent } from "../../core/features/accounts/memory-store.ts";
import type { Visitor } from "./visitor.ts";

/** A value that exists once. */
export interface Part<T> {
  readonly number: number;
  readonly value: T;
}

/** A server's realm between two steps. */
export interface RealmPart {
  /** The bytes of a checkpoint in its canonical form, one in each letter; see `canonical.ts`. */
  readonly checkpoint: string;
  readonly holders: readonly Holder[];
  /** Calls that the realm waits for. */
  readonly calls: readonly number[];
  /** Connections that the realm has a session of. */
  readonly connections: readonly number[];
}

/** A session that holds a player. */
export interface Holder {
  readonly connection: number;
  readonly player: number;
  /** The id of the token that it came by. */
  readonly login: string;
  readonly inWorld: boolean;
}

export type UpItem =
  | { readonly kind: "opened" }
  | { readonly kind: "login"; readonly sequence: number }
  | { readonly kind: "enter" | "logout"; readonly sequence: number; readonly token: number }
  | { readonly kind: "closed" };

export type DownItem =
  | { readonly kind: "loggedIn"; readonly code: string; readonly token: number }
  | { readonly kind: "entered" | "loggedOut"; readonly code: string }
  | { readonly kind: "error" | "disconnect"; readonly code: string }
  | { readonly kind: "end" };

/** One connection between a visitor and a server, with what is under way on it. */
export interface Link {
  readonly connection: number;
  /** Index of the server. */
  readonly server: number;
  /** `closing`: the realm has ordered the end; `closed`: it has heard of the end. */
  readonly host: "open" | "closing" | "closed";
  /** What the server has still to hear, in order. */
  readonly up: readonly UpItem[];
  /** What the visitor has still to take. */
  readonly down: readonly DownItem[];
  readonly hasVisitorLeft: boolean;
}

/** A call under way. */
export interface Flight {
  readonly call: number;
  readonly operation: string;
  /** The index of the visitor whose session asked, -1 for none. */
  readonly visitor: number;
  readonly request: PlainData;
  /** Whether it has taken effect: after a crash of its server it is performed again. */
  readonly isDone: boolean;
  /** Null until it was performed, or has failed. */
  readonly result: CallResult | null;
}

/** What belongs to nobody. */
export interface Rest {
  readonly now: number;
  readonly secondsLeft: number;
  readonly faultsLeft: number;
  readonly crashesLeft: number;
  /** Whether a call has failed: then some promises are void. */
  readonly hasFailed: boolean;
  /** Of each server. */
  readonly incarnations: readonly number[];
  /** The token of each player that is not void, as the answers of the accounts tell it. */
  readonly valid: readonly ValidToken[];
}

export interface ValidToken {
  readonly player: number;
  readonly token: string;
  /** Whether a server has told it to a visitor, who may not have heard it. */
  readonly isTold: boolean;
}

export interface State {
  readonly realms: readonly Part<RealmPart>[];
  readonly tables: Part<TablesContent>;
  readonly visitors: readonly Part<Visitor>[];
  /** Of each visitor. */
  readonly links: readonly Part<readonly Link[]>[];
  /** Of each server. */
  readonly flights: readonly Part<readonly Flight[]>[];
  readonly rest: Part<Rest>;
}

/** Equal exactly for equal states of one corner. */
export function keyOf(state: State): string {
  let key = `${String(state.tables.number)},${String(state.rest.number)}`;
  for (const { number } of state.realms) key += `,${String(number)}`;
  for (const { number } of state.visitors) key += `,${String(number)}`;
  for (const { number } of state.links) key += `,${String(number)}`;
  for (const { number } of state.flights) key += `,${String(number)}`;
  return key;
}

/** Keeps every value that was ever seen, by its text. */
export class Parts<T> {
  readonly #known = new Map<string, Part<T>>();

  get size(): number {
    return this.#known.size;
  }

  /** @param text the value's own and no other's; its JSON by default */
  of(value: T, text: string = JSON.stringify(value)): Part<T> {
    const known = this.#known.get(text);
    if (known !== undefined) return known;
    const part = { number: this.#known.size, value };
    this.#known.set(text, part);
    return part;
  }
}

/** The array with one item replaced; the same array when it is the same item. */
export function replacing<T>(items: readonly T[], index: number, item: T): readonly T[] {
  invariant(index >= 0 && index < items.length, "an item is replaced, not added", index);
  return items[index] === item ? items : items.with(index, item);
}

export function at<T>(items: readonly T[], index: number): T {
  const item = items[index];
  invariant(item !== undefined, "there is such an item", index);
  return item;
}
