/**
 * The scenario `ping`: of four messages of a client two are committed echoes, one is a prompt echo
 * and one a heartbeat. Clients begin at different ones of the four, so that at any moment all kinds
 * are under way.
 */
import { echoContract, heartbeatContract } from "../core/features/contracts.ts";
import type { RequestScenario, Turn } from "./scenario.ts";

/** Makes the packets of a run a hundred bytes on average, frame included. */
const echoBytes = 96;

/** What a client echoes in a round; no other turn of the same run has the same bytes. */
function fill({ client, round }: Turn): Uint8Array {
  view.setUint32(0, client, true);
  view.setUint32(4, round, true);
  for (let index = 8; index < echoBytes; index += 1) bytes[index] = round + index;
  return bytes;
}

// One for all turns: a request encodes it before the next turn fills it again.
const bytes = new Uint8Array(echoBytes);
const view = new DataView(bytes.buffer);

type Kind = "echo" | "promptEcho" | "beat";

const kinds: readonly Kind[] = ["echo", "promptEcho", "echo", "beat"];

const kindOf = ({ client, round }: Turn): Kind => kinds[(client + round) % 4] ?? "echo";

export const ping: RequestScenario = {
  name: "ping",
  contracts: [echoContract, heartbeatContract],

  ask(machine, turn, at) {
    const kind = kindOf(turn);
    if (kind === "beat") {
      machine.request("heartbeat", "beat", { timestamp: Math.floor(at / 1_000) }, at);
    } else {
      machine.request("echo", kind, { bytes: fill(turn) }, at);
    }
  },

  check(turn, answer) {
    if (kindOf(turn) === "beat") return null;
    const { bytes: echoed } = answer as { readonly bytes: Uint8Array };
    const asked = fill(turn);
    if (echoed.length !== asked.length) return "WRONG_ECHO";
    for (let index = 0; index < asked.length; index += 1) {
      if (echoed[index] !== asked[index]) return "WRONG_ECHO";
    }
    return null;
  },
};
