import { existsSync } from 'node:fs';
import { realpath } from 'node:fs/promises';
import { basename, dirname, relative, resolve, sep } from 'node:path';
import {
  chosenEntries, EngineError, folderTree, fileEntry, planIso, type FileTree, type IsoPlan as IsoLayout, type OpenImageOptions, type TreeEntry,
} from '../../native-free-engine/index.ts';
import type { ExtractPlan, ExtractRequest, IsoPlan, IsoRequest } from '../contract/index.ts';
import { openDisc } from './disc.ts';
import { checkNotBusy } from './disk-lock.ts';
import { canonicalPath, imageLock } from './plan-capture.ts';
import { heading, step } from './plan-parts.ts';
import { roomIn } from './room.ts';

/** In a request: nothing to boot from, although something is there. */
const NOTHING = 'none';
/** ISO 9660 keeps so many characters of a label. */
const MAX_LABEL = 32;
const NAMED_LEFT_OUT = 100;

/** @throws EngineError `destination-exists`, `destination-in-folder`, `disk-busy`, `argument-invalid`, and what {@link layOutIso} throws */
export async function planIsoOf(request: IsoRequest, signal: AbortSignal): Promise<IsoPlan> {
  const folder = await realpath(resolve(request.folder)).catch(() => resolve(request.folder));
  const destination = await canonicalPath(request.destination);
  if (isInside(folder, destination)) throw new EngineError('destination-in-folder', { path: destination });
  if (!request.overwrite && existsSync(destination)) throw new EngineError('destination-exists', { path: destination });
  await checkNotBusy(imageLock(destination), destination);
  const label = request.label.trim() || basename(folder).slice(0, MAX_LABEL);
  if (label.length > MAX_LABEL) throw new EngineError('argument-invalid', { what: label });
  const asked = {
    ...request, folder, destination, label,
    bios: request.bios === null || request.bios === NOTHING ? request.bios : resolve(request.bios),
    efi: request.efi === null || request.efi === NOTHING ? request.efi : resolve(request.efi),
  };
  const head = heading();
  const { layout, leftOut } = await layOutIso(asked, new Date(head.createdAt), signal);
  const boot = [layout.boot.bios, layout.boot.efi].filter((path) => path !== null);
  return {
    kind: 'iso',
    ...head,
    ...asked,
    size: layout.size,
    files: layout.files,
    folders: layout.folders,
    views: [...layout.views],
    boot: layout.boot,
    leftOut: leftOut.slice(0, NAMED_LEFT_OUT).map(({ path, why }) => ({ path, why })),
    leftOutCount: leftOut.length,
    freeBytes: (await roomIn(dirname(destination))).freeBytes,
    steps: [
      step('read-folder', { folder, files: layout.files }),
      ...(boot.length > 0 ? [step('boot-images', { files: boot.join(', ') })] : []),
      step('write-iso', { destination, size: layout.size }),
    ],
  };
}

/**
 * The disc that a folder makes. The same request, time and folder make the same.
 * @throws EngineError what `folderTree` and `planIso` throw
 */
export async function layOutIso(
  request: Pick<IsoRequest, 'folder' | 'label' | 'bios' | 'efi' | 'udf' | 'hybrid'>, when: Date, signal: AbortSignal,
): Promise<{ readonly layout: IsoLayout; readonly leftOut: NonNullable<FileTree['leftOut']> }> {
  const { folder, label, udf, hybrid } = request;
  const tree = await folderTree(folder, { label, signal });
  const boot = { bios: await bootFile(request.bios, folder, tree), efi: await bootFile(request.efi, folder, tree) };
  return { layout: planIso(tree, { label, when, udf, hybrid, boot }), leftOut: tree.leftOut ?? [] };
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

/** @throws EngineError `tree-entry-missing`, and what `openDisc` throws */
export async function planExtract(request: ExtractRequest, options: OpenImageOptions): Promise<ExtractPlan> {
  const { location, paths, overwrite } = request;
  const folder = resolve(request.folder);
  const open = await openDisc(location, options);
  const { disc, info } = open;
  try {
    const files = chosenEntries(disc.tree, paths).filter(({ kind }) => kind === 'file');
    const bytes = files.reduce((sum, { size }) => sum + size, 0);
    return {
      kind: 'extract',
      ...heading(),
      image: info,
      folder,
      paths,
      overwrite,
      files: files.length,
      bytes,
      freeBytes: (await roomIn(folder)).freeBytes,
      steps: [step('check-room', { folder, size: bytes }), step('extract', { image: info.name, files: files.length, folder })],
    };
  } finally {
    await open.close();
  }
}
