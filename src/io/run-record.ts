/**
 * `run.json`: what the other commands need to find a running server. The process writes it once it
 * serves and removes it when it has ended in order; a killed one leaves it, which nobody believes
 * without asking whether that very process runs.
 *
 * A process of all roles writes `DIR/run.json`, a process of one role `DIR/ROLE/run.json`, so that
 * two of them can share a data folder.
 */
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { isRunning } from "./process-identity.ts";
import { replaceFileSync } from "./replace-file.ts";

const schema = z.object({
  pid: z.int().min(1),
  /** See `ProcessIdentity`. */
  birth: z.union([z.string(), z.null()]),
  /** When it began to serve, ISO 8601. */
  started: z.string(),
  mode: z.enum(["development", "production"]),
  role: z.enum(["all", "login", "game", "data"]),
  /** By role, and `metrics`. */
  ports: z.record(z.string(), z.int()),
  /** By role: tls://HOST:PORT or tcp://HOST:PORT. */
  urls: z.record(z.string(), z.string()),
  /** SHA-256 of the certificate, or null without TLS. */
  fingerprint: z.union([z.string(), z.null()]),
  /** The file to name as the authority, or null without TLS. */
  certFile: z.union([z.string(), z.null()]),
});

export type RunRecord = Readonly<z.infer<typeof schema>>;

type RecordRole = RunRecord["role"];

const roles: readonly RecordRole[] = ["all", "login", "game", "data"];

const pathOf = (dataDir: string, role: RecordRole): string =>
  role === "all" ? join(dataDir, "run.json") : join(dataDir, role, "run.json");

/**
 * Replaces the record in one step.
 *
 * @throws what `node:fs` throws when it cannot be written
 */
export function writeRunRecord(dataDir: string, record: RunRecord): void {
  replaceFileSync(pathOf(dataDir, record.role), `${JSON.stringify(record, null, 2)}\n`, 0o644);
}

export function removeRunRecord(dataDir: string, role: RecordRole): void {
  rmSync(pathOf(dataDir, role), { force: true });
}

/** The records in a data folder, running or not; the one of all roles first. */
export function readRunRecords(dataDir: string): readonly RunRecord[] {
  return roles.flatMap((role) => {
    try {
      const parsed = schema.safeParse(JSON.parse(readFileSync(pathOf(dataDir, role), "utf8")));
      return parsed.success ? [parsed.data] : [];
    } catch {
      return []; // none there, or one that was cut short
    }
  });
}

/** The records whose processes run. */
export const runningServers = (dataDir: string): readonly RunRecord[] =>
  readRunRecords(dataDir).filter(isRunning);
