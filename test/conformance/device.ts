/** A device between a peer and the server on the real loopback, which can change what passes. */
import { once } from "node:events";
import { connect, createServer } from "node:net";
import type { AddressInfo, Socket } from "node:net";

export interface Device {
  readonly port: number;
  /** From here on a bit is changed in everything long. An alert is short. */
  goBad(): void;
  close(): void;
}

const longBytes = 64;
/** Behind the header of a record. */
const changedAt = 20;

/** Passes on to the port what comes, and back, with the ends and the resets. */
export async function openDevice(port: number): Promise<Device> {
  let isBad = false;
  const sockets: Socket[] = [];
  const pass = (from: Socket, to: Socket): void => {
    from.on("data", (bytes: Buffer) => {
      if (isBad && bytes.length >= longBytes) bytes[changedAt] = (bytes[changedAt] ?? 0) ^ 1;
      to.write(bytes);
    });
    from.on("end", () => to.end());
    from.on("error", () => to.resetAndDestroy());
    sockets.push(from);
  };
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (near) => {
    const far = connect({ port, host: "127.0.0.1", allowHalfOpen: true, noDelay: true });
    pass(near, far);
    pass(far, near);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    goBad: () => {
      isBad = true;
    },
    close: () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}
