/**
 * A disk with faults behind an NBD socket, run as a child process by faulty.ts:
 * `node nbd-server.ts SOCKET FILE SIZE`. Speaks the fixed newstyle handshake and
 * simple replies of the NBD protocol (doc/proto.md of NetworkBlockDevice/nbd).
 */
import { openSync, readSync, writeSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import type { Fault, FaultyRequest, FaultyState } from './faulty.ts';

const OPTION_MAGIC = 0x49484156454f5054n;
const OPTION_REPLY_MAGIC = 0x3e889045565a9n;
const REQUEST_MAGIC = 0x25609513;
const REPLY_MAGIC = 0x67446698;
const OPTION = { exportName: 1, abort: 2, info: 6, go: 7 } as const;
const REPLY = { ack: 1, info: 3, unsupported: 0x80000001 } as const;
const COMMAND = { read: 0, write: 1, disconnect: 2, flush: 3 } as const;
const ERRNO = { EIO: 5, ENOSPC: 28 } as const;
/** HAS_FLAGS, SEND_FLUSH and CAN_MULTI_CONN: with one connection only, nbdfuse would keep even a `stat` waiting behind a stalled write. */
const EXPORT_FLAGS = 0b1_0000_0101;

const [socketPath = '', file = '', sizeText = ''] = process.argv.slice(2);
const size = Number(sizeText);
const store = openSync(file, 'r+');
let faults: readonly Fault[] = [];
let written = 0;
const writes: { offset: number; length: number }[] = [];
/** Requests that a stall holds back until the faults change. */
let held: (() => void)[] = [];

process.on('message', (message: FaultyRequest) => {
  if (message.faults) {
    faults = message.faults;
    const waiting = held;
    held = [];
    for (const again of waiting) again();
  }
  const state: FaultyState = { id: message.id, written, writes, held: held.length };
  process.send?.(state);
});
process.on('disconnect', () => process.exit());

createServer((socket) => {
  socket.on('error', () => undefined);
  void serve(socket);
}).listen(socketPath, () => process.send?.('ready'));

async function serve(socket: Socket): Promise<void> {
  const take = reader(socket);
  const hello = Buffer.alloc(18);
  hello.write('NBDMAGICIHAVEOPT', 'latin1');
  hello.writeUInt16BE(0b11, 16); // FIXED_NEWSTYLE, NO_ZEROES
  socket.write(hello);
  if (!(await take(4)) || !(await negotiate(socket, take))) return void socket.destroy();
  for (let header = await take(28); header; header = await take(28)) {
    const command = header.readUInt16BE(6);
    if (header.readUInt32BE(0) !== REQUEST_MAGIC || command === COMMAND.disconnect) break;
    const cookie = header.subarray(8, 16);
    const length = header.readUInt32BE(24);
    const data = command === COMMAND.write ? await take(length) : null;
    answer({
      on: command === COMMAND.read ? 'read' : command === COMMAND.write ? 'write' : 'flush',
      offset: Number(header.readBigUInt64BE(16)),
      length,
      data,
      reply(errno, payload: Buffer = Buffer.alloc(0)) {
        const head = Buffer.alloc(16);
        head.writeUInt32BE(REPLY_MAGIC, 0);
        head.writeUInt32BE(errno, 4);
        cookie.copy(head, 8);
        if (!socket.destroyed) socket.write(Buffer.concat([head, payload]));
      },
    });
  }
  socket.destroy();
}

/** The handshake: refuses every option but GO, INFO and EXPORT_NAME. True when requests may follow. */
async function negotiate(socket: Socket, take: (length: number) => Promise<Buffer | null>): Promise<boolean> {
  for (let header = await take(16); header?.readBigUInt64BE(0) === OPTION_MAGIC; header = await take(16)) {
    const option = header.readUInt32BE(8);
    await take(header.readUInt32BE(12));
    const reply = (type: number, data: Buffer = Buffer.alloc(0)): void => {
      const head = Buffer.alloc(20);
      head.writeBigUInt64BE(OPTION_REPLY_MAGIC, 0);
      head.writeUInt32BE(option, 8);
      head.writeUInt32BE(type, 12);
      head.writeUInt32BE(data.length, 16);
      socket.write(Buffer.concat([head, data]));
    };
    const exported = Buffer.alloc(10);
    exported.writeBigUInt64BE(BigInt(size), 0);
    exported.writeUInt16BE(EXPORT_FLAGS, 8);
    if (option === OPTION.exportName) {
      socket.write(exported);
      return true;
    }
    if (option === OPTION.go || option === OPTION.info) {
      reply(REPLY.info, Buffer.concat([Buffer.alloc(2), exported])); // NBD_INFO_EXPORT is 0
      reply(REPLY.ack);
      if (option === OPTION.go) return true;
    } else if (option === OPTION.abort) {
      reply(REPLY.ack);
      return false;
    } else {
      reply(REPLY.unsupported);
    }
  }
  return false;
}

interface DiskRequest {
  readonly on: Fault['on'];
  readonly offset: number;
  readonly length: number;
  readonly data: Buffer | null;
  reply(errno: number, payload?: Buffer): void;
}

function answer(request: DiskRequest): void {
  const fault = faults.find((one) => applies(one, request));
  if (fault?.stall) held.push(() => answer(request));
  else if (fault?.delayMs) setTimeout(() => complete(request, fault), fault.delayMs);
  else complete(request, fault);
}

function applies(fault: Fault, request: DiskRequest): boolean {
  if (fault.on !== request.on || written < (fault.afterBytes ?? 0)) return false;
  return request.on === 'flush' || (request.offset < (fault.toByte ?? Infinity) && request.offset + request.length > (fault.fromByte ?? 0));
}

function complete({ on, offset, length, data, reply }: DiskRequest, fault: Fault | undefined): void {
  if (fault?.error) return reply(ERRNO[fault.error]);
  if (on === 'flush') return reply(0);
  if (data) {
    written += length;
    writes.push({ offset, length });
    if (!fault?.drop) transfer(offset, length, fault, (position, from, count) => writeSync(store, data, from, count, position));
    return reply(0);
  }
  const payload = Buffer.alloc(length);
  transfer(offset, length, fault, (position, from, count) => readSync(store, payload, from, count, position));
  if (fault?.corrupt) {
    const wrong = Math.max(0, (fault.fromByte ?? 0) - offset);
    payload[wrong] = (payload[wrong] ?? 0) ^ 0xff;
  }
  reply(0, payload);
}

/** Maps a range of the disk to the store: straight, or round and round on a disk that holds less than it says. */
function transfer(offset: number, length: number, fault: Fault | undefined, move: (position: number, from: number, count: number) => void): void {
  const capacity = fault?.wrapAt ?? size;
  for (let done = 0; done < length; ) {
    const position = (offset + done) % capacity;
    const count = Math.min(length - done, capacity - position);
    move(position, done, count);
    done += count;
  }
}

/** Reads exactly so many bytes of a socket; null when it ended before. */
function reader(socket: Socket): (length: number) => Promise<Buffer | null> {
  const source = socket[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  let rest: Buffer = Buffer.alloc(0);
  return async (length) => {
    const parts = [rest];
    let have = rest.length;
    while (have < length) {
      const next = await source.next().catch(() => ({ done: true as const }));
      if (next.done) return null;
      parts.push(next.value);
      have += next.value.length;
    }
    const all = Buffer.concat(parts, have);
    rest = all.subarray(length);
    return all.subarray(0, length);
  };
}
