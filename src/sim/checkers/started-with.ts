/** The configuration in `server.started`, read once for all checkers that want to know it. */
import type { PlainData } from "../../core/kernel/plain.ts";
import { readRealmConfig } from "../../core/realm/config.ts";
import type { RealmConfig } from "../../core/realm/config.ts";

let last: PlainData = null;
let lastRead: RealmConfig | null = null;

/** @param config of the event */
export function startedWith(config: PlainData): RealmConfig {
  if (lastRead !== null && last === config) return lastRead;
  last = config;
  lastRead = readRealmConfig(config).realm;
  return lastRead;
}
