import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { openDevice, type BlockDevice, type BlockSource } from '../../native-free-engine/index.ts';

const PATH = `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin`;

/** A folder of this test file's own, gone when its tests are. */
export function labFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'werkbank-disk-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A sparse file of `size` bytes. */
export function blankFile(folder: string, name: string, size: number): string {
  const path = join(folder, name);
  writeFileSync(path, '');
  truncateSync(path, size);
  return path;
}

/** Runs a tool and returns what it printed; throws when it fails. */
export function run(tool: string, args: readonly string[], input?: string): string {
  return execFileSync(tool, args, { input: input ?? '', encoding: 'utf8', env: { ...process.env, PATH, LC_ALL: 'C.UTF-8', TZ: 'UTC' }, stdio: ['pipe', 'pipe', 'pipe'] });
}

/** Runs a tool whose exit code says something. */
export function tryRun(tool: string, args: readonly string[]): { status: number | null; output: string } {
  const { status, stdout, stderr } = spawnSync(tool, args, { encoding: 'utf8', env: { ...process.env, PATH, LC_ALL: 'C.UTF-8' } });
  return { status, output: stdout + stderr };
}

/** Hangs `path` on a loop device while `use` runs: the way to a disk of 4096-byte sectors. Needs root. */
export async function withLoop<T>(path: string, sectorSize: number, use: (device: string) => Promise<T> | T): Promise<T> {
  const device = run('losetup', ['--find', '--show', '--sector-size', String(sectorSize), path]).trim();
  try {
    return await use(device);
  } finally {
    run('losetup', ['--detach', device]);
  }
}

/** What blkid says about a file. Its output for udev is the only one that keeps characters beyond ASCII. */
export function blkid(path: string): { type: string; label: string; uuid: string } {
  const lines = run('blkid', ['-p', '-o', 'udev', path]).trim().split('\n');
  const values = new Map(lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]));
  const label = (values.get('ID_FS_LABEL_ENC') ?? '').replace(/\\x([0-9a-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return { type: values.get('ID_FS_TYPE') ?? '', label, uuid: values.get('ID_FS_UUID') ?? '' };
}

export const openFile = (path: string, sectorSize = 512): Promise<BlockDevice> => openDevice(path, { write: true, sectorSize });

/** A source that counts what is asked of it. */
export function counting(source: BlockSource): BlockSource & { bytesRead: number; reads: number; largestRead: number } {
  return {
    size: source.size,
    sectorSize: source.sectorSize,
    bytesRead: 0,
    reads: 0,
    largestRead: 0,
    readInto(offset, buffer) {
      this.bytesRead += buffer.length;
      this.reads++;
      this.largestRead = Math.max(this.largestRead, buffer.length);
      return source.readInto(offset, buffer);
    },
    close: () => source.close(),
  };
}

/** Numbers in [0, 1) that are the same in every run with the same seed (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
