import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createLinuxHardware } from '../../src/host/linux/hardware.ts';
import { createWindowsHardware, parseDevices } from '../../src/host/windows/hardware.ts';
import { need } from '../support/need.ts';

test('controllers as Linux lists them (a constructed /sys/bus/pci/devices)', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'pci-'));
  try {
    const add = (name: string, files: Record<string, string>): void => {
      mkdirSync(join(folder, name));
      for (const [file, text] of Object.entries(files)) writeFileSync(join(folder, name, file), `${text}\n`);
    };
    add('0000:00:1f.6', { class: '0x020000', vendor: '0x8086', device: '0x15fa', subsystem_vendor: '0x1028', subsystem_device: '0x0a20', revision: '0x11' });
    add('0000:01:00.0', { class: '0x010802', vendor: '0x144d', device: '0xa80a' });
    add('0000:00:02.0', { class: '0x030000', vendor: '0x8086', device: '0x9a60' });
    const devices = await createLinuxHardware(folder).devices();
    expect(devices.map(({ kind, ids }) => [kind, ids[0]])).toEqual([
      ['network', 'PCI\\VEN_8086&DEV_15FA&SUBSYS_0A201028&REV_11'], ['storage', 'PCI\\VEN_144D&DEV_A80A&SUBSYS_00000000&REV_00'],
    ]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

need({ linux: true })('this machine can be asked', async () => {
  for (const { ids } of await createLinuxHardware().devices()) expect(ids[0]).toMatch(/^PCI\\VEN_[0-9A-F]{4}&DEV_[0-9A-F]{4}&SUBSYS_[0-9A-F]{8}&REV_[0-9A-F]{2}$/);
});

test('controllers as PowerShell lists them (constructed output)', async () => {
  const output = JSON.stringify({ devices: [
    { name: 'Intel(R) Ethernet', class: 'Net', ids: ['PCI\\VEN_8086&DEV_15FA&SUBSYS_0A201028&REV_11', 'PCI\\CC_0200'] },
    { name: '', class: '', ids: ['pci\\ven_8086&dev_467f&subsys_0a201028', 'PCI\\VEN_8086&CC_0104'] },
    { name: 'USB thing', class: '', ids: ['USB\\VID_0BDA&PID_8153'] },
    { name: 'nothing', class: 'Net', ids: [] },
  ] });
  const devices = await createWindowsHardware((program, args) => {
    expect(program).toBe('powershell.exe');
    expect(Buffer.from(args.at(-1) ?? '', 'base64').toString('utf16le')).toContain('Get-PnpDevice -PresentOnly');
    return Promise.resolve({ code: 0, stdout: output, stderr: '' });
  }).devices();
  expect(devices.map(({ kind, ids }) => [kind, ids[0]])).toEqual([
    ['network', 'PCI\\VEN_8086&DEV_15FA&SUBSYS_0A201028&REV_11'], ['storage', 'PCI\\VEN_8086&DEV_467F&SUBSYS_0A201028'], ['unknown', 'USB\\VID_0BDA&PID_8153'],
  ]);
});

test('anything else that PowerShell prints is named', () => {
  for (const output of ['', 'Get-PnpDevice: not found', '[]', '{"devices":{}}']) expect(() => parseDevices(output)).toThrowError(expect.objectContaining({ code: 'tool-failed' }));
});
