import { hostname } from 'node:os';
import { stat } from 'node:fs/promises';
import { EngineError, errnoOf } from '../../native-free-engine/index.ts';
import type { CallInput, CallOutput, Disk, LibraryFolder, LibraryListing } from '../contract/index.ts';
import type { Host } from '../host/host.ts';
import { fillTemplate, listLibrary, uniquePath, type NameFacts } from '../library/index.ts';
import { basename } from 'node:path';
import { roomIn } from './room.ts';

/** The folders of a library, without looking at the images in them. */
export function libraryFolders(host: Host, folders: readonly string[]): Promise<LibraryFolder[]> {
  return Promise.all(folders.map((path) => folderFacts(host, path)));
}

/** What is in the folders of a library. One that cannot be read says so in its place. */
export async function libraryListing(host: Host, folders: readonly string[]): Promise<LibraryListing[]> {
  const [listed, facts] = await Promise.all([listLibrary(folders), libraryFolders(host, folders)]);
  return listed.flatMap((folder, index) => {
    const about = facts[index];
    return about ? [{ ...about, ...folder, error: folder.error ?? about.error }] : [];
  });
}

async function folderFacts(host: Host, path: string): Promise<LibraryFolder> {
  const error = await stat(path).then(
    (stats) => (stats.isDirectory() ? null : new EngineError('image-unreadable', { path, errno: 'ENOTDIR' })),
    (cause: unknown) => new EngineError(errnoOf(cause) === 'ENOENT' ? 'image-not-found' : 'image-unreadable', { path, errno: errnoOf(cause) }, { cause }),
  );
  if (error) return { path, freeBytes: null, maxFileBytes: null, disks: [], error: error.toPlain() };
  const [{ freeBytes, maxFileBytes }, disks] = await Promise.all([roomIn(path), host.disks.holding(path).catch(() => [])]);
  return { path, freeBytes, maxFileBytes, disks: [...disks], error: null };
}

/** A name for a new image that no other one in the folder has. @throws EngineError `disk-not-found`, `argument-invalid` */
export async function suggestName(host: Host, { disk: id, folder, template, purpose }: CallInput<'capture.suggestName'>): Promise<CallOutput<'capture.suggestName'>> {
  const disk = await host.disks.find(id);
  const path = await uniquePath(folder, fillTemplate(template, nameFactsOf(disk, purpose)));
  return { name: basename(path), path };
}

/** What the name of an image of a disk is made of, now. */
export const nameFactsOf = (disk: Disk, purpose: string): NameFacts => ({
  // A disk on the bench does not say what machine it is from; its model is the next best thing.
  machine: machineOf(disk) || disk.model || basename(disk.path).replace(/\.[^.]*$/, ''),
  os: systemOn(disk.partitions),
  purpose,
  model: disk.model,
  serial: disk.serial,
  at: new Date(),
});

/** The computer that a disk is the disk of: this one, when its system runs from it; else empty. */
export const machineOf = (disk: Pick<Disk, 'verdict'>): string => (disk.verdict.reasons.some(({ code }) => code === 'system') ? hostname() : '');

interface SystemTrace {
  readonly role: string;
  readonly fileSystem: { readonly kind: string } | null;
}

/** The operating system on a disk, as far as its partitions tell: what people look for in a list of images. Empty when they do not. */
export function systemOn(partitions: readonly SystemTrace[]): string {
  const has = (test: (role: string, kind: string) => boolean): boolean => partitions.some(({ role, fileSystem }) => test(role, fileSystem?.kind ?? ''));
  const windows = has((role) => role === 'microsoft-reserved' || role === 'system-reserved' || role === 'recovery');
  if (windows && has((_, kind) => kind === 'ntfs' || kind === 'bitlocker')) return 'Windows';
  if (has((_, kind) => kind === 'apfs' || kind === 'hfs+')) return 'macOS';
  return has((_, kind) => /^(?:ext[234]|xfs|btrfs|swap|lvm2|luks)$/.test(kind)) ? 'Linux' : '';
}
