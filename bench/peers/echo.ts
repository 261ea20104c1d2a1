/**
 * The reference echoes: the least that a Node server does for the same protocol. No sessions, no
 * journal, no budgets, no digests; every packet is deframed, decoded and encoded by protobufjs and
 * answered with the next sequence.
 *
 *     node bench/peers/echo.ts chunk|turn
 *
 * `chunk` writes once for each chunk that was read; `turn` writes once for each socket and turn of
 * the event loop. Prints `{"port": N}` when it listens. Ends when its standard input does.
 */
import { createServer } from "node:net";
import type { Socket } from "node:net";
import { reprise as pb } from "../../src/core/wire/gen/packet.js";

const flushPer = process.argv[2];
if (flushPer !== "chunk" && flushPer !== "turn") {
  process.stderr.write("usage: node bench/peers/echo.ts chunk|turn\n");
  process.exit(2);
}

const dirty = new Set<() => void>();

function flushAll(): void {
  for (const flush of dirty) flush();
  dirty.clear();
}

function serve(socket: Socket): void {
  socket.setNoDelay(true);
  let rest: Buffer = Buffer.alloc(0);
  let replies: Buffer[] = [];
  let sequence = 0;
  const flush = (): void => {
    if (replies.length === 0) return;
    socket.write(replies.length === 1 ? (replies[0] as Buffer) : Buffer.concat(replies));
    replies = [];
  };
  socket.on("data", (chunk: Buffer) => {
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    let offset = 0;
    while (bytes.length - offset >= 4) {
      const length = bytes.readUInt32LE(offset);
      if (bytes.length - offset - 4 < length) break;
      const frame = new Uint8Array(bytes.buffer, bytes.byteOffset + offset + 4, length);
      sequence += 1;
      replies.push(answer(frame, sequence));
      offset += 4 + length;
    }
    rest = bytes.subarray(offset);
    if (flushPer === "chunk") flush();
    else {
      if (dirty.size === 0) setImmediate(flushAll);
      dirty.add(flush);
    }
  });
  socket.on("error", () => socket.destroy());
}

function answer(frame: Uint8Array, sequence: number): Buffer {
  const { header, payload } = pb.v1.Packet.decode(frame);
  const packet = pb.v1.Packet.encode({
    header: {
      type: (header?.type ?? 0) + 1,
      size: payload.length,
      sequence,
      timestamp: Date.now(),
      inReplyTo: header?.sequence ?? 0,
    },
    payload,
  }).finish();
  const reply = Buffer.allocUnsafe(4 + packet.length);
  reply.writeUInt32LE(packet.length, 0);
  reply.set(packet, 4);
  return reply;
}

const server = createServer(serve);
server.listen({ host: "127.0.0.1", port: 0, backlog: 4_096 }, () => {
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  process.stdout.write(`${JSON.stringify({ port })}\n`);
});
process.stdin.resume();
process.stdin.on("end", () => process.exit(0));
