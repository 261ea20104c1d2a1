/**
 * Which events may be played before all others, so that the orders in which they come later need
 * not be played: a persistent set in the words of Godefroid ("Partial-Order Methods for the
 * Verification of Concurrent Systems", 1996).
 *
 * X1. A group of events may go first when nothing that others do, now or later, can take an event
 *     from the group, add one to it, or lead to another state before it than behind it. Such are:
 *     a visitor's own, while he has something to take or no link on which anything could come; the
 *     check of a password, which reads what never changes; what a server hears of a session that is
 *     nobody's and that no call goes back to.
 * X2. No rule can tell whether such an event has been played.
 *
 * That the claims of X1 hold is not believed: `orders.ts` tests each of them in every state of a
 * whole graph, by playing both orders.
 */
import { connectionOf } from "./arm.ts";
import type { Corner } from "./corner.ts";
import { at } from "./parts.ts";
import type { Flight, Link, State } from "./parts.ts";
import type { Happening } from "./system.ts";
import { visitorOf } from "./visitor.ts";

/** Those of all events that may go first; all when none may go before the others. */
export function firstOf(
  corner: Corner,
  state: State,
  all: readonly Happening[],
): readonly Happening[] {
  const { faultsLeft, crashesLeft } = state.rest.value;
  // A crash takes what is on its way to its server: it matters what has been heard before.
  if (crashesLeft > 0) return all;
  const alone = all.find((one) => {
    if (one.kind === "perform") return faultsLeft === 0 && isCheck(state, one);
    if (one.kind === "answer") return isUnheeded(corner, state, one);
    return one.kind === "hear" && isNobodys(corner, state, one);
  });
  if (alone !== undefined) return [alone];
  for (const [index, { value }] of state.visitors.entries()) {
    const mine = all.filter(
      (one) => (one.kind === "deed" || one.kind === "take") && one.visitor === index,
    );
    if (mine.length === 0) continue;
    if (value.connection === 0 || mine.some(({ kind }) => kind === "take")) return mine;
  }
  return all;
}

type CallEvent = Extract<Happening, { readonly call: number }>;

const flightOf = ({ flights }: State, { server, call }: CallEvent): Flight | undefined =>
  at(flights, server).value.find((one) => one.call === call);

/** It reads the account only, which nobody changes. */
const isCheck = (state: State, event: CallEvent): boolean =>
  flightOf(state, event)?.operation === "accounts.verify";

/** The login server takes no notice of how the end of a login went that nobody waited for. */
const isUnheeded = (corner: Corner, state: State, event: CallEvent): boolean =>
  isTimeless(corner, state) &&
  event.server === 0 &&
  flightOf(state, event)?.operation === "logins.end" &&
  flightOf(state, event)?.result?.ok === true &&
  !isLogout(state, event);

/** A logout is under way on the link that the call goes back to, or was. */
function isLogout({ visitors, flights }: State, event: CallEvent): boolean {
  const flight = flightOf({ visitors, flights } as State, event);
  const visitor = flight === undefined ? undefined : visitors[flight.visitor];
  return visitor === undefined || visitor.value.wish === "logout";
}

/** What is heard on a link whose session holds nobody, and to which no call goes back. */
function isNobodys(
  corner: Corner,
  state: State,
  { server, connection }: Extract<Happening, { readonly kind: "hear" }>,
): boolean {
  if (!isTimeless(corner, state)) return false;
  // Whoever was told to end leaves his place in the world with this, and another one may take it.
  if (server !== 0 && hostOf(state, connection) !== "open") return false;
  const { holders } = at(state.realms, server).value;
  if (holders.some((holder) => holder.connection === connection)) return false;
  return !at(state.flights, server).value.some(({ call }) => connectionOf(call) === connection);
}

const hostOf = ({ links }: State, connection: number): Link["host"] | null =>
  at(links, visitorOf(connection)).value.find((link) => link.connection === connection)?.host ??
  null;

/** When something happens is kept of it where a deadline can pass. */
const isTimeless = ({ seconds, secondMs }: Corner, { rest }: State): boolean =>
  rest.value.secondsLeft === 0 || seconds * secondMs < 5_000;
