/**
 * Secrets on their way between the edge and the outside, without passing through the realm. This
 * vault is memory only: what it holds is lost with the process, and a call that names a lost secret
 * is answered so.
 *
 * V1. A reference is never given twice, not even after a crash.
 * V2. A secret that no call asks for goes with its connection, and of each connection only the
 *     newest few wait: a peer that sends secrets which nobody wants fills no memory.
 * V3. A secret that came with an answer belongs to the connection whose session asked, like those
 *     that its edge cut out. Without one it goes when the answer's step has ended.
 * V4. A secret that was sent is forgotten, unless a call names it.
 */
import type { SecretVault } from "../edge/index.ts";
import { incarnatedId, secretRef } from "../kernel/ids.ts";
import type { Incarnation, SecretRef } from "../kernel/ids.ts";
import { limits } from "../kernel/limits.ts";
import type { PlainData } from "../kernel/plain.ts";

export class MemoryVault implements SecretVault {
  readonly #incarnation: Incarnation;
  readonly #secrets = new Map<SecretRef, Uint8Array>();
  /** How often calls under way name a secret. */
  readonly #claims = new Map<SecretRef, number>();
  #sealed = 0;

  constructor(start: Incarnation) {
    this.#incarnation = start;
  }

  get size(): number {
    return this.#secrets.size;
  }

  seal(bytes: Uint8Array): SecretRef {
    const ref = secretRef(incarnatedId(this.#incarnation, 0, this.#sealed));
    this.#sealed += 1;
    this.#secrets.set(ref, bytes);
    return ref;
  }

  open(ref: SecretRef): Uint8Array | null {
    return this.#secrets.get(ref) ?? null;
  }

  /** A call names it: it stays until that is answered. */
  claim(ref: SecretRef): void {
    if (this.#secrets.has(ref)) this.#claims.set(ref, (this.#claims.get(ref) ?? 0) + 1);
  }

  /** Ends one claim, and with the last one the secret. */
  release(ref: SecretRef): void {
    const left = (this.#claims.get(ref) ?? 0) - 1;
    if (left > 0) return void this.#claims.set(ref, left);
    this.#claims.delete(ref);
    this.#secrets.delete(ref);
  }

  /** Forgets it unless a call names it. */
  drop(ref: SecretRef): void {
    if (!this.#claims.has(ref)) this.#secrets.delete(ref);
  }
}

/** The vault as one connection's edge has it. */
export class ConnectionSecrets implements SecretVault {
  readonly #vault: MemoryVault;
  #sealed: SecretRef[] = [];

  constructor(vault: MemoryVault) {
    this.#vault = vault;
  }

  get size(): number {
    return this.#sealed.length;
  }

  seal(bytes: Uint8Array): SecretRef {
    const ref = this.#vault.seal(bytes);
    this.keep(ref);
    return ref;
  }

  /** Makes a secret of the vault one of this connection's. */
  keep(ref: SecretRef): void {
    this.#sealed.push(ref);
    const oldest =
      this.#sealed.length > limits.sealedPerConnectionMax ? this.#sealed.shift() : null;
    if (oldest !== null && oldest !== undefined) this.#vault.drop(oldest);
  }

  open(ref: SecretRef): Uint8Array | null {
    return this.#vault.open(ref);
  }

  release(ref: SecretRef): void {
    this.#vault.release(ref);
  }

  /** The connection is gone. */
  forget(): void {
    for (const ref of this.#sealed) this.#vault.drop(ref);
    this.#sealed = [];
  }
}

/**
 * The answer with `{ secret: ref }` in place of `{ sealed: bytes }`, wherever that stands in
 * records, arrays, maps and sets; the same object when it holds none. The vault has copies.
 *
 * @param sealed takes the new references
 */
export function sealAnswer(answer: PlainData, vault: SecretVault, sealed: SecretRef[]): PlainData {
  if (typeof answer !== "object" || answer === null || ArrayBuffer.isView(answer)) return answer;
  const inner = (item: PlainData): PlainData => sealAnswer(item, vault, sealed);
  const known = sealed.length;
  const copy = sealedCopy(answer, inner, (bytes) => {
    const secret = vault.seal(new Uint8Array(bytes));
    sealed.push(secret);
    return { secret };
  });
  return sealed.length === known ? answer : copy;
}

function sealedCopy(
  answer: object,
  inner: (item: PlainData) => PlainData,
  seal: (bytes: Uint8Array) => SecretName,
): PlainData {
  if (Array.isArray(answer)) return (answer as PlainData[]).map(inner);
  if (answer instanceof Set) return new Set([...(answer as Set<PlainData>)].map(inner));
  if (answer instanceof Map) {
    const entries = [...(answer as Map<PlainData, PlainData>)];
    return new Map(entries.map(([key, item]) => [inner(key), inner(item)]));
  }
  const entries = Object.entries(answer) as [string, PlainData][];
  const [first] = entries;
  if (entries.length === 1 && first?.[0] === "sealed" && first[1] instanceof Uint8Array) {
    return { ...seal(first[1]) };
  }
  const copy: Record<string, PlainData> = {};
  for (const [key, item] of entries) copy[key] = inner(item);
  return copy;
}

/** What a request says where it means a secret. See `Outbox.call`. */
interface SecretName {
  readonly secret: SecretRef;
}

/**
 * The request with the secrets' bytes in place of `{ secret: ref }`; the same object when it names
 * none; null when one of them is lost.
 */
export function openRequest(request: PlainData, vault: SecretVault): { opened: PlainData } | null {
  const refs = secretsOf(request);
  if (refs.length === 0) return { opened: request };
  const secrets = new Map<SecretRef, Uint8Array>();
  for (const ref of refs) {
    const bytes = vault.open(ref);
    if (bytes === null) return null;
    secrets.set(ref, bytes);
  }
  return { opened: replaced(request, secrets) };
}

/** The references that a request names, each as often as it does. */
export function secretsOf(request: PlainData): SecretRef[] {
  const found: SecretRef[] = [];
  collect(request, found);
  return found;
}

function collect(value: PlainData, found: SecretRef[]): void {
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) return;
  if (isSecretName(value)) found.push(value.secret);
  else if (Array.isArray(value)) for (const item of value as PlainData[]) collect(item, found);
  else if (isRecord(value)) for (const item of Object.values(value)) collect(item, found);
}

function replaced(value: PlainData, secrets: ReadonlyMap<SecretRef, Uint8Array>): PlainData {
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) return value;
  if (isSecretName(value)) return secrets.get(value.secret);
  if (Array.isArray(value)) return (value as PlainData[]).map((item) => replaced(item, secrets));
  if (!isRecord(value)) return value;
  const copy: Record<string, PlainData> = {};
  for (const [key, item] of Object.entries(value)) copy[key] = replaced(item, secrets);
  return copy;
}

// A secret inside a Map or a Set is not looked for: requests are records.
const isRecord = (value: object): value is Readonly<Record<string, PlainData>> =>
  !(value instanceof Map) && !(value instanceof Set);

const isSecretName = (value: object): value is SecretName =>
  isRecord(value) && typeof value["secret"] === "number" && Object.keys(value).length === 1;
