import { open } from 'node:fs/promises';

/**
 * Puts the names in a folder on stable storage: until then a power cut can take back one that was given, removed or changed.
 * Windows opens no folders; there it is in the file system's log. What a file holds is for its own `sync`, before.
 */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(() => null);
  await handle?.sync().catch(() => undefined);
  await handle?.close();
}
