/** Where a server is and how it is told from an impostor. */
import { ApiMisuseError, apiRule } from "../core/kernel/assert.ts";

/** Why a TLS client believes that the server is the one it means. */
export type Trust =
  /** An authority that the system knows has signed the certificate. */
  | { readonly kind: "system" }
  /** One of these authorities has, PEM. */
  | { readonly kind: "authority"; readonly pem: string | Uint8Array }
  /** The certificate is this very one: SHA-256 in hexadecimal, with or without colons. */
  | { readonly kind: "fingerprint"; readonly sha256: string }
  /** No reason at all: whoever answers is believed. For tests. */
  | { readonly kind: "nobody" };

export interface Target {
  readonly host: string;
  /** 1..65,535 */
  readonly port: number;
  /** Null: plain TCP. */
  readonly trust: Trust | null;
}

/**
 * @param url `tls://host:port` or `tcp://host:port`; an IPv6 address stands in brackets
 * @param trust for `tls`
 * @throws ApiMisuseError that says what is wrong with the URL
 */
export function parseTarget(url: string, trust: Trust): Target {
  const match = /^(tls|tcp):\/\/(\[[0-9a-fA-F:.]+\]|[^:/[\]]+):(\d{1,5})\/?$/.exec(url);
  apiRule(match !== null, `"${url}" is no address of a server: tls://host:port or tcp://host:port`);
  const [, scheme, host, digits] = match;
  const port = Number(digits);
  if (host === undefined || port < 1 || port > 65_535) {
    throw new ApiMisuseError(`"${url}": the port is a number from 1 to 65535`);
  }
  return {
    host: host.startsWith("[") ? host.slice(1, -1) : host,
    port,
    trust: scheme === "tls" ? trust : null,
  };
}

export const showTarget = ({ host, port, trust }: Target): string =>
  `${trust === null ? "tcp" : "tls"}://${host.includes(":") ? `[${host}]` : host}:${port}`;

/** Whether two ways to write a SHA-256 fingerprint mean the same. */
export const sameFingerprint = (left: string, right: string): boolean =>
  bareFingerprint(left) === bareFingerprint(right);

const bareFingerprint = (text: string): string =>
  text
    .replace(/^sha-?256[:/ ]?/i, "")
    .replaceAll(":", "")
    .toLowerCase();
