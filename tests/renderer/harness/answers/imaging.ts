import type { CapturePlan, CaptureRequest, ConvertPlan, ConvertRequest, RestorePlan, RestoreRequest, VerifyPlan, VerifyRequest } from '../../../../src/contract/index.ts';
import { captureFindings, capturedOf, describeFake, layoutOn, LIBRARY, LISTING } from '../imaging-data.ts';
import { base, find, identity, named, planned } from '../planned.ts';
import { Refusal } from '../refusal.ts';

/** Images of disks, and the library they are in. */
export const imagingAnswers = {
  'plan.capture': (input: CaptureRequest): CapturePlan => {
    const disk = find(input.disk);
    const { partitions: chosen, disk: _disk, folders: _folders, parent, ...rest } = input;
    const built = LISTING.images.find(({ path }) => path === parent);
    return {
      kind: 'capture', ...base(), ...rest, disk: identity(disk), number: disk.number, practice: disk.practice, logicalSectorSize: 512, table: disk.table === 'mbr' ? 'mbr' : 'gpt',
      partitions: capturedOf(disk, chosen), chosen, ...captureFindings(disk, chosen), parent: built ? { path: built.path, id: built.identity.id, name: built.name, createdAt: built.identity.createdAt } : null, unfinished: null,
      steps: [{ code: 'recheck-identity', params: {} }, { code: 'map', params: { disk: named(disk) } }, { code: 'capture', params: { disk: named(disk), size: captureFindings(disk, chosen).usedBytes, destination: input.destination } }, { code: 'manifest', params: { image: input.destination } }],
    };
  },
  'plan.restore': (input: RestoreRequest): RestorePlan => {
    const image = describeFake(input.image);
    const disks = input.disks.map(find);
    const { grow, newIdentifiers, rest, verify, memory, bytesPerSecond, resume } = input;
    return {
      kind: 'restore', ...base(), image, chosen: input.partitions, usedBytes: image.usedBytes ?? 0, grow, newIdentifiers, rest, verify, memory, bytesPerSecond, resume,
      disks: disks.map((disk) => ({
        ...planned(disk), layout: layoutOn(disk, image, input.partitions, grow), roomLeft: disk.size - image.size, unfinished: null,
        notes: grow ? [{ code: 'grows', params: { number: 3, from: 48_000_000_000, to: 990_000_000_000 } }] : [{ code: 'table-moved', params: {} }, { code: 'room-left', params: { bytes: disk.size - image.size } }],
      })),
      notes: [{ code: newIdentifiers ? 'identifiers-new' : 'identifiers-kept', params: {} }],
      steps: [{ code: 'recheck-identity', params: {} }, ...disks.flatMap((disk) => [{ code: 'clear' as const, params: { disk: named(disk) } }, { code: 'restore' as const, params: { disk: named(disk), size: image.usedBytes ?? 0, image: image.name } }, { code: 'restore-first' as const, params: { disk: named(disk) } }])],
    };
  },
  'plan.verify': (input: VerifyRequest): VerifyPlan => ({ kind: 'verify', ...base(), steps: [{ code: 'verify-image', params: { image: input.image } }], image: describeFake(input.image), share: input.share, memory: input.memory }),
  'plan.convert': (input: ConvertRequest): ConvertPlan => {
    if (input.destination.includes('exists') && !input.overwrite) throw new Refusal('destination-exists', { path: input.destination });
    return { kind: 'convert', ...base(), steps: [], image: describeFake(input.image), destination: input.destination, format: input.format, overwrite: input.overwrite, freeBytes: 812_345_678_901 };
  },
  'image.describe': ({ location }: { location: string }) => {
    if (location.includes('missing')) throw new Refusal('image-not-found', { path: location });
    return describeFake(location);
  },
  'capture.suggestName': ({ folder, purpose }: { folder: string; purpose: string }) => {
    const name = ['BALIE-02-Windows-11-2026-11-21', purpose].filter(Boolean).join('-');
    return { name: `${name}.qcow2`, path: `${folder}/${name}.qcow2` };
  },
  'capture.unfinished': ({ destination }: { destination: string }) => LISTING.unfinished.find(({ path }) => path === destination) ?? null,
  'library.list': ({ folders }: { folders: string[] }) => (folders.includes(LIBRARY) ? [LISTING] : []),
  'library.folders': ({ folders }: { folders: string[] }) => (folders.includes(LIBRARY) ? [LISTING] : []),
  'library.rename': ({ path, name }: { path: string; name: string }) => ({ path: path.replace(/[^/]+$/, `${name}.qcow2`) }),
  'library.discard': ({ path }: { path: string }) => {
    const needed = LISTING.images.find((image) => image.path === path)?.children[0];
    if (needed) throw new Refusal('image-needed', { path, child: needed });
    return null;
  },
};
