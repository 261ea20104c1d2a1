/** What `watch` shows: the players of one moment, from wherever they are known. */
import type { PlayersView } from "../../load/players-view.ts";

export type Scene = PlayersView;
export type ScenePlayer = Scene["entities"][number];

/** What the viewer has chosen. */
export interface Camera {
  /** 0 shows everybody; each more shows half as many metres. */
  readonly zoom: number;
  /** The entity that stays in the middle; null: nobody. */
  readonly follow: number | null;
  readonly names: boolean;
}

export const cameraAtFirst: Camera = { zoom: 0, follow: null, names: true };

export const zoomMax = 12;

/** The next player in the order of ids, or the one before; null when there is nobody. */
export function nextPlayer({ entities }: Scene, after: number | null, by: 1 | -1): number | null {
  const ids = entities.map(({ id }) => id).toSorted((left, right) => left - right);
  if (ids.length === 0) return null;
  const at = after === null ? -1 : ids.indexOf(after);
  if (at === -1) return (by === 1 ? ids[0] : ids.at(-1)) ?? null;
  return ids[(at + by + ids.length) % ids.length] ?? null;
}
