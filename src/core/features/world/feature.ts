/**
 * The world: players enter it, move in it and see who is near.
 *
 * A movement is judged when it comes and told with the next tick, so that a tick has one thing to
 * say of an entity however often it moved. Health, and what later features change, is told alike.
 */
import { nextWith } from "../../ecs/index.ts";
import { errorTable } from "../../kernel/errors.ts";
import { milliseconds } from "../../kernel/ids.ts";
import type { SessionId } from "../../kernel/ids.ts";
import { defineFeature } from "../../realm/index.ts";
import type { RealmConfig } from "../../realm/index.ts";
import { verifyToken } from "../accounts/index.ts";
import { admit } from "../entry/admission.ts";
import { worldContract } from "./contract.ts";
import { geometryOf, isLaidFor, type Geometry } from "./grid.ts";
import { move, type MovementRules } from "./movement.ts";
import { areOwnersSound, isGridSound, showBodies, showPlayers, viewersOf } from "./near.ts";
import { hasNews, publish } from "./publish.ts";
import { createWorld, despawn, idAt, spawn, type World } from "./world.ts";

/** There is one map yet. */
const mapId = 1;

export const world = defineFeature({
  contract: worldContract,
  version: 1,
  state: () => ({
    world: createWorld(),
    /** Counted here and told with the tick: a count of its own would cost as much as a movement. */
    moves: 0,
    staleMoves: 0,
  }),
  calls: { verify: { operation: verifyToken, replyTo: "enter" } },
  counters: {
    world_entered_total: "Entities that came into the world",
    world_left_total: "Entities that left the world",
    world_moves_total: "Movements that were looked at",
    world_moves_stale_total: "Movements dropped because a later one had come",
    world_moves_foreign_total: "Movements of another player's entity, refused",
    world_corrections_total: "Movements that are impossible and were put right, by reason",
    world_updates_total: "World updates sent",
  },
}).implement({
  packets: {
    enter: {
      states: ["connected"],
      budget: { perSecond: 1, burst: 3 },
      handle: (ctx, { token }) => ctx.call("verify", { token }),
    },
    move: {
      states: ["inWorld"],
      // Twice what a client has any use for: nobody is told more often than each tick.
      budget: { perSecond: 60, burst: 120 },
      handle(ctx, wanted) {
        const { state } = ctx;
        const row = state.world.bySession.get(ctx.session.id);
        if (row === undefined) return ctx.refuse("NOT_ALLOWED_IN_STATE");
        if (wanted.entity !== 0 && wanted.entity !== idAt(state.world, row)) {
          ctx.count("world_moves_foreign_total");
          return ctx.refuse("NOT_PERMITTED", "this entity is not yours");
        }
        state.moves += 1;
        const verdict = move(state.world, row, wanted, ctx.now, movementRules(ctx.config));
        if (verdict === "accepted") return;
        if (verdict === "stale") state.staleMoves += 1;
        else ctx.count(`world_corrections_total{reason="${verdict}"}`);
      },
    },
  },
  answers: {
    verify(ctx, answer) {
      const admitted = admit(ctx, answer);
      if (!admitted.ok) {
        return ctx.reply({ success: false, errorCode: errorTable[admitted.code].code });
      }
      const { state } = ctx;
      // His older session, and what this one may have left behind since the last tick.
      for (const before of [admitted.replaced, ctx.session.id]) {
        if (before !== null && despawn(state.world, before)) ctx.count("world_left_total");
      }
      const radius = Math.min(ctx.config.worldSpawnRadiusM, ctx.config.worldSizeM / 2);
      const along = (): number => Math.fround(ctx.random("spawn").unit() * 2 * radius - radius);
      const at = { x: along(), y: 0, z: along() };
      const row = spawn(state.world, {
        session: ctx.session.id,
        player: ctx.player,
        at,
        now: ctx.now,
        allowance: milliseconds(ctx.config.worldAllowanceMs),
      });
      ctx.count("world_entered_total");
      const entityId = idAt(state.world, row);
      ctx.reply({ success: true, errorCode: 0, spawnPosition: at, mapId, entityId });
    },
  },
  sessions: {
    closed(ctx) {
      if (despawn(ctx.state.world, ctx.session.id)) ctx.count("world_left_total");
    },
  },
  tick: {
    every: 1,
    idleUntil({ world: of, moves }, { config, inWorld }) {
      const { worldSizeM, worldViewDistanceM } = config;
      const isRelaid = !isLaidFor(of.geometry, worldSizeM, worldViewDistanceM);
      const hasAbsent = of.bySession.size !== inWorld;
      return isRelaid || hasAbsent || moves > 0 || hasNews(of) ? 0 : Infinity;
    },
    run(ctx) {
      const { state } = ctx;
      const left = removeAbsent(state.world, (id) => ctx.sessions.get(id)?.state === "inWorld");
      if (left > 0) ctx.count("world_left_total", left);
      // One place for the one session that each update is for.
      const session: SessionId[] = [];
      let updates = 0;
      publish(state.world, geometryFrom(ctx.config), ctx.tick, (id, bytes, start, end) => {
        session[0] = id;
        updates += ctx.publishEncoded(session, "update", bytes, start, end);
      });
      if (updates > 0) ctx.count("world_updates_total", updates);
      if (state.moves > 0) ctx.count("world_moves_total", state.moves);
      if (state.staleMoves > 0) ctx.count("world_moves_stale_total", state.staleMoves);
      state.moves = 0;
      state.staleMoves = 0;
    },
  },
  near: ({ world: of }, at) => viewersOf(of, at),
  views: {
    players: ({ world: of }, sessions) => showPlayers(of, sessions),
    bodies: ({ world: of }) => showBodies(of),
  },
  invariants: {
    "[GAME-01] every session in the world has one entity, and every entity a session": (
      state,
      _timers,
      sessions,
    ) => areOwnersSound(state.world, sessions),
    "[SYNC-07] the grid and the columns agree": ({ world: of }) => isGridSound(of),
  },
});

const geometryFrom = ({ worldSizeM, worldViewDistanceM }: RealmConfig): Geometry =>
  geometryOf(worldSizeM, worldViewDistanceM);

const movementRules = ({ worldSpeedMaxMmPerS, worldAllowanceMs }: RealmConfig): MovementRules => ({
  speedMax: worldSpeedMaxMmPerS,
  allowanceMax: milliseconds(worldAllowanceMs),
});

/** Ends the entities of sessions that have logged out or were told to end; says how many. */
function removeAbsent(of: World, isPresent: (session: SessionId) => boolean): number {
  const { control } = of.store.components;
  let removed = 0;
  for (let row = nextWith(of.store, "control", 0); row !== -1;) {
    const session = control.columns.session[row] as SessionId;
    if (!isPresent(session) && despawn(of, session)) removed += 1;
    row = nextWith(of.store, "control", row + 1);
  }
  return removed;
}
