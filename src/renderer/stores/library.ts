import { create } from 'zustand';
import type { ConvertFormat, LibraryFolder, LibraryImage, LibraryListing, PlainError } from '../../contract/index.ts';
import { call, toPlainError } from '../bridge.ts';
import { useJobs } from './jobs.ts';
import { goToJob } from './navigation.ts';
import { useSettings } from './settings.ts';

interface LibraryState {
  /** null until the first list has come. */
  readonly listings: readonly LibraryListing[] | null;
  /** The folders alone, known sooner than what is in them. */
  readonly folders: readonly LibraryFolder[] | null;
  readonly error: PlainError | null;
  readonly load: () => Promise<void>;
  readonly loadFolders: () => Promise<void>;
  /** Asks for a folder and adds it; null when the user changed their mind. @throws CallError */
  readonly addFolder: () => Promise<string | null>;
  /** Takes a folder off the list; nothing in it is touched. @throws CallError */
  readonly removeFolder: (path: string) => Promise<void>;
  /** @throws CallError */
  readonly rename: (path: string, name: string) => Promise<void>;
  /** Deletes an image or an interrupted capture. @throws CallError when another image builds on it */
  readonly discard: (path: string) => Promise<void>;
}

export const imageFolders = (): string[] => useSettings.getState().settings.imageFolders;

/** The folders with images, and what is in them. */
export const useLibrary = create<LibraryState>((set, get) => {
  let newest = 0;
  return {
    listings: null,
    folders: null,
    error: null,
    load: async () => {
      const mine = ++newest;
      try {
        const listings = await call('library.list', { folders: imageFolders() });
        if (mine === newest) set({ listings, folders: listings, error: null });
      } catch (thrown) {
        if (mine === newest) set({ error: toPlainError(thrown) });
      }
    },
    loadFolders: async () => {
      try {
        set({ folders: await call('library.folders', { folders: imageFolders() }), error: null });
      } catch (thrown) {
        set({ error: toPlainError(thrown) });
      }
    },
    addFolder: async () => {
      const path = await call('dialog.folder', null);
      if (path === null) return null;
      if (!imageFolders().includes(path)) await useSettings.getState().change({ imageFolders: [...imageFolders(), path] });
      await get().loadFolders();
      return path;
    },
    removeFolder: async (path) => {
      await useSettings.getState().change({ imageFolders: imageFolders().filter((folder) => folder !== path) });
      await get().load();
    },
    rename: async (path, name) => {
      await call('library.rename', { path, name });
      await get().load();
    },
    discard: async (path) => {
      await call('library.discard', { path, folders: imageFolders() });
      await get().load();
    },
  };
});

/** Every image of the library, newest first. */
export function allImages(listings: readonly LibraryListing[] | null): LibraryImage[] {
  return (listings ?? []).flatMap((listing) => listing.images).sort((a, b) => b.identity.createdAt.localeCompare(a.identity.createdAt));
}

/** Images in which every word of `search` occurs somewhere a technician would look for it. */
export function matching(images: readonly LibraryImage[], search: string): LibraryImage[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  return images.filter(({ name, identity: { description, purpose, source } }) => {
    const text = [name, description, purpose, source.machine, source.system, source.model, source.serial].join(' ').toLowerCase();
    return words.every((word) => text.includes(word));
  });
}

/** Images of the disk with this serial number and size: what an incremental image can build on. */
export function imagesOf(images: readonly LibraryImage[], disk: { readonly serial: string; readonly size: number }): LibraryImage[] {
  const serial = disk.serial.trim();
  return serial === '' ? [] : images.filter(({ identity, size }) => identity.source.serial.trim() === serial && size === disk.size);
}

/** Reads an image again. @param share 1 for all of it, less for a random share @throws CallError */
export async function verifyImage(image: string, share: number): Promise<void> {
  const plan = await call('plan.verify', { image, folders: imageFolders(), share, memory: 'medium' });
  goToJob(await useJobs.getState().start(plan, {}));
}

/** @throws CallError */
export async function convertImage(image: string, destination: string, format: ConvertFormat, overwrite: boolean): Promise<void> {
  const plan = await call('plan.convert', { image, folders: imageFolders(), destination, format, overwrite });
  goToJob(await useJobs.getState().start(plan, {}));
}
