/**
 * What the explorer has found in Reprise, each as the order of events that shows it. A test here
 * was red once.
 */
import { expect, it } from "vitest";
import { cornerNamed, replayOrder } from "../../../src/sim/explore/index.ts";
import type { Corner } from "../../../src/sim/explore/index.ts";

function cornerOf(name: string): Corner {
  const corner = cornerNamed(name);
  if (corner === undefined) throw new Error(`no corner is called ${name}`);
  return corner;
}

/**
 * A token was checked and found good, then its player logged in anew on the same device and came
 * in, and only then was the answer to the check heard. Meanwhile the game server had been told to
 * end the older login, which had come in and gone before. Its report took the session that came in
 * late for the one that the directory knew of: nobody was told, and nobody ended a session whose
 * token was void, while its account was free to play on another server.
 */
it("[AUTH-16] a session that comes in by a login that was evicted is evicted, too", () => {
  const events = [
    "a starts",
    "login hears of link 11 of a: opened",
    "login hears of link 11 of a: login",
    "accounts.verify 11010 of login takes effect",
    "b starts",
    "login hears of link 21 of b: opened",
    "login hears of link 21 of b: login",
    "accounts.verify 21010 of login takes effect",
    "accounts.verify 11010 of login is answered",
    "logins.open 11011 of login takes effect",
    "logins.open 11011 of login is answered",
    "a takes loggedIn NONE",
    "game 1 hears of link 12 of a: opened",
    "game 1 hears of link 12 of a: enter",
    "a is cut off",
    "game 1 hears of link 13 of a: opened",
    "game 1 hears of link 13 of a: enter",
    "login hears of link 11 of a: closed",
    "accounts.verify 21010 of login is answered",
    "tokens.verify 12010 of game 1 takes effect",
    "tokens.verify 12010 of game 1 is answered",
    "tokens.verify 13010 of game 1 takes effect",
    "logins.open 21011 of login takes effect",
    "logins.open 21011 of login is answered",
    "b takes loggedIn NONE",
    "game 1 hears of link 22 of b: opened",
    "game 1 hears of link 22 of b: enter",
    "login hears of link 21 of b: closed",
    "tokens.verify 22010 of game 1 takes effect",
    "time passes",
    "game 1 hears of link 12 of a: closed",
    "tokens.verify 22010 of game 1 is answered",
    "b takes entered NONE",
    "directory.report 10100030 of game 1 takes effect",
    "directory.report 10100030 of game 1 is answered",
    "tokens.verify 13010 of game 1 is answered",
    "a takes entered NONE",
    "b takes disconnect DUPLICATE_LOGIN",
    "b takes the end of his link",
    "game 1 hears of link 22 of b: closed",
  ];
  expect(replayOrder(cornerOf("overtaken"), events)).toBeNull();
});
