import type { DiscEntry, DiscInfo, DiscListRequest, ExtractPlan, ExtractRequest, IsoFolder, IsoPlan, IsoRequest } from '../../../src/contract/index.ts';
import { Refusal } from './refusal.ts';

const FOLDER: IsoFolder = {
  folder: '/srv/bench-tools', label: 'BENCH-TOOLS', files: 1284, folders: 96, bytes: 1_612_300_000, size: 1_620_148_224, views: ['udf', 'joliet', 'iso9660'],
  boot: { bios: 'isolinux/isolinux.bin', efi: 'efi.img', bootInfo: true }, bootError: null, nameError: null, leftOut: [{ path: 'tools/latest', why: 'link' }], leftOutCount: 1,
};

const DISC: DiscInfo = {
  location: '/srv/images/rescue-tools.iso', name: 'rescue-tools.iso', label: 'RESCUE_2026', size: 912_261_120, view: 'rock-ridge', views: ['rock-ridge', 'joliet', 'iso9660'],
  boot: [{ platform: 'bios', emulation: 'none', offset: 57_344, loadBytes: 2048 }, { platform: 'efi', emulation: 'none', offset: 98_304, loadBytes: 2_949_120 }],
  files: 1841, folders: 214, bytes: 903_100_000, windows: false, leftOut: 12,
};

const folder = (path: string, files: number, size: number): DiscEntry => ({ path, kind: 'folder', size, files });
const file = (path: string, size: number): DiscEntry => ({ path, kind: 'file', size, files: 1 });

const TREE: Readonly<Record<string, readonly DiscEntry[]>> = {
  '': [folder('boot', 61, 48_200_000), folder('drivers', 34, 61_300_000), folder('efi', 6, 5_600_000), folder('live', 12, 760_000_000), file('autorun.inf', 128), file('licence.txt', 18_092), file('md5sum.txt', 96_411)],
  drivers: [folder('drivers/network', 18, 22_100_000), folder('drivers/storage', 16, 39_200_000)],
  'drivers/network': [file('drivers/network/e2f.inf', 18_300), file('drivers/network/e2f.sys', 612_000)],
  'drivers/storage': [file('drivers/storage/iaStorVD.inf', 24_100), file('drivers/storage/iaStorVD.sys', 1_480_000)],
  efi: [folder('efi/boot', 4, 3_100_000)],
};

/** What is in the folder and on the disc that the window looks at. */
export const discAnswers = {
  'disc.inspectFolder': ({ folder: path }: { folder: string }): IsoFolder => {
    if (path.includes('missing')) throw new Refusal('file-unreadable', { path, errno: 'ENOENT' });
    const nameError = path.includes('linux') ? new Refusal('windows-name-reserved', { path: 'src/aux.c' }).plain : null;
    return { ...FOLDER, folder: path, nameError };
  },
  'disc.describe': ({ location }: { location: string }): DiscInfo => {
    if (location.includes('broken')) throw new Refusal('disc-unknown', { path: location });
    return { ...DISC, location };
  },
  'disc.list': ({ folder: path, search }: DiscListRequest) => {
    const all = search === '' ? TREE[path] ?? [] : Object.values(TREE).flat().filter((entry) => entry.path.split('/').at(-1)!.includes(search));
    return { entries: all, total: all.length };
  },
};

export function isoPlanOf(input: IsoRequest): Omit<Extract<IsoPlan, { kind: 'iso' }>, 'kind' | 'id' | 'createdAt'> {
  const { destination, overwrite, bios, efi } = input;
  if (destination.includes('exists') && !overwrite) throw new Refusal('destination-exists', { path: destination });
  const { size, files, folders, views, boot, leftOut, leftOutCount } = FOLDER;
  const wanted = (asked: string | null, found: string | null): string | null => (asked === 'none' ? null : asked ?? found);
  return {
    ...input, size, files, folders, views, leftOut, leftOutCount, freeBytes: 812_345_678_901, boot: { bios: wanted(bios, boot.bios), efi: wanted(efi, boot.efi), bootInfo: boot.bootInfo },
    steps: [
      { code: 'read-folder', params: { folder: input.folder, files } }, { code: 'boot-images', params: { files: 'isolinux/isolinux.bin, efi.img' } },
      { code: 'write-iso', params: { destination, size } },
    ],
  };
}

export function extractPlanOf({ location, folder: into, paths, overwrite }: ExtractRequest): Omit<Extract<ExtractPlan, { kind: 'extract' }>, 'kind' | 'id' | 'createdAt'> {
  if (into.includes('exists') && !overwrite) throw new Refusal('destination-exists', { path: `${into}/drivers/storage/iaStorVD.inf` });
  const [files, bytes] = paths.length === 0 ? [DISC.files, DISC.bytes] : [18, 22_100_000];
  return {
    image: { ...DISC, location }, folder: into, paths, overwrite, files, bytes, freeBytes: 812_345_678_901,
    steps: [{ code: 'check-room', params: { folder: into, size: bytes } }, { code: 'extract', params: { image: DISC.name, files, folder: into } }],
  };
}
