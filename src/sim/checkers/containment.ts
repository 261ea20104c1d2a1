/**
 * No feature throws, whatever it is sent and whatever goes wrong around it: what the host contains
 * costs a player his session, so it is a bug of the feature all the same. Features whose throwing
 * is what a test is about are named, and may.
 */
import type { Event } from "../../core/contract.ts";
import { shippedNames } from "../../core/features/index.ts";
import { EnvelopeReader } from "../../core/wire/index.ts";
import { CheckFailure } from "./checker.ts";
import type { Checker } from "./checker.ts";

export class ContainmentChecker implements Checker {
  readonly name = "containment";
  /** Counts steps. */
  checked = 0;
  readonly #mayThrow: ReadonlySet<string>;

  /** @param mayThrow names of features whose throwing is no finding */
  constructor(mayThrow: ReadonlySet<string> = new Set()) {
    this.#mayThrow = mayThrow;
  }

  stepped(): void {
    this.checked += 1;
  }

  machineThrew(event: Event, error: unknown, feature: string | null): void {
    if (feature !== null && this.#mayThrow.has(feature)) return;
    const isOwn = feature === null || shippedNames.has(feature);
    const rule = isOwn ? "no built-in feature throws" : `the feature ${feature} never throws`;
    const whose = isOwn ? `, in ${feature ?? "the realm"}` : "";
    const detail = `${eventWords(event)}${whose}: ${errorWords(error)}`;
    throw new CheckFailure(this.name, rule, detail);
  }
}

/** What it was that threw; of packets with their type, which says which handler. */
function eventWords(event: Event): string {
  if (event.type !== "packet.received") return event.type;
  const envelope = new EnvelopeReader();
  const isRead = envelope.read(event.bytes, event.start, event.end);
  return isRead ? `${event.type} of type ${String(envelope.type)}` : event.type;
}

/** The error in its own words, and where it was thrown first, on one line. */
function errorWords(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const place = error.stack?.split("\n").find((line) => line.trimStart().startsWith("at "));
  const words = `${error.name}: ${error.message}`.replaceAll("\n", " ");
  return place === undefined ? words : `${words} ${placeWords(place)}`;
}

/** Without the folders above the last, which differ from machine to machine. */
const placeWords = (line: string): string =>
  line.trim().replace(/(?:file:\/\/)?\/?(?:[^\s()/]+\/)*([^\s()/]+\/[^\s()/]+:\d+:\d+)/, "$1");
