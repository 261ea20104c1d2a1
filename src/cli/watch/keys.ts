/** What is typed into `watch`: bytes of a terminal in raw mode to keys, and keys to orders. */
import { nextPlayer, zoomMax } from "./scene.ts";
import type { Camera, Scene } from "./scene.ts";

export type Key =
  | { readonly type: "character"; readonly character: string }
  | {
      readonly type: "special";
      readonly name: "left" | "right" | "up" | "down" | "pageUp" | "pageDown" | "home" | "end";
    };

type SpecialName = Extract<Key, { readonly type: "special" }>["name"];

/** The ends of escape sequences, as terminals of all kinds send them. */
const specials: Readonly<Record<string, SpecialName>> = {
  A: "up",
  B: "down",
  C: "right",
  D: "left",
  H: "home",
  F: "end",
  "1~": "home",
  "4~": "end",
  "5~": "pageUp",
  "6~": "pageDown",
  "7~": "home",
  "8~": "end",
};

/** Takes text as it comes, also when a sequence comes in pieces. */
export class KeyReader {
  #rest = "";

  read(text: string): readonly Key[] {
    const keys: Key[] = [];
    let left = this.#rest + text;
    this.#rest = "";
    while (left !== "") {
      if (!left.startsWith(escape)) {
        const [character = ""] = left;
        keys.push({ type: "character", character });
        left = left.slice(character.length);
        continue;
      }
      const [body = "", final] = sequence.exec(left.slice(1)) ?? [];
      if (final === undefined && body.length === left.length - 1) {
        // It may go on; if it does not, whatever comes next shows it.
        this.#rest = left.length < sequenceMax ? left : "";
        return keys;
      }
      left = left.slice(1 + body.length);
      // Whatever is held besides, Shift or Control, makes no difference.
      const plain = body.slice(1).replace(/^1;[0-9]+/, "");
      const name = Object.hasOwn(specials, plain) ? specials[plain] : undefined;
      if (name !== undefined) keys.push({ type: "special", name });
    }
    return keys;
  }
}

const escape = "\u001b";
/** What follows the escape character: nothing that is known, or a sequence and its last letter. */
const sequence = /^(?:[[O][0-9;]*([A-Za-z~])?)?/;
const sequenceMax = 16;

export type Order =
  | { readonly type: "quit" }
  | { readonly type: "camera"; readonly camera: Camera }
  /** Only a log knows these. */
  | { readonly type: "pause" }
  | { readonly type: "faster"; readonly by: 2 | 0.5 }
  | { readonly type: "skip"; readonly seconds: number }
  | { readonly type: "goto"; readonly end: "first" | "last" };

const characterOrders: Readonly<Record<string, Order>> = {
  q: { type: "quit" },
  Q: { type: "quit" },
  "\u0003": { type: "quit" }, // Ctrl-C
  "\u0004": { type: "quit" }, // Ctrl-D
  " ": { type: "pause" },
  "]": { type: "faster", by: 2 },
  "[": { type: "faster", by: 0.5 },
};

const specialOrders: Readonly<Record<SpecialName, Order>> = {
  left: { type: "skip", seconds: -1 },
  right: { type: "skip", seconds: 1 },
  down: { type: "skip", seconds: -10 },
  up: { type: "skip", seconds: 10 },
  pageDown: { type: "skip", seconds: -60 },
  pageUp: { type: "skip", seconds: 60 },
  home: { type: "goto", end: "first" },
  end: { type: "goto", end: "last" },
};

/** What a key asks for; null when nothing. */
export function orderOf(key: Key, camera: Camera, scene: Scene): Order | null {
  if (key.type === "special") return specialOrders[key.name];
  const { character } = key;
  if (Object.hasOwn(characterOrders, character)) return characterOrders[character] ?? null;
  const changed = cameraAfter(character, camera, scene);
  return changed === null ? null : { type: "camera", camera: changed };
}

function cameraAfter(character: string, camera: Camera, scene: Scene): Camera | null {
  const { zoom, follow, names } = camera;
  switch (character) {
    case "+":
    case "=":
      return { ...camera, zoom: Math.min(zoomMax, zoom + 1) };
    case "-":
      return { ...camera, zoom: Math.max(0, zoom - 1) };
    case "f":
      return { ...camera, follow: nextPlayer(scene, follow, 1) };
    case "F":
      return { ...camera, follow: nextPlayer(scene, follow, -1) };
    case "a":
      return { ...camera, zoom: 0, follow: null };
    case "n":
      return { ...camera, names: !names };
    default:
      return null;
  }
}
