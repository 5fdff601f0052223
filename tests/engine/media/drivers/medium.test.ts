import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { DRIVER_LIST, parseDriverList } from '../../../../native-free-engine/media/drivers/driver-list.ts';
import { driverFiles, driversOnMedium, updateMedium } from '../../../../native-free-engine/media/drivers/node-media-drivers.ts';
import { scanDrivers } from '../../../../native-free-engine/media/drivers/node-scan.ts';
import type { DriverPackage } from '../../../../native-free-engine/media/drivers/package.ts';
import { readBytes } from '../../../../native-free-engine/io/read-bytes.ts';
import { writePackage } from './infs.ts';

let folder: string;
let stick: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'medium-'));
  mkdirSync((stick = join(folder, 'stick')));
});
afterEach(() => rmSync(folder, { recursive: true }));

let store = 0;
async function packages(name: string, driverVer: string): Promise<DriverPackage[]> {
  const place = join(folder, `store${store++}`);
  writePackage(place, name, { driverVer });
  return [...(await scanDrivers([place])).packages];
}
const infs = (): string[] => readdirSync(stick, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.inf')).sort();

test('a stick gets drivers, then newer ones; what it has and is newer stays', async () => {
  const old = await packages('e2f.inf', '01/01/2024,1.0');
  expect((await updateMedium(stick, old)).map(({ kind }) => kind)).toEqual(['added']);
  const [first] = infs();
  expect((await updateMedium(stick, old)).map(({ kind }) => kind)).toEqual(['kept']);
  expect((await updateMedium(stick, await packages('e2f.inf', '01/01/2023,9.0'))).map(({ kind }) => kind)).toEqual(['older']);
  expect(infs()).toEqual([first]);
  const changes = await updateMedium(stick, [...await packages('e2f.inf', '01/01/2025,1.0'), ...await packages('rt.inf', '01/01/2025,1.0')]);
  expect(changes.map(({ kind }) => kind)).toEqual(['newer', 'added']);
  expect(infs()).toHaveLength(2);
  expect(infs()).not.toContain(first);
  expect((await driversOnMedium(stick)).map(({ infName, date }) => [infName, date])).toEqual([['e2f.inf', '2025-01-01'], ['rt.inf', '2025-01-01']]);
  for (const path of infs()) expect(readdirSync(dirname(join(stick, path))).sort()).toEqual(['driver.cat', 'driver.sys', path.split('/').at(-1)]);
});

test('a stick made anew and one brought up to date look the same', async () => {
  const found = await packages('e2f.inf', '01/01/2024,1.0');
  const { entries, list } = await driverFiles(found);
  await updateMedium(stick, found);
  for (const entry of entries) {
    const source = await entry.open();
    expect(Buffer.from(await readBytes(source, 0, source.size)).equals(readFileSync(join(stick, entry.path))), entry.path).toBe(true);
    await source.close();
  }
  expect(await driversOnMedium(stick)).toEqual(list);
});

test('an update that breaks off leaves the old driver and no half one; done again it ends well', async () => {
  await updateMedium(stick, await packages('e2f.inf', '01/01/2024,1.0'));
  const before = infs();
  const newer = await packages('e2f.inf', '01/01/2025,1.0');
  const sys = newer[0]!.path.replace('e2f.inf', 'driver.sys');
  unlinkSync(sys);
  await expect(updateMedium(stick, newer)).rejects.toMatchObject({ code: 'file-unreadable' });
  expect(infs()).toEqual(before);
  // The plug was pulled after the copy and before the list: both lie there.
  writeFileSync(sys, 'again');
  const list = readFileSync(join(stick, DRIVER_LIST));
  await updateMedium(stick, newer);
  writeFileSync(join(stick, DRIVER_LIST), list);
  expect((await updateMedium(stick, newer)).map(({ kind }) => kind)).toEqual(['newer']);
  expect(infs()).toHaveLength(1);
});

test.each([
  ['not JSON', '{'],
  ['another format', '{"format":"x","version":1,"drivers":[]}'],
  ['a folder that leads out', '{"format":"werkbank-drivers","version":1,"drivers":[{"folder":"network/../../x-00000000","infName":"a","provider":"","classGuid":"","date":"","version":"","architectures":[],"sha256":""}]}'],
  ['a field that is missing', '{"format":"werkbank-drivers","version":1,"drivers":[{"folder":"network/a-00000000"}]}'],
  ['null for a driver', '{"format":"werkbank-drivers","version":1,"drivers":[null]}'],
])('a list with %s is refused', (_, text) => {
  expect(() => parseDriverList(text, 'x')).toThrowError(expect.objectContaining({ code: 'driver-list-invalid' }));
});

test('a stick that is not there is named', async () => {
  await expect(driversOnMedium(join(folder, 'nothing'))).rejects.toMatchObject({ code: 'driver-folder-missing' });
});
