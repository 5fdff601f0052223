import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, lstatSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { replaceFile, sweepUnfinished } from '../../../native-free-engine/index.ts';
import { testLab } from '../../labs/test-lab.ts';
import { need } from '../../support/need.ts';

const deadPid = (): number => spawnSync(process.execPath, ['-e', '']).pid;

test('the new file takes the place of the old one, with its own rights, and nothing else is left', async () => {
  const { folder } = await testLab();
  const path = join(folder, 'a.json');
  writeFileSync(path, 'the old one, which is longer');
  chmodSync(path, 0o644);
  await replaceFile(path, 'new', { mode: 0o600 });
  expect([readFileSync(path, 'utf8'), statSync(path).mode & 0o777, readdirSync(folder)]).toEqual(['new', 0o600, ['a.json']]);
});

test('what a killed write left goes with the next one; what somebody still writes stays, for a day', async () => {
  const { folder } = await testLab();
  const at = (name: string): string => join(folder, name);
  const living = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1e6)']);
  await once(living, 'spawn');
  try {
    const [dead, alive] = [deadPid(), living.pid!];
    const names = [`a.json.${dead}.tmp`, `a.json.${process.pid}.tmp`, `a.json.${alive}.tmp`, `b.json.${dead}.tmp`, 'a.json.tmp', `${dead}.tmp.json`];
    for (const name of names) writeFileSync(at(name), 'half');
    mkdirSync(at(`folder.${dead}.tmp`));
    await replaceFile(at('a.json'), 'new');
    expect(readdirSync(folder).sort()).toEqual(['a.json', ...names.slice(2), `folder.${dead}.tmp`].sort());
    utimesSync(at(names[2]!), new Date(0), new Date(0));
    await sweepUnfinished(folder);
    expect(readdirSync(folder).sort()).toEqual(['a.json', 'a.json.tmp', `${dead}.tmp.json`, `folder.${dead}.tmp`].sort());
  } finally {
    living.kill();
  }
});

test('a link is replaced and not followed; a pipe is written into and stays one', async () => {
  const { folder } = await testLab();
  const [target, link, pipe] = [join(folder, 'target'), join(folder, 'link'), join(folder, 'pipe')];
  writeFileSync(target, 'untouched');
  symlinkSync(target, link);
  await replaceFile(link, 'new');
  expect([readFileSync(target, 'utf8'), readFileSync(link, 'utf8'), lstatSync(link).isFile()]).toEqual(['untouched', 'new', true]);

  spawnSync('mkfifo', [pipe]);
  const reader = spawn('cat', [pipe]);
  let read = '';
  reader.stdout.on('data', (data: Buffer) => (read += data.toString()));
  await Promise.all([replaceFile(pipe, 'through'), once(reader, 'close')]);
  expect([read, lstatSync(pipe).isFIFO()]).toEqual(['through', true]);
});

test('without leave nothing is replaced, whatever it is, and nothing is left', async () => {
  const { folder } = await testLab();
  for (const name of ['file', 'link', 'folder']) {
    const path = join(folder, name);
    if (name === 'file') writeFileSync(path, 'old');
    else if (name === 'link') symlinkSync('nowhere', path);
    else mkdirSync(path);
    await expect(replaceFile(path, 'new', { overwrite: false })).rejects.toMatchObject({ code: 'destination-exists' });
  }
  await replaceFile(join(folder, 'new'), 'new', { overwrite: false });
  expect(readdirSync(folder).sort()).toEqual(['file', 'folder', 'link', 'new']);
  await expect(replaceFile(join(folder, 'folder'), 'new')).rejects.toMatchObject({ code: 'destination-unwritable' });
  await expect(replaceFile(join(folder, 'missing', 'a'), 'new')).rejects.toMatchObject({ code: 'destination-unwritable', params: { errno: 'ENOENT' } });
  expect(readdirSync(folder).sort()).toEqual(['file', 'folder', 'link', 'new']);
});

// Like FAT and exFAT, which keep no owners, a user namespace refuses those that it does not know.
need({ tools: ['unshare'], root: true, linux: true })('where nothing can be given to whoever asked for rights, a file is made all the same', async () => {
  const { folder } = await testLab();
  const path = join(folder, 'a.json');
  const engine = join(import.meta.dirname, '../../../native-free-engine/index.ts');
  const make = `import { replaceFile } from ${JSON.stringify(engine)}; await replaceFile(${JSON.stringify(path)}, 'new');`;
  execFileSync('unshare', ['--user', '--map-root-user', process.execPath, '--input-type=module', '--eval', make], { env: { ...process.env, PKEXEC_UID: '12345' } });
  expect(readFileSync(path, 'utf8')).toBe('new');
});
