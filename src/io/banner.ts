/** What a development server says once it is up: where, who, what it found, what to type next. */
import type { ServerConfig } from "./config.ts";
import type { Server } from "./server.ts";
import { shellWord } from "./shell-word.ts";

export function banner(server: Server, config: ServerConfig): string {
  const { certificate, metricsPort } = server;
  const rows: (readonly [string, string])[] = Object.entries(server.urls).map(([role, url]) => [
    role,
    `${url}  ${foundIn(server.recovered[role as keyof Server["recovered"]] ?? null)}`,
  ]);
  if (metricsPort !== null) {
    rows.push(["metrics", `http://${config.metrics.address}:${metricsPort}/metrics`]);
  }
  rows.push(["data", config.dataDir]);
  if (certificate !== null) {
    rows.push(["certificate", certificate.certFile], ["SHA-256", certificate.fingerprint]);
  }
  const width = Math.max(...rows.map(([name]) => name.length));
  return [
    `Reprise is up: ${config.mode}, process ${process.pid}, Node ${process.versions.node}`,
    ...rows.map(([name, value]) => `  ${name.padEnd(width)}  ${value}`),
    "Now type, in another terminal:",
    `  ${nextCommand(config)}`,
  ].join("\n");
}

function nextCommand({ dataDir }: ServerConfig): string {
  const where = dataDir === "data" ? "" : ` --data-dir ${shellWord(dataDir)}`;
  return `npx reprise load --scenario ping --clients 100 --rate 10 --seconds 20${where}`;
}

function foundIn(recovered: Server["recovered"][keyof Server["recovered"]] | null): string {
  if (recovered === null || recovered === undefined) return "a new journal";
  const { events, lastSequence, cutBytes, incarnation } = recovered;
  const cut = cutBytes === 0 ? "" : `, an unfinished block of ${cutBytes} bytes cut`;
  const recoveredEvents = events === 1 ? "1 event" : `${events} events`;
  return `start ${incarnation}, at event ${lastSequence}, ${recoveredEvents} recovered${cut}`;
}
