import { EngineError } from '../../base/errors.ts';
import { crc32 } from '../../codecs/checksums.ts';
import { BOOT_PLATFORM, ISO_DESCRIPTOR, ISO_SECTOR } from '../../filesystems/iso9660/structs.ts';
import type { DiscView } from '../../filesystems/disc.ts';
import type { FileTree, TreeEntry } from '../../io/file-tree.ts';
import { memoryEntry } from '../../io/memory-entry.ts';
import { buildMbr, MBR_TYPE } from '../../partitions/mbr/index.ts';
import { chooseBootImages, type IsoBootChoice } from './boot-images.ts';
import { bootCatalogue, bootRecord, jolietBytes, latin1Bytes, nameDescriptor, volumeDescriptor, type CatalogueImage } from './iso-descriptors.ts';
import { isoDirectories, isoPathTables, planIsoTree, type IsoTreePlan } from './iso-tree.ts';
import { isJolietName, isoNamer, jolietNamer } from './names.ts';
import { blocksOf, discNodes, filesOf, foldersOf, type DiscFile, type DiscFolder } from './nodes.ts';
import { planUdfFiles, udfFiles, type UdfFilesPlan } from './udf-files.ts';
import { UDF_PLACE, udfAnchor, udfFileSet, udfIntegrity, udfSequence, type UdfFacts } from './udf-volume.ts';

export interface IsoOptions {
  /** 16 characters are sure to be shown whole everywhere; 32 at most are kept by ISO 9660. */
  readonly label: string;
  /** The disc's own time, and that of files that have none: with it, the same input makes the same bytes. */
  readonly when: Date;
  /** With a UDF tree beside the others, for files and names of any size. On by default. */
  readonly udf?: boolean;
  /**
   * `stub`: the ISO 9660 tree holds only a text that UDF is needed, as on Windows discs. By default it is whole, but a
   * stub where files are beyond 4 GiB and UDF has them.
   */
  readonly isoTree?: 'full' | 'stub' | undefined;
  /** What is booted from; by default what lies where Windows media have it, or the loaders in efi/boot. */
  readonly boot?: IsoBootChoice;
  /** Boots from a stick as well, under UEFI, when written to one byte by byte. */
  readonly hybrid?: boolean;
}

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
  readonly views: readonly DiscView[];
  /** Paths of what it boots from; `efi.img` is one that is made. */
  readonly boot: { readonly bios: string | null; readonly efi: string | null };
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
 * Lays out a disc (ECMA-119 with Joliet, UDF 1.02, El Torito).
 * @throws EngineError `disc-name-unfit`, `disc-file-too-large`, `disc-too-large`, `disc-boot-image-invalid`,
 *   `disc-boot-image-missing`, `tree-name-unsafe`, `tree-name-twice`, `tree-too-large`
 */
export function planIso(tree: FileTree, options: IsoOptions): IsoPlan {
  const { label, when, hybrid = false, udf = true } = options;
  const root = discNodes(tree, when);
  const large = tree.entries.some(({ size }) => size >= FOUR_GIB);
  const stub = udf && (options.isoTree === 'stub' || (options.isoTree === undefined && large));
  if (!udf) checkJoliet(root);
  const images = chooseBootImages(tree, options.boot ?? {});
  if (hybrid && !images.efi) throw new EngineError('disc-boot-image-missing');

  const isoRoot = stub ? discNodes({ label, entries: [memoryEntry('README.TXT', latin1Bytes(STUB_TEXT), when)] }, when) : root;
  const isoTree = planIsoTree(isoRoot, isoNamer, latin1Bytes);
  const jolietTree = stub ? null : planIsoTree(root, jolietNamer, jolietBytes);
  const udfPlan = udf ? planUdfFiles(root) : null;

  // Places: descriptors, UDF, the trees, the catalogue, the files.
  const sections = new Sections();
  const descriptors = sections.reserve(16, 2 + (images.bios || images.efi ? 1 : 0) + (jolietTree ? 1 : 0) + (udf ? 3 : 0));
  if (udfPlan) sections.next = UDF_PLACE.partition + udfPlan.blocks;
  const isoStart = sections.take(isoTree.blocks);
  const jolietStart = sections.take(jolietTree?.blocks ?? 0);
  const catalogueBlock = images.bios || images.efi ? sections.take(1) : null;
  const files = placeFiles(root, isoRoot, images, sections);
  const blocks = sections.next + (udf ? 1 : 0);
  if (blocks > MAX_BLOCKS) throw new EngineError('disc-too-large', { size: blocks * ISO_SECTOR });

  const facts = { label, when, blocks };
  const bootEntries = catalogueEntries(images, files);
  const catalogue = catalogueBlock;
  sections.bytes(descriptors, () => [
    volumeDescriptor('primary', facts, isoTree, isoStart),
    ...(catalogue === null ? [] : [bootRecord(catalogue)]),
    ...(jolietTree ? [volumeDescriptor('joliet', facts, jolietTree, jolietStart)] : []),
    nameDescriptor(ISO_DESCRIPTOR.terminator, 'CD001'),
    ...(udf ? [nameDescriptor(0, 'BEA01'), nameDescriptor(0, 'NSR02'), nameDescriptor(0, 'TEA01')] : []),
  ]);
  if (hybrid) sections.bytes({ block: 0, blocks: 1 }, () => [hybridFront(bootEntries, images.efi?.size ?? 0, facts.when)]);
  if (udfPlan) addUdf(sections, root, udfPlan, facts);
  addTree(sections, isoTree, isoStart);
  if (jolietTree) addTree(sections, jolietTree, jolietStart);
  if (catalogue !== null) sections.bytes({ block: catalogue, blocks: 1 }, () => [bootCatalogue(bootEntries)]);

  const folders = [...foldersOf(root)].length - 1;
  const places = new Map([...filesOf(root)].map((file) => [file.entry.path, { offset: file.block * ISO_SECTOR, length: file.entry.size }]));
  return {
    label, size: blocks * ISO_SECTOR, files: places.size, folders, hybrid, places,
    views: [...(udf ? (['udf'] as const) : []), ...(jolietTree ? (['joliet'] as const) : []), 'iso9660'],
    boot: { bios: images.bios?.path ?? null, efi: images.efi?.path ?? null },
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

  sorted(): readonly IsoSection[] {
    return this.#all.toSorted((a, b) => a.block - b.block);
  }
}

/** Gives every file its blocks; what is booted from and has no name comes first. */
function placeFiles(
  root: DiscFolder, isoRoot: DiscFolder, images: { bios: TreeEntry | null; efi: TreeEntry | null }, sections: Sections,
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

function catalogueEntries(images: { bios: TreeEntry | null; efi: TreeEntry | null }, places: ReadonlyMap<TreeEntry, number>): readonly CatalogueImage[] {
  const entries: CatalogueImage[] = [];
  const sectorsOf = (image: TreeEntry): number => Math.ceil(image.size / 512);
  if (images.bios) entries.push({ platform: BOOT_PLATFORM.bios, block: places.get(images.bios) ?? 0, sectors: sectorsOf(images.bios) });
  if (images.efi) {
    const sectors = sectorsOf(images.efi);
    // What 16 bits cannot say is said with 0: up to the end of the disc, as UEFI understands it (13.3.2.1).
    entries.push({ platform: BOOT_PLATFORM.efi, block: places.get(images.efi) ?? 0, sectors: sectors > 0xffff ? 0 : sectors });
  }
  return entries;
}

/** An MBR that shows the FAT image for UEFI as a partition: how a stick with this disc on it boots. */
function hybridFront(entries: readonly CatalogueImage[], efiSize: number, when: Date): Uint8Array {
  const efi = entries.find(({ platform }) => platform === BOOT_PLATFORM.efi);
  const offset = (efi?.block ?? 0) * ISO_SECTOR;
  const diskSignature = crc32(new TextEncoder().encode(`${when.toISOString()} ${offset}`));
  return buildMbr({ diskSignature, partitions: [{ offset, length: efiSize, type: MBR_TYPE.efiSystem }] }, 512);
}

function addUdf(sections: Sections, root: DiscFolder, plan: UdfFilesPlan, volume: { label: string; when: Date; blocks: number }): void {
  const facts: UdfFacts = { ...volume, ...plan, partitionBlocks: volume.blocks - UDF_PLACE.partition - 1, rootBlock: root.udfBlock };
  const last = volume.blocks - 1;
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
