import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { drawFrame } from "../../../../src/cli/watch/frame.ts";
import { cameraAtFirst, nextPlayer } from "../../../../src/cli/watch/scene.ts";
import type { Camera, Scene } from "../../../../src/cli/watch/scene.ts";

type Standing = readonly [id: number, name: string, x: number, z: number];

const sceneOf = (...players: readonly Standing[]): Scene => ({
  tick: 42,
  size: 1_000,
  viewDistance: 100,
  cell: 50,
  cells: 20,
  entities: players.map(([id, name, x, z]) => ({ id, player: id, name, x, y: 0, z, cell: 0 })),
  viewers: [],
});

const caption = { title: "live data", moment: "12:00:00 UTC", keys: "q quit" };
const screen = { columns: 40, rows: 12, color: false };
const draw = (scene: Scene, camera: Camera = cameraAtFirst): readonly string[] =>
  drawFrame(scene, camera, screen, caption);

const three = sceneOf([1, "ada", 0, 90], [2, "bob", 60, 20], [3, "eve", 60, 20]);

describe("a frame of watch", () => {
  it("shows who is where, names where there is room, and several as their number", () => {
    expect(draw(three)).toEqual([
      "12:00:00 UTC  live data  3 players  5 m ",
      "          .                   .",
      "          oada",
      ...["", "", "", "", "", ""],
      "                      2",
      "",
      "q quit",
    ]);
  });

  it("keeps the followed player in the middle, closer with each zoom", () => {
    const lines = draw(three, { zoom: 1, follow: 3, names: true });
    expect(lines[6]?.indexOf("@")).toBe(20);
    expect(lines[0]).toContain("2.5");
    expect(lines.join("")).not.toContain("oada");
  });

  it("shows the border of the world", () => {
    const corners = sceneOf([1, "a", -499, -499], [2, "b", 499, 499]);
    const lines = draw(corners);
    expect(lines[1]).toBe("          -------------------o-");
    expect(lines[2]).toBe("          |                   |");
    expect(lines[10]).toBe("          oa                  |");
  });

  it("stands still while players move within it", () => {
    const dots = (scene: Scene): string => draw(scene)[1] ?? "";
    const moved = sceneOf([1, "ada", 10, 60], [2, "bob", 50, 30], [3, "eve", 90, 10]);
    expect(dots(moved)).toBe(dots(three));
  });

  it("shows a crowd as #, and nobody as an empty ground", () => {
    const crowd = Array.from({ length: 10 }, (_, id): Standing => [id, "", 10, 10]);
    expect(draw(sceneOf(...crowd)).join("")).toContain("#");
    expect(draw(sceneOf(...crowd.slice(1))).join("")).toContain("9");
    expect(draw(sceneOf()).slice(1, -1).join("")).toMatch(/^[ .]+$/);
  });

  it("lets names be hidden", () => {
    expect(draw(three, { ...cameraAtFirst, names: false }).join("")).not.toContain("ada");
  });

  it("says when before what, where there is room for one only", () => {
    const wide = drawFrame(three, cameraAtFirst, { ...screen, columns: 80 }, caption);
    expect(wide[0]).toMatch(/^live data {2}3 players {2}5 m a column {2}tick 42 +12:00:00 UTC$/);
  });

  it("colours by escape sequences that it ends in every line", () => {
    const lines = drawFrame(three, cameraAtFirst, { ...screen, color: true }, caption);
    for (const line of lines) {
      if (line.includes("\u001b[")) expect(line.lastIndexOf("\u001b[0m")).toBeGreaterThan(0);
    }
    expect(lines.join("")).toContain("\u001b[92mo");
  });

  it("fits its screen, whatever it shows, and lets no control character through", () => {
    const player = fc.tuple(
      fc.nat({ max: 40 }),
      fc.string({ unit: "binary", maxLength: 20 }),
      fc.double({ min: -500, max: 500, noNaN: true }),
      fc.double({ min: -500, max: 500, noNaN: true }),
    );
    const frames = fc.record({
      players: fc.uniqueArray(player, { maxLength: 15, selector: ([id]) => id }),
      columns: fc.integer({ min: 20, max: 120 }),
      rows: fc.integer({ min: 5, max: 40 }),
      zoom: fc.nat({ max: 12 }),
      follow: fc.option(fc.nat({ max: 40 })),
      title: fc.string({ unit: "binary", maxLength: 30 }),
    });
    fc.assert(
      fc.property(frames, ({ players, columns, rows, zoom, follow, title }) => {
        const lines = drawFrame(
          sceneOf(...players),
          { zoom, follow, names: true },
          { columns, rows, color: false },
          { ...caption, title },
        );
        expect(lines.length).toBe(rows);
        for (const line of lines) {
          expect(Array.from(line).length).toBeLessThanOrEqual(columns);
          expect(line).not.toMatch(/\p{C}/u);
        }
      }),
      { numRuns: 500 },
    );
  });

  it("counts wide characters as two columns", () => {
    const [, , row] = draw(sceneOf([1, "가나다", 0, 90]));
    expect(row?.trim()).toBe("o가나다");
    const crowded = sceneOf([1, "가나다", 0, 90], [2, "b", 30, 90]);
    expect(draw(crowded)[2]).not.toContain("가");
  });
});

describe("following", () => {
  it("goes through the players in the order of their ids", () => {
    expect(nextPlayer(three, null, 1)).toBe(1);
    expect(nextPlayer(three, 1, 1)).toBe(2);
    expect(nextPlayer(three, 3, 1)).toBe(1);
    expect(nextPlayer(three, 1, -1)).toBe(3);
    expect(nextPlayer(three, 77, -1)).toBe(3);
    expect(nextPlayer(sceneOf(), 1, 1)).toBeNull();
  });
});
