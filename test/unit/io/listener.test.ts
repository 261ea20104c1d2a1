import { connect } from "node:net";
import type { Socket } from "node:net";
import { expect, it, onTestFinished } from "vitest";
import { Listener } from "../../../src/io/listener.ts";
import { listenMessage, newTransportCounters, remoteOf } from "../../../src/io/transport.ts";
import type { TransportOptions } from "../../../src/io/transport.ts";
import { until } from "../../support/condition.ts";

const options: TransportOptions = {
  role: "game",
  portKey: "ports.game",
  address: "127.0.0.1",
  port: 0,
  backlog: 100,
  noDelay: true,
  socketsMax: 100,
  handshakeTimeoutMs: 5_000,
  flushTimeoutMs: 2_000,
};

function listening() {
  const told: string[] = [];
  const counters = newTransportCounters();
  const listener = new Listener(
    options,
    {
      counters,
      completions: {
        listening: () => void told.push("listening"),
        listenFailed: (code) => void told.push(`listenFailed ${code}`),
      },
      accepted: (socket: Socket) => {
        told.push("accepted");
        socket.destroy();
      },
      acceptFailed: (code) => void told.push(`acceptFailed ${code}`),
    },
    false,
  );
  onTestFinished(() => listener.stop());
  listener.listen();
  return { listener, told, counters };
}

const attempt = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const client = connect(port, "127.0.0.1");
    client.on("connect", () => resolve(true)).on("error", () => resolve(false));
  });

it("[NET-17] an exhausted process pauses accepting and goes on, on the same port", async () => {
  const { listener, told, counters } = listening();
  await until("the port", () => listener.port !== null);
  const port = listener.port ?? 0;
  for (const code of ["EMFILE", "EMFILE", "ENFILE"]) listener.failed(code);
  expect(counters.acceptErrors).toBe(3);
  expect(listener.port).toBe(port);
  expect(await attempt(port)).toBe(false);
  let accepted = false;
  await until("the port again", () => {
    void attempt(port).then((ok) => (accepted ||= ok));
    return accepted;
  });
  expect(told.filter((each) => each === "listening")).toEqual(["listening"]);
  expect(told).toContain("accepted");
});

it("[NET-17] a single accept that fails changes nothing but the count", async () => {
  const { listener, counters, told } = listening();
  await until("the port", () => listener.port !== null);
  listener.failed("ECONNABORTED");
  expect(await attempt(listener.port ?? 0)).toBe(true);
  expect(counters.acceptErrors).toBe(1);
  expect(told).toContain("acceptFailed ECONNABORTED");
});

it("[NET-17] a listener that is stopped while it pauses stays stopped", async () => {
  const { listener, told } = listening();
  await until("the port", () => listener.port !== null);
  const port = listener.port ?? 0;
  listener.failed("EMFILE");
  listener.stop();
  listener.failed("EMFILE");
  expect(listener.port).toBeNull();
  expect(await attempt(port)).toBe(false);
  expect(told).toEqual(["listening", "acceptFailed EMFILE"]);
});

it("[NET-11] the message of a port that cannot be had names role, place and what to type", () => {
  expect(listenMessage({ ...options, port: 8081 }, "EADDRINUSE")).toBe(
    "game: 127.0.0.1:8081 is already in use; " +
      "stop what uses it or choose another port: --set ports.game=8091",
  );
  expect(listenMessage({ ...options, port: 443 }, "EACCES")).toBe(
    "game: 127.0.0.1:443 needs rights that this process lacks; " +
      "stop what uses it or choose another port: --set ports.game=8443",
  );
  expect(listenMessage({ ...options, port: 65_530, address: "::" }, "EADDRINUSE")).toContain(
    "game: [::]:65530 is already in use; stop what uses it or choose another port: --set ports.game=65520",
  );
  expect(listenMessage({ ...options, address: "10.9.8.7" }, "EADDRNOTAVAIL")).toContain(
    "is not an address of this machine; choose another address: --set address=",
  );
  expect(listenMessage(options, "EWHATEVER")).toContain("cannot be listened on (EWHATEVER)");
});

it("[SES-07] a peer is named by address and port, or unknown when it is gone", () => {
  expect(remoteOf({ remoteAddress: "10.0.0.1", remotePort: 5 })).toBe("10.0.0.1:5");
  expect(remoteOf({ remoteAddress: "::ffff:10.0.0.1", remotePort: 5 })).toBe("10.0.0.1:5");
  expect(remoteOf({ remoteAddress: "2001:db8::1", remotePort: 5 })).toBe("[2001:db8::1]:5");
  expect(remoteOf({ remoteAddress: undefined, remotePort: 5 })).toBe("unknown");
  expect(remoteOf({})).toBe("unknown");
});
