/**
 * Passwords as argon2id makes them (RFC 9106), kept as PHC strings, so that each says by which
 * parameters it was made:
 *
 *     $argon2id$v=19$m=19456,t=2,p=1$SALT$HASH          both in base64 without padding
 *
 * What is hashed is what the client sends in place of the password, see `clientHash`.
 */
import { argon2Sync, createHash, randomBytes, timingSafeEqual } from "node:crypto";

export interface HashParameters {
  readonly memoryKib: number;
  readonly passes: number;
  readonly lanes: number;
}

/** OWASP's second choice: 19 MiB, two passes, one lane. About 30 ms of one core. */
export const defaultHashParameters: HashParameters = { memoryKib: 19_456, passes: 2, lanes: 1 };

const saltBytes = 16;
const tagBytes = 32;

/** What a client sends in place of a password: its SHA-256 in lower-case hexadecimal, as text. */
export const clientHash = (password: string): Uint8Array =>
  Buffer.from(createHash("sha256").update(password, "utf8").digest("hex"), "latin1");

/** One argon2id with a fresh salt. Blocks for tens of milliseconds. */
export function hashPassword(password: Uint8Array, parameters: HashParameters): string {
  const salt = randomBytes(saltBytes);
  return phcOf({ parameters, salt, tag: tagOf(password, salt, parameters) });
}

/** One argon2id, and a comparison that takes equally long wherever the two differ. */
export function isPassword(password: Uint8Array, phc: string): boolean {
  const parsed = parsePhc(phc);
  if (parsed === null) return false;
  const tag = tagOf(password, parsed.salt, parsed.parameters);
  return tag.length === parsed.tag.length && timingSafeEqual(tag, parsed.tag);
}

/** A hash that no password has and that takes as long as one of these parameters. */
export const hashOfNobody = (parameters: HashParameters): string =>
  phcOf({ parameters, salt: randomBytes(saltBytes), tag: randomBytes(tagBytes) });

/** Whether it was made by other parameters than these. */
export const isOutdated = (phc: string, parameters: HashParameters): boolean => {
  const made = parsePhc(phc)?.parameters;
  return made === undefined || cost(made) !== cost(parameters);
};

interface Parsed {
  readonly parameters: HashParameters;
  readonly salt: Uint8Array;
  readonly tag: Uint8Array;
}

const form = /^\$argon2id\$v=19\$m=(\d{1,8}),t=(\d{1,4}),p=(\d{1,3})\$([\w+/]+)\$([\w+/]+)$/;

function parsePhc(phc: string): Parsed | null {
  const [, memoryKib, passes, lanes, salt, tag] = form.exec(phc) ?? [];
  if (salt === undefined || tag === undefined) return null;
  return {
    parameters: { memoryKib: Number(memoryKib), passes: Number(passes), lanes: Number(lanes) },
    salt: Buffer.from(salt, "base64"),
    tag: Buffer.from(tag, "base64"),
  };
}

const phcOf = ({ parameters, salt, tag }: Parsed): string =>
  `$argon2id$v=19$${cost(parameters)}$${unpadded(salt)}$${unpadded(tag)}`;

const cost = ({ memoryKib, passes, lanes }: HashParameters): string =>
  `m=${memoryKib},t=${passes},p=${lanes}`;

const unpadded = (bytes: Uint8Array): string =>
  Buffer.from(bytes).toString("base64").replaceAll("=", "");

const tagOf = (message: Uint8Array, nonce: Uint8Array, parameters: HashParameters): Uint8Array =>
  argon2Sync("argon2id", {
    message,
    nonce,
    parallelism: parameters.lanes,
    tagLength: tagBytes,
    memory: parameters.memoryKib,
    passes: parameters.passes,
  });
