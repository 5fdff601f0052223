// The disk that imaging is measured on: `node bench/imaging/make-disk.ts FILE` (root; sgdisk, partx, mkntfs, ntfs-3g, mke2fs, mkfs.fat).
import { execFileSync } from 'node:child_process';
import { createCipheriv } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statfsSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const MIB = 1024 ** 2;
const GIB = 1024 ** 3;
/** Used bytes of the NTFS volume to reach. */
const USED = 3.1 * GIB;

const run = (program: string, ...args: string[]): string => execFileSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });

/**
 * 8 GiB with a GPT: EFI system, Microsoft reserved, 6 GiB NTFS with a good 3 GiB of programs, libraries, texts, logs,
 * a database and media, torn up by deletions as a used system is; and a small ext4. Made once.
 */
export function makeDisk(path: string): void {
  if (existsSync(path)) return;
  const making = `${path}.making`;
  rmSync(making, { force: true });
  writeFileSync(making, '');
  truncateSync(making, 8 * GIB);
  run('sgdisk', '-o', '-n1:2048:+260M', '-t1:EF00', '-n2:0:+16M', '-t2:0C01', '-n3:0:+6G', '-t3:0700', '-n4:0:0', '-t4:8300', making);
  const loop = run('losetup', '--find', '--show', making).trim();
  const folder = mkdtempSync(join(tmpdir(), 'werkbank-bench-mount-'));
  try {
    run('partx', '--update', loop);
    run('mkfs.fat', '-F32', '-n', 'SYSTEM', `${loop}p1`);
    run('mkntfs', '-q', '-f', '-c', '4096', '-L', 'Windows', `${loop}p3`);
    run('mke2fs', '-q', '-t', 'ext4', '-L', 'data', `${loop}p4`);
    run('mount', '-t', 'ntfs-3g', '-o', 'big_writes,noatime', `${loop}p3`, folder);
    try {
      fill(folder);
    } finally {
      run('umount', folder);
    }
  } finally {
    run('partx', '--delete', loop);
    run('losetup', '-d', loop);
    rmSync(folder, { recursive: true });
  }
  run('mv', making, path);
}

function fill(root: string): void {
  const used = (): number => {
    const { blocks, bfree, bsize } = statfsSync(root);
    return (blocks - bfree) * bsize;
  };
  const at = (name: string): string => {
    const folder = join(root, name);
    mkdirSync(folder, { recursive: true });
    return folder;
  };
  logs(at('Windows/Temp/a'), 1);
  copy('/usr/bin', at('Program Files/bin'), () => used() < 0.5 * GIB);
  logs(at('Windows/Temp/b'), 2);
  // Every second small file goes: holes of 4 to 70 KiB for what comes next to fall into.
  for (const folder of [at('Windows/Temp/a'), at('Windows/Temp/b')]) {
    for (const name of readdirSync(folder)) if (Number(name.slice(1, 6)) % 2 === 1) rmSync(join(folder, name));
  }
  copy('/usr/include', at('Users/a/include'), () => used() < 0.8 * GIB);
  copy('/usr/share', at('Users/a/Documents'), () => used() < 1.3 * GIB);
  media(at('Users/a/Pictures'), 450 * MIB);
  records(join(at('Users/a/AppData'), 'app.log'), 75 * MIB);
  copy('/usr/lib', at('Windows/System32'), () => used() < USED);
  // And some large ones, so that not all that lies on the disk is in use.
  for (const name of readdirSync(at('Users/a/Pictures'))) if (name.endsWith('7.jpg')) rmSync(join(root, 'Users/a/Pictures', name));
}

/** Copies files, without links, until it has been enough. */
function copy(from: string, to: string, more: () => boolean): void {
  for (const entry of readdirSync(from, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (!more()) return;
    if (entry.isSymbolicLink()) continue;
    execFileSync('cp', ['-rP', '--no-preserve=all', join(from, entry.name), to], { stdio: 'ignore' });
  }
}

function logs(folder: string, seed: number): void {
  const sizes = [300, 900, 3000, 9000, 20_000, 70_000];
  for (let i = 0; i < 4000; i++) {
    const line = `2024-01-${(i % 28) + 1} 12:${i % 60}:00 [INFO] module${i % 17} request id=${(i * 2654435761 * seed) >>> 0} took ${i % 97} ms\r\n`;
    const size = sizes[(i * 7 + seed) % sizes.length]!;
    writeFileSync(join(folder, `t${String(i).padStart(5, '0')}.log`), line.repeat(Math.ceil(size / line.length)).slice(0, size));
  }
}

/** What does not compress: photographs and films. */
function media(folder: string, bytes: number): void {
  const sizes = [200_000, 1_500_000, 4_000_000, 700_000, 12_000_000];
  for (let i = 0, done = 0; done < bytes; i++) {
    const size = sizes[i % sizes.length]!;
    writeFileSync(join(folder, `img${String(i).padStart(4, '0')}.jpg`), noise(size, i));
    done += size;
  }
}

/** Bytes that look random and are the same every time. */
const noise = (size: number, seed: number): Uint8Array => {
  const iv = Buffer.alloc(16);
  iv.writeUInt32BE(seed);
  return createCipheriv('aes-128-ctr', Buffer.alloc(16), iv).update(new Uint8Array(size));
};

function records(path: string, bytes: number): void {
  const parts: string[] = [];
  for (let i = 0, done = 0; done < bytes; i++) {
    const line = `2024-05-${(i % 28) + 1} host${i % 9} svc[${(i * 7919) % 9999}]: GET /api/v1/items/${(i * 2654435761) >>> 0} status=${[200, 304, 404, 500][i % 4]} bytes=${(i * 40503) % 65536} ua=Mozilla/5.0\n`;
    parts.push(line);
    done += line.length;
  }
  writeFileSync(path, parts.join(''));
}

if (import.meta.main) makeDisk(process.argv[2] ?? 'disk.img');
