import { createPrivateKey, X509Certificate } from "node:crypto";
import { mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as fc from "fast-check";
import { expect, it } from "vitest";
import {
  developmentCertificate,
  makeCertificate,
  readCertificate,
} from "../../../src/io/certificate.ts";
import * as der from "../../../src/io/der.ts";
import { StartError } from "../../../src/io/start-error.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

const now = new Date("2026-11-20T12:34:56Z");
const dayMs = 86_400_000;

it("[TLS-08] makes a certificate for the loopback names, valid for a year, signed by its key", () => {
  const { cert, key } = makeCertificate(now);
  const parsed = new X509Certificate(cert);
  expect(parsed.checkHost("localhost")).toBe("localhost");
  expect(parsed.checkIP("127.0.0.1")).toBe("127.0.0.1");
  expect(parsed.checkIP("::1")).toBe("::1");
  expect(parsed.checkHost("example.com")).toBeUndefined();
  expect(parsed.checkIP("127.0.0.2")).toBeUndefined();
  expect(parsed.ca).toBe(false);
  expect(parsed.verify(parsed.publicKey)).toBe(true);
  expect(parsed.checkPrivateKey(createPrivateKey(key))).toBe(true);
  expect(parsed.publicKey.asymmetricKeyDetails?.namedCurve).toBe("prime256v1");
  expect(parsed.validFromDate).toEqual(new Date("2026-11-20T11:34:56Z"));
  expect(parsed.validToDate).toEqual(new Date("2027-11-20T12:34:56Z"));
  expect(parsed.keyUsage).toEqual(["1.3.6.1.5.5.7.3.1"]);
});

it("[TLS-08] every certificate has a serial number of its own, positive and 16 bytes long", () => {
  const serials = Array.from(
    { length: 50 },
    () => new X509Certificate(makeCertificate(now).cert).serialNumber,
  );
  expect(new Set(serials).size).toBe(50);
  for (const serial of serials) expect(serial).toMatch(/^[4-7][0-9A-F]{31}$/);
});

it("[TLS-08] dates beyond 2049 are written as GeneralizedTime", () => {
  const parsed = new X509Certificate(makeCertificate(new Date("2049-06-01T00:00:00Z")).cert);
  expect(parsed.validToDate).toEqual(new Date("2050-06-01T00:00:00Z"));
});

it("[TLS-08] keeps the certificate across starts, the key for its owner's eyes only", () => {
  const folder = join(temporaryFolder(), "tls");
  const first = developmentCertificate(folder, now);
  const second = developmentCertificate(folder, new Date(now.getTime() + 300 * dayMs));
  expect([first.made, second.made]).toEqual([true, false]);
  expect(second.fingerprint).toBe(first.fingerprint);
  expect(first.fingerprint).toMatch(/^([0-9A-F]{2}:){31}[0-9A-F]{2}$/);
  expect(first.selfSigned).toBe(true);
  expect(statSync(join(folder, "development-key.pem")).mode & 0o777).toBe(0o600);
  expect(statSync(folder).mode & 0o777).toBe(0o700);
});

it("[TLS-08] makes a new one when the old has expired, does not fit its key or is damaged", () => {
  const folder = temporaryFolder();
  const certFile = join(folder, "development-cert.pem");
  const keyFile = join(folder, "development-key.pem");
  let last = developmentCertificate(folder, now).fingerprint;
  const expectNew = (when = now): void => {
    const { made, fingerprint } = developmentCertificate(folder, when);
    expect(made).toBe(true);
    expect(fingerprint).not.toBe(last);
    last = fingerprint;
  };
  expectNew(new Date(now.getTime() + 366 * dayMs));
  expectNew(now); // the one of next year is not valid yet
  writeFileSync(keyFile, makeCertificate(now).key);
  expectNew();
  writeFileSync(certFile, readFileSync(certFile).subarray(0, 200));
  expectNew();
  writeFileSync(keyFile, "no key");
  expectNew();
  expect(developmentCertificate(folder, now).made).toBe(false);
});

function startError(attempt: () => unknown): StartError {
  try {
    attempt();
  } catch (error) {
    if (error instanceof StartError) return error;
    throw error;
  }
  throw new Error("it worked");
}

it("[TLS-02] reads an operator's files, and names the one that is unusable and its key", () => {
  const folder = temporaryFolder();
  const path = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  const pair = makeCertificate(now);
  const [cert, key] = [path("cert.pem", pair.cert), path("key.pem", pair.key)];
  expect(readCertificate(cert, key)).toMatchObject({ ...pair, certFile: cert, made: false });
  const other = path("other.pem", makeCertificate(now).key);
  const garbage = path(
    "garbage.pem",
    "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
  );
  mkdirSync(join(folder, "folder"));
  const cases = [
    [join(folder, "missing.pem"), key, "missing.pem cannot be read (ENOENT)", "tls.certFile"],
    [join(folder, "folder"), key, "cannot be read (EISDIR)", "tls.certFile"],
    [garbage, key, "is no PEM certificate", "tls.certFile"],
    [cert, garbage, "is no unencrypted PEM private key", "tls.keyFile"],
    [cert, other, "does not belong to the certificate", "tls.keyFile"],
  ] as const;
  for (const [certFile, keyFile, what, configKey] of cases) {
    const error = startError(() => readCertificate(certFile, keyFile));
    expect(error.code).toBe("CERTIFICATE_UNUSABLE");
    expect(error.message).toContain(what);
    expect(error.message).toContain(`--set ${configKey}=FILE`);
    expect(error.message).not.toContain("\n");
  }
});

it("[TLS-08] a folder that cannot be written is told with the way out", () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, "tls"), "");
  const error = startError(() => developmentCertificate(join(folder, "tls"), now));
  expect(error.code).toBe("CERTIFICATE_UNUSABLE");
  expect(error.message).toContain("--data-dir DIR");
});

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

it("DER values are those of X.690's own examples", () => {
  expect(hex(der.boolean(true))).toBe("0101ff");
  expect(hex(der.integer(Uint8Array.of(0)))).toBe("020100");
  expect(hex(der.integer(Uint8Array.of(0x7f)))).toBe("02017f");
  expect(hex(der.integer(Uint8Array.of(0x80)))).toBe("02020080");
  expect(hex(der.integer(Uint8Array.of(0, 0, 1)))).toBe("020101");
  expect(hex(der.bitString(Uint8Array.of(0x0a, 0x3b, 0x5f, 0x29, 0x1c, 0xd0), 4))).toBe(
    "0307040a3b5f291cd0",
  );
  expect(hex(der.objectIdentifier("2.999.3"))).toBe("0603883703");
  expect(hex(der.objectIdentifier("1.2.840.113549"))).toBe("06062a864886f70d");
  expect(hex(der.time(new Date("2049-12-31T23:59:59Z")))).toBe(
    `170d${hex(Buffer.from("491231235959Z"))}`,
  );
  expect(hex(der.time(new Date("2050-01-01T00:00:00Z")))).toBe(
    `180f${hex(Buffer.from("20500101000000Z"))}`,
  );
});

it("DER lengths say how many bytes follow, for any content", () => {
  fc.assert(
    fc.property(fc.oneof(fc.nat(300), fc.constantFrom(65_535, 65_536, 70_000)), (length) => {
      const bytes = der.octetString(new Uint8Array(length));
      // The short form up to 127; above it a count of bytes, then the bytes, the first not 0.
      const digits = Buffer.from(
        length.toString(16).padStart(2 * Math.ceil(length.toString(16).length / 2), "0"),
        "hex",
      );
      const head = length < 128 ? [length] : [0x80 + digits.length, ...digits];
      expect([...bytes.subarray(1, 1 + head.length)]).toEqual(head);
      expect(bytes.length).toBe(1 + head.length + length);
    }),
    { numRuns: 1_000 },
  );
});
