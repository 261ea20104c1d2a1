/**
 * Draws a scene as lines of text. Pure: the same scene, camera and screen give the same lines.
 *
 * F1. There are exactly `rows` lines, none wider than `columns` on the screen.
 * F2. Nothing that a player chose, a name above all, reaches the terminal as a control character.
 * F3. The scale is a round number and the edge of what is shown lies on a raster, so that the map
 *     stands still while the players move.
 */
import type { Camera, Scene, ScenePlayer } from "./scene.ts";

export interface Screen {
  readonly columns: number;
  readonly rows: number;
  /** Whether lines may hold escape sequences that colour them. */
  readonly color: boolean;
}

export interface Caption {
  /** What is shown: the first words of the first line. */
  readonly title: string;
  /** When it was; the last words of the first line. */
  readonly moment: string;
  /** The last line. */
  readonly keys: string;
}

/** A frame that is asked for is at least so large; a terminal may be smaller. */
export const columnsMin = 20;
export const rowsMin = 5;

export function drawFrame(
  scene: Scene,
  camera: Camera,
  screen: Screen,
  caption: Caption,
): readonly string[] {
  const { columns, rows } = screen;
  const window = windowOf(scene, camera, { columns, rows: Math.max(1, rows - 2) });
  const first = headOf(scene, window, caption, columns);
  const last = fitted(caption.keys, columns);
  const head = screen.color ? `\u001b[7m${padded(first, columns)}\u001b[0m` : first;
  const foot = screen.color ? `\u001b[2m${last}\u001b[0m` : last;
  return [head, ...mapOf(scene, camera, window, screen.color), foot].slice(0, rows);
}

/** The part of the ground that is shown, metres. */
interface Window {
  readonly columns: number;
  readonly rows: number;
  /** Of the left upper corner; x grows to the right, z upwards. */
  readonly left: number;
  readonly top: number;
  /** Of a column; a row is twice as high, as characters are. */
  readonly scale: number;
}

function windowOf(scene: Scene, camera: Camera, screen: Pick<Screen, "columns" | "rows">): Window {
  const { columns, rows } = screen;
  const box = boxOf(scene);
  const needed = Math.max((box.x1 - box.x0) / columns, (box.z1 - box.z0) / (2 * rows), 0.01);
  const scale = roundUp(needed) / 2 ** camera.zoom;
  const followed = scene.entities.find(({ id }) => id === camera.follow);
  const x = followed?.x ?? (box.x0 + box.x1) / 2;
  const z = followed?.z ?? (box.z0 + box.z1) / 2;
  return {
    columns,
    rows,
    scale,
    left: x - (columns / 2) * scale,
    top: z + rows * scale,
  };
}

interface Box {
  readonly x0: number;
  readonly x1: number;
  readonly z0: number;
  readonly z1: number;
}

/** Around all players, on the raster of the view distance; the middle of the world for nobody. */
function boxOf({ entities, viewDistance, size }: Scene): Box {
  const raster = Math.max(1, viewDistance);
  const low = (values: readonly number[]): number =>
    Math.floor(Math.min(...values) / raster) * raster;
  const high = (values: readonly number[]): number =>
    (Math.floor(Math.max(...values) / raster) + 1) * raster;
  if (entities.length === 0) {
    const half = Math.min(size / 2, raster);
    return { x0: -half, x1: half, z0: -half, z1: half };
  }
  const xs = entities.map(({ x }) => x);
  const zs = entities.map(({ z }) => z);
  return { x0: low(xs), x1: high(xs), z0: low(zs), z1: high(zs) };
}

/** The next of 1, 2 and 5 times a power of ten. */
function roundUp(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  const factor = [1, 2, 5, 10].find((each) => each * power >= value * (1 - 1e-9)) ?? 10;
  return factor * power;
}

// ---------------------------------------------------------------- the map

interface Spot {
  readonly symbol: string;
  /** Of the terminal's sixteen; null: as it is. */
  readonly color: number | null;
}

type Grid = (Spot | null)[][];

function mapOf(scene: Scene, camera: Camera, window: Window, color: boolean): readonly string[] {
  const grid: Grid = Array.from({ length: window.rows }, () =>
    Array.from({ length: window.columns }, () => null),
  );
  drawGround(grid, scene, window);
  const visible = playersIn(scene, window);
  for (const [, { row, column, players }] of visible) {
    const [line, [first]] = [grid[row], players];
    if (line !== undefined && first !== undefined) line[column] = spotOf(first, players, camera);
  }
  if (camera.names) for (const place of visible.values()) drawName(grid, place);
  return grid.map((line) => textOf(line, color));
}

/** The border of the world, and dots on a raster that show how the map moves. */
function drawGround(grid: Grid, { size, viewDistance }: Scene, window: Window): void {
  const half = size / 2;
  const raster = Math.max(viewDistance, roundUp(window.scale * 8));
  const [columns, rows] = [columnAt, rowAt].map((at) => {
    const places = new Set<number>();
    const first = Math.ceil(-half / raster);
    for (let index = first; index * raster <= half; index += 1) {
      const place = at(window, index * raster);
      if (place >= 0 && place < Math.max(window.columns, window.rows)) places.add(place);
    }
    return places;
  }) as [Set<number>, Set<number>];
  for (const row of rows) for (const column of columns) put(grid, row, column, dot);
  const [left, right] = [columnAt(window, -half), columnAt(window, half)];
  const [top, bottom] = [rowAt(window, half), rowAt(window, -half)];
  for (let row = Math.max(0, top); row <= Math.min(window.rows - 1, bottom); row += 1) {
    for (const column of [left, right]) put(grid, row, column, wall("|"));
  }
  for (let column = Math.max(0, left); column <= Math.min(window.columns - 1, right); column += 1) {
    for (const row of [top, bottom]) put(grid, row, column, wall("-"));
  }
}

const dot: Spot = { symbol: ".", color: 90 };
const wall = (symbol: string): Spot => ({ symbol, color: 90 });

function put(grid: Grid, row: number, column: number, spot: Spot): void {
  const line = grid[row];
  if (line !== undefined && column >= 0 && column < line.length) line[column] = spot;
}

const columnAt = ({ left, scale }: Window, x: number): number => Math.floor((x - left) / scale);
const rowAt = ({ top, scale }: Window, z: number): number => Math.floor((top - z) / (2 * scale));

interface Place {
  readonly row: number;
  readonly column: number;
  readonly players: ScenePlayer[];
}

/** Players by the character that they stand on, in the order of their ids. */
function playersIn({ entities }: Scene, window: Window): ReadonlyMap<string, Place> {
  const places = new Map<string, Place>();
  for (const player of entities.toSorted((left, right) => left.id - right.id)) {
    const [row, column] = [rowAt(window, player.z), columnAt(window, player.x)];
    if (row < 0 || row >= window.rows || column < 0 || column >= window.columns) continue;
    const key = `${row} ${column}`;
    const place = places.get(key) ?? { row, column, players: [] };
    places.set(key, place);
    place.players.push(player);
  }
  return places;
}

/** One is `o`, the followed one `@`; several are their number, and more than nine `#`. */
function spotOf(first: ScenePlayer, players: readonly ScenePlayer[], { follow }: Camera): Spot {
  if (players.some(({ id }) => id === follow)) return { symbol: "@", color: 97 };
  const count = players.length;
  if (count === 1) return { symbol: "o", color: 91 + (first.id % 6) };
  return { symbol: count > 9 ? "#" : String(count), color: 97 };
}

/** Writes a lonely player's name to its right, where nothing else stands. */
function drawName(grid: Grid, { row, column, players }: Place): void {
  const line = grid[row];
  const [player, other] = players;
  if (line === undefined || player === undefined || other !== undefined) return;
  const name = charactersOf(player.name).slice(0, nameLengthMax);
  if (name.length === 0) return;
  const width = name.reduce((sum, each) => sum + widthOf(each), 0);
  const end = column + 1 + width;
  // One more stays free, so that two names never touch.
  const room = line.slice(column + 1, end + 1);
  if (end > line.length || room.some((spot) => spot !== null && spot !== dot)) return;
  let at = column + 1;
  for (const symbol of name) {
    line[at] = { symbol, color: null };
    // What the character covers besides its own column holds nothing.
    for (let extra = 1; extra < widthOf(symbol); extra += 1) line[at + extra] = nothing;
    at += widthOf(symbol);
  }
}

const nameLengthMax = 12;
const nothing: Spot = { symbol: "", color: null };

function textOf(line: readonly (Spot | null)[], color: boolean): string {
  let text = "";
  let shown: number | null = null;
  for (const spot of line) {
    const wanted = spot?.color ?? null;
    if (color && wanted !== shown) text += wanted === null ? "\u001b[0m" : `\u001b[${wanted}m`;
    shown = wanted;
    text += spot?.symbol ?? " ";
  }
  if (color && shown !== null) text += "\u001b[0m";
  return color ? text : text.trimEnd();
}

// ---------------------------------------------------------------- captions

function headOf(scene: Scene, window: Window, caption: Caption, columns: number): string {
  const count = scene.entities.length;
  const players = `${count} ${count === 1 ? "player" : "players"}`;
  const scale = `${Number(window.scale.toPrecision(3))} m a column`;
  const start = [caption.title, players, scale, `tick ${scene.tick}`].join("  ");
  const { moment } = caption;
  const gap = columns - start.length - moment.length;
  return fitted(gap >= 2 ? start + " ".repeat(gap) + moment : `${moment}  ${start}`, columns);
}

/** Cut to so many columns, without control characters. */
function fitted(text: string, columns: number): string {
  let [width, end] = [0, ""];
  for (const symbol of charactersOf(text)) {
    width += widthOf(symbol);
    if (width > columns) break;
    end += symbol;
  }
  return end;
}

const padded = (text: string, columns: number): string => {
  const width = charactersOf(text).reduce((sum, each) => sum + widthOf(each), 0);
  return text + " ".repeat(Math.max(0, columns - width));
};

/** What can be shown; what cannot, or turns the direction of writing, is a question mark. */
const charactersOf = (text: string): readonly string[] =>
  Array.from(text, (symbol) => (/[\p{C}\p{Zl}\p{Zp}]/u.test(symbol) ? "?" : symbol)).filter(
    (symbol) => !/\p{M}/u.test(symbol),
  );

/** The columns that a character takes: two for the wide ones of East Asia and for pictures. */
const widthOf = (symbol: string): number => (wide.test(symbol) ? 2 : 1);
const wide = new RegExp(
  [
    "[\\u1100-\\u115f\\u2e80-\\ua4cf\\ua960-\\ua97c\\uac00-\\ud7a3\\uf900-\\ufaff]",
    "[\\ufe30-\\ufe6f\\uff00-\\uff60\\uffe0-\\uffe6]",
    "\\p{Emoji_Presentation}",
    "[\\u{20000}-\\u{3fffd}]",
  ].join("|"),
  "u",
);
