import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { KeyReader, orderOf } from "../../../../src/cli/watch/keys.ts";
import type { Key, Order } from "../../../../src/cli/watch/keys.ts";
import { cameraAtFirst } from "../../../../src/cli/watch/scene.ts";
import type { Scene } from "../../../../src/cli/watch/scene.ts";

const scene: Scene = {
  tick: 1,
  size: 100,
  viewDistance: 10,
  cell: 5,
  cells: 20,
  entities: [{ id: 7, player: 1, name: "ada", x: 0, y: 0, z: 0, cell: 0 }],
  viewers: [],
};

const shown = (keys: readonly Key[]): readonly string[] =>
  keys.map((key) => (key.type === "special" ? key.name : key.character));

const order = (typed: string): Order | null => {
  const [key] = new KeyReader().read(typed);
  return key === undefined ? null : orderOf(key, cameraAtFirst, scene);
};

describe("keys of watch", () => {
  it("are read as terminals of all kinds send them", () => {
    const typed = "a\u001b[D\u001b[C\u001bOA\u001bOB\u001b[5~\u001b[6~\u001b[H\u001b[4~q";
    const names = ["a", "left", "right", "up", "down", "pageUp", "pageDown", "home", "end", "q"];
    expect(shown(new KeyReader().read(typed))).toEqual(names);
    expect(shown(new KeyReader().read("\u001b[1;5D\u001b[1;2C"))).toEqual(["left", "right"]);
  });

  it("are the same in whatever pieces they come", () => {
    const typed = "f\u001b[D\u001b[6~+\u001bOF\u001b[1;5Cq";
    const cuts = fc.array(fc.integer({ min: 0, max: typed.length }), { maxLength: 6 });
    fc.assert(
      fc.property(cuts, (places) => {
        const reader = new KeyReader();
        const ends = [...places.toSorted((left, right) => left - right), typed.length];
        let start = 0;
        const keys: string[] = [];
        for (const end of ends) {
          keys.push(...shown(reader.read(typed.slice(start, end))));
          start = end;
        }
        expect(keys).toEqual(["f", "left", "pageDown", "+", "end", "right", "q"]);
      }),
    );
  });

  it("that nobody knows do nothing, and nothing after them is lost", () => {
    expect(shown(new KeyReader().read("\u001b[15~\u001b[Zq"))).toEqual(["q"]);
    expect(shown(new KeyReader().read("\u001bq"))).toEqual(["q"]);
    const endless = new KeyReader();
    endless.read(`\u001b[${"1;".repeat(40)}`);
    expect(shown(endless.read("q"))).toEqual(["q"]);
  });

  it("quit, skip in time and change what is shown", () => {
    for (const typed of ["q", "Q", "\u0003"]) expect(order(typed)).toEqual({ type: "quit" });
    expect(order("\u001b[D")).toEqual({ type: "skip", seconds: -1 });
    expect(order("\u001b[A")).toEqual({ type: "skip", seconds: 10 });
    expect(order("\u001b[6~")).toEqual({ type: "skip", seconds: -60 });
    expect(order("\u001b[F")).toEqual({ type: "goto", end: "last" });
    expect(order(" ")).toEqual({ type: "pause" });
    expect(order("]")).toEqual({ type: "faster", by: 2 });
    expect(order("+")).toMatchObject({ type: "camera", camera: { zoom: 1 } });
    expect(order("-")).toMatchObject({ type: "camera", camera: { zoom: 0 } });
    expect(order("f")).toMatchObject({ type: "camera", camera: { follow: 7 } });
    expect(order("n")).toMatchObject({ type: "camera", camera: { names: false } });
    expect(order("a")).toEqual({ type: "camera", camera: cameraAtFirst });
    expect(order("x")).toBeNull();
  });
});
