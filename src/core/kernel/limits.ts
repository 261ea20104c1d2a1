/**
 * Every bound of the core, with its unit in the name, why it is this number, and what others use.
 * Relations between them are asserted when this file loads.
 */
import { invariant } from "./assert.ts";

export const limits = {
  // ---- the wire
  /** The frame's content. The published protocol's number; Nakama and Colyseus default to 4 KiB. */
  frameBytesMax: 65_536,
  /** 4 bytes of length in front of every frame. */
  framePrefixBytes: 4,

  // ---- byte capture
  /** How long one lasts when nobody says otherwise, and how many bytes of files it makes. */
  captureSeconds: 600,
  captureBytes: 67_108_864,
  /** One of its files, before the next one is begun: small enough to be looked at as a whole. */
  captureFileBytes: 8_388_608,
  /** What is not written yet before a capture ends: a disk that hangs must not fill the memory. */
  captureAheadBytes: 4_194_304,
  /** It is written when so much has come together, or after this time. */
  captureFlushBytes: 65_536,
  captureFlushMs: 200,

  // ---- a connection
  /** Login server 1,000, game server 5,000 in the published design. */
  connectionsMax: 5_000,
  /** From accept to the end of the TLS handshake. */
  handshakeTimeoutMs: 5_000,
  /** From the open connection to the first complete packet. */
  helloTimeoutMs: 10_000,
  /** Silence after which a session is closed; netcode uses 5 to 15 s, the published design 30. */
  idleTimeoutMs: 30_000,
  /** Undecodable packets in a row before the session is closed. */
  malformedInRowMax: 8,
  /** Refused packets and malformed frames in one window before the session is closed as a flood. */
  refusedPerWindowMax: 1_000,
  refusedWindowMs: 10_000,
  /** Received bytes that wait for a turn before reading pauses: two of the largest frames. */
  inboundBytesMax: 131_080,
  /** Packets of one connection in one round before the next connection has its turn. */
  packetsPerRoundMax: 64,
  /** Packets of one turn before every socket is flushed: bounds the delay of the first reply. */
  packetsPerTurnMax: 16_384,
  /**
   * Bytes held or unsent for one connection before it is cut as a slow reader (WIRE of the row: 1
   * MiB).
   */
  outboundBytesMax: 1_048_576,
  /** Where congestion is told to the realm, and where it is taken back. */
  outboundHighBytes: 262_144,
  outboundLowBytes: 65_536,

  /** Sockets that are told SERVER_FULL at one time; those beyond them are reset without a word. */
  turnedAwayMax: 256,
  /** From the order to close in order to the reset of a peer that does not take what is queued. */
  closeTimeoutMs: 5_000,
  /** Frames are written into slabs of this size: one allocation for about 600 small packets. */
  slabBytes: 65_536,

  // ---- sessions and budgets
  /** All types together, for one session. The published design speaks of 10 actions a second. */
  packetsPerSecond: 120,
  packetsBurst: 240,

  /** Secrets of one connection that no call has asked for; a login sends one. */
  sealedPerConnectionMax: 16,

  // ---- texts and lists in packets, in bytes of UTF-8
  /** An account's 32 UTF-16 units, of at most 3 bytes each; Steam allows 32 characters. */
  usernameBytesMax: 96,
  /** 21 characters of Hangul or 64 of ASCII; World of Warcraft allows 24. */
  guildNameBytesMax: 64,
  /** A semantic version with a build's hash behind it. */
  clientVersionBytesMax: 64,
  /** Two UUIDs and what stands around them. */
  deviceIdBytesMax: 128,
  /** One chat message: 341 characters of Hangul; Discord allows 2,000, World of Warcraft 255. */
  chatBytesMax: 1_024,
  /** What an operator tells everybody at once: half of a chat message. */
  announcementBytesMax: 512,
  /** Why a session was ended, in one line of the log. */
  kickReasonBytesMax: 256,
  /** Sessions on one page of their list: with the longest names and addresses, half a frame. */
  sessionsPageMax: 100,
  /** Signers of a guild's charter; World of Warcraft asked for nine. */
  charterSignersMax: 100,
  /** The longest cast of a skill. */
  castSecondsMax: 60,

  // ---- time
  /** A gap between turns above this is a stall; idle deadlines are extended by it. */
  stallMaxMs: 1_000,
  /** How often the wall clock is looked at, and the least step of it that is told. */
  clockCheckMs: 1_000,
  clockStepMinMs: 100,
  /** How often the host looks after its connections while it has any: also how it sees a stall. */
  housekeepingMs: 250,
  /** Ticks fired by one `time.reached`; the rest is counted as skipped. Colyseus 0.18 uses 5. */
  ticksPerStepMax: 5,

  // ---- logins
  /** From the token to the world: less than the silence after which a session is closed. */
  loginGraceMs: 20_000,
  /** A token serves for coming back after a cut, too; whoever was away for longer logs in again. */
  tokenLifetimeMs: 3_600_000,
  /** Addresses whose logins are counted; while all of them have used some, others get none. */
  loginAddressesMax: 16_384,

  // ---- the journal
  /**
   * A block is closed at this size at the latest: fdatasync costs the same for 4 KiB and 64 KiB.
   */
  blockBytesMax: 1_048_576,
  segmentBytesMax: 67_108_864,
  /**
   * Zeros in front of the blocks: one slow sync for 10,000 packets instead of one for each block.
   */
  journalAheadBytes: 1_048_576,
  /** Events between two state digests: one table every 41 ms at 100,000 events a second. */
  stateDigestEveryEvents: 4_096,
  /**
   * The longest that an event waits for its block when nobody waits for the event. A sync costs
   * about 0.3 ms of CPU; every 5 ms, that was 9 % of a busy server, measured.
   */
  commitWindowMs: 50,
  /**
   * From so many committed packets in a block on, the next one waits for those who were answered:
   * a sync takes the processor's time of about as many packets. And the longest that it waits.
   */
  gatherPacketsMin: 128,
  gatherMaxMs: 4,
  /** Bytes of events and effects that wait for the disk before reading pauses. */
  heldBytesMax: 67_108_864,
  /** The same by age: a disk that takes longer than that for one block is no disk to count on. */
  heldAgeMaxMs: 1_000,
  /** Kept back for a full disk: some minutes of a busy server, hours of a quiet one. */
  reserveBytes: 16_777_216,
  /** How soon a write is tried again that found no room, and how soon the reserve is. */
  roomRetryMs: 250,
  reserveRetryMs: 5_000,
  /** How long a full disk may keep everybody waiting before they are cut off. */
  fullTimeoutMs: 30_000,
  /** Bytes of the journal read and stepped in one turn of a recovery, so that signals are heard. */
  recoveryReadBytes: 1_048_576,
  /** What a restart steps behind its checkpoint at most: a second of movement, as measured. */
  checkpointEveryEvents: 200_000,
  /** The same for what costs more a step: 300 ticks of a full world take about as long. */
  checkpointEveryMs: 10_000,
  /** A month of journal, or as much as a small disk has to spare. */
  journalKeepMs: 30 * 86_400_000,
  journalKeepBytes: 10_737_418_240,
  /** Before that a replay from the beginning takes no time worth saving. */
  followAfterMs: 5_000,
  /** How often the follower is told how far the journal is durable. */
  followEveryMs: 50,
  /** How long a host that must be rebuilt waits for the follower's state before it replays. */
  handOverMs: 500,
  /** From the end of a follower to the start of the next, doubled each time up to the latter. */
  followerRestartMs: 1_000,
  followerRestartMaxMs: 60_000,

  // ---- containment
  /** Failed steps in one window before the process stops with exit 70. */
  failedStepsMax: 3,
  failedStepsWindowMs: 60_000,
  /** By so much are timers put off whose feature is suspended, again and again. */
  suspendedTimerMs: 1_000,

  // ---- drain
  /** SIGTERM to exit: every session told and flushed within this. */
  drainTimeoutMs: 5_000,

  // ---- features
  /** Calls that wait for an answer, over all features. */
  pendingCallsMax: 65_536,
  /** Timers, over all features: ten for each of 5,000 sessions and room for the world. */
  timersMax: 262_144,
  /** Entities of one event stream. */
  streamEntitiesMax: 65_536,
  /** Newest events of an entity that a stream may keep readable; as many again may be held. */
  streamKeepMax: 1_024,
  /** Letters of an entity's name. */
  streamEntityNameMax: 128,
  /** Bytes of one event of a stream, as a checkpoint has it: more than a packet carries. */
  streamEventBytesMax: 65_536,
  /** Bytes of all that one stream holds, unless it declares less: a checkpoint takes all of it. */
  streamBytesMax: 268_435_456,
  streamBytes: 67_108_864,
  /** Packets of one session that wait in the inbox for a tick. */
  inboxPerSessionMax: 64,
  /** Packets taken from the inbox of one feature in one tick. */
  inboxPerTickMax: 4_096,
} as const;

invariant(
  limits.inboundBytesMax >= 2 * (limits.frameBytesMax + limits.framePrefixBytes),
  "a frame fits",
);
invariant(limits.outboundLowBytes < limits.outboundHighBytes, "low water below high water");
invariant(limits.outboundHighBytes < limits.outboundBytesMax, "high water below the cut");
invariant(limits.outboundHighBytes > limits.frameBytesMax, "one frame does not congest");
invariant(limits.handshakeTimeoutMs < limits.helloTimeoutMs, "handshake ends before hello");
invariant(limits.helloTimeoutMs < limits.idleTimeoutMs, "hello ends before idle");
invariant(limits.loginGraceMs <= limits.idleTimeoutMs, "a grace is not longer than silence");
invariant(limits.housekeepingMs < limits.stallMaxMs, "a stall is longer than the gaps we make");
invariant(limits.slabBytes < limits.outboundHighBytes, "one slab does not congest");
invariant(limits.blockBytesMax < limits.segmentBytesMax, "a block fits a segment");
invariant(limits.packetsPerSecond <= limits.packetsBurst, "a burst holds a second");
