import { describe, expect, it } from "vitest";
import { WorldView } from "../../../src/client/world-view.ts";
import { compareViews, readPlayersView } from "../../../src/load/players-view.ts";
import type { Held, PlayersView } from "../../../src/load/players-view.ts";
import { stands, worldUpdate } from "../../support/world-updates.ts";

/** Three in a world of 10 by 10 cells of 50 m: 1 and 2 see each other, 3 is far away. */
const dump: PlayersView = {
  tick: 7,
  size: 500,
  viewDistance: 100,
  cell: 50,
  cells: 10,
  entities: [
    { id: 1, player: 11, name: "ada", x: -240, y: 0, z: -240, cell: 0 },
    { id: 2, player: 12, name: "bob", x: -190, y: 0, z: -240, cell: 1 },
    { id: 3, player: 13, name: "eve", x: 240, y: 0, z: 240, cell: 99 },
    { id: 4, player: 14, name: "new", x: -240, y: 0, z: -240, cell: -1 },
  ],
  viewers: [
    { id: 1, x0: 0, x1: 2, z0: 0, z1: 2 },
    { id: 2, x0: 0, x1: 3, z0: 0, z1: 2 },
    { id: 3, x0: 7, x1: 9, z0: 7, z1: 9 },
  ],
};

function held(own: number, ...seen: readonly (readonly [number, number, number])[]): Held {
  const view = new WorldView();
  view.apply(worldUpdate({ tick: 7, updates: seen.map((each) => stands(...each)) }));
  view.entered(own);
  return { name: `client ${own}`, view };
}

const ada = [1, -240, -240] as const;
const bob = [2, -190, -240] as const;
const eve = [3, 240, 240] as const;

describe("the comparison of views", () => {
  it("[SYNC-02] finds nothing where every client holds what the server says", () => {
    const clients = [held(1, ada, bob), held(2, ada, bob), held(3, eve)];
    expect(compareViews(dump, clients)).toEqual({ seen: [1, 1, 0], mismatches: 0, notes: [] });
  });

  it.each([
    ["an entity that is missing", held(1, ada), "client 1 does not see 2"],
    ["a ghost", held(1, ada, bob, [9, 0, 0]), "client 1 sees 9, which is not there"],
    ["one that is out of sight", held(1, ada, bob, eve), "client 1 sees 3, which is not there"],
    ["one elsewhere", held(1, ada, [2, 5, 6]), "client 1 sees 2 at 5, 6, and it is at -190, -240"],
    ["oneself missing", held(1, bob), "client 1 does not see 1"],
    ["a client that is not in", held(8, ada), "client 8 is not in the server's world"],
  ])("[SYNC-08] finds %s", (_what, client, note) => {
    expect(compareViews(dump, [client])).toMatchObject({ mismatches: 1, notes: [note] });
  });

  it("says no more than a few of many in words", () => {
    const many = Array.from({ length: 50 }, (_, index) => [index + 100, 0, 0] as const);
    const { mismatches, notes } = compareViews(dump, [held(3, eve, ...many)]);
    expect([mismatches, notes.length]).toEqual([50, 5]);
  });

  it("reads a dump, and nothing else", () => {
    expect(readPlayersView(JSON.parse(JSON.stringify(dump)))).toEqual(dump);
    expect(readPlayersView({ ...dump, cells: "10" })).toBeNull();
    expect(readPlayersView(null)).toBeNull();
  });
});
