/** Accepted connections that read into memory of our own, on the Node that runs the tests. */
import { once } from "node:events";
import { connect, createServer } from "node:net";
import type { AddressInfo, Server, Socket } from "node:net";
import { afterEach, expect, test } from "vitest";
import { OwnMemory } from "../../../src/io/own-memory.ts";

interface Reader {
  readonly socket: Socket;
  readonly reads: Uint8Array[];
}

const servers: Server[] = [];

afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

/** A server whose connections read into one memory; `count` clients of it, and their readers. */
async function connected(count: number) {
  const memory = new OwnMemory();
  const readers: Reader[] = [];
  const server = createServer({ allowHalfOpen: true }, (accepted) => {
    const reads: Uint8Array[] = [];
    const socket = memory.adopt(accepted, (bytes) => reads.push(bytes));
    if (socket === null) throw new Error("this Node gives no handle away");
    readers.push({ socket, reads });
  });
  servers.push(server);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const clients: Socket[] = [];
  for (let index = 0; index < count; index += 1) {
    const client = connect({ host: "127.0.0.1", port, noDelay: true });
    await once(client, "connect");
    while (readers.length <= index) await once(server, "connection");
    clients.push(client);
  }
  return { server, clients, readers };
}

const joined = (reads: readonly Uint8Array[]): Buffer => Buffer.concat(reads);

test("every byte comes, in order, and none is written over by other connections", async () => {
  const { clients, readers } = await connected(4);
  const sent = clients.map(() => [] as Buffer[]);
  for (let round = 0; round < 200; round += 1) {
    for (const [index, client] of clients.entries()) {
      const length = round % 50 === 49 ? 70_000 : 1 + ((round * 37 + index * 101) % 600);
      const bytes = Buffer.alloc(length, (round * 4 + index) % 251);
      sent[index]?.push(bytes);
      client.write(bytes);
    }
    if (round % 10 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  for (const [index, client] of clients.entries()) {
    const { socket, reads } = readers[index] as Reader;
    client.end();
    await once(socket, "end");
    expect(joined(reads).equals(joined(sent[index] ?? []))).toBe(true);
    for (const read of reads) expect(Object.getPrototypeOf(read)).toBe(Uint8Array.prototype);
    socket.end();
  }
});

test("whoever keeps a short read keeps no more than a slab", async () => {
  const { clients, readers } = await connected(1);
  const [client] = clients;
  const { reads, socket } = readers[0] as Reader;
  client?.end(Buffer.alloc(50));
  await once(socket, "end");
  for (const read of reads) expect(read.buffer.byteLength).toBeLessThanOrEqual(16_384);
  socket.end();
});

test("while it is paused nothing is read, and afterwards everything", async () => {
  const { clients, readers } = await connected(2);
  const [client, later] = clients;
  const { reads, socket } = readers[0] as Reader;
  const other = readers[1] as Reader;
  socket.pause();
  client?.write(Buffer.alloc(100, 1));
  // What another one has sent after it has come by then.
  later?.end(Buffer.alloc(100, 3));
  await once(other.socket, "end");
  expect(joined(other.reads).length).toBe(100);
  other.socket.end();
  expect(reads).toEqual([]);
  socket.resume();
  client?.end(Buffer.alloc(100, 2));
  await once(socket, "end");
  expect(joined(reads).length).toBe(200);
  socket.end();
});

test("the listener counts the connection until it closes", async () => {
  const { server, clients, readers } = await connected(2);
  const count = (): Promise<number> =>
    new Promise((resolve) => server.getConnections((_error, open) => resolve(open)));
  expect(await count()).toBe(2);
  const closed = readers.map(({ socket }) => once(socket, "close"));
  for (const { socket } of readers) socket.destroy();
  await Promise.all(closed);
  expect(await count()).toBe(0);
  for (const client of clients) client.destroy();
});
