/** `reprise cert`: shows the development certificate, and makes it when there is none. */
import { resolve } from "node:path";
import { join } from "node:path";
import { developmentCertificate } from "../../io/certificate.ts";
import { flag, readArguments, text } from "../arguments.ts";
import type { Command } from "../command.ts";
import { printJson, table } from "../output.ts";

export const cert: Command = {
  name: "cert",
  summary: "show the development certificate, making it if need be",
  help: `\
Usage: reprise cert [--data-dir DIR] [--json]

Shows the certificate that development mode uses: its file, its SHA-256 fingerprint and how long it
is valid. Makes one when there is none, or when the one there has expired. Clients trust the server
by naming the file as their authority, for example: reprise load --ca FILE ...

Options:
  --data-dir DIR  the server's data folder (default: data)
  --json          print one JSON object`,
  run(argv) {
    const { values } = readArguments(argv, { "data-dir": text("data"), json: flag() });
    const certificate = developmentCertificate(join(values["data-dir"], "tls"));
    const { fingerprint, validUntil, made } = certificate;
    const certFile = resolve(certificate.certFile);
    if (values.json) {
      printJson({ certFile, fingerprint, validUntil: validUntil.toISOString(), made });
    } else {
      console.log(
        table([
          ["file", certFile],
          ["SHA-256", fingerprint],
          ["valid until", validUntil.toISOString()],
          ["made", made ? "just now" : "earlier"],
        ]),
      );
    }
    return Promise.resolve(0);
  },
};
