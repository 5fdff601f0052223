import { EngineError } from '../../base/errors.ts';
import { BOOT_PLATFORM, ISO_DESCRIPTOR, ISO_SECTOR } from '../../filesystems/iso9660/structs.ts';
import type { DiscView } from '../../filesystems/disc.ts';
import type { FileTree, TreeEntry } from '../../io/file-tree.ts';
import { memoryEntry } from '../../io/memory-entry.ts';
import { chooseBootImages, type IsoBootChoice, type IsoBootImages } from './boot-images.ts';
import { withBootInfo } from './boot-info.ts';
import { HYBRID_END_BLOCKS, hybridEnds } from './hybrid.ts';
import { bootCatalogue, bootRecord, jolietBytes, latin1Bytes, nameDescriptor, volumeDescriptor, type CatalogueImage, type VolumeFacts } from './iso-descriptors.ts';
import { isoDirectories, isoPathTables, planIsoTree, type IsoTreePlan } from './iso-tree.ts';
import { isJolietName, isoNamer, jolietNamer } from './names.ts';
import { blocksOf, discNodes, filesOf, foldersOf, isDiscLink, type DiscFile, type DiscFolder } from './nodes.ts';
import { planUdfFiles, udfFiles, type UdfFilesPlan } from './udf-files.ts';
import { UDF_PLACE, udfAnchor, udfFileSet, udfIntegrity, udfSequence, type UdfFacts } from './udf-volume.ts';

export interface IsoOptions {
  /** 16 characters are sure to be shown whole everywhere; 32 at most are kept by ISO 9660. */
  readonly label: string;
  /** The disc's own time, and that of files that have none: with it, the same input makes the same bytes. */
  readonly when: Date;
  /**
   * Whose names: those that Windows reads, in Joliet and UDF; or as Linux has them in Rock Ridge alone, with links, and with names
   * that Windows keeps for devices, cannot spell or takes for one. Those of Windows by default.
   */
  readonly names?: IsoNames | undefined;
  /** With a UDF tree beside the others, for files and names of any size. On by default; a disc of Linux names has none. */
  readonly udf?: boolean;
  /**
   * `stub`: the ISO 9660 tree holds only a text that UDF is needed, as on Windows discs. By default it is whole, but a
   * stub where files are beyond 4 GiB and UDF has them.
   */
  readonly isoTree?: 'full' | 'stub' | undefined;
  /** What is booted from; by default what lies where Windows and Linux media have it, or the loaders in efi/boot. */
  readonly boot?: IsoBootChoice;
  /** Boots from a stick as well, under UEFI and a BIOS as from a CD, when written to one byte by byte. */
  readonly hybrid?: boolean;
}

export type IsoNames = 'windows' | 'linux';

/** A stretch of the disc; what does not fill its last block is zeros. */
export interface IsoSection {
  readonly block: number;
  readonly blocks: number;
  readonly content: { readonly kind: 'bytes'; make(): Iterable<Uint8Array> } | { readonly kind: 'file'; readonly entry: TreeEntry };
}

/** Where everything goes on a new disc, before any of it is written. */
export interface IsoPlan {
  readonly label: string;
  /** Bytes of the ISO, exactly. */
  readonly size: number;
  readonly files: number;
  readonly folders: number;
  /** Symbolic links. */
  readonly links: number;
  readonly views: readonly DiscView[];
  /** Paths of what it boots from; `efi.img` is one that is made. */
  readonly boot: { readonly bios: string | null; readonly efi: string | null; readonly bootInfo: boolean };
  readonly hybrid: boolean;
  /** In the order of their blocks, none over another. */
  readonly sections: readonly IsoSection[];
  /** Where each file of the tree lies; bytes. */
  readonly places: ReadonlyMap<string, { readonly offset: number; readonly length: number }>;
}

const MAX_BLOCKS = 0xffffffff;
const FOUR_GIB = 2 ** 32;
const STUB_TEXT =
  'This disc contains a "UDF" file system and requires an operating system\r\nthat supports the ISO-13346 "UDF" file system specification.\r\n';

/**
 * Lays out a disc (ECMA-119 with Joliet or Rock Ridge, UDF 1.02, El Torito).
 * @throws EngineError `disc-name-unfit`, `disc-file-too-large`, `disc-too-large`, `disc-boot-image-invalid`,
 *   `disc-boot-image-missing`, `tree-name-unsafe`, `tree-name-twice`, `tree-too-large`
 */
export function planIso(tree: FileTree, options: IsoOptions): IsoPlan {
  const { label, when, hybrid = false } = options;
  const linux = options.names === 'linux';
  const udf = !linux && (options.udf ?? true);
  const links = linux ? (tree.leftOut ?? []).filter(isDiscLink) : [];
  const root = discNodes(tree, when, links);
  const large = tree.entries.some(({ size }) => size >= FOUR_GIB);
  const stub = udf && (options.isoTree === 'stub' || (options.isoTree === undefined && large));
  if (!udf && !linux) checkJoliet(root);
  const images = chooseBootImages(tree, options.boot ?? {});
  if (hybrid && !images.efi && !images.bios) throw new EngineError('disc-boot-image-missing');

  const isoRoot = stub ? discNodes({ label, entries: [memoryEntry('README.TXT', latin1Bytes(STUB_TEXT), when)] }, when) : root;
  const isoTree = planIsoTree(isoRoot, isoNamer, latin1Bytes, linux);
  const jolietTree = stub || linux ? null : planIsoTree(root, jolietNamer, jolietBytes);
  const udfPlan = udf ? planUdfFiles(root) : null;

  // Places: descriptors, UDF, the trees, the catalogue, the files.
  const sections = new Sections();
  const descriptors = sections.reserve(16, 2 + (images.bios || images.efi ? 1 : 0) + (jolietTree ? 1 : 0) + (udf ? 3 : 0));
  if (udfPlan) sections.next = UDF_PLACE.partition + udfPlan.blocks;
  const isoStart = sections.take(isoTree.blocks);
  const jolietStart = sections.take(jolietTree?.blocks ?? 0);
  const catalogueBlock = images.bios || images.efi ? sections.take(1) : null;
  const files = placeFiles(root, isoRoot, images, sections);
  // The second anchor is the disc's last block, or lies 256 before it where that one is taken (ECMA-167 3/8.4.2.1).
  const gpt = hybrid && images.efi !== null;
  const anchorBlock = sections.take(udf ? 1 : 0);
  if (gpt) sections.take(udf ? UDF_PLACE.anchor : HYBRID_END_BLOCKS);
  const blocks = sections.next;
  if (blocks > MAX_BLOCKS) throw new EngineError('disc-too-large', { size: blocks * ISO_SECTOR });

  const facts = { label, when, blocks };
  const bootEntries = catalogueEntries(images, files);
  const { bios } = images;
  if (bios && images.bootInfo) sections.replace(bios, withBootInfo(bios, () => files.get(bios) ?? 0));
  const catalogue = catalogueBlock;
  sections.bytes(descriptors, () => [
    volumeDescriptor('primary', facts, isoTree, isoStart),
    ...(catalogue === null ? [] : [bootRecord(catalogue)]),
    ...(jolietTree ? [volumeDescriptor('joliet', facts, jolietTree, jolietStart)] : []),
    nameDescriptor(ISO_DESCRIPTOR.terminator, 'CD001'),
    ...(udf ? [nameDescriptor(0, 'BEA01'), nameDescriptor(0, 'NSR02'), nameDescriptor(0, 'TEA01')] : []),
  ]);
  if (hybrid) addHybrid(sections, images, bootEntries, facts);
  if (udfPlan) addUdf(sections, root, udfPlan, facts, anchorBlock);
  addTree(sections, isoTree, isoStart);
  if (jolietTree) addTree(sections, jolietTree, jolietStart);
  if (catalogue !== null) sections.bytes({ block: catalogue, blocks: 1 }, () => [bootCatalogue(bootEntries)]);

  const folders = [...foldersOf(root)].length - 1;
  const places = new Map([...filesOf(root)].map((file) => [file.entry.path, { offset: file.block * ISO_SECTOR, length: file.entry.size }]));
  return {
    label, size: blocks * ISO_SECTOR, files: places.size, folders, links: links.length, hybrid, places,
    views: [...(udf ? (['udf'] as const) : []), ...(jolietTree ? (['joliet'] as const) : []), ...(linux ? (['rock-ridge'] as const) : []), 'iso9660'],
    boot: { bios: images.bios?.path ?? null, efi: images.efi?.path ?? null, bootInfo: images.bootInfo },
    sections: sections.sorted(),
  };
}

function checkJoliet(root: DiscFolder): void {
  for (const folder of foldersOf(root)) {
    for (const { name } of folder.children) {
      if (!isJolietName(name)) throw new EngineError('disc-name-unfit', { path: folder.path ? `${folder.path}/${name}` : name });
    }
  }
}

class Sections {
  next = 0;
  readonly #all: IsoSection[] = [];

  take(blocks: number): number {
    const block = this.next;
    this.next += blocks;
    return block;
  }

  reserve(block: number, blocks: number): { block: number; blocks: number } {
    this.next = block + blocks;
    return { block, blocks };
  }

  bytes(place: { block: number; blocks: number }, make: () => Iterable<Uint8Array>): void {
    this.#all.push({ ...place, content: { kind: 'bytes', make } });
  }

  file(entry: TreeEntry): number {
    const blocks = blocksOf(entry.size);
    const block = this.take(blocks);
    if (blocks > 0) this.#all.push({ block, blocks, content: { kind: 'file', entry } });
    return block;
  }

  /** Another content for a file that has its place. */
  replace(entry: TreeEntry, by: TreeEntry): void {
    this.#all.forEach(({ content, ...place }, i) => {
      if (content.kind === 'file' && content.entry === entry) this.#all[i] = { ...place, content: { kind: 'file', entry: by } };
    });
  }

  sorted(): readonly IsoSection[] {
    return this.#all.toSorted((a, b) => a.block - b.block);
  }
}

/** Gives every file its blocks; what is booted from and has no name comes first. */
function placeFiles(
  root: DiscFolder, isoRoot: DiscFolder, images: IsoBootImages, sections: Sections,
): ReadonlyMap<TreeEntry, number> {
  const named = new Map<TreeEntry, DiscFile>([...filesOf(root)].map((file) => [file.entry, file]));
  const places = new Map<TreeEntry, number>();
  for (const image of [images.bios, images.efi]) if (image && !named.has(image)) places.set(image, sections.file(image));
  for (const tree of isoRoot === root ? [root] : [isoRoot, root]) {
    for (const file of filesOf(tree)) {
      file.block = sections.file(file.entry);
      places.set(file.entry, file.block);
    }
  }
  return places;
}

function catalogueEntries(images: IsoBootImages, places: ReadonlyMap<TreeEntry, number>): readonly CatalogueImage[] {
  const entries: CatalogueImage[] = [];
  const sectorsOf = (image: TreeEntry): number => Math.ceil(image.size / 512);
  // One that knows where it lies loads the rest of itself; more than one block at once is beyond some BIOSes.
  if (images.bios) entries.push({ platform: BOOT_PLATFORM.bios, block: places.get(images.bios) ?? 0, sectors: images.bootInfo ? Math.min(4, sectorsOf(images.bios)) : sectorsOf(images.bios) });
  if (images.efi) {
    const sectors = sectorsOf(images.efi);
    // What 16 bits cannot say is said with 0: up to the end of the disc, as UEFI understands it (13.3.2.1).
    entries.push({ platform: BOOT_PLATFORM.efi, block: places.get(images.efi) ?? 0, sectors: sectors > 0xffff ? 0 : sectors });
  }
  return entries;
}

function addHybrid(sections: Sections, images: IsoBootImages, entries: readonly CatalogueImage[], facts: VolumeFacts): void {
  const find = (platform: number): CatalogueImage | null => entries.find((entry) => entry.platform === platform) ?? null;
  const efi = images.efi && { block: find(BOOT_PLATFORM.efi)?.block ?? 0, size: images.efi.size };
  const { front, end } = hybridEnds({ bios: find(BOOT_PLATFORM.bios), efi, blocks: facts.blocks, seed: `${facts.when.toISOString()} ${facts.label} ${facts.blocks}` });
  sections.bytes({ block: 0, blocks: blocksOf(front.length) }, () => [front]);
  if (end.length === 0) return;
  // Ends with the disc, wherever in its first block it starts.
  const room = new Uint8Array(HYBRID_END_BLOCKS * ISO_SECTOR);
  room.set(end, room.length - end.length);
  sections.bytes({ block: facts.blocks - HYBRID_END_BLOCKS, blocks: HYBRID_END_BLOCKS }, () => [room]);
}

function addUdf(sections: Sections, root: DiscFolder, plan: UdfFilesPlan, volume: VolumeFacts, last: number): void {
  const facts: UdfFacts = { ...volume, ...plan, partitionBlocks: last - UDF_PLACE.partition, rootBlock: root.udfBlock };
  const { main, reserve, integrity, anchor, partition } = UDF_PLACE;
  sections.bytes({ block: main, blocks: 16 }, () => [udfSequence(facts, main)]);
  sections.bytes({ block: reserve, blocks: 16 }, () => [udfSequence(facts, reserve)]);
  sections.bytes({ block: integrity, blocks: 2 }, () => [udfIntegrity(facts)]);
  sections.bytes({ block: anchor, blocks: 1 }, () => [udfAnchor(anchor)]);
  sections.bytes({ block: partition, blocks: plan.blocks }, function* () {
    yield udfFileSet(facts);
    yield* udfFiles(root, partition);
  });
  sections.bytes({ block: last, blocks: 1 }, () => [udfAnchor(last)]);
}

function addTree(sections: Sections, tree: IsoTreePlan, start: number): void {
  sections.bytes({ block: start, blocks: tree.blocks }, function* () {
    yield* isoPathTables(tree, start);
    yield* isoDirectories(tree, start);
  });
}
