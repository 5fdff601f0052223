import { execFileSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readdirSync, readFileSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { expect, vi } from 'vitest';
import { judge, thresholdsWith, type CheckFacts, type CheckId, type CheckResult, type RemedyAction } from '../../native-free-engine/index.ts';
import { createHost, type CheckRequest } from '../../src/host/index.ts';
import { windowsHives } from '../engine/registry/make-hive.ts';
import { logEntry, logFile } from '../engine/registry/make-log.ts';
import { attachFaulty, FAULTY_NEEDS } from '../labs/faulty.ts';
import { attachLoop, LOOP_NEEDS, type LoopDisk } from '../labs/loop.ts';
import { mounted } from '../labs/mount.ts';
import { spawnBound } from '../labs/process.ts';
import { testLab } from '../labs/test-lab.ts';
import type { Lab } from '../labs/lab.ts';
import { tool } from '../labs/tool.ts';
import { need } from '../support/need.ts';

const host = createHost({ practiceFolder: null });
const signal = new AbortController().signal;
const MIB = 1024 * 1024;

/** What checks say about a disk as it is now. */
async function check<C extends CheckId>(path: string, checks: readonly C[], more: Partial<CheckRequest> = {}): Promise<Map<C, CheckResult[]>> {
  const disk = await host.disks.find(path);
  const request: CheckRequest = {
    job: 'deploy', sources: [{ disk, chosen: null }], imaged: null, targets: [], destination: null, imageName: null, estimate: { seconds: null, imageBytes: null }, manyMachines: true, wanted: null, partBytes: 0, ...more,
  };
  const session = host.facts.begin(request);
  try {
    const said = await Promise.all(checks.map(async (each) => {
      const facts: CheckFacts[C] = await session.gather(each, { signal });
      return [each, await host.remedies.complete(judge(each, facts, { ...host.facts.context, ...request, undecided: false, sources: [disk.id] }, thresholdsWith()))] as const;
    }));
    return new Map(said);
  } finally {
    await session.close();
  }
}
const brief = (results: readonly CheckResult[] | undefined): string[] => (results ?? []).map(({ verdict, finding, subject }) => `${verdict} ${finding.code}${subject.kind === 'partition' ? ` ${subject.id.split('#')[1]}` : ''}`).sort();

async function gptDisk(lab: Lab, ...types: readonly string[]): Promise<LoopDisk> {
  const disk = await attachLoop(lab, { size: (types.length * 48 + 4) * MIB });
  execFileSync('/usr/sbin/sfdisk', ['-q', disk.path], { input: `label: gpt\n${types.map((type) => `size=48M,type=${type}`).join('\n')}\n`, stdio: ['pipe', 'ignore', 'ignore'] });
  await disk.addPartitionNodes();
  return disk;
}

const BASIC = 'EBD0A0A2-B9E5-4433-87C0-68B6B72699C7';

/** A BitLocker volume's header and metadata, laid out by libbde's description; constructed, nothing in it is encrypted. */
function bitlocker(state: { current: number; next: number; done: number; clearKey: boolean }): { head: Buffer; metadata: Buffer; at: number } {
  const at = 4 * MIB;
  const head = Buffer.alloc(512);
  head.write('\xeb\x58\x90-FVE-FS-', 0, 'latin1');
  head.writeUInt16LE(512, 0x0b);
  head[0x0d] = 8;
  Buffer.from('3bd66749292ed84a8399f6a339e3d001', 'hex').copy(head, 0xa0);
  [at, at + MIB, at + 2 * MIB].forEach((offset, i) => head.writeBigUInt64LE(BigInt(offset), 0xb0 + i * 8));
  head.writeUInt16LE(0xaa55, 510);
  const key = Buffer.alloc(8 + 28);
  key.writeUInt16LE(key.length, 0);
  key.writeUInt16LE(2, 2);
  key.writeUInt16LE(8, 4);
  key.writeUInt16LE(1, 6);
  key.writeUInt16LE(state.clearKey ? 0 : 0x0800, 8 + 0x1a);
  const metadata = Buffer.alloc(64 * 1024);
  metadata.write('-FVE-FS-', 0, 'latin1');
  metadata.writeUInt16LE(2, 0x0a);
  metadata.writeUInt16LE(state.current, 0x0c);
  metadata.writeUInt16LE(state.next, 0x0e);
  metadata.writeBigUInt64LE(BigInt(state.done), 0x10);
  metadata.writeUInt32LE(16, 0x1c);
  [at, at + MIB, at + 2 * MIB].forEach((offset, i) => metadata.writeBigUInt64LE(BigInt(offset), 0x20 + i * 8));
  metadata.writeUInt32LE(0x30 + key.length, 0x40);
  metadata.writeUInt32LE(1, 0x44);
  metadata.writeUInt32LE(0x30, 0x48);
  metadata.writeUInt32LE(0x30 + key.length, 0x4c);
  metadata.writeUInt16LE(0x8004, 0x64);
  key.copy(metadata, 0x70);
  return { head, metadata, at };
}

function put(path: string, offset: number, bytes: Uint8Array): void {
  const file = openSync(path, 'r+');
  try {
    writeSync(file, bytes, 0, bytes.length, offset);
  } finally {
    closeSync(file);
  }
}

need({ root: LOOP_NEEDS.root, linux: true, tools: [...LOOP_NEEDS.tools, 'sfdisk', 'mkntfs', 'ntfs-3g', 'mkfs.ext4', 'debugfs', 'e2fsck'] })(
  'a Windows that sleeps, is not generalised and waits for a restart; a dirty ext4 that a button repairs',
  async () => {
    const lab = await testLab();
    const disk = await gptDisk(lab, 'U', BASIC, 'L');
    const [ntfs, ext4] = [`${disk.path}p2`, `${disk.path}p3`];
    await tool('mkntfs', ['-q', '-Q', ntfs]);
    await tool('mkfs.ext4', ['-q', ext4]);
    const put_ = async (fill: (folder: string) => void): Promise<void> => {
      const mount = await mounted(lab, ntfs, { type: 'ntfs-3g' });
      fill(mount.folder);
      await mount.unmount();
    };
    await put_((folder) => {
      mkdirSync(join(folder, 'Windows/System32/config'), { recursive: true });
      const { software, system } = windowsHives({ hiberboot: 1, rebootPending: true, renames: ['C:\\old.dll'], dirty: true });
      writeFileSync(join(folder, 'Windows/System32/config/SOFTWARE'), software);
      writeFileSync(join(folder, 'Windows/System32/config/SYSTEM'), system);
      writeFileSync(join(folder, 'hiberfil.sys'), Buffer.alloc(8192));
    });
    const checks = ['hibernation', 'sysprep', 'updates', 'file-system', 'os-partitions', 'free-space', 'encryption', 'fragmentation'] as const;
    let said = await check(disk.path, checks);
    expect(brief(said.get('hibernation'))).toEqual(['advice fast-startup 2']);
    expect(brief(said.get('sysprep'))).toEqual(['warning not-generalised 2']);
    expect(said.get('sysprep')?.[0]?.finding.params).toMatchObject({ product: 'Windows 11 Pro', computer: 'BALIE-7', state: 'IMAGE_STATE_COMPLETE' });
    expect(said.get('sysprep')?.[0]?.evidence.map(({ code }) => code)).toContain('dirty');
    expect(brief(said.get('updates'))).toEqual(['warning file-renames 2', 'warning reboot 2']);
    expect(brief(said.get('file-system'))).toEqual(['fine all-clean']);
    expect(brief(said.get('encryption'))).toEqual(['fine all-plain']);
    expect(said.get('os-partitions')?.[0]?.finding.code).toBe('complete');
    expect(said.get('free-space')?.every(({ verdict }) => verdict !== 'unknown')).toBe(true);
    // NTFS and the ext4 volume that nobody mounted, both counted by our own readers.
    expect(brief(said.get('fragmentation'))).toEqual(['fine all-little']);

    await put_((folder) => {
      writeFileSync(join(folder, 'hiberfil.sys'), Buffer.concat([Buffer.from('HIBR'), Buffer.alloc(8188)]));
      // Logs that bring the hives up to date (constructed; they change nothing). Only SOFTWARE is dirty.
      const { software, system } = windowsHives({ hiberboot: 1, rebootPending: true, renames: ['C:\\old.dll'], dirty: true });
      for (const [name, hive] of [['SOFTWARE', software], ['SYSTEM', system]] as const) {
        const entry = logEntry({ sequence: 7, pages: [{ offset: 0, bytes: hive.subarray(4096, 8192) }], binsSize: hive.length - 4096 });
        writeFileSync(join(folder, `Windows/System32/config/${name}.LOG1`), logFile(hive, entry));
        writeFileSync(join(folder, `Windows/System32/config/${name}.LOG2`), '');
      }
    });
    await tool('debugfs', ['-w', '-R', 'ssv state 2', ext4]);
    said = await check(disk.path, checks);
    expect(brief(said.get('hibernation'))).toEqual(['stop asleep 2']);
    expect(said.get('sysprep')?.[0]?.evidence.find(({ code }) => code === 'replayed')?.params).toMatchObject({ count: 1 });
    expect(said.get('sysprep')?.[0]?.evidence.map(({ code }) => code)).not.toContain('dirty');
    expect(said.get('hibernation')?.[0]?.overridable).toBe(true);
    const dirty = said.get('file-system')?.find(({ verdict }) => verdict === 'warning');
    expect(dirty).toMatchObject({ finding: { code: 'dirty' }, subject: { id: expect.stringContaining('#3') as string } });
    const repair = dirty?.remedies[0];
    expect(repair?.commands).toEqual([{ program: 'e2fsck', args: ['-f', '-p', ext4] }]);
    const action = repair?.action as RemedyAction;

    const held = await mounted(lab, ext4, { type: 'ext4', options: 'ro' });
    await expect(host.remedies.run(action, { signal })).rejects.toMatchObject({ code: 'remedy-refused' });
    await held.unmount();
    const heard: string[] = [];
    await host.remedies.run(action, { signal, onProgress: ({ line }) => heard.push(line) });
    expect(heard.join('\n')).toMatch(/files|blocks/);
    expect(brief((await check(disk.path, ['file-system'])).get('file-system'))).toEqual(['fine all-clean']);
    // Windows sleeps on it: not even the milder repair is run.
    const asleep: RemedyAction = { id: 'repair-file-system', volume: { diskId: disk.path, number: 2, device: ntfs, kind: 'ntfs', label: '', role: 'os', mountPoints: [], size: 48 * MIB } };
    await expect(host.remedies.run(asleep, { signal })).rejects.toMatchObject({ code: 'remedy-refused' });
  },
);

need({ root: LOOP_NEEDS.root, linux: true, tools: [...LOOP_NEEDS.tools, 'sfdisk', 'cryptsetup', 'blkid'] })('LUKS by cryptsetup; constructed: BitLocker laid out by hand, as blkid knows it', async () => {
  const lab = await testLab();
  const disk = await gptDisk(lab, 'L', BASIC, BASIC);
  await tool('cryptsetup', ['luksFormat', '-q', '--type', 'luks2', '--pbkdf', 'pbkdf2', '--pbkdf-force-iterations', '1000', '--key-file', '/proc/version', `${disk.path}p1`]);
  const length = 48 * MIB;
  for (const [node, state] of [[`${disk.path}p2`, { current: 4, next: 4, done: length, clearKey: true }], [`${disk.path}p3`, { current: 2, next: 4, done: length / 4, clearKey: false }]] as const) {
    const { head, metadata, at } = bitlocker(state);
    put(node, 0, head);
    for (const copy of [0, 1, 2]) put(node, at + copy * MIB, metadata);
  }
  const said = await check(disk.path, ['encryption']);
  expect(brief(said.get('encryption'))).toEqual(['stop encrypting 3', 'warning luks-locked 1', 'warning suspended 2']);
  expect(said.get('encryption')?.find(({ finding }) => finding.code === 'encrypting')?.finding.params).toMatchObject({ percent: 25 });
  // Until it is finished Windows often leaves the key in the open.
  const { metadata } = bitlocker({ current: 2, next: 4, done: length / 2, clearKey: true });
  for (const copy of [0, 1, 2]) put(`${disk.path}p2`, (4 + copy) * MIB, metadata);
  expect(brief((await check(disk.path, ['encryption'])).get('encryption'))).toEqual(['stop encrypting 2', 'stop encrypting 3', 'warning luks-locked 1']);
  expect(await tool('blkid', ['-p', '-s', 'TYPE', '-o', 'value', `${disk.path}p2`])).toBe('BitLocker\n');
  // What is behind it cannot be seen: that is not the same as no Windows, or one that does not sleep.
  const behind = await check(disk.path, ['sysprep', 'hibernation', 'updates', 'file-system']);
  for (const id of ['sysprep', 'hibernation', 'updates'] as const) expect(brief(behind.get(id)), id).toEqual(['unknown missing-locked 2', 'unknown missing-locked 3']);
  expect(brief(behind.get('file-system'))).toEqual(['unknown missing-locked 1', 'unknown missing-locked 2', 'unknown missing-locked 3']);
});

need({ root: LOOP_NEEDS.root, linux: true, tools: [...LOOP_NEEDS.tools, 'sfdisk', 'blkid'] })('a member of a RAID, its superblock constructed as blkid knows it: what is in it is not called well', async () => {
  const lab = await testLab();
  const disk = await gptDisk(lab, 'L', BASIC);
  const node = `${disk.path}p1`;
  const superblock = Buffer.alloc(256);
  superblock.writeUInt32LE(0xa92b4efc, 0);
  superblock.writeUInt32LE(1, 4);
  superblock.fill(7, 16, 32);
  superblock.write('bench:0', 32);
  superblock.writeBigUInt64LE(8n, 144);
  let sum = 0;
  for (let at = 0; at < superblock.length; at += 4) sum += superblock.readUInt32LE(at);
  superblock.writeUInt32LE((sum + Math.floor(sum / 2 ** 32)) % 2 ** 32, 216);
  put(node, 4096, superblock);
  expect(await tool('blkid', ['-p', '-s', 'TYPE', '-o', 'value', node])).toBe('linux_raid_member\n');
  expect(brief((await check(disk.path, ['file-system'])).get('file-system'))).toEqual(['unknown missing-inside 1']);
});

need({ root: LOOP_NEEDS.root, linux: true, tools: [...LOOP_NEEDS.tools, 'mkntfs', 'ntfs-3g', 'umount'] })('a folder that takes no file is no destination: /proc, and a file system whose driver is gone, as of a share that went away', async () => {
  const lab = await testLab();
  const [volume, place] = [join(lab.folder, 'share.img'), join(lab.folder, 'share')];
  mkdirSync(place);
  await tool('truncate', ['-s', '16M', volume]);
  await tool('mkntfs', ['-q', '-Q', '-F', volume]);
  const driver = spawnBound('ntfs-3g', ['-o', 'no_detach', volume, place], { stdio: 'ignore' });
  try {
    await vi.waitFor(() => expect(readFileSync('/proc/self/mounts', 'utf8')).toContain(` ${place} `), { timeout: 300_000 });
    const loop = await attachLoop(lab, { size: 8 * MIB });
    const says = async (folder: string): Promise<string[]> => brief((await check(loop.path, ['destination'], { destination: folder })).get('destination'));
    expect(await says(place)).toEqual(['fine good']);
    // One that gives no answer is asked by a process of its own: this one would not come to its end.
    driver.kill('SIGSTOP');
    expect(await says(place)).toEqual(['unknown missing-timed-out']);
    expect((await check(loop.path, ['image-name'], { destination: place, imageName: () => Promise.reject(new Error('asked')) })).get('image-name')).toMatchObject([{ finding: { code: 'missing-timed-out' } }]);
    driver.kill('SIGCONT');
    expect(await says(place)).toEqual(['fine good']);
    driver.kill('SIGKILL');
    await vi.waitFor(() => expect(() => readdirSync(place)).toThrow(/ENOTCONN/), { timeout: 300_000 });
    expect(await says(place)).toEqual(['stop unwritable']);
    expect(await says('/proc')).toEqual(['stop unwritable']);
  } finally {
    driver.kill('SIGKILL');
    await tool('umount', ['-l', place]).catch(() => undefined);
  }
});

need(LOOP_NEEDS)('a disk that leaves after it was looked up is none that takes what is put onto it', async () => {
  const lab = await testLab();
  const [loop, nothing] = [await attachLoop(lab, { size: 8 * MIB }), join(lab.folder, 'nothing.img')];
  writeFileSync(nothing, '');
  const target = await host.disks.find(loop.path);
  const session = host.facts.begin({ job: 'write', sources: [], imaged: null, targets: [target], destination: null, imageName: null, estimate: { seconds: null, imageBytes: null }, manyMachines: false, wanted: null, partBytes: 0 });
  await loop.exchange(nothing);
  const facts = await session.gather('target', { signal });
  await session.close();
  expect(facts.targets[0]?.answers.known).toBe(false);
});

need(FAULTY_NEEDS)('a disk with bad places: read from end to end, narrowed down, drawn', async () => {
  const lab = await testLab();
  const disk = await attachFaulty(lab, { size: 16 * MIB });
  await disk.setFaults({ on: 'read', fromByte: 5 * MIB, toByte: 5 * MIB + 8192, error: 'EIO' });
  const target = await host.disks.find(disk.path);
  const session = host.facts.begin({ job: 'write', sources: [], imaged: null, targets: [target], destination: null, imageName: null, estimate: { seconds: null, imageBytes: null }, manyMachines: false, wanted: null, partBytes: 0 });
  let map: readonly string[] = [];
  const facts = await session.gather('surface', { signal, onProgress: (progress) => (map = progress.map ?? map) });
  await session.close();
  expect(facts.disks[0]?.scan).toMatchObject({ known: true, value: { unreadable: [{ offset: 5 * MIB, length: 8192 }], unreadableBytes: 8192 } });
  expect(map.map((cell, i) => (cell === 'bad' ? i : -1)).filter((i) => i >= 0)).toEqual([160]);
  expect(map.every((cell) => cell !== 'unread')).toBe(true);
});

need({ root: true, linux: true, tools: ['unshare'] })('a port held by another process, in a network name space of its own', async () => {
  const script = `
    const { createSocket } = require('node:dgram');
    const { spawn } = require('node:child_process');
    const other = spawn(process.execPath, ['-e', "const s=require('node:dgram').createSocket('udp4');s.bind(69,()=>console.log('held'));process.stdin.on('end',()=>process.exit()).resume()"], { stdio: ['pipe', 'pipe', 'inherit'] });
    other.stdout.once('data', async () => {
      const { udpHolder } = await import(${JSON.stringify(new URL('../../src/host/linux/facts/ports.ts', import.meta.url).href)});
      console.log(JSON.stringify([other.pid, await udpHolder(69), await udpHolder(67), await udpHolder(4011)]));
      other.stdin.end();
    });`;
  const [pid, held, dhcp, pxe] = JSON.parse(await tool('unshare', ['--net', process.execPath, '-e', script])) as [number, unknown, unknown, unknown];
  expect(held).toMatchObject({ process: expect.stringContaining('node') as string, pid, address: '0.0.0.0' });
  expect([dhcp, pxe]).toEqual([null, null]);
});
