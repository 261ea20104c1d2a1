/** `reprise config`: what a server would run with, and what can be set. */
import { addressOf, hostConfigOf, rolesOf } from "../../io/config.ts";
import type { LoadedConfig } from "../../io/config.ts";
import { settings } from "../../io/settings.ts";
import { flag, readArguments, UsageError } from "../arguments.ts";
import type { Command } from "../command.ts";
import { printJson, table } from "../output.ts";
import { loadServerConfig, serverOptions, serverOptionsHelp } from "../server-arguments.ts";

export const config: Command = {
  name: "config",
  summary: "print the effective configuration, or all settings",
  help: `\
Usage: reprise config print [OPTIONS]
       reprise config keys [--json]

print  Shows every setting with its value and where the value comes from: default, FILE:LINE, or
       the option that set it. Takes the options of reprise serve, and starts nothing.
keys   Lists every setting with what it may be, its default and what it means.

Options:
${serverOptionsHelp}
  --json           print one JSON object`,
  run(argv) {
    const options = { ...serverOptions, json: flag() };
    const { values, positionals } = readArguments(argv, options, ["print or keys"]);
    const [action = ""] = positionals;
    if (action === "print") print(loadServerConfig(values), values.json);
    else if (action === "keys") printKeys(values.json);
    else throw new UsageError(`unknown action "${action}": print or keys`);
    return Promise.resolve(0);
  },
};

function print({ config: effective, origins }: LoadedConfig, json: boolean): void {
  const valueOf = (key: string): unknown =>
    key.split(".").reduce<unknown>((at, part) => Reflect.get(at as object, part), effective);
  if (json) {
    const values = settings.map(({ key }) => [
      key,
      { value: valueOf(key), origin: origins.get(key) },
    ]);
    printJson({ settings: Object.fromEntries(values), effective: effectiveOf(effective) });
    return;
  }
  const lines = settings.map(({ key }) => [key, JSON.stringify(valueOf(key))] as const);
  const rows = table(lines).split("\n");
  const width = Math.max(...rows.map((row) => row.length));
  const { address, roles } = effectiveOf(effective);
  console.log(
    [
      ...settings.map(({ key }, index) => {
        const notes = [origins.get(key) ?? ""];
        if (key === "address" && address !== effective.address) {
          notes.push(`development binds ${address}`);
        }
        return `${(rows[index] ?? "").padEnd(width)}  # ${notes.join("; ")}`;
      }),
      ...Object.entries(roles).map(
        ([role, { connectionsMax, durability }]) =>
          `# ${role}: at most ${connectionsMax} connections, durability ${durability}`,
      ),
    ].join("\n"),
  );
}

/** What follows from the settings together: the values behind "auto". */
function effectiveOf(effective: LoadedConfig["config"]) {
  const roles = rolesOf(effective).map((role) => {
    const { connectionsMax, durability } = hostConfigOf(effective, role);
    return [role, { connectionsMax, durability }] as const;
  });
  return { address: addressOf(effective), roles: Object.fromEntries(roles) };
}

function printKeys(json: boolean): void {
  if (json) {
    const all = settings.map(({ key, fallback, expected, about }) => [
      key,
      { default: fallback, expected, about },
    ]);
    printJson(Object.fromEntries(all));
    return;
  }
  const blocks = settings.map(
    ({ key, fallback, expected, about }) =>
      `${key} = ${JSON.stringify(fallback)}\n    ${about}\n    ${expected}`,
  );
  console.log(blocks.join("\n"));
}
