/** The options of a command that reads the server's configuration. */
import { loadConfig } from "../io/config.ts";
import type { LoadedConfig } from "../io/config.ts";
import { StartError, usageExitCode } from "../io/start-error.ts";
import { text, texts, UsageError } from "./arguments.ts";
import type { Values } from "./arguments.ts";

export const serverOptions = {
  config: text(null),
  role: text(null),
  "data-dir": text(null),
  set: texts(),
};

export const serverOptionsHelp = `\
  --config FILE    read settings from a YAML file
  --role ROLE      all, login or game (default: all); data serves nothing yet
  --data-dir DIR   journals, checkpoints and certificate (default: data)
  --set KEY=VALUE  set one setting; repeat for more. See reprise config keys`;

/**
 * @throws UsageError when an option is wrong, and StartError when the file is or the settings do
 *   not go together; each names the setting
 */
export function loadServerConfig(values: Values<typeof serverOptions>): LoadedConfig {
  try {
    return loadConfig({
      file: values.config,
      sets: values.set,
      options: {
        ...(values.role === null ? {} : { role: values.role }),
        ...(values["data-dir"] === null ? {} : { dataDir: values["data-dir"] }),
      },
    });
  } catch (error) {
    const isUsage = error instanceof StartError && error.exitCode === usageExitCode;
    throw isUsage ? new UsageError(error.message) : error;
  }
}
