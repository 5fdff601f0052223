import type { DriverChoice, DriverPackageInfo, DriverWish, HardwareDevice, PlannedDisk, WinpeImage, WinpePlan, WinpeRequest } from '../../../src/contract/index.ts';

/** The folder of an architecture in the ADK. */
export const ADK_FOLDER = '/srv/adk/Windows Preinstallation Environment/amd64';

export const WINPE_IMAGE: WinpeImage = { name: 'amd64', location: ADK_FOLDER, system: 'Microsoft Windows PE (amd64)', version: '10.0.26100.1742', architecture: 'x64' };

const driver = (infName: string, provider: string, kind: DriverPackageInfo['kind'], version: string, date: string, change: Partial<DriverPackageInfo> = {}): DriverPackageInfo => ({
  path: `/srv/drivers/${kind}/${infName}`, infName, provider, className: kind === 'network' ? 'Net' : 'SCSIAdapter', kind, date, version, architectures: ['amd64'], catalog: 'present', missing: [], devices: 4, hardwareIds: ['PCI\\VEN_8086&DEV_15F3'], ...change,
});

export const DRIVERS = [
  driver('e2f.inf', 'Intel', 'network', '2.1.4.3', '2025-09-30'),
  driver('rt640x64.inf', 'Realtek', 'network', '10.74.1128.2024', '2025-11-28'),
  driver('iaStorVD.inf', 'Intel Corporation', 'storage', '20.2.6.1025', '2026-02-11'),
  driver('oldraid.inf', 'Adaptec', 'storage', '7.5.0.52013', '2019-04-02', { catalog: 'missing' }),
];

export const DEVICES: HardwareDevice[] = [
  { name: 'Intel Ethernet Controller I225-V', kind: 'network', ids: ['PCI\\VEN_8086&DEV_15F3'] },
  { name: 'Intel RST VMD Controller', kind: 'storage', ids: ['PCI\\VEN_8086&DEV_467F'] },
];

export function choiceOf({ folders, machines }: DriverWish): DriverChoice {
  if (folders.some((folder) => folder.includes('empty'))) return { chosen: [], bytes: 0, unmatched: [], unreadable: [] };
  const chosen = machines.kind === 'any' ? DRIVERS : machines.kind === 'this' ? [DRIVERS[0]!, DRIVERS[2]!] : [DRIVERS[0]!];
  return {
    chosen, bytes: chosen.length * 5_400_000, unmatched: machines.kind === 'ids' ? machines.ids.slice(1) : [],
    unreadable: machines.kind === 'any' ? [{ path: '/srv/drivers/broken/netx.inf', error: { code: 'inf-invalid', params: { path: '/srv/drivers/broken/netx.inf', reason: 'no-device' }, retryable: false, place: null, detail: '' } }] : [],
  };
}

type Made = Omit<Extract<WinpePlan, { kind: 'winpe' }>, 'kind' | 'id' | 'createdAt' | 'steps'>;

export function winpePlanOf(request: WinpeRequest, disks: PlannedDisk[]): Made {
  const { label, iso, drivers, verify, eject } = request;
  return {
    request, image: { ...WINPE_IMAGE, location: request.source }, label: label || 'WINPE', files: 214, bytes: 412_300_000, replaced: [], iso: iso && { path: iso.path, size: 431_620_096 }, disks, verify, eject,
    drivers: drivers ? choiceOf({ ...drivers, architecture: 'amd64', build: 26100 }).chosen : [],
  };
}
