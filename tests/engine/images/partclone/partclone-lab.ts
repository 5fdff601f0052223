import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { crc32 } from 'node:zlib';
import type { ByteStream } from '../../../../native-free-engine/index.ts';
import { blankFile, run } from '../../lab.ts';
import { seeded } from '../../../support/seeded.ts';

const MIB = 1 << 20;

let made = 0;

/** A volume with some files in it, made by the system's own tools. */
export function makeVolume(folder: string, kind: 'extfs' | 'ntfs' | 'fat', size = 10 * MIB): string {
  const path = blankFile(folder, `${kind}-${++made}.img`, size);
  const content = join(folder, 'content.bin');
  if (kind === 'extfs') run('mkfs.ext4', ['-q', '-F', '-b', '1024', '-d', new URL('../../../support', import.meta.url).pathname, path]);
  if (kind === 'ntfs') {
    run('mkntfs', ['-q', '-F', '-s', '512', path]);
    run('dd', ['if=/dev/urandom', `of=${content}`, 'bs=1000', 'count=700', 'status=none']);
    run('ntfscp', ['-f', path, content, 'content.bin']);
  }
  if (kind === 'fat') {
    run('mkfs.fat', ['-F', '16', path]);
    run('dd', ['if=/dev/urandom', `of=${content}`, 'bs=1000', 'count=700', 'status=none']);
    run('mcopy', ['-i', path, content, '::content.bin']);
  }
  return path;
}

const start = promisify(execFile);
const PATH = `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin`;

/** Runs a partclone without waiting for others: each sleeps for two seconds before it begins. */
const partclone = (name: string, ...args: string[]): Promise<unknown> => start(`partclone.${name}`, args, { env: { ...process.env, PATH, LC_ALL: 'C.UTF-8' } });

export async function clone(kind: string, volume: string, image: string, ...options: string[]): Promise<Buffer> {
  await partclone(kind, '-c', '-q', '-s', volume, '-O', image, '-L', `${image}.log`, ...options);
  return readFileSync(image);
}

/** partclone.restore's answer: what the volume becomes on a disk of zeros. */
export async function restored(image: string, size: number): Promise<Buffer> {
  const target = blankFile(dirname(image), `${basename(image)}.restored`, size);
  await partclone('restore', '-q', '-C', '-s', image, '-O', target, '-L', `${target}.log`);
  return readFileSync(target);
}

export function streamOf(bytes: Uint8Array): ByteStream {
  let at = 0;
  return {
    size: null,
    read: async (buffer) => {
      // Pieces of odd sizes, full unless the end is near: that is the contract.
      const part = bytes.subarray(at, at + buffer.length);
      buffer.set(part);
      at += part.length;
      return part.length;
    },
    consumed: () => at,
    close: () => Promise.resolve(),
  };
}

/** A version 0001 image, laid out after partclone's IMAGE_FORMATS.md: no program of today writes one. */
export function buildV1(volume: Buffer, blockSize: number, present: (block: number) => boolean): Buffer {
  const total = Math.ceil(volume.length / blockSize);
  const header = Buffer.alloc(4160);
  header.write('partclone-image', 0, 'latin1');
  header.write('EXTFS', 15, 'latin1');
  header.write('0001', 30, 'latin1');
  header.writeUInt32LE(blockSize, 36);
  header.writeBigUInt64LE(BigInt(volume.length), 40);
  header.writeBigUInt64LE(BigInt(total), 48);
  const map = Buffer.alloc(total);
  const parts = [header, map, Buffer.from('BiTmAgIc')];
  let used = 0;
  let register = 0xffffffff;
  for (let block = 0; block < total; block++) {
    if (!present(block)) continue;
    map[block] = 1;
    used++;
    const data = Buffer.alloc(blockSize);
    volume.copy(data, 0, block * blockSize);
    // The first byte, over and over: the mistake that made version 0002 necessary.
    register = ~crc32(Buffer.alloc(blockSize, data[0]), ~register >>> 0) >>> 0;
    const sum = Buffer.alloc(4);
    sum.writeUInt32LE(register);
    parts.push(data, sum);
  }
  header.writeBigUInt64LE(BigInt(used), 56);
  return Buffer.concat(parts);
}

export const noise = (size: number): Buffer => seeded(size).bytes(size);
