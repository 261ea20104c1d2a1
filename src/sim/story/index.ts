/**
 * A failure as a story: who is there, what they do, which fault strikes whom, what the server makes
 * of it, and which rule is broken in the end. The run is played once more with somebody looking on.
 */
import { publishedContracts } from "../../core/features/contracts.ts";
import { shippedNames } from "../../core/features/index.ts";
import type { SimulationOptions } from "../options.ts";
import type { Plan } from "../plan.ts";
import type { ScenarioName } from "../scenario.ts";
import type { Given } from "../shrink/index.ts";
import { simulate } from "../simulate.ts";
import type { SimulationFailure } from "../simulate.ts";
import { timeText } from "./lines.ts";
import { StoryTeller } from "./teller.ts";
import { clientName, counted, optionWords, PacketWords } from "./words.ts";

/** So many lines are read; a failure that is not shrunk has thousands. */
const linesMax = 120;

/**
 * Plays the plan, and tells what happened, one line a thing, in the order of time.
 *
 * @param given what the failing run was given besides its plan, made anew
 * @param known what it ends with, where one run alone does not show it: that two differ
 * @returns lines without line ends; how it begins, what happens, and how it ends
 */
export function storyOf(
  plan: Plan,
  given: Given = {},
  known: SimulationFailure | null = null,
): readonly string[] {
  const contracts = (given.features ?? []).map(({ declaration }) => declaration.contract);
  const teller = new StoryTeller(
    plan.scripts,
    new PacketWords([...publishedContracts, ...contracts]),
  );
  const { failure } = simulate({ ...given, plan, twice: false, witness: teller });
  return [...prologue(plan, given), ...teller.lines.text(linesMax), ...epilogue(known ?? failure)];
}

function prologue(
  { scenario = "echo", scripts, options }: Plan,
  { features = [] }: Given,
): readonly string[] {
  const { gameServers, accounts } = options.players;
  const cast = scripts.map(clientName);
  const own = features.map(({ name }) => name).filter((name) => !shippedNames.has(name));
  const what = own.length === 0 ? "" : ` with ${listed(own)}`;
  const games = `${counted(gameServers, "game server")}${what}`;
  const stages: Readonly<Record<ScenarioName, string>> = {
    echo: own.length === 0 ? "One server, which answers echoes." : `One server${what}.`,
    players: `A login server, ${games} and ${counted(accounts, "account")}.`,
    upgrade: `${counted(options.upgrade.servers, "server")}, to be brought to the next build.`,
  };
  return [
    stages[scenario],
    cast.length === 0
      ? "Nobody else is there."
      : `There ${cast.length === 1 ? "is" : "are"} ${listed(cast)}.`,
    ...optionWords(options, unused[scenario]).map((words) => `Not as usual: ${words}.`),
    "",
  ];
}

/** Groups of options of which the scenario makes nothing, whatever was drawn. */
const unused: Readonly<Record<ScenarioName, readonly (keyof SimulationOptions)[]>> = {
  echo: ["upgrade", "players"],
  players: ["upgrade"],
  upgrade: ["players"],
};

const castMax = 12;

const listed = (names: readonly string[]): string =>
  names.length > castMax
    ? `${names.slice(0, castMax).join(", ")} and ${String(names.length - castMax)} others`
    : names.join(", ").replace(/, ([^,]*)$/, " and $1");

function epilogue(failure: SimulationFailure | null): readonly string[] {
  if (failure === null) return ["", "Nothing is broken in this run by itself."];
  const { atMicros, checker, message } = failure;
  return ["", `${timeText(atMicros)}BROKEN (${checker}): ${message}`];
}
