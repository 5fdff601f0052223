import { EngineError, readMarker, type RestoreLayout } from '../../native-free-engine/index.ts';
import type { Disk, DiskIdentity, DiskImageInfo, ImagingNote, PlanStep, RestorePlan, RestoreRequest, RestoreTarget } from '../contract/index.ts';
import type { Host } from '../host/host.ts';
import { withImageOn } from '../host/index.ts';
import { checkChain } from '../library/index.ts';
import { disksHolding } from './disks-holding.ts';
import { nameOf } from './identity.ts';
import { mapImage, type MappedImage } from './image-map.ts';
import { after, before, heading, plannedDisk, step } from './plan-parts.ts';
import { layoutFor, placedPartitions, roomLeft } from './restore-layout.ts';

/** A gap smaller than this behind the last partition is alignment, not room. Bytes. */
const WORTH_A_WORD = 64 * 1024 * 1024;

/**
 * Looks at the image and the disks; nothing is written.
 * @throws EngineError naming what stands in the way: `image-on-target`, `restore-too-small`, `sector-size-mismatch`, `image-parent-missing`,
 *   `resume-mismatch`, what opening the image throws and what {@link checkMayWrite} throws
 */
export async function planRestoreOf(host: Host, request: RestoreRequest, image: DiskImageInfo, options: { readonly tempDir: string; readonly signal: AbortSignal }): Promise<RestorePlan> {
  if (new Set(request.disks).size < request.disks.length) throw new EngineError('argument-invalid', { what: request.disks.join(', ') });
  checkChain(image.location, image.chain);
  const found = await Promise.all(request.disks.map((id) => host.disks.find(id)));
  const onItself = found.find((disk) => image.files.includes(disk.path));
  if (onItself) throw new EngineError('image-on-target', { disk: nameOf(onItself) });
  const disks = withImageOn(found, await disksHolding(host, image.files));
  const mapped = await mapImage(image, options);
  const head = heading();
  const targets: RestoreTarget[] = [];
  let usedBytes = 0;
  for (const disk of disks) {
    const planned = await plannedDisk(host, disk, request.allowSystemDisk);
    const layout = layoutFor(mapped, planned.identity, disk.logicalSectorSize, { ...request, planId: head.id, selected: request.partitions });
    usedBytes = layout.bytesToWrite;
    const unfinished = await unfinishedOn(host, planned.identity, mapped);
    if (request.resume && unfinished !== 'unknown' && !unfinished?.sameImage) throw new EngineError('resume-mismatch', { what: nameOf(disk) });
    const growth = await growthOf(host, layout);
    targets.push({
      ...planned,
      layout: placedPartitions(mapped, layout, growth.tools),
      roomLeft: roomLeft(layout),
      unfinished: unfinished === 'unknown' ? null : unfinished && { imageId: unfinished.imageId, sameImage: unfinished.sameImage, bytesDone: unfinished.bytesDone, bytesTotal: mapped.map.size },
      notes: [...notesOf(request, mapped, disk, layout), ...growth.notes, ...(unfinished && unfinished !== 'unknown' ? [halfRestored(unfinished)] : [])],
    });
  }
  const { grow, newIdentifiers, rest, verify, memory, bytesPerSecond, resume } = request;
  return {
    kind: 'restore', ...head, image, disks: targets, chosen: request.partitions, usedBytes, grow, newIdentifiers, rest, verify, memory, bytesPerSecond, resume,
    notes: imageNotes(image, newIdentifiers),
    steps: stepsOf(request, image, usedBytes, disks, targets),
  };
}

interface Unfinished {
  readonly imageId: string;
  readonly imageName: string;
  readonly sameImage: boolean;
  readonly bytesDone: number;
}

/** `unknown`: it may not be read with the rights there are. */
async function unfinishedOn(host: Host, identity: DiskIdentity, image: MappedImage): Promise<Unfinished | 'unknown' | null> {
  if (await host.targets.needsRights(identity)) return 'unknown';
  const source = await host.targets.openSource(identity);
  try {
    const found = await readMarker(source);
    if (!found) return null;
    if (!found.marker) return { imageId: '', imageName: '', sameImage: false, bytesDone: 0 };
    const { imageId, imageName, checkpoint } = found.marker;
    return { imageId, imageName, sameImage: imageId === image.id, bytesDone: checkpoint };
  } catch (error) {
    // A disk that cannot be read may still be written.
    if (error instanceof EngineError) return 'unknown';
    throw error;
  } finally {
    await source.close();
  }
}

const halfRestored = ({ sameImage, imageName }: Unfinished): ImagingNote =>
  sameImage ? { code: 'half-restored', params: {} } : { code: 'half-restored-other', params: { image: imageName } };

async function growthOf(host: Host, layout: RestoreLayout): Promise<{ readonly tools: Map<number, string>; readonly notes: ImagingNote[] }> {
  const tools = new Map<number, string>();
  const notes: ImagingNote[] = [];
  for (const { number, grown, length, newLength, fileSystem } of layout.partitions) {
    if (!grown) continue;
    notes.push({ code: 'grows', params: { number, from: length, to: newLength } });
    const kind = fileSystem?.kind ?? '';
    const { tool, missing } = await host.growth.plan(kind);
    if (tool === null) notes.push({ code: 'grow-unsupported', params: { number, kind } });
    else if (missing.length > 0) notes.push({ code: 'grow-tool-missing', params: { number, kind, tool: missing.join(', ') } });
    else tools.set(number, tool);
  }
  return { tools, notes };
}

function notesOf(request: RestoreRequest, image: MappedImage, disk: Disk, layout: RestoreLayout): ImagingNote[] {
  const notes: ImagingNote[] = [];
  const dropped = layout.partitions.filter((partition) => partition.dropped && partition.role !== 'extended').map(({ number }) => number);
  if (dropped.length > 0) notes.push({ code: 'not-restored', params: { numbers: dropped.join(', ') } });
  if (layout.table === 'gpt' && disk.size !== image.map.size) notes.push({ code: 'table-moved', params: {} });
  const left = roomLeft(layout);
  if (left >= WORTH_A_WORD) notes.push({ code: 'room-left', params: { bytes: left } });
  if (request.grow && left >= WORTH_A_WORD && !layout.partitions.some(({ grown }) => grown)) notes.push({ code: 'nothing-to-grow', params: {} });
  return notes;
}

function imageNotes(image: DiskImageInfo, newIdentifiers: boolean): ImagingNote[] {
  const notes: ImagingNote[] = [];
  const holes = image.identity?.bad.bytes ?? 0;
  if (holes > 0) notes.push({ code: 'image-has-holes', params: { bytes: holes } });
  for (const { number, conditions } of image.partitions) for (const condition of conditions) notes.push({ code: 'image-was-dirty', params: { number, condition } });
  if (!image.identity) notes.push({ code: 'no-hashes', params: {} });
  if (image.volumeOnly) notes.push({ code: 'volume-only', params: {} });
  if (image.table === 'gpt' || image.table === 'mbr') notes.push({ code: newIdentifiers ? 'identifiers-new' : 'identifiers-kept', params: {} });
  return notes;
}

function stepsOf(request: RestoreRequest, image: DiskImageInfo, usedBytes: number, disks: readonly Disk[], targets: readonly RestoreTarget[]): PlanStep[] {
  return [
    ...image.chain.map(({ name }) => step('check-chain', { image: name })),
    step('recheck-identity'),
    ...disks.flatMap((disk, index) => {
      const on = { disk: nameOf(disk) };
      const growing = targets[index]?.layout.filter(({ growTool }) => growTool !== null) ?? [];
      return [
        ...before(disk),
        ...(request.resume ? [step('restore-resume', { ...on, image: image.name })] : [step('clear', on), step('restore', { ...on, image: image.name, size: usedBytes })]),
        ...(request.rest === 'zero' ? [step('zero-rest', on)] : []),
        ...(request.rest === 'trim' ? [step('trim-rest', on)] : []),
        ...(request.verify ? [step(image.identity ? 'verify-restored' : 'verify', on)] : []),
        ...(image.table === 'gpt' || image.table === 'mbr' ? [step('new-table', on)] : []),
        step('restore-first', on),
        ...after(disk, false),
        ...growing.map(({ number, growTool }) => step('grow', { ...on, number, tool: growTool ?? '' })),
      ];
    }),
  ];
}
