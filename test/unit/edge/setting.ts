/** A small server as the edge sees it, and packets for it. */
import type { Budget, EdgeConfig, SecretVault } from "../../../src/core/edge/index.ts";
import { ConnectionEdge } from "../../../src/core/edge/index.ts";
import { micros, packetType, secretRef } from "../../../src/core/kernel/ids.ts";
import type { Micros, PacketType, SecretRef } from "../../../src/core/kernel/ids.ts";
import { reprise as pb } from "../../../src/core/wire/gen/session.js";
import {
  defineContract,
  packetFrameBytesMax,
  packetRules,
  request,
  toServer,
  writeFrame,
  type EnvelopeHeader,
} from "../../../src/core/wire/index.ts";

/** An Error stands for a login here: its second field is a string. */
export const types = {
  echo: packetType(1_053),
  echoReply: packetType(1_054),
  tell: packetType(10_001),
  login: packetType(10_002),
  loginReply: packetType(10_003),
  unserved: packetType(20_000),
  invalid: packetType(5_000),
} as const;
export const secretField = 2;

const contract = defineContract("setting", {
  echo: request(types.echo, pb.v1.EchoRequest, types.echoReply, pb.v1.EchoResponse),
  tell: toServer(types.tell, pb.v1.EchoRequest),
  login: request(types.login, pb.v1.Error, types.loginReply, pb.v1.EchoResponse, (m) => m, {
    secrets: [secretField],
  }),
});

export const ample: Budget = { perSecond: 1_000_000, burst: 9_000_000 };
export const start: Micros = micros(1_700_000_000_000_000);

export const config = (changes: Partial<EdgeConfig> = {}): EdgeConfig => ({
  lengthEndian: "little",
  session: ample,
  budgets: new Map<PacketType, Budget>(),
  budgetMultiplier: 1,
  rules: packetRules([contract]),
  frameBytesMax: 65_536,
  ...changes,
});

export class TestVault implements SecretVault {
  readonly secrets = new Map<SecretRef, Uint8Array>();
  private last = 0;

  constructor(last = 0) {
    this.last = last;
  }
  seal(bytes: Uint8Array): SecretRef {
    const ref = secretRef(++this.last);
    this.secrets.set(ref, bytes);
    return ref;
  }
  open(ref: SecretRef): Uint8Array | null {
    return this.secrets.get(ref) ?? null;
  }
  release(ref: SecretRef): void {
    this.secrets.delete(ref);
  }
  get size(): number {
    return this.secrets.size;
  }
}

export const edgeOf = (
  changes: Partial<EdgeConfig> = {},
  vault = new TestVault(),
): ConnectionEdge => new ConnectionEdge(config(changes), vault);

/** A whole frame. */
export function frame(
  header: Partial<EnvelopeHeader> & { type: number; sequence: number },
  payload: Uint8Array = new Uint8Array([0x0a, 1, 7]),
): Uint8Array {
  const target = new Uint8Array(packetFrameBytesMax(payload.length));
  const whole = { timestamp: 5, isCompressed: false, inReplyTo: 0, ...header };
  return target.slice(0, writeFrame(target, 0, whole, payload, 0, payload.length, "little"));
}

/** A view of the packet that came out last. */
export const packetOf = ({ bytes, start, end }: ConnectionEdge): Uint8Array =>
  bytes.subarray(start, end);

/** What `poll` says until it starves, one line each. */
export function pollAll(edge: ConnectionEdge, at: Micros = start): string[] {
  const said: string[] = [];
  for (;;) {
    const result = edge.poll(at);
    if (result === "starved") return said;
    said.push(described(edge, result));
  }
}

export function described(edge: ConnectionEdge, result: string): string {
  switch (result) {
    case "packet":
      return `packet ${String(edge.packetType)} ${Buffer.from(packetOf(edge)).toString("hex")}`;
    case "refused": {
      const { packetType: type, reason, count, sequence } = edge.refusal;
      return `refused ${String(type)} ${reason} x${String(count)} #${String(sequence)}`;
    }
    default:
      return `${result} ${edge.malformed}`;
  }
}
