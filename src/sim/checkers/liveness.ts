/**
 * When faults have stopped, everything settles: every server serves, but for those that are down
 * for good; every player that wants to play is ready; and every request has its outcome. Who is
 * stuck must prove that he was allowed to be (`stuck.ts`).
 */
import { CheckFailure } from "./checker.ts";
import type { Checker, QuietPlayer, QuietScene, QuietServer } from "./checker.ts";
import { lieOf, statementOf } from "./stuck.ts";

export class LivenessChecker implements Checker {
  readonly name = "liveness";
  /** Counts runs, and clients that proved that they were allowed to be stuck. */
  checked = 0;
  readonly #connectionsMax: number;

  constructor(connectionsMax: number) {
    this.#connectionsMax = connectionsMax;
  }

  rested(scene: QuietScene): void {
    this.checked += 1;
    for (const server of scene.servers) {
      const lie = lieOfServer(server);
      if (lie !== null) {
        this.#fail("the server serves when faults have stopped", `${server.name} ${lie}`);
      }
    }
    for (const player of scene.players) {
      if (statementOf(player) !== null) this.checked += 1;
      const trouble = troubleOf(player, scene, this.#connectionsMax);
      if (trouble !== null) this.#fail(trouble.rule, `player ${player.name} ${trouble.detail}`);
    }
  }

  #fail(rule: string, detail: string): never {
    throw new CheckFailure(this.name, rule, detail);
  }
}

/** Whether every player is where it will stay, of players who belong to a server each. */
export const arePlayersAtRest = (scene: QuietScene, connectionsMax: number): boolean =>
  scene.servers.every((server) => lieOfServer(server) === null) &&
  scene.players.every((player) => troubleOf(player, scene, connectionsMax) === null);

/** A server serves, or has been decided to stay down, and does. */
export function lieOfServer({ isDown, serves }: QuietServer): string | null {
  if (isDown) return serves ? "is said to be down for good, and serves" : null;
  return serves ? null : "does not serve, and nothing keeps it from that";
}

/** Which rule a player breaks by being as it is. */
function troubleOf(
  player: QuietPlayer,
  scene: QuietScene,
  connectionsMax: number,
): { readonly rule: string; readonly detail: string } | null {
  const { state, pending, server } = player;
  const statement = statementOf(player);
  if (statement !== null) {
    const rule = "every player is ready when faults have stopped";
    const lie = lieOf(statement, player, scene, connectionsMax);
    return lie === null ? null : { rule, detail: `is ${state} (${statement.type}): ${lie}` };
  }
  if (state === "ready" && scene.servers.some(({ name, isDown }) => isDown && name === server)) {
    const rule = "nobody is ready on a server that is down";
    return { rule, detail: `is ready on ${server}` };
  }
  if (pending === 0) return null;
  const rule = "every request has its outcome when faults have stopped";
  return { rule, detail: `waits for ${String(pending)}` };
}
