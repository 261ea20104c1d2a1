/** An echo host on the real platform, on a free port of the loopback. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { makeCertificate } from "../../src/io/certificate.ts";
import { Platform } from "../../src/io/platform.ts";
import { TcpTransport } from "../../src/io/tcp.ts";
import { TlsTransport } from "../../src/io/tls.ts";
import type { TlsSettings } from "../../src/io/tls.ts";
import type { TransportOptions } from "../../src/io/transport.ts";
import { until } from "./condition.ts";
import { EchoHost } from "./echo-host.ts";
import type { EchoRules } from "./echo-host.ts";

export interface EchoServerOptions extends Partial<TransportOptions> {
  readonly tls?: Partial<TlsSettings> | false;
  readonly rules?: EchoRules;
  readonly plaintextReply?: Uint8Array;
}

export interface EchoServer {
  readonly host: EchoHost;
  readonly platform: Platform;
  readonly port: number;
  /** PEM, for clients of a TLS server. */
  readonly ca: string;
  readonly logged: string[];
  /** The exit that the host ordered, or null. */
  readonly exited: () => { readonly code: number; readonly message: string } | null;
  stop(): Promise<void>;
}

const transportDefaults: TransportOptions = {
  role: "test",
  portKey: "ports.test",
  address: "127.0.0.1",
  port: 0,
  backlog: 100,
  noDelay: true,
  socketsMax: 10_000,
  handshakeTimeoutMs: 5_000,
  flushTimeoutMs: 2_000,
};

/** Resolves when the server listens, or when listening has failed. */
export async function startEcho(options: EchoServerOptions = {}): Promise<EchoServer> {
  const { tls = false, rules = {}, plaintextReply = Buffer.from("plain"), ...transport } = options;
  const folder = mkdtempSync(join(tmpdir(), "reprise-echo-"));
  const settings = { ...transportDefaults, ...transport };
  const certificate = makeCertificate(new Date());
  const logged: string[] = [];
  let exit: { code: number; message: string } | null = null;
  const platform = new Platform({
    folder,
    performers: {},
    transport: (completions, acceptFailed) =>
      tls === false
        ? new TcpTransport(settings, completions, acceptFailed)
        : new TlsTransport(
            {
              ...settings,
              plaintextReply,
              tls: {
                ...certificate,
                minVersion: "TLSv1.2",
                ciphers: null,
                curves: null,
                ...tls,
              },
            },
            completions,
            acceptFailed,
          ),
    log: (_level, message) => logged.push(message),
    exit: (code, message) => (exit ??= { code, message }),
    events: {
      listening: () => undefined,
      listenFailed: () => undefined,
      failed: (error) => {
        throw error;
      },
    },
  });
  const host = new EchoHost(platform, rules);
  platform.start(host);
  const isAnswered = (): boolean =>
    host.ofType("listening").length + host.ofType("listenFailed").length > 0;
  await until("the server to listen", isAnswered);
  return {
    host,
    platform,
    port: platform.transport.port ?? 0,
    ca: certificate.cert,
    logged,
    exited: () => exit,
    stop: async () => {
      await platform.destroy();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
