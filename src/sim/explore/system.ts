/**
 * All that can happen in a state of a corner, and what comes of it.
 *
 * E1. Packets of one connection are heard in the order of sending; everything else in any order:
 *     links, calls taking effect, their answers, time.
 * E2. What happens depends on the state and on the event's name, and on nothing else.
 * E3. A link that its server has ordered to end brings it nothing more than its end, as a realm
 *     takes no notice of the rest.
 * E4. A server that crashes comes back at once, from its journal: it has lost what it had not
 *     heard, its links, and the secrets of its calls; calls without an answer are performed again.
 */
import { featuresOf } from "../../core/features/index.ts";
import type { FeatureRole } from "../../core/features/index.ts";
import { publishedContracts } from "../../core/features/contracts.ts";
import { assertNever, invariant } from "../../core/kernel/assert.ts";
import type { CallResult } from "../../core/contract.ts";
import { createRealm } from "../../core/realm/index.ts";
import { Arm } from "./arm.ts";
import type { ArmStep, Heard } from "./arm.ts";
import type { Corner, VisitorScript } from "./corner.ts";
import { Desk } from "./desk.ts";
import { at, Parts, replacing } from "./parts.ts";
import type { DownItem, Flight, Link, Part, Rest, State } from "./parts.ts";
import { brokenByClose, brokenByResult, validAfter, validTold } from "./token-rules.ts";
import { act, deeds, take, visitorAtFirst, visitorOf } from "./visitor.ts";
import type { Deed, Doing, Visitor } from "./visitor.ts";

/** Something that can happen. Its name is the only one of its kind in its state. */
export type Happening = { readonly name: string } & (
  | { readonly kind: "deed"; readonly visitor: number; readonly deed: Deed }
  | { readonly kind: "take"; readonly visitor: number }
  | { readonly kind: "hear"; readonly server: number; readonly connection: number }
  | { readonly kind: "perform"; readonly server: number; readonly call: number }
  | { readonly kind: "lose" | "unheard"; readonly server: number; readonly call: number }
  | { readonly kind: "answer"; readonly server: number; readonly call: number }
  | { readonly kind: "second" }
  | { readonly kind: "crash"; readonly server: number }
);

export interface Next {
  readonly state: State;
  /** The first rule that does not hold any more; null when all do. */
  readonly broken: string | null;
}

const epochMicros = 1_000_000_000_000;
/** No call has a deadline before that, and no session is silent for too long. */
const leastDeadlineMs = 5_000;
const unavailable: CallResult = { ok: false, code: "UNAVAILABLE" };
const sealedLost: CallResult = { ok: false, code: "SEALED_LOST" };

export const visitorName = (index: number): string => String.fromCharCode(97 + index);
export const serverName = (index: number): string =>
  index === 0 ? "login" : `game ${String(index)}`;

/** What servers of a corner are configured with, where it is not the default. */
export const cornerConfig = {
  tickHz: 1,
  idleTimeoutMs: 3_600_000,
  helloTimeoutMs: 3_600_000,
  loginLoopbackExempt: 1,
  loginGraceMs: 2_000,
};

export class System {
  readonly corner: Corner;
  readonly scripts: readonly VisitorScript[];
  readonly #arms: readonly Arm[];
  readonly #desk: Desk;
  readonly #visitors = new Parts<Visitor>();
  readonly #links = new Parts<readonly Link[]>();
  readonly #flights = new Parts<readonly Flight[]>();
  readonly #rests = new Parts<Rest>();

  /** @param guests come after the corner's own visitors, when `invite` asks them to */
  constructor(corner: Corner, guests: readonly VisitorScript[] = []) {
    this.corner = corner;
    this.scripts = [...corner.visitors, ...guests];
    const login = realmOf("login", corner);
    const game = realmOf("game", corner);
    const areTimersFar = corner.seconds * corner.secondMs < leastDeadlineMs;
    const options = { config: cornerConfig, scripts: this.scripts, areTimersFar };
    this.#arms = Array.from(
      { length: corner.games + 1 },
      (_, index) => new Arm({ ...options, realm: index === 0 ? login : game }),
    );
    this.#desk = new Desk(corner.games);
  }

  /** How many different steps the realms have made. */
  get steps(): number {
    return this.#arms.reduce((sum, { steps }) => sum + steps, 0);
  }

  /** Everybody is away; the servers have started, and those of the game have reported once. */
  first(): State {
    const { seconds, callFaults, crashes } = this.corner;
    const accounts = this.scripts.map(({ account }) => account);
    const incarnations = this.#arms.map(() => 1);
    const state: State = {
      realms: this.#arms.map((arm) => arm.begin()),
      tables: this.#desk.begin(accounts, epochMicros / 1_000),
      visitors: this.scripts.map((script, index) => this.#visitorAtFirst(script, index)),
      links: this.scripts.map(() => this.#links.of([])),
      flights: this.#arms.map(() => this.#flights.of([])),
      rest: this.#rests.of({
        now: epochMicros,
        secondsLeft: 2,
        faultsLeft: 0,
        crashesLeft: 0,
        hasFailed: false,
        incarnations,
        valid: [],
      }),
    };
    const started = this.#arms.reduce<Next>(
      (next, _, server) => this.#hear(next, server, { kind: "started", incarnation: 1 }),
      { state, broken: null },
    );
    const known = this.#calmly(this.#calmly(started));
    invariant(known.broken === null, "a corner begins soundly", known.broken);
    const left = { secondsLeft: seconds, faultsLeft: callFaults, crashesLeft: crashes };
    return this.#withRest(known.state, left);
  }

  #visitorAtFirst(script: VisitorScript, index: number): Part<Visitor> {
    const isGuest = index >= this.corner.visitors.length;
    const first = visitorAtFirst(script);
    return this.#visitors.of(isGuest ? { ...first, phase: "gone", why: "not invited" } : first);
  }

  /** The same state with that guest about to start. */
  invite(state: State, guest: number): State {
    const first = visitorAtFirst(at(this.scripts, guest));
    return { ...state, visitors: replacing(state.visitors, guest, this.#visitors.of(first)) };
  }

  /** A second, and every call of it. */
  #calmly(before: Next): Next {
    let next = this.#second(before.state);
    for (;;) {
      const call = this.events(next.state).find(
        ({ kind }) => kind === "perform" || kind === "answer",
      );
      if (call === undefined) return next;
      next = this.apply(next.state, call);
    }
  }

  /** The same state with so many seconds left. */
  withSeconds(state: State, secondsLeft: number): State {
    return this.#withRest(state, { secondsLeft });
  }

  // ---------------------------------------------------------------- what can happen

  events(state: State): readonly Happening[] {
    const found: Happening[] = [];
    for (const [visitor, { value }] of state.visitors.entries()) {
      this.#visitorEvents(state, visitor, value, found);
    }
    for (const [server, { value: flights }] of state.flights.entries()) {
      callEvents(server, flights, state.rest.value, found);
    }
    const { secondsLeft, crashesLeft } = state.rest.value;
    if (secondsLeft > 0) found.push({ name: "time passes", kind: "second" });
    if (crashesLeft > 0) {
      for (const server of this.#arms.keys()) {
        found.push({ name: `${serverName(server)} dies and comes back`, kind: "crash", server });
      }
    }
    return found;
  }

  #visitorEvents(state: State, visitor: number, value: Visitor, found: Happening[]): void {
    const script = at(this.scripts, visitor);
    const name = visitorName(visitor);
    for (const deed of deeds(value, script)) {
      found.push({ name: `${name} ${deed}`, kind: "deed", visitor, deed });
    }
    for (const { connection, server, up, down } of at(state.links, visitor).value) {
      const [heard] = up;
      const [told] = down;
      if (told !== undefined) {
        found.push({ name: `${name} takes ${toldText(told)}`, kind: "take", visitor });
      }
      if (heard === undefined) continue;
      const about = `link ${String(connection)} of ${name}`;
      const text = `${serverName(server)} hears of ${about}: ${heard.kind}`;
      found.push({ name: text, kind: "hear", server, connection });
    }
  }

  // ---------------------------------------------------------------- what comes of it

  apply(state: State, happening: Happening): Next {
    switch (happening.kind) {
      case "deed": {
        const { visitor: index, deed } = happening;
        const { value } = at(state.visitors, index);
        return this.#done(state, index, act(value, deed, at(this.scripts, index), index));
      }
      case "take":
        return this.#take(state, happening.visitor);
      case "hear":
        return this.#hearLink(state, happening.server, happening.connection);
      case "perform":
        return this.#perform(state, happening.server, happening.call, null);
      case "lose":
        return this.#lose(state, happening.server, happening.call);
      case "unheard": {
        const { server, call } = happening;
        return this.#perform(this.#withFault(state), server, call, unavailable);
      }
      case "answer":
        return this.#answer(state, happening.server, happening.call);
      case "second":
        return this.#second(state);
      case "crash":
        return this.#crash(state, happening.server);
      default:
        return assertNever(happening);
    }
  }

  #take(state: State, index: number): Next {
    const links = at(state.links, index).value;
    const position = links.findIndex(({ down }) => down.length > 0);
    const link = at(links, position);
    const [item, ...down] = link.down;
    invariant(item !== undefined, "there is something to take");
    const taken = this.#withLinks(state, index, replacing(links, position, { ...link, down }));
    const { value } = at(state.visitors, index);
    return this.#done(taken, index, take(value, item, at(this.scripts, index), index));
  }

  #done(before: State, index: number, { visitor, orders, broken }: Doing): Next {
    let links = at(before.links, index).value;
    for (const order of orders) {
      if (order.kind === "connect") {
        const { connection, server } = order;
        const up = [{ kind: "opened" }] as const;
        links = [
          ...links,
          { connection, server, host: "open", up, down: [], hasVisitorLeft: false },
        ];
        continue;
      }
      const position = links.findIndex(({ connection }) => connection === order.connection);
      const link = at(links, position);
      if (order.kind === "leave") {
        links =
          link.host === "closed" ? links.toSpliced(position, 1) : links.with(position, left(link));
      } else if (link.host === "open") {
        const { wish: kind, sequence, token } = order;
        const item = kind === "login" ? { kind, sequence } : { kind, sequence, token };
        links = links.with(position, { ...link, up: [...link.up, item] });
      }
    }
    const visitors = replacing(before.visitors, index, this.#visitors.of(visitor));
    const who = visitorName(index);
    const state = this.#withLinks({ ...before, visitors }, index, links);
    return { state, broken: broken === null ? null : `${who}: ${broken}` };
  }

  #hearLink(before: State, server: number, connection: number): Next {
    const index = visitorOf(connection);
    const links = at(before.links, index).value;
    const position = links.findIndex((link) => link.connection === connection);
    const link = at(links, position);
    const [item, ...up] = link.up;
    invariant(item !== undefined, "there is something to hear of");
    const isOver = item.kind === "closed";
    const after = isOver ? ({ ...link, up, host: "closed" } as const) : { ...link, up };
    const isGone = isOver && link.hasVisitorLeft;
    const rest = isGone ? links.toSpliced(position, 1) : links.with(position, after);
    const state = this.#withLinks(before, index, rest);
    return this.#hear({ state, broken: null }, server, { kind: "up", connection, item });
  }

  /** The server's realm makes a step; the rules are checked in the order in which they break. */
  #hear({ state: before, broken }: Next, server: number, heard: Heard): Next {
    const { now, incarnations } = before.rest.value;
    const realm = at(before.realms, server);
    const step = at(this.#arms, server).step(realm, heard, at(incarnations, server), now);
    const wrong = broken ?? step.broken ?? brokenByClose(before, server, step);
    const realms = replacing(before.realms, server, step.realm);
    return { state: this.#carriedOut({ ...before, realms }, server, step), broken: wrong };
  }

  #carriedOut(before: State, server: number, { sent, closed, called }: ArmStep): State {
    let state = before;
    for (const { connection, item } of sent) {
      if (item.kind === "loggedIn" && item.code === "NONE") {
        state = this.#withRest(state, { valid: validTold(state.rest.value.valid, item.token) });
      }
      state = this.#overLink(state, connection, (link) =>
        link.hasVisitorLeft ? link : { ...link, down: [...link.down, item] },
      );
    }
    for (const { connection } of closed) state = this.#overLink(state, connection, ended);
    if (called.length === 0) return state;
    const waiting = at(state.flights, server).value;
    for (const { call } of called) {
      const isKnown = waiting.some((flight) => flight.call === call);
      invariant(!isKnown, "a call has a name of its own", call);
    }
    return this.#withFlights(state, server, [...waiting, ...called]);
  }

  #overLink(state: State, connection: number, change: (link: Link) => Link): State {
    const index = visitorOf(connection);
    const links = at(state.links, index).value;
    const position = links.findIndex((link) => link.connection === connection);
    // A link whose visitor has left is forgotten when its server has heard of that.
    const link = links[position];
    if (link === undefined) return state;
    return this.#withLinks(state, index, links.with(position, change(link)));
  }

  // ---------------------------------------------------------------- calls

  /** @param told in place of the result; null for the result itself */
  #perform(before: State, server: number, call: number, told: CallResult | null): Next {
    const flights = at(before.flights, server).value;
    const position = flights.findIndex((flight) => flight.call === call);
    const flight = at(flights, position);
    const nowMs = before.rest.value.now / 1_000;
    const { tables, result } = this.#desk.perform(before.tables, server, flight, nowMs);
    const { valid } = before.rest.value;
    const broken = brokenByResult(valid, flight, result);
    const state = this.#withFlights(
      { ...before, tables },
      server,
      replacing(flights, position, { ...flight, isDone: true, result: told ?? result }),
    );
    const now = validAfter(valid, flight, result);
    return { state: now === valid ? state : this.#withRest(state, { valid: now }), broken };
  }

  #lose(before: State, server: number, call: number): Next {
    const state = this.#withFault(before);
    const flights = at(state.flights, server).value;
    const lost = flights.map((flight) =>
      flight.call === call ? { ...flight, result: unavailable } : flight,
    );
    return { state: this.#withFlights(state, server, lost), broken: null };
  }

  #withFault(state: State): State {
    const faultsLeft = state.rest.value.faultsLeft - 1;
    return this.#withRest(state, { faultsLeft, hasFailed: true });
  }

  #answer(before: State, server: number, call: number): Next {
    const flights = at(before.flights, server).value;
    const result = flights.find((flight) => flight.call === call)?.result ?? null;
    invariant(result !== null, "an answer was given");
    const others = flights.filter((flight) => flight.call !== call);
    let state = this.#withFlights(before, server, others);
    // Behind its deadline: what it has done is known to nobody.
    const isAwaited = at(before.realms, server).value.calls.includes(call);
    if (!isAwaited) state = this.#withRest(state, { hasFailed: true });
    return this.#hear({ state, broken: null }, server, { kind: "answer", call, result });
  }

  // ---------------------------------------------------------------- time and crashes

  #second(before: State): Next {
    const { now, secondsLeft } = before.rest.value;
    const { secondMs, games } = this.corner;
    const later = { now: now + secondMs * 1_000, secondsLeft: secondsLeft - 1 };
    let state = this.#withRest(before, later);
    if (games === 0) {
      const tables = this.#desk.reportStranger(state.tables, later.now / 1_000);
      state = { ...state, tables };
    }
    let next: Next = { state, broken: null };
    for (const server of this.#arms.keys()) next = this.#hear(next, server, { kind: "time" });
    return next;
  }

  #crash(before: State, server: number): Next {
    const { crashesLeft, incarnations } = before.rest.value;
    const start = at(incarnations, server) + 1;
    let state = this.#withRest(before, {
      crashesLeft: crashesLeft - 1,
      hasFailed: true,
      incarnations: replacing(incarnations, server, start),
    });
    for (const [index, { value }] of state.links.entries()) {
      const links = value.flatMap((link) => (link.server === server ? torn(link) : [link]));
      state = this.#withLinks(state, index, links);
    }
    const { connections, calls } = at(before.realms, server).value;
    const again = at(state.flights, server).value.filter(({ call }) => calls.includes(call));
    state = this.#withFlights(state, server, again.map(askedAgain));
    const heard: Heard = { kind: "started", incarnation: start };
    let next = this.#hear({ state, broken: null }, server, heard);
    for (const connection of connections) {
      const item = { kind: "closed" } as const;
      next = this.#hear(next, server, { kind: "up", connection, item });
    }
    return next;
  }

  // ---------------------------------------------------------------- parts

  #withRest(state: State, change: Partial<Rest>): State {
    return { ...state, rest: this.#rests.of({ ...state.rest.value, ...change }) };
  }

  #withLinks(state: State, visitor: number, links: readonly Link[]): State {
    return { ...state, links: replacing(state.links, visitor, this.#links.of(links)) };
  }

  #withFlights(state: State, server: number, flights: readonly Flight[]): State {
    const byCall = flights.toSorted((one, other) => one.call - other.call);
    return { ...state, flights: replacing(state.flights, server, this.#flights.of(byCall)) };
  }
}

function realmOf(role: FeatureRole, { features }: Corner) {
  return createRealm({ features: features?.[role] ?? featuresOf(role), known: publishedContracts });
}

function callEvents(
  server: number,
  flights: readonly Flight[],
  { faultsLeft }: Rest,
  found: Happening[],
): void {
  for (const { call, operation, result } of flights) {
    const about = `${operation} ${String(call % 2 ** 32)} of ${serverName(server)}`;
    if (result !== null) {
      found.push({ name: `${about} is answered`, kind: "answer", server, call });
      continue;
    }
    found.push({ name: `${about} takes effect`, kind: "perform", server, call });
    if (faultsLeft === 0) continue;
    found.push({ name: `${about} is lost`, kind: "lose", server, call });
    found.push({ name: `${about} takes effect unheard`, kind: "unheard", server, call });
  }
}

const toldText = (item: DownItem): string =>
  item.kind === "end" ? "the end of his link" : `${item.kind} ${item.code}`;

/** The visitor takes no more of it, and the server will hear of that. */
function left(link: Link): Link {
  const up = link.host === "open" ? [...link.up, { kind: "closed" } as const] : link.up;
  return { ...link, up, down: [], hasVisitorLeft: true };
}

/** E3. */
function ended(link: Link): Link {
  if (link.host !== "open") return link;
  const down = link.hasVisitorLeft ? [] : [...link.down, { kind: "end" } as const];
  return { ...link, host: "closing", up: [{ kind: "closed" }], down };
}

/** What a crash leaves of a link; nothing when nobody is at its other end either. */
function torn(link: Link): readonly Link[] {
  if (link.hasVisitorLeft) return [];
  const isEnding = link.down.some(({ kind }) => kind === "end");
  const down = isEnding ? link.down : [...link.down, { kind: "end" } as const];
  return [{ ...link, host: "closed", up: [], down }];
}

/** E4. */
function askedAgain(flight: Flight): Flight {
  const fields = Object.values(flight.request as Readonly<Record<string, unknown>>);
  const isSecret = fields.some(
    (value) => typeof value === "object" && value !== null && "secret" in value,
  );
  return { ...flight, result: isSecret ? sealedLost : null };
}
