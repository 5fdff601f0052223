import type { Disk, FormatPlan, ReadPlan, WritePlan } from '../../../../src/contract/index.ts';
import { DISKS, IMAGE, WINDOWS_ISO } from '../data.ts';
import { harness } from '../harness.ts';
import { base, find, identity, named, planned } from '../planned.ts';
import { Refusal } from '../refusal.ts';

/** Disks, and what is written to them as they are. */
export const stickAnswers = {
  'disks.list': () => harness.disks,
  'image.inspect': ({ location }: { location: string }) => {
    if (location.includes('Win11')) return { ...WINDOWS_ISO, location };
    if (location.includes('missing')) throw new Refusal('image-not-found', { path: location });
    return { ...IMAGE, location };
  },
  'plan.write': (input: { disks: string[]; verify: boolean; eject: boolean; location: string }): WritePlan => {
    const disks = input.disks.map(find);
    return {
      kind: 'write', ...base(), image: { ...IMAGE, location: input.location }, expected: IMAGE.expected[0] ?? null, disks: disks.map(planned), verify: input.verify, eject: input.eject,
      steps: [
        { code: 'check-source', params: { image: IMAGE.name } },
        { code: 'unpack', params: { chain: 'xz' } },
        { code: 'recheck-identity', params: {} },
        ...disks.flatMap((disk) => [
          { code: 'clear' as const, params: { disk: named(disk) } },
          { code: 'write' as const, params: { disk: named(disk), size: IMAGE.size ?? 0 } },
          { code: 'write-first' as const, params: { disk: named(disk) } },
          ...(input.verify ? [{ code: 'verify' as const, params: { disk: named(disk) } }] : []),
          ...(input.eject ? [{ code: 'eject' as const, params: { disk: named(disk) } }] : []),
        ]),
      ],
    };
  },
  'plan.format': (input: { disk: string; fileSystem: string; label: string; eject: boolean }): FormatPlan => {
    const disk = find(input.disk);
    return {
      kind: 'format', ...base(), disk: planned(disk), fileSystem: input.fileSystem === 'exfat' ? 'exfat' : 'fat32', label: input.label, eject: input.eject,
      steps: [{ code: 'recheck-identity', params: {} }, { code: 'table', params: { disk: named(disk) } }, { code: 'format', params: { disk: named(disk), fileSystem: 'FAT32' } }],
    };
  },
  'plan.read': (input: { disk: string; destination: string; format: 'raw' | 'zstd'; overwrite: boolean }): ReadPlan => {
    if (input.destination.includes('exists') && !input.overwrite) throw new Refusal('destination-exists', { path: input.destination });
    const disk = find(input.disk);
    return {
      kind: 'read', ...base(), disk: identity(disk), number: disk.number, destination: input.destination, format: input.format, overwrite: input.overwrite,
      steps: [{ code: 'recheck-identity', params: {} }, { code: 'read', params: { disk: named(disk), size: disk.size, destination: input.destination } }],
    };
  },
  'practice.create': ({ name, size }: { name: string; size: number }) => {
    const sample = DISKS.at(-1)!;
    const made: Disk = { ...sample, id: `file:/home/anna/oefenschijven/${name}.img`, path: `/home/anna/oefenschijven/${name}.img`, number: 91, model: name, size, partitions: [] , table: 'none' };
    harness.disks = [...harness.disks, made];
    return made;
  },
  'practice.remove': ({ disk }: { disk: string }) => {
    harness.disks = harness.disks.filter(({ id }) => id !== disk);
    return null;
  },
};
