/**
 * What somebody with an account does: a client reduced to what servers can tell of it. Pure
 * functions of plain states, which is what the search needs; they do what `Traveller` does with the
 * client's own machines.
 *
 *     away --starts--> asking --answered--> here --logs out--> asking --answered--> gone
 *                        |  ^                | ousted
 *              refused   v  | again          v
 *                       resting             gone
 *
 * Y1. One wish is under way at most, on one link. A new link follows the loss of the old one.
 * Y2. Whoever is refused, or loses his link, asks again while he has tries left.
 */
import { assertNever, invariant } from "../../core/kernel/assert.ts";
import type { VisitorScript } from "./corner.ts";
import type { DownItem } from "./parts.ts";

type Wish = "login" | "enter" | "logout";

export interface Visitor {
  readonly phase: "away" | "asking" | "resting" | "here" | "gone";
  readonly wish: Wish;
  /** Why he is gone; "" while he is not. */
  readonly why: string;
  /** The code of a DISCONNECT on this link; "" before one. */
  readonly farewell: string;
  /** 0 without a link. */
  readonly connection: number;
  /** Index of its server. */
  readonly server: number;
  /** How many links he has had. */
  readonly links: number;
  /** Packets sent on this link. */
  readonly sequence: number;
  /** The number that stands for his token; 0 without one. */
  readonly token: number;
  readonly cuts: number;
  readonly tries: number;
}

/** What he does of his own accord. */
export type Deed = "starts" | "asks again" | "is cut off" | "logs out";

/** What a visitor's doing asks of the network, in order. */
export type Order =
  | { readonly kind: "leave"; readonly connection: number }
  | { readonly kind: "connect"; readonly connection: number; readonly server: number }
  | {
      readonly kind: "send";
      readonly connection: number;
      readonly wish: Wish;
      readonly sequence: number;
      readonly token: number;
    };

export interface Doing {
  readonly visitor: Visitor;
  readonly orders: readonly Order[];
  /** Why this cannot be; null when it can. */
  readonly broken: string | null;
}

export const visitorAtFirst = ({ cuts, tries }: VisitorScript): Visitor => ({
  phase: "away",
  wish: "login",
  why: "",
  farewell: "",
  connection: 0,
  server: 0,
  links: 0,
  sequence: 0,
  token: 0,
  cuts,
  tries,
});

/** The number of a visitor's next connection: no other visitor's, and never again. */
const nextConnection = (index: number, links: number): number => (index + 1) * 10 + links + 1;
export const visitorOf = (connection: number): number => Math.floor(connection / 10) - 1;

/** What he may do of his own accord now. */
export function deeds(visitor: Visitor, script: VisitorScript): readonly Deed[] {
  switch (visitor.phase) {
    case "away":
      return ["starts"];
    case "resting":
      return ["asks again"];
    case "asking":
      return visitor.cuts > 0 ? ["is cut off"] : [];
    case "here": {
      const found: Deed[] = visitor.cuts > 0 ? ["is cut off"] : [];
      if (script.logsOut) found.push("logs out");
      return found;
    }
    case "gone":
      return [];
    default:
      return assertNever(visitor.phase);
  }
}

/** Does it. */
export function act(visitor: Visitor, deed: Deed, script: VisitorScript, index: number): Doing {
  switch (deed) {
    case "starts":
    case "asks again":
      return ask(visitor, visitor.wish, script, index);
    case "is cut off": {
      const { connection, wish, phase } = visitor;
      invariant(connection !== 0, "a link is cut where there is one");
      const goal = phase === "here" ? wanted(visitor, script) : wish;
      const unlinked = { ...visitor, cuts: visitor.cuts - 1, connection: 0 };
      const next = ask(unlinked, goal, script, index);
      return { ...next, orders: [{ kind: "leave", connection }, ...next.orders] };
    }
    case "logs out":
      return ask(visitor, "logout", script, index);
    default:
      return assertNever(deed);
  }
}

/** Takes what has come on his link. */
export function take(
  visitor: Visitor,
  item: DownItem,
  script: VisitorScript,
  index: number,
): Doing {
  const { phase, wish } = visitor;
  switch (item.kind) {
    case "loggedIn":
      if (phase !== "asking" || wish !== "login") return unasked(visitor, item);
      if (item.code !== "NONE") return refused(visitor, "login", item.code);
      if (script.goal === "login") return still({ ...visitor, phase: "here", token: item.token });
      return ask({ ...visitor, token: item.token }, "enter", script, index);
    case "entered":
      if (phase !== "asking" || wish !== "enter") return unasked(visitor, item);
      if (item.code === "NONE") return still({ ...visitor, phase: "here" });
      // A token that is not good any more: with a new login there is another.
      if (item.code === "INVALID_CREDENTIALS") {
        return refused({ ...visitor, token: 0 }, "login", item.code);
      }
      return refused(visitor, "enter", item.code);
    case "loggedOut":
      if (phase !== "asking" || wish !== "logout") return unasked(visitor, item);
      if (item.code !== "NONE") return refused(visitor, "logout", item.code);
      return leave({ ...visitor, token: 0 }, "logged out");
    case "error":
      return phase === "asking" ? refused(visitor, wish, item.code) : unasked(visitor, item);
    case "disconnect":
      return still({ ...visitor, farewell: item.code });
    case "end":
      return unlinked(visitor, script);
    default:
      return assertNever(item);
  }
}

// ---------------------------------------------------------------- what comes of it

const still = (visitor: Visitor): Doing => ({ visitor, orders: [], broken: null });

const unasked = (visitor: Visitor, { kind }: DownItem): Doing => ({
  ...still(visitor),
  broken: `${kind} answers nothing that he has asked`,
});

/** What somebody who was here wants when he is not any more. */
function wanted({ token }: Visitor, { goal }: VisitorScript): Wish {
  return goal === "play" && token !== 0 ? "enter" : "login";
}

/** Asks on the link that he has, or on a new one where that goes to another server. */
function ask(visitor: Visitor, wish: Wish, script: VisitorScript, index: number): Doing {
  const isGame = wish === "enter" || (wish === "logout" && script.goal === "play");
  const server = isGame ? script.game : 0;
  const orders: Order[] = [];
  let { connection, links, sequence } = visitor;
  if (connection !== 0 && visitor.server !== server) {
    orders.push({ kind: "leave", connection });
    connection = 0;
  }
  if (connection === 0) {
    connection = nextConnection(index, links);
    links += 1;
    sequence = 0;
    orders.push({ kind: "connect", connection, server });
  }
  sequence += 1;
  // With the login's answer another token comes: an old one is nothing to hold on to.
  const token = wish === "login" ? 0 : visitor.token;
  orders.push({ kind: "send", connection, wish, sequence, token });
  const asking = { connection, server, links, sequence, token, wish, farewell: "" } as const;
  return { visitor: { ...visitor, ...asking, phase: "asking" }, orders, broken: null };
}

function refused(visitor: Visitor, wish: Wish, code: string): Doing {
  const { tries } = visitor;
  if (tries === 0) return leave(visitor, `refused: ${code}`);
  return still({ ...visitor, phase: "resting", wish, tries: tries - 1 });
}

/** The server has ended his link. */
function unlinked(before: Visitor, script: VisitorScript): Doing {
  const { phase, wish, farewell, tries } = before;
  const visitor = { ...before, connection: 0 };
  const left: Doing["orders"] = [{ kind: "leave", connection: before.connection }];
  const gone = (why: string): Doing => ({
    visitor: { ...visitor, phase: "gone", why },
    orders: left,
    broken: null,
  });
  const isIn = phase === "here" || wish === "enter";
  if (farewell === "DUPLICATE_LOGIN" && isIn) return gone("ousted");
  if (phase === "resting") return { visitor, orders: left, broken: null };
  if (tries === 0) return gone(`lost: ${farewell}`);
  const next = phase === "here" ? wanted(visitor, script) : wish;
  return {
    visitor: { ...visitor, phase: "resting", wish: next, tries: tries - 1 },
    orders: left,
    broken: null,
  };
}

function leave(visitor: Visitor, why: string): Doing {
  const { connection } = visitor;
  return {
    visitor: { ...visitor, phase: "gone", why, connection: 0 },
    orders: [{ kind: "leave", connection }],
    broken: null,
  };
}
