/**
 * The server of crash rounds, in a process of its own that others kill:
 *
 *     node scripts/crash/server.ts [KEY=VALUE ...]
 *
 * A game server as `reprise serve` starts it, on real sockets and files, with one feature more: the
 * accounts of the simulator's upgrades, whose deposits are answered with the balance, and are each
 * to get one receipt from outside. Prints one JSON object once it serves; SIGTERM ends it in order.
 *
 * 1. Receipts stand in a file that the server does not know of. What is written is there when the
 *    process is killed, as with a database on another machine.
 * 2. A call that was made before, by its id, gets the answer that it got: that is what `once` asks
 *    of a performer.
 */
import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import type { PlainData } from "../../src/core/kernel/plain.ts";
import { configOf } from "../../src/io/config.ts";
import { tuneEngine } from "../../src/io/engine.ts";
import type { Performer } from "../../src/io/performers.ts";
import { startServer } from "../../src/io/server.ts";
import { features } from "./features.ts";
import { receiptsFile, receiptLine, receiptsIn } from "./receipts.ts";

/** Up to this long before a receipt is written, and again before its answer goes back. */
const delayMaxMs = 30;

function receipts(path: string): Performer {
  const given = new Map<number, string>();
  if (existsSync(path)) {
    for (const { call, owner, number } of receiptsIn(readFileSync(path, "utf8"))) {
      given.set(call, `receipt ${String(number)} of ${owner}`);
    }
  }
  const perform = async (request: PlainData, call: number): Promise<PlainData> => {
    const { owner, number } = request as { readonly owner: string; readonly number: number };
    await setTimeout(Math.random() * delayMaxMs);
    const known = given.get(call);
    if (known !== undefined) return known;
    appendFileSync(path, receiptLine({ call, owner, number }));
    const text = `receipt ${String(number)} of ${owner}`;
    given.set(call, text);
    await setTimeout(Math.random() * delayMaxMs);
    return text;
  };
  return Object.assign(perform, { limits: { runningMax: 16_384, waitingMax: 65_536 } });
}

tuneEngine();
const given = process.argv.slice(2).map((word): [string, unknown] => {
  const at = word.indexOf("=");
  return [word.slice(0, at), JSON.parse(word.slice(at + 1))];
});
const config = configOf(Object.fromEntries(given));
const server = await startServer({
  config,
  features,
  featuresModule: new URL("features.ts", import.meta.url).href,
  featuresBuild: "crash rounds 1",
  performers: { "ledger.receipt": receipts(join(config.dataDir, receiptsFile)) },
});
process.on("SIGTERM", () => void server.stop());
const { urls, metricsPort, fingerprint, recovered } = server;
const { events = 0, cutBytes = 0 } = recovered.game ?? {};
process.stdout.write(
  `${JSON.stringify({ url: urls.game, metricsPort, fingerprint, events, cutBytes })}\n`,
);
const { code, message } = await server.ended;
if (message !== "") process.stderr.write(`${message}\n`);
process.exitCode = code;
