/**
 * [SES-01] Bytes of one session never appear in another's packets: every echo carries who asked,
 * over and over, and comes back to whom it belongs, as it was.
 */
import { echoContract } from "../../core/features/contracts.ts";
import { CheckFailure } from "./checker.ts";
import type { Checker, ClientPacket } from "./checker.ts";

const answers: ReadonlySet<number> = new Set([
  echoContract.entries.echo.replyType,
  echoContract.entries.promptEcho.replyType,
]);
const semicolon = ";".charCodeAt(0);
/** `name:count;`, in a message with a field's tag and a length in front. */
const headBytesMax = 5;

export class TaggedPayloadChecker implements Checker {
  readonly name = "tagged-payload";
  /** Counts echoes that came back and were compared. */
  checked = 0;

  clientReceived({ link, type, payload }: ClientPacket): void {
    if (!answers.has(type)) return;
    const name = link.slice(0, link.indexOf("."));
    if (isTaggedFor(name, payload)) return;
    throw new CheckFailure(
      this.name,
      "an echo comes back to the session that asked",
      `link ${link} got ${textOf(payload)}`,
    );
  }

  echoed(player: string, asked: Uint8Array, answered: Uint8Array): void {
    this.checked += 1;
    if (areEqual(asked, answered)) return;
    throw new CheckFailure(
      this.name,
      "an echo comes back as it was",
      `player ${player} asked ${textOf(asked)} and got ${textOf(answered)}`,
    );
  }
}

function areEqual(left: Uint8Array, right: Uint8Array): boolean {
  if (left.length !== right.length) return false;
  for (let index = 0; index < left.length; index += 1) {
    if (left[index] !== right[index]) return false;
  }
  return true;
}

/** Whether the payload's text begins with the name and a colon, wherever its text begins. */
function isTaggedFor(name: string, payload: Uint8Array): boolean {
  for (let head = 0; head <= headBytesMax; head += 1) {
    if (payload[head + name.length] !== ":".charCodeAt(0)) continue;
    let matches = true;
    for (let index = 0; index < name.length; index += 1) {
      if (payload[head + index] !== name.charCodeAt(index)) matches = false;
    }
    if (matches) return true;
  }
  return false;
}

const textOf = (bytes: Uint8Array): string => {
  const shown = String.fromCharCode(...bytes.subarray(0, 40)).replaceAll(/[^ -~]/g, ".");
  return bytes.includes(semicolon) ? `"${shown}"` : `${String(bytes.length)} bytes "${shown}"`;
};
