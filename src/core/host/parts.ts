/** The pieces of a live host, put together. Who does what is said in each of them. */
import type { Machine, Syscalls } from "../contract.ts";
import type { EdgeConfig } from "../edge/index.ts";
import { JournalWriter } from "../journal/index.ts";
import type { Checksum, JournalKeys, SegmentIdentity, WriterEncryption } from "../journal/index.ts";
import type { Micros, PacketType } from "../kernel/ids.ts";
import { limits } from "../kernel/limits.ts";
import type { PlainData } from "../kernel/plain.ts";
import type { PacketRules } from "../wire/index.ts";
import { Calls } from "./calls.ts";
import { Capture } from "./capture.ts";
import type { HostClock } from "./clock.ts";
import { Committer } from "./commit.ts";
import type { HostConfig, PacketBudget } from "./config.ts";
import { Connections } from "./connections.ts";
import { Containment } from "./containment.ts";
import type { HostCounters } from "./counters.ts";
import { Drain } from "./drain.ts";
import type { FileDesk } from "./files.ts";
import { Following } from "./following.ts";
import type { FollowerPort } from "./following.ts";
import { Handover } from "./handover.ts";
import type { Inbox } from "./inbox.ts";
import { Intake } from "./intake.ts";
import { HostOutbox } from "./outbox.ts";
import { Reading } from "./reading.ts";
import type { Recovered } from "./recovery.ts";
import { Release } from "./release.ts";
import { Rounds } from "./rounds.ts";
import { Space } from "./space.ts";
import { Stepper } from "./stepper.ts";
import type { StackOf } from "./stepper.ts";
import { TurnedAway } from "./turned-away.ts";
import { MemoryVault } from "./vault.ts";
import { Visits } from "./visits.ts";

/** What the host needs of a realm; the composition of features is one. */
export interface HostRealm {
  readonly rules: PacketRules;
  /** Of the packet types that have one of their own. */
  readonly budgets: ReadonlyMap<PacketType, PacketBudget>;
  /** What clients are told of its contracts. */
  readonly contractHash: number;
  /** Help texts of the counters that its machines count, by name. */
  readonly counters: Readonly<Record<string, string>>;
  /** A machine in its first state. Machines share nothing. */
  create(): Machine;
}

export interface LiveOptions {
  readonly config: HostConfig;
  readonly realm: HostRealm;
  readonly realmConfig: PlainData;
  readonly syscalls: Syscalls;
  /** Of this start: with its incarnation and salt. */
  readonly identity: SegmentIdentity;
  readonly checksum: Checksum;
  readonly stackOf: StackOf;
  /** For the journal; null: it is not encrypted. */
  readonly keys: JournalKeys | null;
  /** With which key the segments of this start are encrypted; null: they are not. */
  readonly encryption: WriterEncryption | null;
  /** For the random streams of the game. */
  readonly seed: readonly [number, number, number, number];
  readonly inbox: Inbox;
  readonly desk: FileDesk;
  readonly clock: HostClock;
  readonly counters: HostCounters;
  readonly recovered: Recovered;
  readonly follower: FollowerPort | null;
  readonly starts: StartRecord | null;
}

/**
 * What is known of a journal's starts beside it. Should its end have been moved away, the ids of a
 * lost start are not used again.
 */
export interface StartRecord {
  /** The last one that has served; 0: none is known. */
  readonly last: number;
  /** This one's first event is durable, and nobody has been let in yet. Must not throw. */
  begins(incarnation: number): void;
}

/** The two times of a turn. */
export interface Now {
  at: Micros;
  monotonic: Micros;
}

export interface LiveParts {
  readonly now: Now;
  readonly connections: Connections;
  readonly turnedAway: TurnedAway;
  readonly commit: Committer;
  readonly release: Release;
  readonly calls: Calls;
  readonly stepper: Stepper;
  readonly rounds: Rounds;
  readonly reading: Reading;
  readonly visits: Visits;
  readonly intake: Intake;
  readonly drain: Drain;
  readonly capture: Capture;
  readonly containment: Containment;
  readonly vault: MemoryVault;
  readonly following: Following;
  readonly space: Space;
}

/** @param now changed by the owner at the beginning of every turn */
export function assemble(options: LiveOptions, now: Now): LiveParts {
  const { config, realm, syscalls, counters, inbox, desk, identity, recovered } = options;
  const { rules } = realm;
  const vault = new MemoryVault(identity.incarnation);
  const connections = new Connections(config.connectionsMax);
  const { position, machine } = recovered;
  const { checksum, encryption } = options;
  const writer = new JournalWriter({ ...position, identity, limits: config, checksum, encryption });
  const following = new Following({
    port: options.follower,
    config,
    counters,
    log: (level, message, fields) => syscalls.log(level, message, fields),
    now: now.monotonic,
    // What was adopted has its checkpoint already.
    stepped: recovered.isAdopted ? 0 : recovered.events,
  });
  const space = new Space({ config, desk, counters, now });
  const commit = new Committer({ config, desk, counters, writer, now, following, space });
  const release = new Release({ config, syscalls, counters });
  const calls = new Calls({
    syscalls,
    vault,
    counters,
    answer: (call, result) => inbox.post({ type: "callDone", call, result }),
  });
  const receiver = new Handover({ config, commit, release, calls, now });
  const sending = { config, rules, vault, connections, counters, syscalls, receiver };
  const stepper = new Stepper({ machine, commit, outbox: new HostOutbox(sending), counters });
  const reading = new Reading(config, syscalls, connections);
  const turnedAway = new TurnedAway(config, syscalls, counters);
  const rounds = new Rounds();
  const drain = new Drain();
  const containment = new Containment(config, identity.build);
  const visits = new Visits({ config, connections, counters, reading, stepper });
  const parts = { connections, turnedAway, rounds, reading, release, calls, stepper, drain };
  const { incarnation } = identity;
  const capture = new Capture({
    config,
    desk,
    counters,
    syscalls,
    identity,
    encryption,
    checksum,
    now,
  });
  const edgeConfig = edgeConfigOf(config, realm);
  const intake = new Intake({
    ...parts,
    capture,
    now,
    space,
    incarnation,
    edgeConfig,
    vault,
    syscalls,
    counters,
  });
  return { ...parts, now, capture, commit, visits, intake, containment, vault, following, space };
}

/** What stands in `/metrics` as it is when somebody looks. */
export function showIn(
  counters: HostCounters,
  { commit, release, connections, vault, space }: LiveParts,
): void {
  counters.collect("connections_open", () => connections.size);
  counters.collect("secrets_held", () => vault.size);
  counters.collect("held_bytes", () => release.heldBytes);
  counters.collect("journal_pending_bytes", () => commit.pendingBytes);
  counters.collect("journal_held_seconds", () => commit.heldMicros / 1e6);
  counters.collect("journal_sequence", () => commit.lastSequence);
  counters.collect("journal_low", () => Number(space.isLow));
  counters.collect("journal_full", () => Number(space.isFull));
}

const edgeConfigOf = (config: HostConfig, { rules, budgets }: HostRealm): EdgeConfig => ({
  lengthEndian: config.lengthEndian,
  session: config.session,
  budgets,
  budgetMultiplier: config.budgetMultiplier,
  rules,
  frameBytesMax: limits.frameBytesMax,
});
