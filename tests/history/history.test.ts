import { spawnSync } from 'node:child_process';
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { Report } from '../../src/contract/index.ts';
import { exportReports, historyFolder, matching, openHistory } from '../../src/history/index.ts';
import { mounted } from '../labs/mount.ts';
import { testLab } from '../labs/test-lab.ts';
import { capturePlan, report, writePlan } from '../main/plans.ts';
import { need } from '../support/need.ts';

function tempFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'werkbank-history-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Job `number` began on that day of January. */
function job(number: number, changes: Partial<Report> = {}): Report {
  const startedAt = `2026-01-${String(number).padStart(2, '0')}T12:04:05.000Z`;
  return { ...report(`00000000-0000-4000-8000-${String(number).padStart(12, '0')}`, writePlan('debian.img', '/dev/sdb'), 'done'), startedAt, ...changes };
}

const fresh = () => openHistory(join(tempFolder(), 'history'));

test('reports come back as they were, newest first; a folder that is not there yet is an empty history', async () => {
  const history = fresh();
  expect(await history.list()).toMatchObject({ entries: [], faulty: [] });
  const [first, second] = [job(1), job(2, { outcome: 'failed', error: { code: 'target-gone', params: {}, retryable: false, place: null, detail: '' } })];
  await history.add(second);
  await history.add(first);
  const { entries } = await history.list();
  expect(entries.map(({ id }) => id)).toEqual([second.jobId, first.jobId]);
  expect(entries[0]).toMatchObject({ kind: 'write', outcome: 'failed', code: 'target-gone', computer: 'h', image: 'debian.img', disks: [{ number: 1, model: 'Stick', serial: 'S1' }] });
  expect(await history.get(first.jobId)).toEqual(first);
  await expect(history.get('no-such-job')).rejects.toMatchObject({ code: 'history-not-found' });
  await expect(history.get('../../etc/passwd')).rejects.toMatchObject({ code: 'history-not-found' });
});

test('nobody else may read it', async () => {
  const folder = join(tempFolder(), 'history');
  await openHistory(folder).add(job(1));
  expect(statSync(folder).mode & 0o777).toBe(0o700);
  expect(statSync(join(folder, readdirSync(folder)[0]!)).mode & 0o777).toBe(0o600);
});

test('a hostile id becomes a harmless name', async () => {
  const folder = join(tempFolder(), 'a', 'history');
  await openHistory(folder).add(job(1, { jobId: '../../escaped' }));
  expect(readdirSync(folder)).toEqual(['2026-01-01T12-04-05Z-write-------escaped.json']);
});

test('found by machine, disk, serial number, image, day and outcome, in either language', async () => {
  const history = fresh();
  await history.add(job(1, { host: { name: 'BALIE-02', system: 'Linux', release: '6' } }));
  await history.add(job(12, { outcome: 'cancelled', plan: { ...capturePlan('/dev/sdc'), destination: '/images/Café Zürich.qcow2', purpose: 'intake', disk: { ...capturePlan('x').disk, model: 'Samsung SSD 980', serial: 'S64DNX0R' } } }));
  const { entries } = await history.list();
  const days = (query: string): number[] => matching(entries, query).map(({ startedAt }) => new Date(startedAt).getUTCDate());
  for (const query of ['balie-02', 'debian', '2026-01-01', 'klaar stick', 'DONE', 'january 1, 2026']) expect(days(query), query).toEqual([1]);
  for (const query of ['samsung 980', 's64dnx', 'cafe zurich', 'intake', '12-01-2026', 'cancelled', 'afgebroken', '12 januari']) expect(days(query), query).toEqual([12]);
  for (const query of ['', '  ', '2026']) expect(days(query), query).toEqual([12, 1]);
  expect(days('samsung debian')).toEqual([]);
  expect(days('.*')).toEqual([]);
});

test('what is damaged is named and skipped, whatever it is', async () => {
  const folder = join(tempFolder(), 'history');
  const history = openHistory(folder);
  await history.add(job(20));
  const place = (name: string, text: string): void => writeFileSync(join(folder, name), text);
  const whole = readFileSync(join(folder, readdirSync(folder)[0]!), 'utf8');
  place('2026-01-01T00-00-00Z-write-cut.json', whole.slice(0, whole.length / 2));
  place('2026-01-02T00-00-00Z-write-empty.json', '');
  place('2026-01-03T00-00-00Z-write-other.json', '{"jobId": 7}');
  place('2026-01-04T00-00-00Z-write-null.json', 'null');
  place('2026-01-05T00-00-00Z-teleport-newer.json', whole.replace('"kind":"write"', '"kind":"teleport"'));
  mkdirSync(join(folder, '2026-01-06T00-00-00Z-write-folder.json'));
  writeFileSync(join(folder, '2026-01-07T00-00-00Z-write-huge.json'), Buffer.alloc(17 << 20, ' '));
  place('notes.txt', 'not ours');
  const found = await history.list();
  expect(found.entries.map(({ id }) => id)).toEqual([job(20).jobId]);
  expect(found.faulty.map(({ path, error }) => [path.slice(folder.length + 27, -5), error.code])).toEqual(
    ['huge', 'folder', 'rt-newer', 'null', 'other', 'empty', 'cut'].map((name) => [expect.stringContaining(name) as string, 'history-corrupt']),
  );
  await expect(history.get('cut')).rejects.toMatchObject({ code: 'history-corrupt' });
});

test('a report of an earlier version lacks what came later, and is shown all the same', async () => {
  const folder = join(tempFolder(), 'history');
  const history = openHistory(folder);
  await history.add(job(1));
  const path = join(folder, readdirSync(folder)[0]!);
  const old = JSON.parse(readFileSync(path, 'utf8')) as Partial<Report>;
  delete old.events;
  writeFileSync(path, JSON.stringify(old));
  expect(await openHistory(folder).get(job(1).jobId)).toEqual(job(1));
});

test('the oldest make room; other files stay', async () => {
  const folder = join(tempFolder(), 'history');
  const few = openHistory(folder, { entries: 3, bytes: 1e9 });
  writeOther(folder);
  for (let day = 1; day <= 6; day++) await few.add(job(day));
  expect((await few.list()).entries.map(({ startedAt }) => startedAt.slice(8, 10))).toEqual(['06', '05', '04']);
  const size = statSync(join(folder, readdirSync(folder).find((name) => name.includes('write'))!)).size;
  const small = openHistory(folder, { entries: 100, bytes: size * 2 + 10 });
  await small.add(job(7));
  expect((await small.list()).entries.map(({ startedAt }) => startedAt.slice(8, 10))).toEqual(['07', '06']);
  const none = openHistory(folder, { entries: 0, bytes: 0 });
  await none.add(job(8));
  expect((await none.list()).entries.map(({ startedAt }) => startedAt.slice(8, 10))).toEqual(['08']);
  expect(existsSync(join(folder, 'other.json'))).toBe(true);
});

function writeOther(folder: string): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'other.json'), '{}');
}

test('what an interrupted write left behind goes, what is being written does not', async () => {
  const folder = join(tempFolder(), 'history');
  writeOther(folder);
  const [dead, living] = [spawnSync(process.execPath, ['-e', '']).pid, process.pid];
  const [old, young] = [dead, living].map((pid) => join(folder, `2026-01-01T00-00-00Z-write-a.json.${pid}.tmp`)) as [string, string];
  for (const path of [old, young]) writeFileSync(path, '{"half');
  await openHistory(folder).add(job(1));
  expect([existsSync(old), existsSync(young)]).toEqual([false, true]);
  expect((await openHistory(folder).list()).faulty).toEqual([]);
});

test('window and terminal write at the same time, and both jobs are kept', async () => {
  const folder = join(tempFolder(), 'history');
  const script = (from: number): string => `
    import { openHistory } from ${JSON.stringify(new URL('../../src/history/index.ts', import.meta.url).href)};
    const history = openHistory(${JSON.stringify(folder)}, { entries: 15, bytes: 1e9 });
    const reports = ${JSON.stringify(Array.from({ length: 10 }, (_, index) => job(from + index)))};
    for (const report of reports) await history.add(report);`;
  const { spawn } = await import('node:child_process');
  await Promise.all([1, 11].map((from) => new Promise<void>((resolve, reject) => {
    const child = spawn(process.execPath, ['--input-type=module', '-e', script(from)], { stdio: ['ignore', 'inherit', 'inherit'] });
    child.on('close', (code) => (code === 0 ? resolve() : reject(new Error(`ended with ${code}`))));
  })));
  const { entries, faulty } = await openHistory(folder).list();
  expect(faulty).toEqual([]);
  expect(entries.map(({ startedAt }) => Number(startedAt.slice(8, 10)))).toEqual(Array.from({ length: 15 }, (_, index) => 20 - index));
});

need({ root: true, linux: true, tools: ['mount', 'umount'] })('a full disk is named, leaves nothing half behind, and what was there stays', async () => {
  const { folder: mount } = await mounted(await testLab(), 'tmpfs', { type: 'tmpfs', options: 'size=64k' });
  const folder = join(mount, 'history');
  const history = openHistory(folder);
  await history.add(job(1));
  const large = job(2, { speedCurve: Array.from({ length: 4000 }, (_, seconds) => ({ seconds, speed: 1e6, phase: 'writing' })) });
  await expect(history.add(large)).rejects.toMatchObject({ code: 'history-unwritable', params: { errno: 'ENOSPC' } });
  expect(readdirSync(folder)).toHaveLength(1);
  expect((await history.list()).entries.map(({ id }) => id)).toEqual([job(1).jobId]);
  await history.add(job(3));
});

test('a folder that is a file is named', async () => {
  const folder = join(tempFolder(), 'history');
  writeFileSync(folder, '');
  await expect(openHistory(folder).add(job(1))).rejects.toMatchObject({ code: 'history-unwritable' });
  await expect(openHistory(folder).list()).rejects.toMatchObject({ code: 'history-unreadable' });
});

test('the list of files of a medium lies beside its report, is exported with it, and goes with it', async () => {
  const folder = join(tempFolder(), 'history');
  const history = openHistory(folder, { entries: 2, bytes: 1e9 });
  const sums = `${'0'.repeat(64)}  sources/boot.wim\n`;
  await history.add(job(1), sums);
  await history.add(job(2));
  expect(await history.sums(job(1).jobId)).toBe(sums);
  expect(await history.sums(job(2).jobId)).toBeNull();
  await expect(history.sums('no-such-job')).rejects.toMatchObject({ code: 'history-not-found' });
  const { entries, faulty } = await history.list();
  expect([entries.length, faulty]).toEqual([2, []]);
  const to = join(tempFolder(), 'out');
  await exportReports(history, entries, to, 'en', 'terminal');
  const lists = readdirSync(to).filter((name) => name.endsWith('.sha256'));
  expect(lists).toEqual([expect.stringMatching(/^2026-01-01.*\.files\.sha256$/)]);
  expect(readFileSync(join(to, lists[0]!), 'utf8')).toBe(sums);
  expect(existsSync(join(to, lists[0]!.replace('.files.sha256', '.json')))).toBe(true);
  // One whose report was never written.
  const stray = join(folder, '2026-01-01T00-00-00Z-winpe-a.files.sha256');
  writeFileSync(stray, sums);
  utimesSync(stray, 1, 1);
  await history.add(job(3));
  expect(readdirSync(folder).filter((name) => name.endsWith('.sha256'))).toEqual([]);
  const small = openHistory(folder, { entries: 9, bytes: 20_000 });
  await small.add(job(4), 'x'.repeat(30_000));
  expect((await small.list()).entries).toHaveLength(1);
});

test('exported as pages and as data', async () => {
  const history = fresh();
  for (const day of [1, 2, 3]) await history.add(job(day));
  const to = join(tempFolder(), 'new', 'folder');
  const { entries } = await history.list();
  expect(await exportReports(history, entries.slice(0, 2), to, 'nl', 'window')).toBe(2);
  expect(readdirSync(to).filter((name) => name.endsWith('.html'))).toHaveLength(2);
  const data = readdirSync(to).filter((name) => name.endsWith('.json')).sort();
  expect(JSON.parse(readFileSync(join(to, data[0]!), 'utf8'))).toEqual(job(2));
  expect(readFileSync(join(to, data[0]!.replace('.json', '.html')), 'utf8')).toContain('lang="nl"');
  writeFileSync(join(to, 'file'), '');
  await expect(exportReports(history, entries, join(to, 'file'), 'en', 'terminal')).rejects.toMatchObject({ code: 'destination-unwritable' });
});

test('the folder is that of the program on each system, or the one that is named', async () => {
  expect(await historyFolder({ XDG_DATA_HOME: '/data' })).toBe('/data/werkbank/history');
  expect(await historyFolder({ WERKBANK_HISTORY_FOLDER: '/else' })).toBe('/else');
  // Never in the folder that somebody happens to be in.
  const { HOME } = process.env;
  try {
    for (const home of ['', 'relative']) {
      process.env['HOME'] = home;
      expect(await historyFolder({ XDG_DATA_HOME: 'data' })).toBe(join(userInfo().homedir, '.local/share/werkbank/history'));
    }
  } finally {
    if (HOME === undefined) delete process.env['HOME'];
    else process.env['HOME'] = HOME;
  }
});

need({ root: true, linux: true, tools: [] })('with sudo the history is that of the user who called it, and a link of theirs leads nowhere', async () => {
  const home = tempFolder();
  chmodSync(home, 0o777);
  const forbidden = join(tempFolder(), 'roots');
  mkdirSync(forbidden, { mode: 0o700 });
  const script = (folder: string): string => `
    import { historyFolder, openHistory } from ${JSON.stringify(new URL('../../src/history/index.ts', import.meta.url).href)};
    import { asInvokingUser } from ${JSON.stringify(new URL('../../src/host/index.ts', import.meta.url).href)};
    const folder = ${folder};
    try {
      await asInvokingUser(() => openHistory(folder).add(${JSON.stringify(job(1))}));
      console.log(folder, process.getuid(), process.geteuid());
    } catch (error) { console.log(error.code); }`;
  const env = { ...process.env, SUDO_UID: '65534', SUDO_GID: '65534', SUDO_USER: 'nobody', SUDO_HOME: home, XDG_DATA_HOME: '/root/elsewhere' };
  const sudo = (folder: string): string => execFileSync(process.execPath, ['--input-type=module', '-e', script(folder)], { env, encoding: 'utf8' }).trim();
  const folder = join(home, '.local/share/werkbank/history');
  expect(sudo('await historyFolder()')).toBe(`${folder} 0 0`);
  expect(statSync(folder)).toMatchObject({ uid: 65534, gid: 65534 });
  expect(statSync(join(folder, readdirSync(folder)[0]!))).toMatchObject({ uid: 65534, gid: 65534 });
  expect(sudo(JSON.stringify(forbidden))).toBe('history-unwritable');
  expect(readdirSync(forbidden)).toEqual([]);
});
