import { EngineError } from '../base/errors.ts';
import { readBytes } from '../io/read-bytes.ts';
import type { FileTree } from '../io/file-tree.ts';
import type { BlockSource } from '../io/types.ts';
import { atPath } from './disc-faults.ts';
import { readBootCatalogue, type BootImage } from './iso9660/boot-catalogue.ts';
import { isoViews, readIsoTree, type IsoView } from './iso9660/tree.ts';
import { readIsoVolume } from './iso9660/volume.ts';
import { optional } from './optional.ts';
import { HEAD_BYTES } from './types.ts';
import { readUdfTree } from './udf/tree.ts';
import { hasUdfRecognition, readUdfVolume } from './udf/volume.ts';

export type { BootImage } from './iso9660/boot-catalogue.ts';

/** The tree of a disc that was read, and those it has. */
export type DiscView = 'udf' | IsoView;

/** A CD, DVD or Blu-ray disc, or an image of one. */
export interface Disc {
  readonly label: string;
  readonly tree: FileTree;
  /** Which of the disc's trees `tree` is. */
  readonly view: DiscView;
  /** All that it has, the best first. */
  readonly views: readonly DiscView[];
  /** What machines boot from; empty for a disc that does not boot. */
  readonly boot: readonly BootImage[];
}

/** An ISO 9660 tree with no more than this beside UDF is there to say that one needs UDF. */
const STUB_FILES = 2;

/**
 * Files may share their bytes: `oscdimg -o` stores what occurs twice once, and discs with dozens of Windows editions hold twenty times their
 * own size that way. Beyond this many times, somebody wants us to copy or hash for ever.
 */
const MOST_SHARED = 64;

/** @throws EngineError `disc-files-overlap` */
function checkSizes({ entries }: FileTree, discSize: number): void {
  const claimed = entries.reduce((sum, { size }) => sum + size, 0);
  if (claimed > discSize * MOST_SHARED) throw new EngineError('disc-files-overlap', { claimed, size: discSize });
}

/**
 * Reads the tree of a disc that holds most: UDF where there is one (large Windows discs have nothing else), then
 * Joliet, Rock Ridge, plain ISO 9660. Files open as parts of `source`, which stays open.
 * @param options `view`: a certain tree
 * @throws EngineError `disc-unknown` for what is no disc; `disc-invalid`, `disc-loop`, `disc-truncated`,
 *   `disc-feature-unsupported`, `disc-files-overlap`, `tree-name-unsafe`, `tree-name-twice`, `tree-too-deep`, `tree-too-large`
 */
export async function readDisc(source: BlockSource, options: { readonly view?: DiscView } = {}): Promise<Disc> {
  const head = await readBytes(source, 0, Math.min(source.size, HEAD_BYTES));
  const iso = readIsoVolume({ head });
  const recognised = hasUdfRecognition({ head });
  const udf = recognised ? await optional(() => readUdfVolume(source), null) : null;
  const isoTrees = iso ? await isoViews(source, iso) : [];
  const views: readonly DiscView[] = udf ? ['udf', ...isoTrees] : isoTrees;
  // Half a UDF is damage, not a reason to show the stub beside it.
  if (recognised && !udf && !options.view) throw new EngineError('disc-invalid', { path: '/' });
  const view = options.view ?? views[0];
  if (!view || !views.includes(view)) throw new EngineError('disc-unknown');

  const bootCatalogue = iso?.bootCatalogue ?? null;
  const boot = bootCatalogue === null ? [] : await atPath('El Torito', () => readBootCatalogue(source, bootCatalogue));
  const made = (tree: FileTree, of: DiscView): Disc => {
    checkSizes(tree, source.size);
    return { label: tree.label, tree, view: of, views, boot };
  };
  if (view !== 'udf') {
    if (!iso) throw new EngineError('disc-unknown');
    return made(await readIsoTree(source, iso, view), view);
  }
  try {
    if (!udf) throw new EngineError('disc-unknown');
    return made(await readUdfTree(source, udf), 'udf');
  } catch (error) {
    const [next] = isoTrees;
    const unsupported = error instanceof EngineError && error.code === 'disc-feature-unsupported';
    if (!iso || !next || !unsupported || options.view) throw error;
    const tree = await readIsoTree(source, iso, next);
    if (tree.entries.filter(({ kind }) => kind === 'file').length <= STUB_FILES) throw error;
    return made(tree, next);
  }
}
