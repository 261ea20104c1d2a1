/**
 * What the host counts. Bytes and packets are those that crossed the platform's border: handed to
 * `write` and delivered by `received`, no more and no less.
 */
import type { EventType } from "../contract.ts";
import { apiRule, ApiMisuseError } from "../kernel/assert.ts";
import { Counters } from "../kernel/counters.ts";
import type { CounterDefinition } from "../kernel/counters.ts";

const counter = (help: string): CounterDefinition => ({ help, kind: "counter" });
const gauge = (help: string): CounterDefinition => ({ help, kind: "gauge" });
const histogram = (help: string): CounterDefinition => ({
  help,
  kind: "histogram",
  bounds: secondsBounds,
});
/** Seconds, 0.1 ms to 2 s in steps of a fifth: fine enough to see a tenth of a percentile move. */
const secondsBounds = Array.from({ length: 55 }, (_, step) => {
  let micros = 100;
  for (let done = 0; done < step; done += 1) micros = Math.ceil((micros * 6) / 5);
  return micros / 1e6;
});

export const hostCounterDefinitions = {
  connections_open: gauge("Connections that the host knows, those on their way out included"),
  connections_accepted_total: counter("Connections that were given to the realm"),
  connections_turned_away_total: counter("Connections refused before the realm, by reason"),
  connections_closed_total: counter("Connections closed, by reason"),
  connections_slow_readers_total: counter("Connections reset because their peer read too slowly"),
  connections_reset_late_total: counter("Connections reset because a close took too long"),
  handshakes_failed_total: counter("Links that never became connections, by reason"),

  bytes_received_total: counter("Bytes received from connections"),
  bytes_sent_total: counter("Bytes given to the platform to send"),
  bytes_discarded_total: counter("Bytes received after the server had closed the connection"),
  packets_received_total: counter("Packets received, those refused or malformed included"),
  packets_sent_total: counter("Packets given to the platform to send"),
  packets_refused_total: counter("Packets that the edge refused, by reason"),
  packets_malformed_total: counter("Packets that the edge could not read, by reason"),

  events_total: counter("Events stepped, by type"),
  steps_contained_total: counter("Events left out because a feature threw, by feature"),
  rebuilds_total: counter("Times the realm was rebuilt without an event, by what from"),
  rebuild_max_micros: gauge("The longest that a rebuild took, from the throw on"),
  secrets_lost_total: counter("Packets in whose place an error was sent: their secret was lost"),
  orders_ignored_total: counter("Orders for connections that were gone or closing"),
  counts_unknown_total: counter("Counts under a name that nobody has defined"),
  calls_performed_total: counter("Calls handed to whoever performs them"),
  calls_completed_total: counter("Calls answered, by outcome"),
  calls_unknown_total: counter("Answers to calls that were answered before or never made"),

  capture_on: gauge("1 while bytes are captured"),
  capture_connections_total: counter("Connections whose bytes were captured"),
  capture_bytes_total: counter("Bytes of captures"),
  capture_failures_total: counter("Captures that the disk has ended"),

  journal_sequence: gauge("Sequence of the last event"),
  journal_blocks_total: counter("Blocks sealed"),
  journal_blocks_gathered_total: counter("Blocks that waited for those who were just answered"),
  journal_bytes_total: counter("Bytes of sealed blocks"),
  journal_syncs_total: counter("Files and folders synced for the journal"),
  journal_pending_bytes: gauge("Bytes of events that are not durable yet"),
  journal_held_seconds: gauge("For how long the oldest block has been on its way to the disk"),
  journal_held_pauses_total: counter("Times that nobody was read because too much was held"),
  journal_low: gauge("1 while the disk is full and the journal's reserve is not whole"),
  journal_low_total: counter("Times that the journal had to take its reserve, or found none"),
  journal_full: gauge("1 while the disk is full and there is no reserve left"),
  journal_room_lacked_total: counter("Writes of the journal that found no room on the disk"),
  commit_latency_micros_total: counter("Microseconds from sealing to durable, over all blocks"),
  commit_latency_max_micros: gauge("The longest that a block took to be durable"),
  checkpoints_total: counter("Checkpoints written"),
  checkpoints_failed_total: counter("Checkpoints that could not be written"),
  checkpoints_damaged_total: counter("Checkpoints that were found damaged and passed over"),
  journal_damage_passed_total: counter(
    "Damaged places of the journal before the newest checkpoint that the start passed over",
  ),
  journal_missing_total: counter("Starts that found a checkpoint and nothing of its journal"),
  journal_starts_lost_total: counter(
    "Starts that have served and of which the start found nothing in the journal",
  ),
  checkpoint_sequence: gauge("The last event of the newest checkpoint"),
  checkpoint_bytes: gauge("Bytes of state in the newest checkpoint of this start"),
  journal_deleted_segments_total: counter("Segments deleted for their age or for space"),
  journal_deleted_bytes_total: counter("Bytes of deleted segments and checkpoints"),
  journal_deletions_failed_total: counter(
    "Rounds of deleting that a file has ended which could not be deleted",
  ),
  follower_sequence: gauge("The last event that the follower has replayed"),
  follower_lag_seconds: gauge("Seconds of journal that the follower has still to replay"),
  follower_ends_total: counter("Times that the follower ended and another one was started"),
  replay_divergences_total: counter("Times that a replay went another way than the server"),
  secrets_held: gauge("Secrets that wait for a call or to be sent"),
  held_bytes: gauge("Bytes of effects that wait for their events to be durable"),

  time_lateness_seconds: histogram(
    "From when ticks and timers were due until the realm had done what they asked",
  ),
  turns_total: counter("Turns of the host"),
  stalls_total: counter("Times the process did nothing for too long"),
  stalled_micros_total: counter("Microseconds in which the process did nothing"),
  clock_corrections_total: counter("Steps of the wall clock that were told"),
  drains_total: counter("Orderly ends asked for"),
  recovered_events: gauge("Events stepped by the recovery of this start"),
  recovered_cut_bytes: gauge("Bytes of an unfinished tail that the recovery cut"),
} as const satisfies Readonly<Record<string, CounterDefinition>>;

type HostCounterName = keyof typeof hostCounterDefinitions;
/** A counter's name, with labels or without. */
type Spelling = HostCounterName | `${HostCounterName}{${string}}`;

export class HostCounters {
  readonly table: Counters;
  // What is counted for each packet and each turn is added up here.
  #turns = 0;
  #packetsReceived = 0;
  #packetEvents = 0;
  #bytesReceived = 0;
  #packetsSent = 0;
  #bytesSent = 0;
  readonly #eventSpellings = new Map<EventType, string>();

  /** @param realm help texts of the counters that the realm counts, by name */
  constructor(realm: Readonly<Record<string, string>>) {
    const definitions: Record<string, CounterDefinition> = { ...hostCounterDefinitions };
    for (const [name, help] of Object.entries(realm)) {
      apiRule(!Object.hasOwn(definitions, name), `counter "${name}" is the host's`);
      definitions[name] = counter(help);
    }
    this.table = new Counters(definitions);
    this.collect("turns_total", () => this.#turns);
    this.collect("packets_received_total", () => this.#packetsReceived);
    this.collect("bytes_received_total", () => this.#bytesReceived);
    this.collect("packets_sent_total", () => this.#packetsSent);
    this.collect("bytes_sent_total", () => this.#bytesSent);
  }

  add(name: Spelling, by = 1): void {
    this.table.add(name, by);
  }

  set(name: HostCounterName, value: number): void {
    this.table.set(name, value);
  }

  /** Has it read whenever somebody asks for it. */
  collect(name: HostCounterName, read: () => number): void {
    this.table.collect(name, read);
  }

  /** Keeps the highest value. */
  max(name: HostCounterName, value: number): void {
    if (value > this.table.get(name)) this.table.set(name, value);
  }

  /** Counts for a feature, whose mistakes are counted instead. */
  count(name: string, by: number): void {
    try {
      this.table.add(name, by);
    } catch (error) {
      if (!(error instanceof ApiMisuseError)) throw error;
      this.table.add("counts_unknown_total");
    }
  }

  event(type: EventType): void {
    if (type === "packet.received") this.#packetEvents += 1;
    else this.table.add(this.#eventSpelling(type));
  }

  /** Made once for each type: there is one of them a tick, and each would be hashed anew. */
  #eventSpelling(type: EventType): string {
    const known = this.#eventSpellings.get(type);
    if (known !== undefined) return known;
    const spelling = `events_total{type="${type}"}`;
    this.#eventSpellings.set(type, spelling);
    return spelling;
  }

  packetsReceived(packets: number): void {
    this.#packetsReceived += packets;
  }

  bytesReceived(bytes: number): void {
    this.#bytesReceived += bytes;
  }

  sent(packets: number, bytes: number): void {
    this.#packetsSent += packets;
    this.#bytesSent += bytes;
  }

  /** Ticks and timers are done so many microseconds after they were due. */
  timePassed(micros: number): void {
    this.table.observe("time_lateness_seconds", micros / 1e6);
  }

  committed(latencyMicros: number): void {
    this.table.add("commit_latency_micros_total", latencyMicros);
    this.max("commit_latency_max_micros", latencyMicros);
  }

  /** A turn ends: everything counted so far is in the table. */
  turn(): void {
    this.#turns += 1;
    if (this.#packetEvents > 0) {
      this.table.add('events_total{type="packet.received"}', this.#packetEvents);
      this.#packetEvents = 0;
    }
  }
}
