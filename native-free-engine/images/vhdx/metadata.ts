import { normalize, totalLength, type Extent } from '../../base/extent.ts';
import { toSafeInt } from '../../base/safe-int.ts';
import { checkRange } from '../../io/bounds.ts';
import { readBytes } from '../../io/read-bytes.ts';
import type { BlockSource } from '../../io/types.ts';
import { imageCorrupt, imageUnsupported } from '../faults.ts';
import { checksumOf, type LogPlace } from './header.ts';
import {
  FILE_PARAMETER, FileParameters, METADATA, METADATA_FLAG, METADATA_TABLE_BYTES, MIB, MetadataTableEntry, MetadataTableHeader, REGION,
  REGION_TABLE_BYTES, RegionTableEntry, RegionTableHeader, VHDX_FORMAT, VHDX_PLACE,
} from './structs.ts';

/** Where the tables of the file lie. */
export interface VhdxRegions {
  readonly bat: Extent;
  readonly metadata: Extent;
}

/** What the metadata says of the virtual disk. */
export interface VhdxGeometry {
  /** Bytes. */
  readonly size: number;
  readonly blockSize: number;
  readonly logicalSectorSize: number;
  readonly fixed: boolean;
}

/** @throws EngineError `image-corrupt`, `image-feature-unsupported`, `struct-out-of-bounds`, `number-unsafe` */
export async function readRegions(file: BlockSource, path: string, log: LogPlace): Promise<VhdxRegions> {
  const corrupt = (detail: string): Error => imageCorrupt(VHDX_FORMAT, path, detail);
  const table = await readRegionTable(file);
  if (!table) throw corrupt('both region tables');
  const found = new Map<string, Extent>();
  for (let i = 0; i < table.entryCount; i++) {
    const entry = RegionTableEntry.read(table.bytes, RegionTableHeader.size + i * RegionTableEntry.size);
    const known = Object.values<string>(REGION).includes(entry.guid);
    if (!known && entry.required & 1) throw imageUnsupported(path, `VHDX region ${entry.guid}`);
    if (!known) continue;
    const region = { offset: toSafeInt(entry.fileOffset, 'RegionTableEntry.fileOffset'), length: entry.length };
    if (found.has(entry.guid) || region.offset % MIB !== 0 || region.length % MIB !== 0 || region.length === 0) throw corrupt('region table');
    if (region.offset < VHDX_PLACE.end) throw corrupt('region in the header section');
    checkRange('RegionTableEntry', region.offset, region.length, file.size);
    found.set(entry.guid, region);
  }
  const bat = found.get(REGION.bat);
  const metadata = found.get(REGION.metadata);
  if (!bat || !metadata) throw corrupt('a region is missing');
  const all = [bat, metadata, { offset: log.offset, length: log.length }];
  if (totalLength(normalize(all)) !== totalLength(all)) throw corrupt('regions overlap');
  return { bat, metadata };
}

async function readRegionTable(file: BlockSource): Promise<{ bytes: Uint8Array; entryCount: number } | null> {
  for (const offset of VHDX_PLACE.regionTables) {
    const bytes = await readBytes(file, offset, REGION_TABLE_BYTES);
    if (new DataView(bytes.buffer).getUint32(4, true) !== checksumOf(bytes)) continue;
    const header = RegionTableHeader.read(bytes);
    if (header.signature === 'regi') return { bytes, entryCount: header.entryCount };
  }
  return null;
}

/** @throws EngineError `image-corrupt`, `image-feature-unsupported`, `struct-invalid`, `struct-out-of-bounds`, `number-unsafe` */
export async function readGeometry(file: BlockSource, path: string, region: Extent): Promise<VhdxGeometry> {
  const corrupt = (detail: string): Error => imageCorrupt(VHDX_FORMAT, path, detail);
  const items = await readItems(file, path, region);
  const item = async (id: string, length: number): Promise<DataView> => {
    const place = items.get(id);
    if (!place || place.length !== length) throw corrupt('a metadata item is missing');
    const bytes = await readBytes(file, region.offset + place.offset, length);
    return new DataView(bytes.buffer);
  };
  const parameters = FileParameters.read(new Uint8Array((await item(METADATA.fileParameters, FileParameters.size)).buffer));
  if (parameters.flags & FILE_PARAMETER.hasParent) throw imageUnsupported(path, 'a parent disk (differencing VHDX)');
  const { blockSize } = parameters;
  if (blockSize & (blockSize - 1) || parameters.flags >>> 2) throw corrupt('file parameters');
  const logicalSectorSize = (await item(METADATA.logicalSectorSize, 4)).getUint32(0, true);
  const physicalSectorSize = (await item(METADATA.physicalSectorSize, 4)).getUint32(0, true);
  for (const sectorSize of [logicalSectorSize, physicalSectorSize]) if (sectorSize !== 512 && sectorSize !== 4096) throw corrupt('sector size');
  const size = toSafeInt((await item(METADATA.virtualDiskSize, 8)).getBigUint64(0, true), 'virtualDiskSize');
  if (size === 0 || size % logicalSectorSize !== 0) throw corrupt('virtual disk size');
  return { size, blockSize, logicalSectorSize, fixed: (parameters.flags & FILE_PARAMETER.leaveBlocksAllocated) !== 0 };
}

async function readItems(file: BlockSource, path: string, region: Extent): Promise<Map<string, Extent>> {
  const corrupt = (detail: string): Error => imageCorrupt(VHDX_FORMAT, path, detail);
  const table = await readBytes(file, region.offset, METADATA_TABLE_BYTES);
  const header = MetadataTableHeader.read(table);
  if (header.signature !== 'metadata') throw corrupt('metadata table');
  const items = new Map<string, Extent>();
  const places: Extent[] = [];
  for (let i = 0; i < header.entryCount; i++) {
    const entry = MetadataTableEntry.read(table, MetadataTableHeader.size + i * MetadataTableEntry.size);
    const known = Object.values<string>(METADATA).includes(entry.itemId) && !(entry.flags & METADATA_FLAG.user);
    if (!known && entry.flags & METADATA_FLAG.required) throw imageUnsupported(path, `VHDX metadata item ${entry.itemId}`);
    if (!known) continue;
    const inside = entry.offset >= METADATA_TABLE_BYTES && entry.offset + entry.length <= region.length;
    if (items.has(entry.itemId) || !inside || entry.length === 0) throw corrupt('metadata entry');
    const place = { offset: entry.offset, length: entry.length };
    items.set(entry.itemId, place);
    places.push(place);
  }
  if (totalLength(normalize(places)) !== totalLength(places)) throw corrupt('metadata items overlap');
  return items;
}
