/**
 * Every fault that the simulator can inject, by name. A campaign counts each, `docs/FAULTS.md`
 * describes each, and a test keeps the two tables the same.
 */
import type { CallId } from "../core/kernel/ids.ts";

export const faults = {
  "network.delay": "a write arrives later than usual, and everything behind it with it",
  "network.delay-tail": "a write arrives after a retransmission time-out",
  "network.fragment": "one write arrives as several reads",
  "network.coalesce": "several writes arrive as one read",
  "network.short-write": "the kernel takes only a part of a write",
  "network.window-full": "the receiver's buffer is full, so the sender's fills up",
  "network.reset": "a device on the way resets both ends in the middle of the stream",
  "network.cut": "the link goes dead and neither end is told (half-open)",
  "network.refused": "a connection is refused",
  "network.unanswered": "a connection attempt is never answered",
  "network.backlog-full": "the accept queue is full, so the attempt is repeated later",
  "network.unreachable":
    "a connection attempt is answered with EHOSTUNREACH, ENETUNREACH or ENOBUFS",
  "network.accept-aborted": "a connection is gone before it is accepted (ECONNABORTED)",
  "network.accept-shed": "no descriptor is left (EMFILE): what waits is accepted and closed",
  "network.accept-failed": "accept fails (ENFILE, ENOBUFS, ENOMEM): the listener pauses",
  "network.reset-unread": "a program closes over bytes that it has not read, so its kernel resets",
  "network.timed-out": "a kernel gives up on a peer that answers nothing (ETIMEDOUT)",
  "network.bandwidth": "a direction of a link carries only so many bytes a second",
  "network.corrupt": "bits of a byte are flipped on the way, and TCP's sum does not tell",
  "network.partition": "two groups of machines do not hear each other for a while",
  "network.partition-one-way": "a group of machines is heard, or hears, for a while no more",
  "network.clog": "paths stop delivering one after the other, and go on in another order",
  "network.flood": "many connections are opened at once, and say nothing",
  "tls.silent": "the client connects and never begins the handshake",
  "tls.plaintext": "the client speaks plain text to a TLS port",
  "tls.to-plain": "the client speaks TLS to a plain-text port",
  "tls.abandoned": "the client closes in the middle of the handshake",
  "tls.rejected": "the client rejects the server's certificate",
  "tls.slow": "the server's part of the handshake takes long",
  "tls.slow-client": "the client's part of the handshake takes long",
  "tls.unacceptable": "the client offers nothing that the server takes, which says so",
  "tls.server-failed": "the server gives up after the client's hello",
  "tls.unfinished": "the client says nothing after the server's hello",
  "tls.bad-finished": "the client's last word of the handshake is wrong",
  "tls.gone": "the client leaves as soon as it has finished the handshake",
  "tls.flood": "many handshakes are begun at once, and none is finished",
  "tls.bad-record": "a record is not what was sent, which its seal tells",
  "tls.truncated": "a stream ends in the middle of a record, without a word",
  "tls.alert": "a client sends a fatal alert in the middle of the stream",
  "tls.oversized": "a client sends a record that is larger than any may be",
  "tls.split": "a client sends records of a few bytes",
  "peer.reset": "a client resets its connection",
  "peer.half-close": "a client ends its sending side and goes on reading",
  "peer.slow-reader": "a client stops reading for a while",
  "peer.vanished": "a client is gone without a word",
  "peer.garbage": "a client sends bytes that are no packet",
  "peer.flood": "a client sends more than its budget",
  "peer.half-header": "a client sends a part of a frame and never the rest",
  "peer.trickle": "a client has a tiny window and reads a few bytes at a time",
  "peer.lingers": "a client goes on when the server has ended its half",
  "peer.rebooted": "a client's machine is gone, and comes back without its connections",
  "cheat.movement": "a player moves too fast, too far, out of the world or nowhere at all",
  "cheat.stale-move": "a player sends a movement that a later one has overtaken",
  "cheat.other-entity": "a player moves another's entity, or nobody's",
  "cheat.early-move": "a client moves before it has entered",
  "cheat.server-type": "a client sends what only servers send",
  "cheat.dead-token": "a client enters with a token that was logged out of",
  "cheat.forged-token": "a client enters with a token that no server made",
  "cheat.wrong-password": "a client tries a password that is not the account's",
  "process.stall": "the process does nothing for a while",
  "process.crash": "the process is killed; the machine lives",
  "process.power-loss": "the machine loses its power, and what was not synced",
  "process.crash-in-turn": "the process dies between two system calls of one turn",
  "process.crash-in-recovery": "the process dies before it listens",
  "process.crash-at-event": "the process dies right after one of its realm's events",
  "process.restart-storm": "the process dies again as soon as it has begun, several times in a row",
  "process.slow-restart": "it takes long until the process is started again",
  "process.pause": "the process is stopped for a while; its kernel goes on",
  "process.pause-uncounted": "the same, and the monotonic clock does not count it",
  "process.drain": "the process is asked to end in order, and is started again",
  "follower.killed": "the journal's follower dies over a message, and the server goes on",
  "follower.slow": "the journal's follower hears a message late, and all after it",
  "upgrade.begun": "an operator begins to bring a server to the next build",
  "upgrade.killed": "the process is killed while it drains for that, or right after",
  "upgrade.refused": "the next build refuses what the old one has left without an orderly end",
  "upgrade.adopted": "the next build is told to take it as it is",
  "upgrade.done": "the next build serves",
  "upgrade.taken-back": "the old build serves again",
  "upgrade.back-refused": "the old build refuses what the next one has left",
  "outside.cut-off": "a client is cut off for good when all other faults stop",
  "outside.down": "a server is down for good when all other faults stop",
  "clock.skew": "the wall clock of a machine is wrong from the start",
  "clock.jump": "the wall clock steps",
  "clock.jump-in-restart": "the wall clock is another one after a restart",
  "clock.slew": "a time daemon makes both clocks run faster or slower for a while",
  "clock.anew": "the monotonic clock begins anew after a power loss",
  "clock.drift": "the monotonic clock of a machine runs too fast or too slow",
  "disk.slow": "a file operation takes long",
  "disk.sync-failed": "an fsync fails",
  "disk.write-failed": "a write fails with an input/output error",
  "disk.lost": "a write that was not synced is lost in a power loss",
  "disk.short-write": "a process dies in the middle of a write, and a beginning was written",
  "disk.read-failed": "a read, or a folder's list, fails with an input/output error",
  "disk.entry-failed": "a rename, removal, truncation or folder's sync fails with such an error",
  "disk.removal-failed": "a removal fails with such an error, and its file stays",
  "disk.stall": "a file operation waits until a stalled disk goes on, for seconds",
  "disk.full": "a write that makes a file longer finds no room (ENOSPC, EDQUOT)",
  "disk.read-only": "an operation finds a file system that can only be read (EROFS)",
  "disk.rot": "bits that were synced change, or a sector of them is gone",
  "disk.misread": "a read gives other bytes than there are, once",
  "disk.misdirected": "a write goes to another place of the journal, and is reported as done",
  "disk.torn": "a write that was not synced survives a power loss in part",
  "disk.reordered": "a write that was not synced survives a power loss, and one before it does not",
  "disk.entry-lost": "a file's creation, rename or removal is lost in a power loss",
  "call.slow": "a call is answered late",
  "call.failed": "a call fails",
  "call.duplicate": "a call is answered twice",
  "call.lost": "a call is never performed, and answered as unavailable when its time is up",
  "call.late": "a call is performed, and its answer is long on its way back",
  "call.unheard": "a call is performed, and answered as unavailable when its time is up",
  "call.cut": "a call or its answer waits for a partition to end, or is given up",
  "call.crash": "the server is killed when a call was performed, before it hears of it",
  "merge.order": "the inbox takes from another producer than the one whose turn it is",
} as const;

export type Fault = keyof typeof faults;

export const faultNames = Object.keys(faults) as readonly Fault[];

/** What a fault happened to: each is null where it is none of the kind. */
export type FaultListener = (
  fault: Fault,
  link: string | null,
  server: string | null,
  call: CallId | null,
) => void;

/** Counts what was injected, and tells whoever wants to know. */
export class FaultCounters {
  readonly counts: Record<Fault, number>;
  /**
   * Links on which bytes were changed, or a record was spoilt by its sender, from that moment on;
   * over TLS they are found out.
   */
  readonly corrupted: Set<string>;
  /** Called at each fault. Replaced by the run. */
  onFault: FaultListener = () => undefined;
  readonly #server: string | null;
  /** Of the whole run. */
  readonly #all: FaultCounters;

  /** @param owner the server that these are of, and the counters of its run; null: the run's own */
  constructor(owner: { readonly server: string; readonly all: FaultCounters } | null = null) {
    this.#server = owner?.server ?? null;
    this.#all = owner?.all ?? this;
    this.counts = owner?.all.counts ?? noneStruck();
    this.corrupted = owner?.all.corrupted ?? new Set();
  }

  /** The same counters in the hands of one server: what strikes through them has struck it. */
  of(server: string): FaultCounters {
    return new FaultCounters({ server, all: this.#all });
  }

  /**
   * @param link the name of the link it happened to, or null
   * @param call that it happened to, or null
   */
  hit(fault: Fault, link: string | null = null, call: CallId | null = null): void {
    this.counts[fault] += 1;
    this.#all.onFault(fault, link, this.#server, call);
  }
}

const noneStruck = (): Record<Fault, number> =>
  Object.fromEntries(faultNames.map((name) => [name, 0])) as Record<Fault, number>;
