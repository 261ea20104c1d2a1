/**
 * Trust in the development server of this machine, without flags: a server that is running here has
 * written the fingerprint of its certificate into `run.json` of its data folder, and whoever can
 * write there is the same user. So a client below the same folder takes that for a proof.
 */
import { readFile } from "node:fs/promises";
import type { Target, Trust } from "./target.ts";

/** Where a server with the default data folder writes, for all roles or for one. */
const runFiles = ["data/run.json", "data/game/run.json", "data/login/run.json"];

const loopback = new Set(["127.0.0.1", "localhost", "::1"]);

/** The recorded fingerprint of the server on that port of this machine; null when there is none. */
export async function developmentTrust({ host, port }: Target): Promise<Trust | null> {
  if (!loopback.has(host)) return null;
  for (const path of runFiles) {
    const sha256 = fingerprintIn(await readFile(path, "utf8").catch(() => ""), port);
    if (sha256 !== null) return { kind: "fingerprint", sha256 };
  }
  return null;
}

function fingerprintIn(json: string, port: number): string | null {
  try {
    const { ports, fingerprint } = JSON.parse(json) as {
      readonly ports?: Readonly<Record<string, unknown>>;
      readonly fingerprint?: unknown;
    };
    const isThere = Object.values(ports ?? {}).includes(port);
    return isThere && typeof fingerprint === "string" ? fingerprint : null;
  } catch {
    return null; // none there, or one that was cut short
  }
}
