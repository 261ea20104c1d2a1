/**
 * What the game server itself knows of its players, and whether clients know the same. Who must see
 * whom follows from the server's dump alone: an entity is seen by every viewer whose rectangle has
 * its cell in it.
 */
import { z } from "zod";
import type { WorldView } from "../client/world-view.ts";

const number = z.number();

const schema = z.object({
  /** Of the last update that was sent. */
  tick: number,
  /** Metres: of the world's side, of sight, of a cell's side. */
  size: number,
  viewDistance: number,
  cell: number,
  /** Along a side. */
  cells: number,
  entities: z.array(
    z.object({
      id: number,
      player: number,
      name: z.string(),
      x: number,
      y: number,
      z: number,
      /** Along x first; -1 while no client was told of the entity. */
      cell: number,
    }),
  ),
  /** In cells, both ends included. */
  viewers: z.array(z.object({ id: number, x0: number, x1: number, z0: number, z1: number })),
});

/** The view `world.players` of a game server. */
export type PlayersView = Readonly<z.infer<typeof schema>>;

/** @returns null for what is no such view */
export function readPlayersView(data: unknown): PlayersView | null {
  const parsed = schema.safeParse(data);
  return parsed.success ? parsed.data : null;
}

const patienceMs = 5_000;

/**
 * Asks a game server for the view.
 *
 * @param base of its metrics listener, such as http://127.0.0.1:9464
 * @throws Error saying why there is none, in one line
 */
export async function fetchPlayersView(base: string): Promise<PlayersView> {
  const url = `${base}/views/game/world.players`;
  let response: Response;
  try {
    response = await fetch(url, { signal: AbortSignal.timeout(patienceMs) });
  } catch (error) {
    const cause = error instanceof Error ? (error.cause ?? error) : error;
    throw new Error(`${url}: ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause: error,
    });
  }
  if (!response.ok) throw new Error(`${url}: ${response.status} ${(await response.text()).trim()}`);
  const view = readPlayersView(await response.json().catch(() => null));
  if (view === null) throw new Error(`${url}: that is no view of players`);
  return view;
}

/** A client's view, and who the client is. */
export interface Held {
  readonly name: string;
  readonly view: Pick<WorldView, "own" | "entities">;
}

export interface Comparison {
  /** How many others each client must see, in the order of the clients. */
  readonly seen: readonly number[];
  /** Entities that a client lacks, has too many, or has elsewhere: the sum over all clients. */
  readonly mismatches: number;
  /** The first of them, in words. */
  readonly notes: readonly string[];
}

const notesMax = 5;

/** Compares what clients hold with what the server says that they must. */
export function compareViews(dump: PlayersView, clients: readonly Held[]): Comparison {
  const { cells, entities } = dump;
  const viewers = new Map(dump.viewers.map((viewer) => [viewer.id, viewer]));
  const wrong: string[] = [];
  const seen: number[] = [];
  for (const { name, view } of clients) {
    const viewer = view.own === null ? undefined : viewers.get(view.own);
    if (viewer === undefined) {
      wrong.push(`${name} is not in the server's world`);
      continue;
    }
    const expected = new Set<number>();
    for (const { id, x, y, z: zed, cell } of entities) {
      if (cell < 0 || !isWithin(viewer, cell % cells, Math.floor(cell / cells))) continue;
      expected.add(id);
      const held = view.entities.get(id)?.position;
      if (held === undefined) wrong.push(`${name} does not see ${id}`);
      else if (held.x !== x || held.y !== y || held.z !== zed) {
        wrong.push(`${name} sees ${id} at ${held.x}, ${held.z}, and it is at ${x}, ${zed}`);
      }
    }
    for (const id of view.entities.keys()) {
      if (!expected.has(id)) wrong.push(`${name} sees ${id}, which is not there`);
    }
    seen.push(view.entities.size - (view.entities.has(viewer.id) ? 1 : 0));
  }
  return { seen, mismatches: wrong.length, notes: wrong.slice(0, notesMax) };
}

const isWithin = (
  { x0, x1, z0, z1 }: PlayersView["viewers"][number],
  x: number,
  z: number,
): boolean => x >= x0 && x <= x1 && z >= z0 && z <= z1;
