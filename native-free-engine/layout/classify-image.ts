import type { BlockSource } from '../io/types.ts';
import { listIsoDirectory } from '../filesystems/iso9660/directory.ts';
import { readIsoVolume, type IsoVolume } from '../filesystems/iso9660/volume.ts';
import { optional } from '../filesystems/optional.ts';
import { listUdfDirectory, udfRoot } from '../filesystems/udf/directory.ts';
import { hasUdfRecognition, readUdfVolume } from '../filesystems/udf/volume.ts';
import { recognise } from '../filesystems/recognise.ts';
import { hasText } from '../struct/index.ts';
import { parseMbr } from '../partitions/mbr/index.ts';
import { headSource } from './head-source.ts';
import { readLayout } from './read-layout.ts';

/**
 * `hybrid-iso`: an ISO that also boots from a stick; `windows-iso` and
 * `plain-iso`: ISOs that do not, when written raw.
 */
export type ImageKind = 'disk' | 'file-system' | 'hybrid-iso' | 'windows-iso' | 'plain-iso' | 'unknown';

export interface ImageClass {
  readonly kind: ImageKind;
  readonly label: string;
}

/** Names of volumes that Microsoft's own ISOs carry: `CCCOMA_X64FRE_EN-US_DV9`, `J_CCSA_X64FRE_DE-DE_DV5`, `SSS_X64FREE_EN-US_DV9`. */
const WINDOWS_LABEL = /_(X64|X86|A64|ARM64|X64X86)(FRE|FREE|FREV|CHK)?(E|V|ER)?_[A-Z]{2}-[A-Z]{2,4}(_DV[59])?$/i;
const INSTALLERS = ['boot.wim', 'install.wim', 'install.esd', 'install.swm'];

/**
 * Says what an image is from its first bytes: 1 MiB is enough, and more is
 * never unpacked for it. With `read`, the tree of an ISO is looked at too.
 * @param head the first bytes, 1 MiB where the image has as many
 * @param size bytes of the whole image, null when only unpacking will tell
 */
export async function classifyImage(head: Uint8Array, size: number | null, read?: BlockSource): Promise<ImageClass> {
  const source = read ?? headSource(head, size);
  const iso = readIsoVolume({ head });
  const udf = hasUdfRecognition({ head });
  if (iso || udf) return classifyIso(head, iso, udf, source);

  const layout = await readLayout(source);
  const [whole] = layout.partitions;
  if (layout.table === 'none' && whole) return { kind: 'file-system', label: whole.fileSystem?.label ?? '' };
  if (layout.table !== 'none') return { kind: 'disk', label: '' };
  return { kind: 'unknown', label: '' };
}

async function classifyIso(head: Uint8Array, iso: IsoVolume | null, udf: boolean, source: BlockSource): Promise<ImageClass> {
  const udfLabel = udf ? (await optional(() => recognise(source), null))?.label : '';
  const label = iso?.label || udfLabel || '';
  // The order matters: whoever made a Windows ISO hybrid did so to write it to sticks.
  if (hasBootableFront(head)) return { kind: 'hybrid-iso', label };
  const windows = (iso && looksLikeMicrosoft(iso)) || (await holdsWindowsSetup(iso, udf, source));
  return { kind: windows ? 'windows-iso' : 'plain-iso', label };
}

/**
 * ISO 9660 leaves its first 32 KiB to the system. isohybrid, grub-mkrescue and
 * xorriso put an MBR there, with partitions, boot code or both, and mostly a
 * GPT; what does not boot from a stick has zeros, or a bare signature.
 */
function hasBootableFront(head: Uint8Array): boolean {
  if (hasText(head, 512, 'EFI PART') || hasText(head, 4096, 'EFI PART')) return true;
  if (head.length < 512 || head[510] !== 0x55 || head[511] !== 0xaa) return false;
  try {
    const mbr = parseMbr(head, 512);
    return mbr.hasBootCode || mbr.partitions.length > 0;
  } catch {
    return false;
  }
}

/**
 * oscdimg and CDIMAGE, which make all of Microsoft's ISOs and those of its
 * deployment kits, sign as application; the publisher or the volume's name
 * give the others away. A data disc by the same tools does not boot (El Torito).
 */
function looksLikeMicrosoft(iso: IsoVolume): boolean {
  const signed = /^(CDIMAGE|OSCDIMG)\b/i.test(iso.application) || /^MICROSOFT\b/i.test(iso.publisher) || WINDOWS_LABEL.test(iso.label);
  return iso.elTorito && signed;
}

/**
 * `bootmgr` in the root, and a boot or install image in `sources`. In a large
 * Windows ISO only the UDF tree has them; the ISO 9660 one is a stub.
 */
async function holdsWindowsSetup(iso: IsoVolume | null, udf: boolean, source: BlockSource): Promise<boolean> {
  const inUdf = udf && (await optional(() => udfHoldsSetup(source), false));
  return inUdf || (iso !== null && (await optional(() => isoHoldsSetup(source, iso), false)));
}

async function udfHoldsSetup(source: BlockSource): Promise<boolean> {
  const volume = await readUdfVolume(source);
  if (!volume) return false;
  const root = await listUdfDirectory(source, volume, await udfRoot(source, volume));
  const sources = root.get('sources');
  if (!root.has('bootmgr') || sources === undefined) return false;
  const names = await listUdfDirectory(source, volume, sources);
  return INSTALLERS.some((name) => names.has(name));
}

async function isoHoldsSetup(source: BlockSource, iso: IsoVolume): Promise<boolean> {
  const root = await listIsoDirectory(source, iso);
  const sources = root.get('sources');
  if (!root.has('bootmgr') || !sources) return false;
  const names = await listIsoDirectory(source, iso, sources);
  return INSTALLERS.some((name) => names.has(name));
}
