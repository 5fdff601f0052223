import { realpath } from 'node:fs/promises';
import { basename, dirname, relative, resolve, sep } from 'node:path';
import {
  checkPlaces, chosenEntries, EngineError, folderTree, fileEntry, isDiscLink, planIso, type FileTree, type IsoPlan as IsoLayout, type OpenImageOptions, type TreeEntry,
} from '../../native-free-engine/index.ts';
import type { ExtractPlan, ExtractRequest, IsoFolder, IsoNames, IsoPlan, IsoRequest } from '../contract/index.ts';
import { openDisc } from './disc.ts';
import { checkNotBusy } from './disk-lock.ts';
import { canonicalPath, imageLock } from './plan-capture.ts';
import { checkWindowsNames } from './own-files.ts';
import { heading, step } from './plan-parts.ts';
import { checkPlace, roomIn } from './room.ts';

/** In a request: nothing to boot from, although something is there. */
const NOTHING = 'none';
/** ISO 9660 keeps so many characters of a label. */
const MAX_LABEL = 32;
const NAMED_LEFT_OUT = 100;

/** @throws EngineError `destination-exists`, `destination-not-file`, `destination-own-image`, `destination-in-folder`, `disk-busy`, `argument-invalid`, and what {@link layOutIso} throws */
export async function planIsoOf(request: IsoRequest, signal: AbortSignal): Promise<IsoPlan> {
  const folder = await realpath(resolve(request.folder)).catch(() => resolve(request.folder));
  const destination = await canonicalPath(request.destination);
  if (isInside(folder, destination)) throw new EngineError('destination-in-folder', { path: destination });
  await checkPlace(destination, request.overwrite);
  await checkNotBusy(imageLock(destination), destination);
  const label = request.label.trim() || labelOf(folder);
  if (label.length > MAX_LABEL) throw new EngineError('argument-invalid', { what: label });
  const asked = {
    ...request, folder, destination, label,
    bios: request.bios === null || request.bios === NOTHING ? request.bios : resolve(request.bios),
    efi: request.efi === null || request.efi === NOTHING ? request.efi : resolve(request.efi),
  };
  const head = heading();
  const { layout, leftOut } = await layOutIso(asked, new Date(head.createdAt), signal);
  const boot = [layout.boot.bios, layout.boot.efi].filter((path) => path !== null);
  const freeBytes = await checkRoom(dirname(destination), destination, layout.size, layout.size);
  return {
    kind: 'iso',
    ...head,
    ...asked,
    size: layout.size,
    files: layout.files,
    folders: layout.folders,
    views: [...layout.views],
    boot: layout.boot,
    ...leftOutOf(leftOut),
    freeBytes,
    steps: [
      step('read-folder', { folder, files: layout.files }),
      ...(boot.length > 0 ? [step('boot-images', { files: boot.join(', ') })] : []),
      step('write-iso', { destination, size: layout.size }),
    ],
  };
}

const labelOf = (folder: string): string => basename(folder).slice(0, MAX_LABEL);

const leftOutOf = (leftOut: NonNullable<FileTree['leftOut']>): Pick<IsoPlan, 'leftOut' | 'leftOutCount'> =>
  ({ leftOut: leftOut.slice(0, NAMED_LEFT_OUT).map(({ path, why }) => ({ path, why })), leftOutCount: leftOut.length });

/**
 * What an ISO of a folder would hold and boot from; nothing is written.
 * @throws EngineError what `folderTree` and `planIso` throw; a boot image that does not fit, or names that are none for Windows, are no reason to
 */
export async function inspectIsoFolder(folder: string, signal: AbortSignal): Promise<IsoFolder> {
  const place = resolve(folder);
  const label = labelOf(place);
  const tree = await folderTree(place, { label, signal });
  const nameError = windowsNameError(tree);
  const names = nameError ? 'linux' : 'windows';
  const made = (boot: 'none' | undefined): IsoLayout => planIso(tree, { label, when: new Date(), names, boot: { bios: boot, efi: boot } });
  let bootError: EngineError | null = null;
  let layout: IsoLayout;
  try {
    layout = made(undefined);
  } catch (error) {
    if (!(error instanceof EngineError) || error.code !== 'disc-boot-image-invalid') throw error;
    bootError = error;
    layout = made('none');
  }
  const { files, folders, size, views, boot } = layout;
  return {
    folder: place, label, files, folders, size, views: [...views], boot: { ...boot }, ...leftOutOf(leftOutOn(tree, names)),
    bytes: tree.entries.reduce((sum, entry) => sum + entry.size, 0),
    bootError: bootError?.toPlain() ?? null,
    nameError: nameError?.toPlain() ?? null,
  };
}

function windowsNameError(tree: FileTree): EngineError | null {
  try {
    checkWindowsNames(tree);
    return null;
  } catch (error) {
    if (error instanceof EngineError) return error;
    throw error;
  }
}

/** What a disc does not take over: links only where it has no word for them. */
const leftOutOn = ({ leftOut = [] }: FileTree, names: IsoNames): NonNullable<FileTree['leftOut']> => (names === 'linux' ? leftOut.filter((entry) => !isDiscLink(entry)) : leftOut);

/**
 * Looks whether something fits where it goes; a folder that does not exist yet counts as the one it is made in.
 * @param largest bytes of the largest file
 * @returns bytes free, null when that cannot be told
 * @throws EngineError `destination-full`, `destination-file-limit`
 */
async function checkRoom(folder: string, path: string, needed: number, largest: number): Promise<number | null> {
  const { freeBytes, maxFileBytes } = await roomIn(folder);
  if (maxFileBytes !== null && largest > maxFileBytes) throw new EngineError('destination-file-limit', { path, size: largest, limit: maxFileBytes });
  if (freeBytes !== null && freeBytes < needed) throw new EngineError('destination-full', { path, needed, available: freeBytes });
  return freeBytes;
}

/**
 * The disc that a folder makes. The same request, time and folder make the same.
 * @throws EngineError what `folderTree`, `planIso` and, for names of Windows, `checkWindowsNames` throw
 */
export async function layOutIso(
  request: Pick<IsoRequest, 'folder' | 'label' | 'bios' | 'efi' | 'bootInfo' | 'names' | 'udf' | 'hybrid'>, when: Date, signal: AbortSignal,
): Promise<{ readonly layout: IsoLayout; readonly leftOut: NonNullable<FileTree['leftOut']> }> {
  const { folder, label, bootInfo, names = 'windows', udf, hybrid } = request;
  const tree = await folderTree(folder, { label, signal });
  if (names === 'windows') checkWindowsNames(tree);
  const boot = { bios: await bootFile(request.bios, folder, tree), efi: await bootFile(request.efi, folder, tree), bootInfo };
  return { layout: planIso(tree, { label, when, names, udf, hybrid, boot }), leftOut: leftOutOn(tree, names) };
}

/** One of the folder is on the disc already; another one is put there without a name. */
async function bootFile(path: string | null, folder: string, tree: FileTree): Promise<TreeEntry | 'none' | undefined> {
  if (path === null) return undefined;
  if (path === NOTHING) return NOTHING;
  const place = await realpath(path).catch(() => path);
  if (isInside(folder, place)) {
    const inside = relative(folder, place).split(sep).join('/');
    const entry = tree.entries.find((candidate) => candidate.kind === 'file' && candidate.path === inside);
    if (entry) return entry;
  }
  return fileEntry(place, basename(place));
}

function isInside(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way !== '' && way !== '..' && !way.startsWith(`..${sep}`) && resolve(folder, way) === path;
}

/** @throws EngineError what `openDisc`, `chosenEntries` and `checkPlaces` throw, `destination-full`, `destination-file-limit` */
export async function planExtract(request: ExtractRequest, options: OpenImageOptions): Promise<ExtractPlan> {
  const { location, paths, overwrite } = request;
  const folder = resolve(request.folder);
  const open = await openDisc(location, options);
  const { disc, info } = open;
  try {
    const entries = chosenEntries(disc.tree, paths);
    await checkPlaces(entries, folder, { overwrite });
    const files = entries.filter(({ kind }) => kind === 'file');
    const bytes = files.reduce((sum, { size }) => sum + size, 0);
    const largest = files.reduce((most, { size }) => Math.max(most, size), 0);
    const freeBytes = await checkRoom(folder, folder, bytes, largest);
    return {
      kind: 'extract',
      ...heading(),
      image: info,
      folder,
      paths,
      overwrite,
      files: files.length,
      bytes,
      freeBytes,
      steps: [step('check-room', { folder, size: bytes }), step('extract', { image: info.name, files: files.length, folder })],
    };
  } finally {
    await open.close();
  }
}
