/**
 * The packets of some contracts in the two ways in which a client looks for them: by the names its
 * caller uses, and by the numbers that the server sends.
 */
import type { Delivery } from "../core/contract.ts";
import { apiRule } from "../core/kernel/assert.ts";
import type { PacketType } from "../core/kernel/ids.ts";
import { echoContract, heartbeatContract, sessionContract } from "../core/features/contracts.ts";
import { contractHash, packetRules } from "../core/wire/index.ts";
import type {
  AnyContract,
  AnyMessage,
  AnyRequest,
  AnyToServer,
  PacketRules,
} from "../core/wire/index.ts";

/** What the client may send. */
export type Outbound = AnyRequest | AnyToServer;

/** What a packet from the server is to the client. */
export type Inbound =
  | { readonly kind: "hello"; readonly delivery: Delivery }
  | { readonly kind: "error"; readonly delivery: Delivery }
  | { readonly kind: "disconnect"; readonly delivery: Delivery }
  | { readonly kind: "reply"; readonly delivery: Delivery }
  | {
      readonly kind: "message";
      readonly delivery: Delivery;
      readonly contract: string;
      readonly key: string;
      readonly message: AnyMessage;
    };

export class Routes {
  readonly contractHash: number;
  readonly #outbound = new Map<string, Map<string, Outbound>>();
  readonly #inbound = new Map<PacketType, Inbound>();

  /** @throws ApiMisuseError when two contracts share a name or a packet */
  constructor(contracts: readonly AnyContract[]) {
    const all = withBuiltIn(contracts);
    const rules = packetRules(all);
    this.contractHash = contractHash(rules);
    for (const contract of all) {
      apiRule(!this.#outbound.has(contract.name), `two contracts are called "${contract.name}"`);
      this.#outbound.set(contract.name, new Map());
      this.#add(contract, rules);
    }
    const { hello, error, disconnect } = sessionContract.entries;
    for (const [kind, { type }] of Object.entries({ hello, error, disconnect })) {
      const delivery = rules.get(type)?.delivery ?? "committed";
      this.#inbound.set(type, { kind: kind as "hello" | "error" | "disconnect", delivery });
    }
  }

  /** What the server's packet type means; undefined for one that these contracts do not name. */
  inbound(type: PacketType): Inbound | undefined {
    return this.#inbound.get(type);
  }

  /** @throws ApiMisuseError for a name that the contracts do not have or the server's to send */
  request(contract: string, key: string): AnyRequest {
    const entry = this.#outbound.get(contract)?.get(key);
    apiRule(entry?.kind === "request", `${contract}.${key} is no request of the contracts`);
    return entry;
  }

  /** @throws ApiMisuseError for a name that the contracts do not have or the server's to send */
  tell(contract: string, key: string): AnyToServer {
    const entry = this.#outbound.get(contract)?.get(key);
    apiRule(entry?.kind === "toServer", `${contract}.${key} is no message to the server`);
    return entry;
  }

  #add(contract: AnyContract, rules: PacketRules): void {
    const byKey = this.#outbound.get(contract.name);
    for (const [key, entry] of Object.entries(contract.entries)) {
      if (entry.kind !== "toClient") byKey?.set(key, entry);
      if (entry.kind === "toServer") continue;
      const type = entry.kind === "request" ? entry.replyType : entry.type;
      const delivery = rules.get(type)?.delivery ?? "committed";
      this.#inbound.set(
        type,
        entry.kind === "request"
          ? { kind: "reply", delivery }
          : { kind: "message", delivery, contract: contract.name, key, message: entry.message },
      );
    }
  }
}

/** Every server speaks these, and so does every client, whether its user names them or not. */
function withBuiltIn(contracts: readonly AnyContract[]): readonly AnyContract[] {
  const builtIn: readonly AnyContract[] = [sessionContract, heartbeatContract, echoContract];
  return [...builtIn.filter((contract) => !contracts.includes(contract)), ...contracts];
}
