import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createJobService } from '../../src/jobs/index.ts';
import { SCSI_GUID, writePackage } from '../engine/media/drivers/infs.ts';
import { werkbank, type Outcome } from './support.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'drivers-'));
  writePackage(folder, 'old/e2f.inf', { driverVer: '01/01/2024,1.0' });
  writePackage(folder, 'new/e2f.inf', { driverVer: '01/01/2025,1.0' });
  writePackage(folder, 'raid/vmd.inf', { className: 'SCSIAdapter', classGuid: SCSI_GUID, catalog: null, models: { NTamd64: ['PCI\\VEN_8086&DEV_A77F'] } });
  writeFileSync(join(folder, 'bad.inf'), new Uint8Array(9 << 20));
});
afterEach(() => rmSync(folder, { recursive: true }));

const drivers = (...args: string[]): Promise<Outcome> => {
  const host = { hardware: { devices: () => Promise.resolve([{ name: 'RAID', kind: 'storage', ids: ['PCI\\VEN_8086&DEV_A77F'] }]) } } as never;
  return werkbank(['drivers', ...args], { services: { host, jobs: createJobService(host, { version: '0' }), history: {} as never } });
};

test('a scan names what is old, what has no signature and what cannot be read', async () => {
  const { exitCode, out } = await drivers('scan', folder);
  const text = out.join('\n');
  expect(exitCode).toBe(0);
  expect(text).toMatch(/old\/e2f\.inf .*older/);
  expect(text).toMatch(/vmd\.inf .*storage .*no signature/);
  expect(text).toContain('bad.inf');
  expect(text).toContain('3 driver packages');
  const { events } = await drivers('scan', folder, '--json');
  expect(events[0]).toMatchObject({ event: 'drivers', scan: { packages: expect.arrayContaining([expect.objectContaining({ standing: 'older' })]), unreadable: [{ error: { code: 'inf-too-large' } }] } });
});

test('the list is what a medium would get', async () => {
  const text = (await drivers('list', folder)).out.join('\n');
  expect(text).toContain('new/e2f.inf');
  expect(text).not.toContain('old/e2f.inf');
  expect((await drivers('list', folder, '--this-machine')).out.join('\n')).not.toContain('e2f.inf');
  expect((await drivers('list', folder, '--hardware-id', 'PCI\\VEN_1&DEV_1')).exitCode).toBe(2);
  expect((await drivers('list', folder, '--hardware-id', 'PCI\\VEN_0001&DEV_0001')).out.join('\n')).toContain('No driver for PCI\\VEN_0001&DEV_0001');
  expect((await drivers('list', join(folder, 'nothing'))).exitCode).not.toBe(0);
});

test('a medium made earlier: what is newer is said, then put there', async () => {
  const medium = join(folder, 'medium');
  mkdirSync(medium);
  const store = join(folder, 'new');
  expect((await drivers('update', medium, store, '--check')).out.join('\n')).toContain('1 drivers are newer');
  expect(readdirSync(medium)).toEqual([]);
  expect((await drivers('update', medium, join(folder, 'old'))).out.join('\n')).toContain('e2f.inf 1.0.0.0, 2024-01-01: new');
  expect((await drivers('update', medium, store)).out.join('\n')).toContain('newer than 1.0.0.0');
  expect((await drivers('update', medium, store)).out.join('\n')).toContain('is there');
  expect((await drivers('update', join(folder, 'nothing'), store)).exitCode).not.toBe(0);
});
