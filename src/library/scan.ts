import { lstat } from 'node:fs/promises';
import { EngineError, isManifest, manifestPath, partPath, readImageId, readManifest, sumsPath, toEngineError, type FoundManifest, type Manifest } from '../../native-free-engine/index.ts';
import { filesIn, fileSize, type FolderFile } from './folder-files.ts';

/** An image of this program and where its files are. Its manifest is read again when it is needed: a library of thousands would fill the memory. */
export interface FoundImage<Summary> {
  readonly id: string;
  readonly manifestPath: string;
  readonly manifestSha256: string;
  /** The image itself; of a split image the name without the number. Known by the identity in it, whatever it is called. */
  readonly path: string;
  /** What `readSums` has to be given as `image`: normally the same. */
  readonly beside: string;
  readonly parts: number;
  readonly parent: Manifest['parent'];
  readonly summary: Summary;
}

export interface Faulty {
  readonly path: string;
  readonly error: EngineError;
}

export interface FolderScan<Summary> {
  readonly folder: string;
  /** The folder cannot be read. */
  readonly error: EngineError | null;
  readonly images: readonly FoundImage<Summary>[];
  /** Images in the making or interrupted: the paths they would get. */
  readonly unfinished: readonly string[];
  readonly faulty: readonly Faulty[];
}

const MANIFEST = /\.json$/i;
const CERTAIN_MANIFEST = /\.qcow2\.json$/i;
const IMAGE = /\.(qcow2|001)$/i;
const UNFINISHED = /^(.+?)(?:\.\d{3})?(?:\.partial|\.journal)$/;
/** The manifest and hashes of a capture that stopped in its last moment. */
const SIDECAR = /\.(json|sums)$/;

/**
 * What lies in the folders, in the order of the folders. Reads manifests and the first bytes of images, nothing more.
 * @param summarise what to keep of each manifest
 */
export async function scanFolders<Summary>(folders: readonly string[], summarise: (found: FoundManifest) => Summary): Promise<FolderScan<Summary>[]> {
  const listed: { folder: string; error: EngineError | null; files: FolderFile[] }[] = [];
  const seen = new Set<string>();
  for (const folder of folders) {
    try {
      // A folder within another one is shown once.
      const files = (await filesIn(folder)).filter(({ path }) => !seen.has(path));
      for (const { path } of files) seen.add(path);
      listed.push({ folder, error: null, files });
    } catch (error) {
      listed.push({ folder, error: toEngineError(error), files: [] });
    }
  }
  const ids = idIndex(listed.flatMap(({ files }) => files));
  const scans: FolderScan<Summary>[] = [];
  const claimed = new Set<string>();
  for (const { folder, error, files } of listed) {
    const images: FoundImage<Summary>[] = [];
    const faulty: Faulty[] = [];
    for (const file of files.filter(({ name }) => MANIFEST.test(name))) {
      try {
        if (!CERTAIN_MANIFEST.test(file.name) && !(await isManifest(file.path))) continue;
        const found = await readManifest(file.path);
        const image = await locate(found, ids, summarise);
        claimed.add(firstFile(image.path, image.parts));
        images.push(image);
      } catch (cause) {
        faulty.push({ path: file.path, error: toEngineError(cause) });
      }
    }
    scans.push({ folder, error, images, unfinished: unfinishedIn(files), faulty });
  }
  // Ours by what stands in it, but nothing says what it holds.
  const missing: { readonly path: string }[] = [];
  for (const { path } of (await ids.all()).filter((each) => !claimed.has(each.path))) if (!(await isOneOf(path, claimed))) missing.push({ path });
  return scans.map((scan, index) => ({
    ...scan,
    faulty: [...scan.faulty, ...missing.filter(({ path }) => listed[index]?.files.some((file) => file.path === path)).map(({ path }) => ({ path, error: new EngineError('image-manifest-missing', { path }) }))],
  }));
}

/** A second name of a file that is known: for a moment an image that is renamed has two. */
async function isOneOf(path: string, known: ReadonlySet<string>): Promise<boolean> {
  const own = await lstat(path, { bigint: true }).catch(() => null);
  if (!own || own.nlink < 2n) return false;
  const others = await Promise.all([...known].map((each) => lstat(each, { bigint: true }).catch(() => null)));
  return others.some((other) => other?.dev === own.dev && other.ino === own.ino);
}

const firstFile = (path: string, parts: number): string => (parts > 0 ? partPath(path, 0) : path);

interface IdIndex {
  find(id: string): Promise<string[]>;
  all(): Promise<readonly { readonly path: string; readonly id: string }[]>;
}

/** Identities of all image files, read once and only when somebody asks. */
function idIndex(files: readonly FolderFile[]): IdIndex {
  const read = async (): Promise<{ path: string; id: string }[]> => {
    const found: { path: string; id: string }[] = [];
    for (const { path } of files.filter(({ name }) => IMAGE.test(name))) {
      const id = await readImageId(path);
      if (id !== null) found.push({ path, id });
    }
    return found;
  };
  let entries: Promise<{ path: string; id: string }[]> | null = null;
  const all = (): Promise<{ path: string; id: string }[]> => (entries ??= read());
  return { all, find: async (id) => (await all()).filter((each) => each.id === id).map(({ path }) => path) };
}

/** @throws EngineError `image-not-found` when there is a manifest and no image */
async function locate<Summary>(found: FoundManifest, ids: IdIndex, summarise: (found: FoundManifest) => Summary): Promise<FoundImage<Summary>> {
  const { manifest } = found;
  const { parts } = manifest.image;
  const expected = firstFile(found.image, parts);
  const there = (await readImageId(expected)) === manifest.id ? expected : (await ids.find(manifest.id)).find((path) => /\.001$/.test(path) === parts > 0);
  if (there === undefined) throw new EngineError('image-not-found', { path: expected });
  const path = parts > 0 ? there.replace(/\.001$/, '') : there;
  const beside = (await fileSize(sumsPath(found.image))) === null && (await fileSize(sumsPath(path))) !== null ? path : found.image;
  return {
    id: manifest.id, manifestPath: found.path, manifestSha256: found.sha256, path, beside, parts, parent: manifest.parent,
    summary: summarise({ ...found, image: beside }),
  };
}

/** The images that interrupted captures would have become. */
function unfinishedIn(files: readonly FolderFile[]): string[] {
  const bases = files.flatMap(({ path }) => {
    const base = UNFINISHED.exec(path)?.[1]?.replace(SIDECAR, '');
    // Other programs call what they are downloading so too.
    return base !== undefined && (/\.qcow2$/i.test(base) || path.endsWith('.journal')) ? [base] : [];
  });
  return [...new Set(bases)];
}

/** The manifest of one image of ours by the path of the image, of its manifest or of its first piece. @throws EngineError `image-manifest-missing`, `image-manifest-invalid`, `image-not-found` */
export async function findImage(path: string): Promise<FoundImage<null>> {
  const direct = MANIFEST.test(path) ? path : manifestPath(path);
  const none: IdIndex = { find: () => Promise.resolve([]), all: () => Promise.resolve([]) };
  if ((await fileSize(direct)) !== null) {
    const found = await readManifest(direct).catch(() => null);
    const image = found && (await locate(found, none, () => null).catch(() => null));
    if (image) return image;
  }
  // Renamed without its manifest: somewhere in the same folder one tells of the same identity.
  const folder = path.replace(/[/\\][^/\\]*$/, '') || '/';
  const id = await readImageId(path);
  const [scan] = await scanFolders([folder], () => null);
  const image = scan?.images.find((each) => each.path === path || (id !== null && each.id === id));
  if (image) return image;
  throw new EngineError('image-manifest-missing', { path });
}
