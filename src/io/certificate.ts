/**
 * Certificates: the one that development mode makes for itself, and the reading and checking of
 * those that an operator provides.
 *
 * The development certificate is X.509 v3 (RFC 5280), ECDSA P-256 with SHA-256, self-signed, for
 * localhost, 127.0.0.1 and ::1, valid for a year. It is made here, byte by byte, so that a first
 * start needs nothing but Node. It is kept in the data folder and made again when it has expired,
 * does not fit its key, or cannot be read. A client trusts it by naming its file as the authority.
 */
import {
  createPrivateKey,
  generateKeyPairSync,
  hash,
  randomBytes,
  sign,
  X509Certificate,
} from "node:crypto";
import type { KeyObject } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createSecureContext } from "node:tls";
import { platformCode } from "./completions.ts";
import * as der from "./der.ts";
import { makeFolderSync } from "./folders.ts";
import { folderAdvice, replaceFileSync } from "./replace-file.ts";
import { StartError } from "./start-error.ts";

/** A certificate with its key, as PEM texts. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
  /** Where the certificate stands, for clients that name it as their authority. */
  readonly certFile: string;
  /** SHA-256 over the certificate, `AB:CD:...`. */
  readonly fingerprint: string;
  readonly validUntil: Date;
  readonly selfSigned: boolean;
  /** True when this call has made it. */
  readonly made: boolean;
}

const dayMs = 86_400_000;
/** Made again this long before its end, so that a server does not outlive it by surprise. */
const renewBeforeMs = 7 * dayMs;
const lifetimeMs = 365 * dayMs;

const oids = {
  commonName: "2.5.4.3",
  ecdsaWithSha256: "1.2.840.10045.4.3.2",
  subjectKeyIdentifier: "2.5.29.14",
  authorityKeyIdentifier: "2.5.29.35",
  subjectAltName: "2.5.29.17",
  basicConstraints: "2.5.29.19",
  keyUsage: "2.5.29.15",
  extendedKeyUsage: "2.5.29.37",
  serverAuth: "1.3.6.1.5.5.7.3.1",
} as const;

/**
 * The development certificate of a data folder: the one there, or a new one.
 *
 * @param folder `data/tls`; made with mode 0700 if need be, the key with 0600
 * @param now the wall clock
 * @throws StartError CERTIFICATE_UNUSABLE when the folder cannot be written
 */
export function developmentCertificate(folder: string, now: Date = new Date()): Certificate {
  const certFile = join(folder, "development-cert.pem");
  const keyFile = join(folder, "development-key.pem");
  const kept = keptCertificate(certFile, keyFile, now);
  if (kept !== null) return kept;
  const { cert, key } = makeCertificate(now);
  try {
    makeFolderSync(folder, 0o700);
    replaceFileSync(keyFile, key, 0o600);
    replaceFileSync(certFile, cert, 0o644);
  } catch (error) {
    throw new StartError(
      "CERTIFICATE_UNUSABLE",
      `the development certificate cannot be written to ${folder} (${platformCode(error)}); ` +
        folderAdvice(error),
    );
  }
  return { ...described(cert, key, certFile), made: true };
}

/**
 * An operator's certificate chain and key.
 *
 * @throws StartError CERTIFICATE_UNUSABLE naming the file, what is wrong and which key to set
 */
export function readCertificate(certFile: string, keyFile: string): Certificate {
  const cert = readPem(certFile, "tls.certFile");
  const key = readPem(keyFile, "tls.keyFile");
  const parsed = parsedBy(
    certFile,
    "tls.certFile",
    "PEM certificate",
    () => new X509Certificate(cert),
  );
  const secret = parsedBy(keyFile, "tls.keyFile", "unencrypted PEM private key", () =>
    createPrivateKey(key),
  );
  if (!parsed.checkPrivateKey(secret)) {
    throw unusable(
      `the key ${keyFile} does not belong to the certificate ${certFile}`,
      "tls.keyFile",
    );
  }
  parsedBy(certFile, "tls.certFile", "certificate that TLS accepts", () =>
    createSecureContext({ cert, key }),
  );
  return { ...described(cert, key, certFile), made: false };
}

/** A new self-signed certificate for the loopback names. */
export function makeCertificate(now: Date): { readonly cert: string; readonly key: string } {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
  const body = toBeSigned(publicKey, now);
  const signature = sign("sha256", body, { key: privateKey, dsaEncoding: "der" });
  const certificate = der.sequence(body, algorithm(), der.bitString(signature));
  return {
    cert: pem("CERTIFICATE", certificate),
    key: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
  };
}

function toBeSigned(publicKey: KeyObject, now: Date): Uint8Array {
  // An hour back, for peers whose clock is a little behind; whole seconds are all there is.
  const from = new Date(now.getTime() - 3_600_000);
  const until = new Date(now.getTime() + lifetimeMs);
  const name = der.sequence(
    der.set(
      der.sequence(
        der.objectIdentifier(oids.commonName),
        der.utf8String("Reprise development certificate"),
      ),
    ),
  );
  const serial = randomBytes(16);
  serial[0] = ((serial[0] ?? 0) & 0x7f) | 0x40; // positive, and of full length
  const publicKeyBytes = publicKey.export({ type: "spki", format: "der" });
  const keyIdentifier = hash("sha256", publicKeyBytes, "buffer").subarray(0, 20); // RFC 7093 §2
  const version3 = der.explicit(0, der.integer(Uint8Array.of(2)));
  return der.sequence(
    version3,
    der.integer(serial),
    algorithm(),
    name,
    der.sequence(der.time(from), der.time(until)),
    name,
    publicKeyBytes,
    der.explicit(3, der.sequence(...extensions(keyIdentifier))),
  );
}

function extensions(keyIdentifier: Uint8Array): readonly Uint8Array[] {
  const dnsName = 2;
  const ipAddress = 7;
  const names = der.sequence(
    der.implicit(dnsName, Buffer.from("localhost", "latin1")),
    der.implicit(ipAddress, Uint8Array.of(127, 0, 0, 1)),
    der.implicit(ipAddress, Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1)),
  );
  const digitalSignature = Uint8Array.of(0b1000_0000);
  return [
    extension(oids.subjectAltName, false, names),
    // No authority: whoever trusts this file trusts this one server and nothing signed by its key.
    extension(oids.basicConstraints, true, der.sequence()),
    extension(oids.keyUsage, true, der.bitString(digitalSignature, 7)),
    extension(oids.extendedKeyUsage, false, der.sequence(der.objectIdentifier(oids.serverAuth))),
    extension(oids.subjectKeyIdentifier, false, der.octetString(keyIdentifier)),
    extension(oids.authorityKeyIdentifier, false, der.sequence(der.implicit(0, keyIdentifier))),
  ];
}

const extension = (oid: string, critical: boolean, content: Uint8Array): Uint8Array =>
  der.sequence(
    der.objectIdentifier(oid),
    ...(critical ? [der.boolean(true)] : []),
    der.octetString(content),
  );

const algorithm = (): Uint8Array => der.sequence(der.objectIdentifier(oids.ecdsaWithSha256));

function pem(label: string, bytes: Uint8Array): string {
  const lines =
    Buffer.from(bytes)
      .toString("base64")
      .match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ""].join("\n");
}

function keptCertificate(certFile: string, keyFile: string, now: Date): Certificate | null {
  try {
    const cert = readFileSync(certFile, "utf8");
    const key = readFileSync(keyFile, "utf8");
    const parsed = new X509Certificate(cert);
    if (!parsed.checkPrivateKey(createPrivateKey(key))) return null;
    if (parsed.validFromDate.getTime() > now.getTime()) return null;
    if (parsed.validToDate.getTime() - renewBeforeMs < now.getTime()) return null;
    return { ...described(cert, key, certFile), made: false };
  } catch {
    // Missing, cut short or something else altogether: in each case a new one is made.
    return null;
  }
}

function described(cert: string, key: string, certFile: string): Omit<Certificate, "made"> {
  const parsed = new X509Certificate(cert);
  return {
    cert,
    key,
    certFile,
    fingerprint: parsed.fingerprint256,
    validUntil: parsed.validToDate,
    selfSigned: parsed.issuer === parsed.subject && parsed.verify(parsed.publicKey),
  };
}

function readPem(file: string, key: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw unusable(`${file} cannot be read (${platformCode(error)})`, key);
  }
}

function parsedBy<T>(file: string, key: string, what: string, parse: () => T): T {
  try {
    return parse();
  } catch {
    throw unusable(`${file} is no ${what}`, key);
  }
}

const unusable = (what: string, key: string): StartError =>
  new StartError("CERTIFICATE_UNUSABLE", `${what}; set another one with --set ${key}=FILE`);
