import { dirname, resolve } from 'node:path';
import { EngineError, isUrl, parseChecksum, planStickFormat } from '../../native-free-engine/index.ts';
import type {
  Checksum, DiskIdentity, FormatPlan, FormatRequest, ImageInfo, PlannedDisk, ReadPlan, ReadRequest, WritePlan, WriteRequest,
} from '../contract/index.ts';
import type { Host } from '../host/host.ts';
import { withImageOn } from '../host/index.ts';
import { checkNotBusy } from './disk-lock.ts';
import { nameOf } from './identity.ts';
import { checkWorthWriting } from './inspect.ts';
import { after, before, heading, plannedDisk, step } from './plan-parts.ts';
import { checkPlace } from './room.ts';

/** @throws EngineError naming what stands in the way; nothing was touched */
export async function planWrite(host: Host, request: WriteRequest, image: ImageInfo): Promise<WritePlan> {
  checkWorthWriting(image);
  if (new Set(request.disks).size < request.disks.length) throw new EngineError('argument-invalid', { what: request.disks.join(', ') });
  const expected: Checksum | null = request.checksum.trim() ? parseChecksum(request.checksum) : (image.expected[0] ?? null);
  const found = await Promise.all(request.disks.map((id) => host.disks.find(id)));
  const disks = isUrl(image.location) ? found : withImageOn(found, await host.disks.holding(image.location));
  const name = { image: image.name };
  const planned: PlannedDisk[] = [];
  for (const disk of disks) {
    planned.push(await plannedDisk(host, disk, request.allowSystemDisk));
    if (image.size !== null && image.size > disk.size) {
      throw new EngineError('image-larger-than-target', { disk: nameOf(disk), imageSize: image.size, targetSize: disk.size, missing: image.size - disk.size });
    }
  }
  return {
    kind: 'write',
    ...heading(),
    image,
    expected,
    disks: planned,
    verify: request.verify,
    eject: request.eject,
    steps: [
      ...(expected ? [step('check-source', name)] : []),
      ...(image.chain.length > 0 ? [step('unpack', { ...name, chain: image.chain.join(' > ') })] : []),
      step('recheck-identity'),
      ...disks.flatMap((disk) => {
        const on = { disk: nameOf(disk) };
        return [
          ...before(disk),
          step('clear', on),
          step('write', { ...on, size: image.mappedBytes ?? image.size ?? 0 }),
          step('write-first', on),
          ...(request.verify ? [step('verify', on)] : []),
          ...after(disk, request.eject),
        ];
      }),
    ],
  };
}

/** @throws EngineError `destination-exists`, `destination-not-file`, `destination-own-image`, `destination-on-source`, `disk-busy`, `disk-not-found` */
export async function planRead(host: Host, request: ReadRequest): Promise<ReadPlan> {
  const disk = await host.disks.find(request.disk);
  await checkNotBusy(disk.id, nameOf(disk));
  const destination = resolve(request.destination);
  await checkPlace(destination, request.overwrite);
  if ((await host.disks.holding(dirname(destination))).includes(disk.id)) {
    throw new EngineError('destination-on-source', { path: destination, disk: nameOf(disk) });
  }
  const identity: DiskIdentity = await host.disks.identify(disk.id);
  return {
    kind: 'read',
    ...heading(),
    disk: identity,
    number: disk.number,
    destination,
    format: request.format,
    overwrite: request.overwrite,
    steps: [step('recheck-identity'), step('read', { disk: nameOf(disk), size: disk.size, destination })],
  };
}

/** FAT32 is read by everything; above this size it becomes wasteful, and Windows itself offers exFAT. Bytes. */
const FAT32_UP_TO = 32 * 1024 ** 3;

/** @throws EngineError `disk-too-small`, `disk-too-large`, `argument-invalid` and what {@link checkMayWrite} throws */
export async function planFormat(host: Host, request: FormatRequest): Promise<FormatPlan> {
  const disk = await host.disks.find(request.disk);
  const fileSystem = request.fileSystem === 'auto' ? (disk.size <= FAT32_UP_TO ? 'fat32' : 'exfat') : request.fileSystem;
  planStickFormat(disk.size, disk.logicalSectorSize, fileSystem, request.label, nameOf(disk));
  const on = { disk: nameOf(disk) };
  return {
    kind: 'format',
    ...heading(),
    disk: await plannedDisk(host, disk, request.allowSystemDisk),
    fileSystem,
    label: request.label,
    eject: request.eject,
    steps: [step('recheck-identity'), ...before(disk), step('clear', on), step('format', { ...on, fileSystem }), step('table', on), ...after(disk, request.eject)],
  };
}
