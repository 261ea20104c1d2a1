/** The view `world.players` as checkers read it. */
import type { PlainData } from "../../core/kernel/plain.ts";

export interface ShownEntity {
  readonly id: number;
  readonly player: number;
  readonly x: number;
  readonly y: number;
  readonly z: number;
  /** -1 until viewers were told of it. */
  readonly cell: number;
}

/** What a viewer sees: columns x0..x1 of lines z0..z1. */
export interface ShownViewer {
  readonly id: number;
  readonly x0: number;
  readonly x1: number;
  readonly z0: number;
  readonly z1: number;
}

export interface PlayersView {
  readonly tick: number;
  /** Metres. */
  readonly size: number;
  readonly viewDistance: number;
  readonly cell: number;
  /** Cells along a side. */
  readonly cells: number;
  readonly entities: readonly ShownEntity[];
  readonly viewers: readonly ShownViewer[];
}

export const playersViewName = "world.players";

export const readPlayersView = (data: PlainData): PlayersView => data as unknown as PlayersView;
