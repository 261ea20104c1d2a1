/**
 * What travellers ask of a server as if they looked after it. Those whose accounts are an
 * operator's or a moderator's may; the others try it now and then.
 */
import { RandomStream } from "../../core/kernel/random.ts";
import { credentialsOf } from "../accounts.ts";
import { seedWords } from "../decisions.ts";
import type { PlayersOptions } from "../options.ts";
import type { Saying, Timed, TravellerAction } from "./script.ts";

/** Whose an account is: of the staff the first is an operator, the others are moderators. */
export function roleOf(account: string, { staff }: Pick<PlayersOptions, "staff">) {
  const number = Number(account);
  if (number > staff) return "player";
  return number === 1 ? "operator" : "moderator";
}

/** Of so many turns, one has an order behind it. */
const turnsAnOrder = { operator: 1, moderator: 2, player: 20 };

/** An order now and then, where there is staff. */
export function withOrders(
  seed: number,
  { name, account }: { readonly name: string; readonly account: string },
  { actions, players }: { actions: Timed<TravellerAction>[]; players: PlayersOptions },
): Timed<TravellerAction>[] {
  if (players.staff === 0) return actions;
  const random = RandomStream.named(seedWords(seed), `orders/${name}`);
  const oneIn = turnsAnOrder[roleOf(account, players)];
  return actions.flatMap((action): Timed<TravellerAction>[] => {
    if (action.type !== "turn" || !random.chance(1, oneIn)) return [action];
    const { atMicros } = action;
    if (random.chance(1, 6)) return [action, { atMicros, type: "operate" }];
    return [action, { atMicros, ...drawOrder(random, players) }];
  });
}

function drawOrder(random: RandomStream, { accounts }: PlayersOptions): Saying {
  const { username } = credentialsOf(String(random.pick([1, random.between(1, accounts)])));
  const order = (key: string, message: unknown): Saying => ({
    type: "request",
    contract: "operate",
    key,
    message,
  });
  switch (random.pick(["sessions", "announce", "kick", "kick", "kick"] as const)) {
    case "sessions":
      return order("sessions", {
        afterSessionId: random.pick([0, 0, idOf(random)]),
        limit: random.pick([0, 1, 3, 1_000]),
      });
    case "announce":
      return order("announce", { message: random.pick(["we close soon", "잠시 후", " ", ""]) });
    case "kick":
      return order(
        "kick",
        random.chance(1, 2)
          ? { sessionId: idOf(random), reason: "" }
          : {
              playerName: random.pick([username, username, username.toUpperCase(), "nobody", ""]),
              reason: "for once",
            },
      );
  }
}

/** Sessions are counted from 1; a server of a short run has a few dozen. */
const idOf = (random: RandomStream): number => random.between(1, random.pick([6, 30]));
