/** The players of the server that runs on this machine, asked for again and again. */
import { runningServers } from "../../io/run-record.ts";
import { fetchPlayersView } from "../../load/players-view.ts";
import { CommandError } from "../command-error.ts";
import type { Scene } from "./scene.ts";

/** @throws CommandError when no game server runs there, or does not show its players */
export async function liveScene(dataDir: string): Promise<Scene> {
  const records = runningServers(dataDir);
  const record = records.find(({ role }) => role === "all" || role === "game");
  if (record === undefined) {
    throw new CommandError(
      `no game server runs on ${dataDir}; start one with reprise serve, or name a log to play`,
    );
  }
  const port = record.ports["metrics"];
  if (port === undefined) {
    throw new CommandError(`the server on ${dataDir} has no metrics listener to ask`);
  }
  try {
    return await fetchPlayersView(`http://127.0.0.1:${port}`);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new CommandError(`the server does not show its players: ${why}`);
  }
}
