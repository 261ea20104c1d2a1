/** `reprise watch`: the players as a moving map in the terminal, live or from a log. */
import { readingKeys } from "../../io/journal-keys.ts";
import { decimal, flag, integer, readArguments, text, texts, UsageError } from "../arguments.ts";
import type { Values } from "../arguments.ts";
import type { Command } from "../command.ts";
import { ProgressLine } from "../output.ts";
import { columnsMin, drawFrame, rowsMin } from "../watch/frame.ts";
import { liveScene } from "../watch/live.ts";
import { LogPlayer, logPlayerDefaults } from "../watch/log-player.ts";
import { cameraAtFirst } from "../watch/scene.ts";
import type { Camera } from "../watch/scene.ts";
import { LiveShow, LogShow } from "../watch/show.ts";
import { watchOn } from "../watch/watching.ts";

const help = `\
Shows the players as a moving map in the terminal, live or from a log.

Usage: reprise watch [PATH] [OPTIONS]

PATH is a journal's folder, or a data folder: its log is played. Without it, the server that runs
on this machine is watched.

  --data-dir DIR  where to look for the running server (default data)
  --at SECONDS    begin so long after the log's first event
  --follow NAME   keep this player in the middle
  --key FILE      a file with keys of an encrypted journal; may be repeated. REPRISE_JOURNAL_KEY
                  may hold them, too
  --frame         print one frame as text and end; of a log, its last moment or that of --at
  --columns N     the frame's width (default: the terminal's, or 80)
  --rows N        the frame's height (default: the terminal's, or 24)

Keys:
  + -             closer, wider          a     all players
  f F             follow the next player, or the one before
  n               names on or off        q     quit
and of a log:
  space           stop, go on            [ ]   half, or twice as fast
  left right      1 second back, forward
  down up         10 seconds back, forward; page down, page up: a minute
  home end        the first, the last moment

A player is o, several on one spot are their number, or # above 9; @ is the one that is followed.

Examples:
  reprise watch
  reprise watch data/game/journal
  ssh host "cd game && npx reprise watch --frame"`;

const options = {
  "data-dir": text("data"),
  at: decimal(null, { min: 0, max: 1e9 }),
  follow: text(null),
  key: texts(),
  frame: flag(),
  columns: integer(null, { min: columnsMin, max: 1_000 }),
  rows: integer(null, { min: rowsMin, max: 1_000 }),
};

type WatchValues = Values<typeof options>;

export const watch: Command = {
  name: "watch",
  summary: "show the players as a map in the terminal, live or from a log",
  help,
  async run(argv) {
    const { values, positionals } = readArguments(argv, options, ["[PATH]"]);
    checkUse(values, positionals.length > 0);
    const [path] = positionals;
    const dataDir = values["data-dir"];
    const show = path === undefined ? new LiveShow(dataDir) : logShow(path, values);
    const look = async (): Promise<void> => {
      if (show instanceof LiveShow) await show.look(() => liveScene(dataDir));
      else show.settle();
    };
    // The first look is taken before the screen is, so that what is wrong is said in one line.
    await look();
    const camera = cameraOf(values, show);
    if (!values.frame) return watchOn(show, camera, look);
    const { columns, rows } = process.stdout;
    const screen = {
      columns: values.columns ?? (columns || 80),
      rows: values.rows ?? (rows || 24),
      color: false,
    };
    const lines = drawFrame(show.scene, camera, screen, { ...show.caption(), keys: "" });
    process.stdout.write(`${lines.join("\n").trimEnd()}\n`);
    return 0;
  },
};

function checkUse({ frame, at, columns, rows }: WatchValues, isLog: boolean): void {
  if (at !== null && !isLog) throw new UsageError("--at is for a log");
  if (frame) return;
  if (columns !== null || rows !== null)
    throw new UsageError("--columns and --rows are for --frame");
  if (!process.stdout.isTTY || !process.stdin.isTTY) {
    throw new UsageError("a moving map needs a terminal; --frame prints one frame as text");
  }
}

function logShow(path: string, { at, frame, key }: WatchValues): LogShow {
  const progress = new ProgressLine();
  const player = new LogPlayer(path, { ...logPlayerDefaults, keys: readingKeys(key) }, (share) =>
    progress.show(() => `verifying: ${Math.floor(100 * share)} %`),
  );
  progress.end();
  const begin = at === null ? (frame ? player.lastAt : player.firstAt) : at * 1e6 + player.firstAt;
  player.seek(begin);
  return new LogShow(player, path);
}

function cameraOf({ follow }: WatchValues, { scene }: LiveShow | LogShow): Camera {
  if (follow === null) return cameraAtFirst;
  const player = scene.entities.find(({ name }) => name === follow);
  if (player === undefined) throw new UsageError(`no player "${follow}" is in the world then`);
  return { ...cameraAtFirst, follow: player.id, zoom: 1 };
}
