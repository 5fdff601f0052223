// `npm run bench:write [-- --rounds N] [--folder DIR]`: writing an image against the tools a technician would use.
// Needs root, loop devices, GNU time, dd, cmp, zstd, xz and bmaptool; about 12 GB in the folder.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { machine, race, shell, table, type Contestant, type Goal } from '../support/measure.ts';
import { makeImage } from './make-image.ts';

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '5' }, folder: { type: 'string', default: join(tmpdir(), 'werkbank-bench') }, only: { type: 'string', default: '' } } });
const folder = values.folder;
const rounds = Number(values.rounds);
const only = values.only.split(',').filter(Boolean);
mkdirSync(folder, { recursive: true });

const GIB = 1024 ** 3;
/** Targets that are no disk at all, for what the program itself can do. */
const MEMORY = ['/dev/shm/werkbank-a.img', '/dev/shm/werkbank-b.img'];
const image = join(folder, 'mixed.img');
const packed = join(folder, 'packed.img');
await makeImage(image, 3 * GIB);
await makeImage(packed, GIB);
const stored: string[] = [];
for (const [file, program, args] of [
  [`${packed}.zst`, 'zstd', ['-q', '-3', '-T0', packed, '-o', `${packed}.zst`]],
  [`${packed}.xz`, 'bash', ['-c', `xz -3 -T1 -c ${packed} > ${packed}.xz`]],
  [`${packed}.blocks.xz`, 'bash', ['-c', `xz -3 -T0 --block-size=24MiB -c ${packed} > ${packed}.blocks.xz`]],
] as const) {
  if (!existsSync(file)) execFileSync(program, args);
  stored.push(file);
}

const loops: string[] = [];
const backing: string[] = [];
const loop = (name: string): string => {
  const path = join(folder, name);
  if (!existsSync(path)) execFileSync('fallocate', ['-l', String(3 * GIB + 64 * 1024 ** 2), path]);
  const device = execFileSync('losetup', ['--find', '--show', path], { encoding: 'utf8' }).trim();
  loops.push(device);
  // The device's own cache as well: what was read from it must be thrown away page by page by whoever writes next.
  backing.push(path, device);
  return device;
};

const node = process.execPath;
const ours = (name: string, ...args: string[]): Contestant => ({ name, program: node, args: [join(import.meta.dirname, 'write.ts'), ...args] });

try {
  const one = loop('target-one.img');
  const suites: Record<string, { contestants: Contestant[]; goals: Goal[] }> = {
    raw: {
      contestants: [
        ours('werkbank write', image, one),
        shell('dd iflag=direct oflag=direct conv=fsync', `dd if=${image} of=${one} bs=4M iflag=direct oflag=direct conv=fsync status=none`),
        shell('bmaptool copy --nobmap', `bmaptool -q copy --nobmap ${image} ${one}`),
        ours('werkbank write + verify', image, one, '--verify'),
        shell('dd, then cmp past the cache', `dd if=${image} of=${one} bs=4M iflag=direct oflag=direct conv=fsync status=none && blockdev --flushbufs ${one} && dd if=${image} iflag=nocache count=0 status=none && dd if=${join(folder, 'target-one.img')} iflag=nocache count=0 status=none && cmp -n ${3 * GIB} ${image} ${one}`),
      ],
      goals: [
        { ours: 'werkbank write', peer: 'dd iflag=direct oflag=direct conv=fsync', atMost: 0.9 },
        { ours: 'werkbank write', peer: 'bmaptool copy --nobmap', atMost: 0.6 },
        { ours: 'werkbank write + verify', peer: 'dd, then cmp past the cache', atMost: 0.5 },
      ],
    },
    zst: {
      contestants: [
        ours('werkbank write .zst', `${packed}.zst`, one),
        shell('zstd -dc | dd oflag=direct', `zstd -dc ${packed}.zst | dd of=${one} bs=4M iflag=fullblock oflag=direct conv=fsync status=none`),
      ],
      goals: [{ ours: 'werkbank write .zst', peer: 'zstd -dc | dd oflag=direct', atMost: 1 }],
    },
    xz: {
      contestants: [
        ours('werkbank write .xz (one block)', `${packed}.xz`, one),
        shell('xz -dc | dd oflag=direct (one block)', `xz -dc ${packed}.xz | dd of=${one} bs=4M iflag=fullblock oflag=direct conv=fsync status=none`),
        ours('werkbank write .xz (many blocks)', `${packed}.blocks.xz`, one),
        shell('xz -dc | dd oflag=direct (many blocks)', `xz -dc ${packed}.blocks.xz | dd of=${one} bs=4M iflag=fullblock oflag=direct conv=fsync status=none`),
      ],
      goals: [
        { ours: 'werkbank write .xz (one block)', peer: 'xz -dc | dd oflag=direct (one block)', atMost: 1.5 },
        { ours: 'werkbank write .xz (many blocks)', peer: 'xz -dc | dd oflag=direct (many blocks)', atMost: 1.5 },
      ],
    },
    // Memory-backed targets: here the devices are not the limit.
    two: twoTargets(),
  };
  for (const [name, { contestants, goals }] of Object.entries(suites)) {
    if (only.length > 0 && !only.includes(name)) continue;
    const measured = await race(contestants, rounds, [image, ...stored, ...backing]);
    const text = table(measured, goals);
    console.log(`\n## ${name}\n\n${machine()}; medians of ${rounds}, interleaved after one round that does not count, data out of the cache\n\n${text}`);
    writeFileSync(join(folder, `${name}.json`), JSON.stringify({ machine: machine(), rounds, measured, goals }, null, 2));
  }
  if (only.length === 0 || only.includes('pace')) {
    const { alone, besideSlow } = pace();
    console.log(`\n## pace\n\nA 1 GiB image: a disk alone is done after ${alone.toFixed(2)} s, beside one throttled to 100 MB/s after ${besideSlow.toFixed(2)} s (ratio ${(besideSlow / alone).toFixed(2)}).`);
  }
} finally {
  for (const path of MEMORY) rmSync(path, { force: true });
  for (const device of loops) execFileSync('losetup', ['-d', device]);
}

/** When a disk is done alone, and when beside one that takes 100 MB/s: seconds, medians. */
function pace(): { readonly alone: number; readonly besideSlow: number } {
  const [a = '', b = ''] = MEMORY;
  const doneAt = (...more: string[]): number => {
    const output = execFileSync(node, [join(import.meta.dirname, 'write.ts'), packed, a, ...more], { encoding: 'utf8', env: { ...process.env, UV_THREADPOOL_SIZE: '16' } });
    return (JSON.parse(output) as { doneAt: Record<string, number> }).doneAt[a] ?? Number.NaN;
  };
  const median = (values: readonly number[]): number => values.toSorted((x, y) => x - y)[values.length >> 1] ?? Number.NaN;
  const times = Array.from({ length: rounds }, () => [doneAt(), doneAt(b, `--slow=${b}:100`)] as const);
  return { alone: median(times.map(([alone]) => alone)), besideSlow: median(times.map(([, beside]) => beside)) };
}

function twoTargets(): { contestants: Contestant[]; goals: Goal[] } {
  for (const path of MEMORY) {
    writeFileSync(path, '');
    truncateSync(path, 3 * GIB + 64 * 1024 ** 2);
  }
  const [a = '', b = ''] = MEMORY;
  return {
    contestants: [
      ours('one target in memory', image, a),
      ours('two targets in memory', image, a, b),
    ],
    goals: [{ ours: 'two targets in memory', peer: 'one target in memory', atMost: 1.3 }],
  };
}
