/**
 * A rude peer: no client machine, only bytes. It says what its script says, whatever the server
 * answers, and heeds no DISCONNECT.
 */
import {
  accountContract,
  echoContract,
  heartbeatContract,
  loginContract,
  sessionContract,
  worldContract,
} from "../../core/features/contracts.ts";
import { assertNever } from "../../core/kernel/assert.ts";
import { RandomStream } from "../../core/kernel/random.ts";
import type { Seed } from "../../core/kernel/random.ts";
import { limits } from "../../core/kernel/limits.ts";
import {
  Deframer,
  encodePayload,
  packetFrameBytesMax,
  payloadBytesMax,
  writeFrame,
} from "../../core/wire/index.ts";
import { newBytes } from "../bytes.ts";
import type { Fault } from "../faults.ts";
import { secretText } from "../accounts.ts";
import { ClientLink, numberOf } from "./link.ts";
import { tagged } from "./player.ts";
import type { Subject } from "../decisions.ts";
import type { WorkloadOptions } from "../options.ts";
import type { ClientLinkParts } from "./link.ts";
import type { ClientScript, RudeAction, RudeWord } from "./script.ts";

export interface RudeParts extends ClientLinkParts {
  readonly workload: Pick<WorkloadOptions, "crookedPerMillion" | "oddPerMillion">;
  readonly seed: Seed;
}

type RudeScript = Omit<Extract<ClientScript, { readonly kind: "rude" }>, "kind" | "actions">;

const { hello, disconnect } = sessionContract.entries;
const { beat } = heartbeatContract.entries;
const { echo } = echoContract.entries;
const { login } = loginContract.entries;
const { logout } = accountContract.entries;
const { enter, move, update } = worldContract.entries;
/** A number that no contract of ours has, and the like at the borders of what a packet may have. */
const unknownType = 2_999;
const oddTypes = [unknownType, 1_099, 3_099, 3_100, 9_999, 10_000, 65_535, 65_536] as const;
const floodTimes = 50;
/** A hundred of these are more than fits the buffers on the way. */
const heapBytes = 2_500;
/** The content of a frame that is too large by one byte, and the length in front of it. */
const hugeBytes = 65_537;
const prefixBytes = 4;
/** Tags of field 3. */
const groupStart = 0x1b;
const groupEnd = 0x1c;
/** Kinds of wrong headers, and none: one that says it is compressed, and others of a wrong size. */
const crookedKinds = 4;
const bytesTag = 0x0a;
const sizeTag = 0x10;
const sizeAt = 10;

export class RudePeer {
  readonly name: string;
  readonly #parts: RudeParts;
  readonly #link: ClientLink;
  readonly #random: RandomStream;
  readonly #crookedPerMillion: number;
  readonly #oddPerMillion: number;
  readonly #crooked: Subject;
  readonly #odd: Subject;
  readonly #oddType: Subject;
  readonly #versions: Subject;
  #sequence = 0;
  #answers = newDeframer();
  /** Heaps that were not answered yet. */
  #heaps = 0;
  /** With no more of them than that it leaves; -1: it stays. */
  #leavesAt = -1;
  #isOpen = false;
  #isConnecting = false;
  /** What it said before the connection was open. */
  #early: RudeAction[] = [];

  constructor(parts: RudeParts, { name, isStraight = false }: RudeScript) {
    this.#parts = parts;
    this.#crookedPerMillion = isStraight ? 0 : parts.workload.crookedPerMillion;
    this.#oddPerMillion = parts.workload.oddPerMillion;
    this.name = name;
    this.#random = RandomStream.named(parts.seed, `client/${name}`);
    this.#crooked = parts.decisions.subject(`client/${name}/crooked`);
    this.#odd = parts.decisions.subject(`client/${name}/odd`);
    this.#oddType = parts.decisions.subject(`client/${name}/oddType`);
    this.#versions = parts.decisions.subject(`client/${name}/version`);
    this.#link = new ClientLink(
      parts,
      { link: name, address: numberOf(name) },
      {
        opened: () => {
          this.#isOpen = true;
          this.#isConnecting = false;
          for (const action of this.#early.splice(0)) this.act(action);
        },
        received: (bytes) => this.#received(bytes),
        ended: () => undefined,
        closed: () => this.#gone(),
      },
    );
  }

  act(action: RudeAction): void {
    if (this.#isConnecting && action.type !== "connect") {
      this.#early.push(action);
      return;
    }
    switch (action.type) {
      case "connect":
        return this.#connect();
      case "say":
        return this.#say(action.word, action.times);
      case "pause":
        return this.#with("peer.slow-reader", () => this.#link.pause(action.forMicros));
      case "end":
        return this.#leave("peer.half-close", () => this.#link.halfClose());
      case "reset":
        return this.#leave("peer.reset", () => this.#link.reset());
      case "vanish":
        return this.#leave("peer.vanished", () => this.#link.vanish());
      case "leaveServed":
        this.#leavesAt = action.but;
        return this.#leaveServed();
      default:
        return assertNever(action);
    }
  }

  /** No more of it. */
  stop(): void {
    if (this.#isOpen || this.#isConnecting) this.#link.close("flush");
    this.#gone();
  }

  #received(bytes: Uint8Array): void {
    if (this.#heaps === 0) return;
    this.#answers.push(bytes);
    while (this.#answers.find()) {
      if (this.#answers.end - this.#answers.start > heapBytes) this.#heaps -= 1;
    }
    this.#leaveServed();
  }

  #leaveServed(): void {
    if (this.#heaps <= this.#leavesAt) this.act({ type: "reset" });
  }

  #connect(): void {
    if (this.#isOpen || this.#isConnecting) this.#link.close("reset");
    this.#gone();
    this.#answers = newDeframer();
    this.#heaps = 0;
    this.#leavesAt = -1;
    this.#isConnecting = true;
    this.#sequence = 0;
    this.#link.connect();
  }

  #say(word: RudeWord, times: number): void {
    const { name } = this.#link;
    if (!this.#isOpen || name === null) return;
    const fault = times >= floodTimes ? "peer.flood" : faultOf(word);
    if (fault !== null) this.#parts.faults.hit(fault, name);
    if (word === "heap") this.#heaps += times;
    for (let time = 0; time < times; time += 1) this.#link.write(this.#bytes(word));
    this.#link.flush();
  }

  #with(fault: Fault, act: () => void): void {
    const { name } = this.#link;
    if (!this.#isOpen || name === null) return;
    this.#parts.faults.hit(fault, name);
    act();
  }

  #leave(fault: Fault, act: () => void): void {
    this.#with(fault, act);
    if (fault !== "peer.half-close") this.#gone();
  }

  #gone(): void {
    this.#isOpen = false;
    this.#isConnecting = false;
    this.#early = [];
  }

  #bytes(word: RudeWord): Uint8Array {
    switch (word) {
      case "hello":
        return this.#frame(
          hello.type,
          encodePayload(hello.message, { ...this.#version(), contractHash: 0 }),
        );
      case "heartbeat":
        return this.#frame(beat.type, encodePayload(beat.message, { timestamp: 0 }));
      case "echo": {
        const bytes = this.#tag();
        return this.#frame(echo.type, encodePayload(echo.message, { bytes }));
      }
      case "heap":
        return this.#frame(echo.type, encodePayload(echo.message, { bytes: this.#tag(heapBytes) }));
      case "long-payload":
        return this.#frame(echo.type, longEcho());
      case "garbage-payload":
        return this.#frame(echo.type, Uint8Array.of(0xff, 0xff, 0xff));
      case "login":
        return this.#frame(
          login.type,
          encodePayload(login.message, {
            username: `rude-${this.name}`,
            passwordHash: secretText(this.name),
          }),
        );
      case "logout":
        return this.#frame(logout.type, encodePayload(logout.message, {}));
      case "enter": {
        const sessionToken = secretText(`${this.name}.no-token`);
        return this.#frame(enter.type, encodePayload(enter.message, { sessionToken }));
      }
      case "move":
        return this.#frame(
          move.type,
          encodePayload(move.message, { position: { x: 1, y: 0, z: 1 }, sequenceNumber: 1 }),
        );
      case "garbage-move":
        return this.#frame(move.type, Uint8Array.of(0x12, 0xff));
      case "world-update":
        return this.#frame(update.type, encodePayload(update.message, { tick: 1 }));
      case "garbage-frame":
        return Uint8Array.of(5, 0, 0, 0, ...this.#noise(5));
      case "open-group":
        return this.#openGroup();
      case "unknown-type":
        return this.#frame(this.#unknownType(), this.#noise(3));
      case "server-only-type":
        return this.#frame(disconnect.type, new Uint8Array(0));
      case "wrong-sequence":
        this.#sequence += this.#random.between(1, 5);
        return this.#frame(beat.type, new Uint8Array(0));
      case "zero-length":
        return Uint8Array.of(0, 0, 0, 0);
      case "huge-length":
        return Uint8Array.of(1, 0, 1, 0, ...this.#noise(4));
      case "huge-frame":
        return hugeFrame();
      case "half-header":
        return Uint8Array.of(9, 0);
      case "half-frame":
        return Uint8Array.of(200, 0, 0, 0, ...this.#noise(20));
      default:
        return assertNever(word);
    }
  }

  #unknownType(): number {
    return oddTypes[this.#oddType.seldom(this.#oddPerMillion, oddTypes.length)] ?? unknownType;
  }

  /** The one that there is, or one that there may be some day. */
  #version() {
    const isWrong = this.#versions.strikes(this.#crookedPerMillion);
    return isWrong ? { protocolMin: 7, protocolMax: 9 } : { protocolMin: 1, protocolMax: 1 };
  }

  #tag(bytes = 1): Uint8Array {
    return tagged(`${this.name}:rude;`, bytes);
  }

  /**
   * A frame that ends within a group, and one behind it whose first byte would end the group: for
   * a reader who does not keep to a frame's end the two are a packet.
   */
  #openGroup(): Uint8Array {
    const open = this.#frame(beat.type, new Uint8Array(0));
    open[0] = (open[0] ?? 0) + 1;
    return Uint8Array.of(...open, groupStart, groupEnd, 0, 0, 0, ...this.#noise(groupEnd));
  }

  #noise(count: number): Uint8Array {
    return Uint8Array.from({ length: count }, () => this.#random.below(256));
  }

  #frame(type: number, payload: Uint8Array): Uint8Array {
    this.#sequence += 1;
    const wrong = this.#crooked.seldom(this.#crookedPerMillion, crookedKinds);
    const header = {
      type,
      sequence: this.#sequence,
      timestamp: 0,
      isCompressed: wrong === 1,
      inReplyTo: 0,
    };
    if (wrong === 0 && this.#odd.strikes(this.#oddPerMillion)) return oddFrame(header, payload);
    const target = newBytes(packetFrameBytesMax(payload.length));
    const end = writeFrame(target, 0, header, payload, 0, payload.length, "little");
    // Behind the length, two bytes of the header's own and three of the type stands the size.
    if (wrong > 1 && target[sizeAt - 1] === sizeTag) target[sizeAt] = (target[sizeAt] ?? 0) ^ 1;
    return target.subarray(0, end);
  }
}

const newDeframer = (): Deframer =>
  new Deframer({ lengthEndian: "little", frameBytesMax: limits.frameBytesMax });

/**
 * What nobody writes and everybody must read: the payload first, the header's fields from the last
 * to the first, and in both places a field of which nobody knows anything.
 */
function oddFrame(header: { type: number; sequence: number }, payload: Uint8Array): Uint8Array {
  const size = payload.length === 0 ? [] : [sizeTag, ...varint(payload.length)];
  const fields = [24, ...varint(header.sequence), ...unknownField, ...size, 8];
  const content = [...fields, ...varint(header.type)];
  const before = payload.length === 0 ? [] : [0x12, ...varint(payload.length)];
  const behind = [...unknownField, 0x0a, ...varint(content.length), ...content];
  const packetBytes = before.length + payload.length + behind.length;
  const frame = new Uint8Array(prefixBytes + packetBytes);
  new DataView(frame.buffer).setUint32(0, packetBytes, true);
  frame.set(before, prefixBytes);
  frame.set(payload, prefixBytes + before.length);
  frame.set(behind, prefixBytes + before.length + payload.length);
  return frame;
}

/** Field 15, a number. */
const unknownField = [0x78, 1] as const;

function varint(value: number): readonly number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...varint(Math.floor(value / 0x80))];
}

/** A message that is longer by one byte than its echo may be, and fits a frame all the same. */
function longEcho(): Uint8Array {
  const payload = new Uint8Array(payloadBytesMax + 1);
  const length = varint(payload.length - 4);
  payload.set([bytesTag, ...length]);
  return payload;
}

/** A frame that is longer than any may be, of zeros. */
function hugeFrame(): Uint8Array {
  const frame = new Uint8Array(prefixBytes + hugeBytes);
  new DataView(frame.buffer).setUint32(0, hugeBytes, true);
  return frame;
}

const faultOf = (word: RudeWord): Fault | null => {
  switch (word) {
    case "hello":
    case "heartbeat":
    case "echo":
    case "heap":
    case "login":
    case "logout":
    case "enter":
    case "move":
      return null;
    case "half-header":
    case "half-frame":
      return "peer.half-header";
    default:
      return "peer.garbage";
  }
};
