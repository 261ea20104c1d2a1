/** What production insists on, made for a test. */
import { generateKeyPairSync } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { makeCertificate } from "../../src/io/certificate.ts";

/** Settings of a server in production on the loopback, whose files are made in `folder`. */
export function productionSettings(folder: string): Readonly<Record<string, unknown>> {
  const { cert, key } = makeCertificate(new Date());
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  const file = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  const pem = { format: "pem" } as const;
  return {
    mode: "production",
    address: "127.0.0.1",
    "tls.certFile": file("cert.pem", cert),
    "tls.keyFile": file("key.pem", key),
    "tls.allowSelfSigned": true,
    "accounts.database": join(folder, "accounts.db"),
    "tokens.keyFile": file("token-key.pem", String(privateKey.export({ ...pem, type: "pkcs8" }))),
    "tokens.publicKeys": file("token-keys.pem", String(publicKey.export({ ...pem, type: "spki" }))),
  };
}
