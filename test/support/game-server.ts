/** A real server with the game role alone, on free ports, in a folder of its own. */
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { configOf } from "../../src/io/config.ts";
import { startServer } from "../../src/io/server.ts";
import type { Server, ServerOptions } from "../../src/io/server.ts";
import { temporaryFolder } from "./temporary-folder.ts";

export interface GameServer {
  readonly server: Server;
  readonly url: string;
  /** Of the certificate; empty without TLS. */
  readonly fingerprint: string;
  readonly dataDir: string;
}

export interface GameServerOptions {
  /** As `--set` takes them. */
  readonly set?: Readonly<Record<string, unknown>>;
  readonly features?: ServerOptions["features"];
  readonly dataDir?: string;
}

/** Starts it, and ends it with the test. */
export async function startGame(options: GameServerOptions = {}): Promise<GameServer> {
  const dataDir = options.dataDir ?? temporaryFolder();
  const config = configOf({
    role: "game",
    dataDir,
    "ports.game": 0,
    "metrics.port": 0,
    "log.destination": join(dataDir, "server.log"),
    ...options.set,
  });
  const { features } = options;
  const server = await startServer(features === undefined ? { config } : { config, features });
  onTestFinished(async () => void (await server.stop()));
  const url = server.urls.game ?? "";
  return { server, url, fingerprint: server.fingerprint ?? "", dataDir };
}
