/**
 * A process that has an accounts database open beside others, for tests. It says "ready", does what
 * its arguments say, and writes one JSON line for each answer once it has it.
 *
 *     node account-process.ts PATH add PREFIX        adds accounts until it is killed
 *     node account-process.ts PATH open DEVICE N     opens a login for each of the players 1..N
 */
import { playerId } from "../../src/core/kernel/ids.ts";
import { openSqliteStore } from "../../src/io/accounts/sqlite-store.ts";

const [path = "", order = "", word = "", count = "0"] = process.argv.slice(2);
const { store, close } = openSqliteStore({ path, mode: "development", busyTimeoutMs: 10_000 });
const say = (value: unknown): void => void process.stdout.write(`${JSON.stringify(value)}\n`);

say("ready");
if (order === "add") {
  for (let number = 0; ; number += 1) {
    const name = `${word}${number}`;
    store.add({ name, passwordHash: "", role: "player", origin: "operator" });
    say(name);
    // What was said must have left before the kill, so that it can be asked for.
    await new Promise((resolve) => setImmediate(resolve));
  }
}
process.stdin.once("data", () => {
  for (let player = 1; player <= Number(count); player += 1) {
    const call = `${word}/${player}`;
    const request = { call, player: playerId(player), passwordVersion: 0, device: word };
    say(store.open({ ...request, graceMs: 60_000, lifetimeMs: 60_000 }).kind);
  }
  close();
  process.exit(0);
});
