import { UDF_TAG, UdfAnchor, UdfFileSet, UdfLogicalVolume, UdfPartition, UdfPartitionMap, UdfPrimaryVolume } from '../../filesystems/udf/structs.ts';
import { udfTimestamp } from '../../filesystems/udf/timestamp.ts';
import { crc32 } from '../../codecs/checksums.ts';
import type { VolumeFacts } from './iso-descriptors.ts';
import { dstring, entityId, IMPLEMENTATION, ostaCharacterSet, seal, UDF_BLOCK, UDF_REVISION } from './udf-encode.ts';
import { longAllocation } from './udf-files.ts';

/** Where the parts of UDF lie that are the same on every disc; blocks. */
export const UDF_PLACE = { main: 32, reserve: 48, integrity: 64, anchor: 256, partition: 257 } as const;
const SEQUENCE_BLOCKS = 16;
const PREVAILING = 1;

export interface UdfFacts extends VolumeFacts {
  /** Blocks of the partition. */
  readonly partitionBlocks: number;
  /** Of the root's file entry, in blocks of the partition. */
  readonly rootBlock: number;
  readonly files: number;
  readonly folders: number;
  /** One more than the highest number that a file has. */
  readonly nextId: number;
}

/** The anchor at `block` (ECMA-167 3/10.2). */
export function udfAnchor(block: number): Uint8Array {
  const sector = new Uint8Array(UDF_BLOCK);
  const length = SEQUENCE_BLOCKS * UDF_BLOCK;
  UdfAnchor.write({ tag: new Uint8Array(16), mainLength: length, mainLocation: UDF_PLACE.main, reserveLength: length, reserveLocation: UDF_PLACE.reserve }, sector);
  return seal(sector, UDF_TAG.anchor, block, 512);
}

/** Volume descriptors, twice the same but for their places (ECMA-167 3/8.4.2). @param start block */
export function udfSequence(facts: UdfFacts, start: number): Uint8Array {
  const sequence = new Uint8Array(SEQUENCE_BLOCKS * UDF_BLOCK);
  const descriptors: readonly (readonly [number, Uint8Array])[] = [
    [UDF_TAG.primary, primaryVolume(facts)],
    [UDF_TAG.implementationUse, implementationUse(facts)],
    [UDF_TAG.partition, partition(facts)],
    [UDF_TAG.logicalVolume, logicalVolume(facts)],
    // Nothing is free on a disc: no descriptors follow.
    [UDF_TAG.unallocatedSpace, withSequence(new Uint8Array(24))],
    [UDF_TAG.terminator, new Uint8Array(512)],
  ];
  descriptors.forEach(([id, descriptor], i) => sequence.set(seal(descriptor, id, start + i), i * UDF_BLOCK));
  return sequence;
}

function withSequence(descriptor: Uint8Array, at = 16): Uint8Array {
  new DataView(descriptor.buffer).setUint32(at, PREVAILING, true);
  return descriptor;
}

function primaryVolume(facts: UdfFacts): Uint8Array {
  return UdfPrimaryVolume.write({
    tag: new Uint8Array(16),
    sequence: PREVAILING,
    number: 0,
    volumeId: dstring(facts.label, 32),
    volumeSequence: 1,
    maximumVolumeSequence: 1,
    interchangeLevel: 2,
    maximumInterchangeLevel: 2,
    characterSets: 1,
    maximumCharacterSets: 1,
    volumeSetId: dstring(volumeSetId(facts), 128),
    descriptorCharacterSet: ostaCharacterSet(),
    explanatoryCharacterSet: ostaCharacterSet(),
    application: entityId('implementation', IMPLEMENTATION),
    recorded: udfTimestamp(facts.when),
    implementation: entityId('implementation', IMPLEMENTATION),
  });
}

/** Its first 16 characters tell volumes apart (OSTA UDF 2.2.2.5); the same input makes the same. */
function volumeSetId(facts: UdfFacts): string {
  const digits = (value: number): string => (value >>> 0).toString(16).padStart(8, '0');
  const seed = new TextEncoder().encode(`${facts.label}\0${facts.blocks}\0${facts.files}`);
  return `${digits(Math.floor(facts.when.getTime() / 1000))}${digits(crc32(seed))}${facts.label}`;
}

/** `*UDF LV Info`: the volume's name for those who ask the drive only (OSTA UDF 2.2.7). */
function implementationUse(facts: UdfFacts): Uint8Array {
  const descriptor = withSequence(new Uint8Array(512));
  descriptor.set(entityId('udf', '*UDF LV Info'), 20);
  descriptor.set(ostaCharacterSet(), 52);
  descriptor.set(dstring(facts.label, 128), 116);
  descriptor.set(entityId('implementation', IMPLEMENTATION), 352);
  return descriptor;
}

function partition(facts: UdfFacts): Uint8Array {
  return UdfPartition.write({
    tag: new Uint8Array(16),
    sequence: PREVAILING,
    // Its space is allocated.
    flags: 1,
    number: 0,
    contents: entityId('contents', '+NSR02'),
    // Read only.
    accessType: 1,
    start: UDF_PLACE.partition,
    length: facts.partitionBlocks,
    implementation: entityId('implementation', IMPLEMENTATION),
  });
}

function logicalVolume(facts: UdfFacts): Uint8Array {
  const descriptor = new Uint8Array(UdfLogicalVolume.size + UdfPartitionMap.size);
  UdfLogicalVolume.write(
    {
      tag: new Uint8Array(16),
      sequence: PREVAILING,
      characterSet: ostaCharacterSet(),
      identifier: dstring(facts.label, 128),
      blockSize: UDF_BLOCK,
      domain: entityId('domain', '*OSTA UDF Compliant'),
      fileSet: longAllocation(0, 2 * UDF_BLOCK),
      mapTableLength: UdfPartitionMap.size,
      mapCount: 1,
      implementation: entityId('implementation', IMPLEMENTATION),
      integrityLength: 2 * UDF_BLOCK,
      integrityLocation: UDF_PLACE.integrity,
    },
    descriptor,
  );
  UdfPartitionMap.write({ type: 1, length: UdfPartitionMap.size, volumeSequence: 1, partition: 0 }, descriptor, UdfLogicalVolume.size);
  return descriptor;
}

/** That the volume was closed properly, and a terminator (ECMA-167 3/10.10, OSTA UDF 2.2.6). */
export function udfIntegrity(facts: UdfFacts): Uint8Array {
  const blocks = new Uint8Array(2 * UDF_BLOCK);
  const descriptor = new Uint8Array(88 + 46);
  const view = new DataView(descriptor.buffer);
  descriptor.set(udfTimestamp(facts.when), 16);
  // Closed.
  view.setUint32(28, 1, true);
  view.setBigUint64(40, BigInt(facts.nextId), true);
  // One partition, 46 bytes of our own, nothing free, and its size.
  view.setUint32(72, 1, true);
  view.setUint32(76, 46, true);
  view.setUint32(80, 0, true);
  view.setUint32(84, facts.partitionBlocks, true);
  descriptor.set(entityId('implementation', IMPLEMENTATION), 88);
  view.setUint32(120, facts.files, true);
  view.setUint32(124, facts.folders, true);
  for (const at of [128, 130, 132]) view.setUint16(at, UDF_REVISION, true);
  blocks.set(seal(descriptor, UDF_TAG.integrity, UDF_PLACE.integrity));
  blocks.set(seal(new Uint8Array(512), UDF_TAG.terminator, UDF_PLACE.integrity + 1), UDF_BLOCK);
  return blocks;
}

/** The file set, which leads to the root, and a terminator: the partition's first two blocks (ECMA-167 4/14.1). */
export function udfFileSet(facts: UdfFacts): Uint8Array {
  const blocks = new Uint8Array(2 * UDF_BLOCK);
  const descriptor = UdfFileSet.write({
    tag: new Uint8Array(16),
    recorded: udfTimestamp(facts.when),
    interchangeLevel: 3,
    maximumInterchangeLevel: 3,
    characterSets: 1,
    maximumCharacterSets: 1,
    volumeCharacterSet: ostaCharacterSet(),
    volumeId: dstring(facts.label, 128),
    fileSetCharacterSet: ostaCharacterSet(),
    fileSetId: dstring(facts.label, 32),
    rootIcb: longAllocation(facts.rootBlock, UDF_BLOCK),
    domain: entityId('domain', '*OSTA UDF Compliant'),
  });
  blocks.set(seal(descriptor, UDF_TAG.fileSet, 0));
  blocks.set(seal(new Uint8Array(512), UDF_TAG.terminator, 1), UDF_BLOCK);
  return blocks;
}
