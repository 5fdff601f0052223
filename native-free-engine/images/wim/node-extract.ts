import { extractTree, type ExtractOptions, type ExtractResult } from '../../io/node-extract-tree.ts';
import type { LeftOut } from '../../io/file-tree.ts';
import { readImage } from './image.ts';
import type { Wim } from './open.ts';
import { orderedTree } from './ordered-tree.ts';

/**
 * Writes the folders and files of an image into a folder; nothing is written outside of it. Links are left out and
 * listed; rights, short names and further streams of files stay behind.
 * @param index from 1
 * @throws EngineError as {@link extractTree} and {@link readImage}; AbortError
 */
export async function extractImage(wim: Wim, index: number, folder: string, options: ExtractOptions = {}): Promise<ExtractResult & { readonly leftOut: readonly LeftOut[] }> {
  const ordered = orderedTree(wim, await readImage(wim, index), options.signal);
  try {
    return { ...(await extractTree(ordered.tree, folder, options)), leftOut: ordered.tree.leftOut ?? [] };
  } finally {
    await ordered.close();
  }
}
