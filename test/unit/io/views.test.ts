import { expect, describe, it } from "vitest";
import { createRealm } from "../../../src/core/realm/index.ts";
import type { PlainData } from "../../../src/core/kernel/plain.ts";
import { answerView, isViewPath, viewBytesMax } from "../../../src/io/views.ts";
import type { ViewSource, ViewsOptions } from "../../../src/io/views.ts";
import { crowd } from "../../support/crowd.ts";

const here = { peer: "127.0.0.1", host: "127.0.0.1:9464" };

/** A role whose features show this. */
function showing(views: Readonly<Record<string, () => PlainData>>, isServing = true): ViewSource {
  return { isServing, names: Object.keys(views), read: (name) => views[name]?.() };
}

const ask = (path: string, sources: Readonly<Record<string, ViewSource>>, from = here) =>
  answerView({ path, ...from }, { isOn: true, sources: () => sources });

const shown = (value: PlainData): unknown => {
  const { status, body } = ask("/views/game/a.b", { game: showing({ "a.b": () => value }) });
  expect(status).toBe(200);
  return JSON.parse(body);
};

describe("views", () => {
  it("[VIEW-01] show what a realm's feature shows, and which there are", () => {
    const machine = createRealm({ features: [crowd] }).create();
    const game = {
      isServing: true,
      names: machine.views,
      read: (name: string) => machine.view(name),
    };
    const found = ask("/views/game/crowd.places", { game, login: showing({}) });
    expect(found).toEqual({ status: 200, body: '{"places":[],"sessions":0}\n' });
    const all = ask("/views", { game, login: showing({}) });
    expect(JSON.parse(all.body)).toEqual({ game: ["crowd.places"], login: [] });
  });

  it("[VIEW-01] have all plain data as JSON", () => {
    expect(
      shown({
        map: new Map<PlainData, PlainData>([[1, new Set(["x"])]]),
        typed: Float64Array.of(1.5, NaN),
        bytes: Uint8Array.of(1, 255),
        big: 2n ** 70n,
        odd: [undefined, Infinity, null, -0, true],
        nothing: undefined,
      }),
    ).toEqual({
      map: [[1, ["x"]]],
      typed: [1.5, null],
      bytes: [1, 255],
      big: "1180591620717411303424",
      odd: [null, null, null, 0, true],
      nothing: null,
    });
    const named = JSON.parse('{"__proto__": {"x": 1}}') as PlainData;
    expect(JSON.stringify(shown(named))).toBe('{"__proto__":{"x":1}}');
  });

  it("[VIEW-01] are 404 for a role or a view that is not there, and name those that are", () => {
    const sources = { game: showing({ "a.b": () => 1 }), login: showing({}) };
    const told = (path: string) => ask(path, sources);
    const noRole = { status: 404, body: "no such role here; there are: game, login\n" };
    for (const path of ["/views/", "/views/data/a.b", "/views/constructor/x", "/views//a.b"]) {
      expect(told(path)).toEqual(noRole);
    }
    const noView = { status: 404, body: "no such view of role game; there are: a.b\n" };
    for (const path of ["/views/game", "/views/game/", "/views/game/a.c", "/views/game/a.b/c"]) {
      expect(told(path)).toEqual(noView);
    }
    expect(told("/views/login/a.b").body).toBe("no such view of role login; there are: none\n");
    expect(isViewPath("/viewsome")).toBe(false);
  });

  it("[VIEW-01] are 403 for whoever is elsewhere, comes by a foreign name, or when they are off", () => {
    const sources = { game: showing({ "a.b": () => 1 }) };
    const statusFrom = (peer: string | undefined, host: string | undefined): number =>
      answerView({ path: "/views/game/a.b", peer, host }, { isOn: true, sources: () => sources })
        .status;
    for (const peer of ["127.0.0.1", "127.8.9.1", "::1", "::ffff:127.0.0.1"]) {
      expect([peer, statusFrom(peer, "localhost:9464")]).toEqual([peer, 200]);
    }
    for (const peer of [
      "10.0.0.1",
      "::ffff:10.0.0.1",
      "1.127.0.0.1",
      "127.0.0.1.evil",
      "",
      undefined,
    ]) {
      expect([peer, statusFrom(peer, "localhost")]).toEqual([peer, 403]);
    }
    for (const host of ["localhost", "127.0.0.1", "[::1]:9464"]) {
      expect([host, statusFrom("::1", host)]).toEqual([host, 200]);
    }
    for (const host of ["evil.example", "localhost.evil.example:80", "10.0.0.1", "", undefined]) {
      expect([host, statusFrom("::1", host)]).toEqual([host, 403]);
    }
    const off: ViewsOptions = { isOn: false, sources: () => sources };
    const answer = answerView({ path: "/views", ...here }, off);
    expect(answer).toEqual({
      status: 403,
      body: "views are off in production; turn them on: --set metrics.views=true\n",
    });
  });

  it("[VIEW-01] are 503 while the role does not serve", () => {
    const game = showing({ "a.b": () => 1 }, false);
    expect(ask("/views/game/a.b", { game })).toEqual({
      status: 503,
      body: "role game is not serving\n",
    });
  });

  it("[VIEW-01] that fail or are too large are one line, not a stack and not the memory", () => {
    const deep = Array.from({ length: 1_000 }, () => 0);
    let made = 0;
    const game = showing({
      "a.broken": () => {
        throw new Error("no map\nat somewhere");
      },
      "a.long": () => "x".repeat(viewBytesMax),
      "a.wide": () => Array.from({ length: 5_000 }, () => deep),
      "a.bytes": () => new Uint8Array(viewBytesMax / 2),
      "a.fits": () => {
        made += 1;
        return "x".repeat(viewBytesMax - 4);
      },
    });
    expect(ask("/views/game/a.broken", { game })).toEqual({
      status: 500,
      body: "a.broken failed: no map\n",
    });
    for (const name of ["a.long", "a.wide", "a.bytes"]) {
      const body = `${name} is larger than ${viewBytesMax} bytes\n`;
      expect(ask(`/views/game/${name}`, { game })).toEqual({ status: 500, body });
    }
    expect(ask("/views/game/a.fits", { game }).status).toBe(200);
    expect(made).toBe(1);
  });
});
