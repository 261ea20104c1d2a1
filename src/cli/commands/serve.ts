/** `reprise serve`: runs the server until it is told to end. */
import { constants } from "node:os";
import { resolve } from "node:path";
import { banner } from "../../io/banner.ts";
import { orderSignal } from "../../io/capture-order.ts";
import { Server } from "../../io/server.ts";
import { StartError } from "../../io/start-error.ts";
import { flag, readArguments } from "../arguments.ts";
import type { Command } from "../command.ts";
import { printJson } from "../output.ts";
import { loadServerConfig, serverOptions, serverOptionsHelp } from "../server-arguments.ts";

export const serve: Command = {
  name: "serve",
  summary: "run the server (what reprise does without a command)",
  help: `\
Usage: reprise serve [OPTIONS]
       node src/io/main.js [OPTIONS]

Runs the login server (port 8080) and the game server (port 8081) until SIGINT or SIGTERM, which
ends them in order; a second one ends them at once. Without options it is a development server: on
the loopback, with a certificate of its own. Log lines are JSON, on standard error in development
and on standard output in production.

Options:
${serverOptionsHelp}
  --json           print one JSON object once it serves, in place of the text

Exit codes: 0 ended in order, 1 could not start (one line says why), 2 bad usage, 70 failed.`,
  async run(argv) {
    const { values } = readArguments(argv, { ...serverOptions, json: flag() });
    const { config } = loadServerConfig(values);
    const server = new Server({ config });
    const unhook = hookProcess(server);
    try {
      await server.start();
      if (values.json) printJson(describe(server, config.dataDir));
      else if (config.mode === "development") console.log(banner(server, config));
      const { code, message } = await server.ended;
      if (message !== "") console.error(`reprise serve: ${message}`);
      return code;
    } catch (error) {
      if (error instanceof StartError && error.code === "STOPPED") return error.exitCode;
      throw error;
    } finally {
      unhook();
    }
  },
};

const endingSignals: readonly NodeJS.Signals[] = ["SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK"];

/** Ends the server on a signal and on what nobody has caught. Returns what takes that back. */
function hookProcess(server: Server): () => void {
  let isEnding = false;
  const onSignal = (signal: NodeJS.Signals): void => {
    // A second one is an order to go, whatever is left to do.
    if (isEnding) process.exit(128 + signalNumber(signal));
    isEnding = true;
    void server.stop();
  };
  const onException = (error: unknown): void => {
    server.logError("an exception that nobody has caught", error);
    console.error(`reprise serve: internal error: ${String(error)}; see the log`);
    process.exit(70);
  };
  const signals = endingSignals.filter((signal) => signal !== "SIGBREAK" || isWindows);
  const onOrder = (): void => void server.readOrders();
  for (const signal of signals) process.on(signal, onSignal);
  if (!isWindows) process.on(orderSignal, onOrder);
  process.on("uncaughtException", onException);
  return () => {
    for (const signal of signals) process.off(signal, onSignal);
    process.off(orderSignal, onOrder);
    process.off("uncaughtException", onException);
  };
}

const isWindows = process.platform === "win32";

const signalNumber = (signal: NodeJS.Signals): number => constants.signals[signal] ?? 0;

function describe(server: Server, dataDir: string): object {
  const { urls, metricsPort, fingerprint, certificate, recovered } = server;
  return {
    pid: process.pid,
    urls,
    metricsPort,
    fingerprint,
    certFile: certificate === null ? null : resolve(certificate.certFile),
    dataDir: resolve(dataDir),
    recovered,
  };
}
