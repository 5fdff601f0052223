// `npm run bench:imaging [-- --rounds N] [--folder DIR] [--only capture,restore,memory,curve,read,random] [--against qemu-img]`: imaging against its peers.
// Needs root, loop devices, GNU time, partclone, ntfsclone, zstd, qemu-img, qemu-nbd, qemu-io and the tools of make-disk.ts; about 40 GB in the folder.
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, openSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { mapDisk, openDevice } from '../../native-free-engine/index.ts';
import { buildScripts } from '../support/built.ts';
import { ENVIRONMENT, machine, race, shell, table, type Contestant, type Goal } from '../support/measure.ts';
import { makeDisk } from './make-disk.ts';

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '5' }, folder: { type: 'string', default: join(tmpdir(), 'werkbank-bench') }, only: { type: 'string', default: '' }, against: { type: 'string', default: '' } } });
const { folder } = values;
const rounds = Number(values.rounds);
const only = values.only.split(',').filter(Boolean);
const wanted = (name: string): boolean => only.length === 0 || only.includes(name);
const GIB = 1024 ** 3;

mkdirSync(folder, { recursive: true });
const disk = join(folder, 'imaging.img');
makeDisk(disk);
const run = (program: string, ...args: string[]): string => execFileSync(program, args, { encoding: 'utf8' }).trim();
const file = (name: string): string => join(folder, name);
const loops: string[] = [];
/** One partition of the disk as a device of its own, so that every contestant gets the same. Like a real disk it has no second page cache behind it. */
const attach = (path: string, offset: number, size: number): string => {
  const device = run('losetup', '--find', '--show', '--direct-io=on', '--offset', String(offset), '--sizelimit', String(size), path);
  loops.push(device);
  return device;
};
const ntfs = JSON.parse(run('sfdisk', '--json', disk)) as { partitiontable: { partitions: { start: number; size: number }[] } };
const { start, size } = ntfs.partitiontable.partitions[2]!;
const source = attach(disk, start * 512, size * 512);
const target = file('imaging-target.img');
if (!existsSync(target)) run('fallocate', '-l', String(size * 512), target);
const restored = attach(target, 0, size * 512);
const data = [disk, source, target, restored];

const node = process.execPath;
const built = await buildScripts({ capture: join(import.meta.dirname, 'capture.ts'), restore: join(import.meta.dirname, 'restore.ts') }, folder);
const script = (name: string): string => join(built, name);
const ours = (name: string, of: string, ...args: string[]): Contestant => ({ name, program: node, args: [script(of), ...args] });
const image = file('ours.qcow2');
const IMAGES = [image, ...['pc.zst', 'pc0.zst', 'peer.qcow2'].map(file)];
const partclone = (more: string, to: string): string => `partclone.ntfs -q -c ${more} -s ${source} -o - -L ${file('pc.log')} 2>/dev/null | zstd -q -T2 -3 -f -o ${file(to)} && sync ${file(to)}`;

try {
  if (wanted('capture')) await captures();
  if (wanted('restore')) await restores();
  if (wanted('memory')) memory();
  if (wanted('curve')) curve();
  if (wanted('read')) bytesRead();
  if (wanted('random')) await randomReads();
} finally {
  for (const device of loops) run('losetup', '-d', device);
}

function print(name: string, text: string): void {
  console.log(`\n## ${name}\n\n${machine()}\n\n${text}`);
}

async function captures(): Promise<void> {
  const q = file('peer.qcow2');
  const contestants = [
    ours('werkbank capture, balanced', 'capture.js', source, image),
    shell('partclone.ntfs -c | zstd -T2 -3', partclone('', 'pc.zst')),
    shell('partclone.ntfs -c -a0 | zstd -T2 -3', partclone('-a0', 'pc0.zst')),
    shell('qemu-img convert -W -T none -c zstd 2M', `qemu-img convert -T none -W -m 8 -c -f raw -O qcow2 -o compression_type=zstd,cluster_size=2M ${source} ${q} && sync ${q}`),
  ];
  const [mine = '', clone = '', quick = '', qemu = ''] = contestants.map(({ name }) => name);
  const goals: Goal[] = [
    { ours: mine, peer: clone, atMost: 1 / 2.5 },
    { ours: mine, peer: quick, atMost: 1 / 1.7 },
    { ours: mine, peer: qemu, atMost: 1 },
  ];
  const measured = await race(contestants, rounds, data, contestants.slice(0, 1));
  const sizes = IMAGES.map((path) => statSync(path).size);
  print('capture', `${table(measured, goals)}\n\nSizes: ours ${mb(sizes[0]!)}, partclone ${mb(sizes[1]!)} (ratio ${(sizes[0]! / sizes[1]!).toFixed(3)}, goal 1.03), without its checksums ${mb(sizes[2]!)}, qemu-img ${mb(sizes[3]!)}.`);
  writeFileSync(file('capture.json'), JSON.stringify({ machine: machine(), rounds, measured, goals, sizes }, null, 2));
}

/** What the peers' restores start from, made once; ours anew. */
function imagesToRestore(): void {
  const make = (name: string, script: string): void => {
    if (existsSync(file(name))) return;
    run('bash', '-o', 'pipefail', '-c', script.replaceAll('OUT', file(`${name}.making`)));
    run('mv', file(`${name}.making`), file(name));
  };
  run(node, script('capture.js'), source, image);
  make('pc.zst', `partclone.ntfs -q -c -s ${source} -o - -L ${file('pc.log')} 2>/dev/null | zstd -q -T2 -3 -f -o OUT`);
  make('pc0.zst', `partclone.ntfs -q -c -a0 -s ${source} -o - -L ${file('pc.log')} 2>/dev/null | zstd -q -T2 -3 -f -o OUT`);
  make('peer.qcow2', `qemu-img convert -T none -W -m 8 -c -f raw -O qcow2 -o compression_type=zstd,cluster_size=2M ${source} OUT`);
  make('clone.zst', `ntfsclone -q -s -O - ${source} 2>/dev/null | zstd -q -T2 -3 -f -o OUT`);
  make('raw.zst', `zstd -q -T2 -3 -f -o OUT < ${source}`);
}

async function restores(): Promise<void> {
  imagesToRestore();
  const flushed = `blockdev --flushbufs ${restored}`;
  const contestants = [
    ours('werkbank restore', 'restore.js', image, restored),
    shell('zstd -dc | partclone.restore', `zstd -q -dc ${file('pc.zst')} | partclone.restore -q -s - -o ${restored} -L ${file('pc.log')} 2>/dev/null && ${flushed}`),
    shell('zstd -dc | partclone.restore (-a0)', `zstd -q -dc ${file('pc0.zst')} | partclone.restore -q -s - -o ${restored} -L ${file('pc.log')} 2>/dev/null && ${flushed}`),
    shell('zstd -dc | ntfsclone -r', `zstd -q -dc ${file('clone.zst')} | ntfsclone -q -r -O ${restored} - >/dev/null 2>&1 && ${flushed}`),
    shell('zstd -dc | dd oflag=direct', `zstd -q -dc ${file('raw.zst')} | dd of=${restored} bs=4M iflag=fullblock oflag=direct conv=fsync status=none`),
    shell('qemu-img convert -W -m 16 -t none', `qemu-img convert -n -W -m 16 -t none -f qcow2 -O raw ${file('peer.qcow2')} ${restored} && ${flushed}`),
  ];
  const [mine = '', clone = '', quick = '', ntfsclone = '', dd = '', qemu = ''] = contestants.map(({ name }) => name);
  const goals: Goal[] = [
    { ours: mine, peer: clone, atMost: 1 / 3 },
    { ours: mine, peer: quick, atMost: 1 / 2 },
    { ours: mine, peer: ntfsclone, atMost: 1 / 2 },
    { ours: mine, peer: dd, atMost: 1 / 2 },
    { ours: mine, peer: qemu, atMost: 1 },
  ];
  const all = [...data, ...IMAGES, ...['clone.zst', 'raw.zst'].map(file)];
  // One peer alone, in turn with us: among all of them each pays for what the one before it left the disk to do.
  const racing = contestants.filter(({ name }) => name === mine || name.startsWith(values.against));
  const measured = await race(racing, rounds, all, racing.slice(0, 1));
  const met = goals.filter(({ peer }) => racing.some(({ name }) => name === peer));
  const verified = await race([ours('werkbank restore + read-back', 'restore.js', image, restored, '--verify')], Math.min(rounds, 3), all, []);
  print('restore', table([...measured, ...verified], met));
  writeFileSync(file('restore.json'), JSON.stringify({ machine: machine(), rounds, measured: [...measured, ...verified], goals: met }, null, 2));
}

/** The largest resident size of the whole process, by GNU time. */
function memory(): void {
  const peak = (...args: string[]): number => Number(execFileSync('bash', ['-c', `/usr/bin/time -f %M ${args.join(' ')} 2>&1 >/dev/null | tail -1`], { encoding: 'utf8', env: { ...process.env, ...ENVIRONMENT } })) / 1024;
  const limits = { low: 200, medium: 400, high: 1200 };
  const rows = Object.entries(limits).map(([level, limit]) => {
    const capture = peak(node, script('capture.js'), source, image, '--memory', level);
    const restore = peak(node, script('restore.js'), image, restored, '--memory', level);
    return `| ${level} | ${capture.toFixed(0)} | ${restore.toFixed(0)} | ${limit} | ${Math.max(capture, restore) < limit ? 'yes' : '**no**'} |`;
  });
  print('memory', ['| level | capture, peak MB | restore, peak MB | under | met |', '|---|---|---|---|---|', ...rows].join('\n'));
}

/** What a capture costs as the disk grows and as what is used grows. */
function curve(): void {
  const rows: string[] = [];
  const measure = (name: string, diskSize: number, usedSize: number): void => {
    const path = file('curve.img');
    rmSync(path, { force: true });
    writeFileSync(path, '');
    truncateSync(path, diskSize);
    run('mkfs.xfs', '-q', '-f', path);
    const folderOf = run('mktemp', '-d');
    const loop = run('losetup', '--find', '--show', path);
    run('mount', loop, folderOf);
    run('bash', '-c', `head -c ${usedSize} ${disk} > ${folderOf}/file; sync; umount ${folderOf}; losetup -d ${loop}; rmdir ${folderOf}`);
    const device = run('losetup', '--find', '--show', path);
    const { usedBytes, seconds } = JSON.parse(run(node, script('capture.js'), device, file('curve.qcow2'))) as { usedBytes: number; seconds: number };
    run('losetup', '-d', device);
    rmSync(path);
    rows.push(`| ${name} | ${mb(usedBytes)} | ${seconds.toFixed(2)} |`);
  };
  for (const tib of [1 / 64, 1 / 8, 1, 2]) measure(`XFS on ${tib < 1 ? `${tib * 1024} GiB` : `${tib} TiB`}, a file of 64 MiB`, tib * 1024 * GIB, 64 * 1024 ** 2);
  for (const used of [1 / 4, 1 / 2, 1, 2]) measure(`XFS on 1 TiB, a file of ${used * 1024} MiB`, 1024 * GIB, used * GIB);
  rows.push(endOfDisk());
  print('curve', ['| disk | used | seconds |', '|---|---|---|', ...rows].join('\n'));
}

/** A disk of 2 TiB with one partition of 64 KiB at its very end, of which nobody knows what it holds. */
function endOfDisk(): string {
  const path = file('end.img');
  rmSync(path, { force: true });
  writeFileSync(path, '');
  truncateSync(path, 2048 * GIB);
  const at = 2048 * GIB - 1024 ** 2;
  run('bash', '-c', `echo 'label: gpt\nstart=${at / 512}, size=128' | sfdisk -q ${path}`);
  const handle = openSync(path, 'r+');
  writeSync(handle, Buffer.alloc(65_536, 'the last of the disk '), 0, 65_536, at);
  const device = run('losetup', '--find', '--show', path);
  const { usedBytes, seconds } = JSON.parse(run(node, script('capture.js'), device, file('curve.qcow2'))) as { usedBytes: number; seconds: number };
  run('losetup', '-d', device);
  rmSync(path);
  return `| 2 TiB, 64 KiB used at its end (goal: under 2 s) | ${mb(usedBytes)} | ${seconds.toFixed(2)} |`;
}

/** Sectors that the device delivered, against what is in use. */
function bytesRead(): void {
  const sectors = (): number => Number(readFileSync(`/sys/block/${basename(source)}/stat`, 'utf8').trim().split(/\s+/)[2]);
  run('blockdev', '--flushbufs', source);
  const before = sectors();
  const { usedBytes } = JSON.parse(run(node, script('capture.js'), source, image)) as { usedBytes: number };
  const read = (sectors() - before) * 512;
  print('read', `${mb(read)} read for ${mb(usedBytes)} in use: ${(read / usedBytes).toFixed(4)} (goal: at most 1.02), allocation map and hashing included.`);
}

/** Reads of 4 KiB at random places in use, by qemu-io through qemu-nbd, all of them the disk's own bytes. */
async function randomReads(): Promise<void> {
  const count = 1000;
  if (!existsSync(image)) run(node, script('capture.js'), source, image);
  const device = await openDevice(source, { write: false });
  const { used } = await mapDisk(device, { partitions: null, leaveOutSwapFiles: true });
  const places: number[] = [];
  for (let i = 0, seed = 1; i < count; i++) {
    seed = (seed * 48_271) % 2_147_483_647;
    const extent = used[seed % used.length]!;
    places.push(extent.offset + Math.floor(((seed >>> 8) % (extent.length / 4096)) % (extent.length / 4096)) * 4096);
  }
  const socket = file('nbd.sock');
  rmSync(socket, { force: true });
  const server = spawn('qemu-nbd', ['--read-only', '--persistent', '--format=qcow2', `--socket=${socket}`, image], { stdio: 'inherit' });
  try {
    while (!existsSync(socket)) await new Promise((resolve) => setTimeout(resolve, 20));
    const url = `nbd+unix:///?socket=${socket}`;
    const started = performance.now();
    const output = execFileSync('qemu-io', ['-r', '-f', 'raw', url], { input: places.map((place) => `read -v ${place} 4096\n`).join(''), encoding: 'utf8', maxBuffer: GIB });
    const milliseconds = performance.now() - started;
    const lines = output.replaceAll('qemu-io> ', '').split('\n').filter((line) => /^[0-9a-f]{8,}:/.test(line));
    const read = Buffer.from(lines.map((line) => line.slice(line.indexOf(':') + 1, line.indexOf(':') + 50).replaceAll(' ', '')).join(''), 'hex');
    const wantedBytes = Buffer.alloc(count * 4096);
    for (const [i, place] of places.entries()) await device.readInto(place, wantedBytes.subarray(i * 4096, (i + 1) * 4096));
    print('random', `${count} reads of 4 KiB through qemu-nbd: ${(milliseconds / count).toFixed(2)} ms each, ${read.equals(wantedBytes) ? 'all as on the disk' : '**not as on the disk**'}.`);
  } finally {
    server.kill();
    await device.close();
  }
}

function mb(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
