import { formatXml, parseXml, XmlError, type XmlElement } from '../xml.ts';
import { wimInvalid } from './faults.ts';
import { fromFileTime } from '../../struct/file-time.ts';

/** What the XML of a WIM says of one image. Empty texts and nulls where it says nothing. */
export interface WimImageInfo {
  /** From 1. */
  readonly index: number;
  readonly name: string;
  readonly description: string;
  readonly displayName: string;
  readonly displayDescription: string;
  /** The edition as Setup is asked for it: `Professional`. */
  readonly flags: string;
  /** The edition as Windows itself calls it, when it differs: `EDITIONID`. */
  readonly edition: string;
  readonly productName: string;
  /** `Client`, `Server`, `Server Core`, `WindowsPE`. */
  readonly installationType: string;
  /** `x86`, `arm`, `ia64`, `x64`, `arm64`, or the number that stands there. */
  readonly architecture: string;
  /** `nl-NL`, the default one first. */
  readonly languages: readonly string[];
  readonly version: WimImageVersion | null;
  /** Bytes of all files, those linked more than once counted each time. */
  readonly totalBytes: number;
  readonly hardLinkBytes: number;
  readonly folders: number;
  readonly files: number;
  readonly createdAt: Date | null;
  readonly modifiedAt: Date | null;
}

export interface WimImageVersion {
  readonly major: number;
  readonly minor: number;
  readonly build: number;
  /** The number behind the build: 22631.2861. */
  readonly servicePackBuild: number;
  readonly servicePackLevel: number;
}

/** PROCESSOR_ARCHITECTURE_*. */
const ARCHITECTURES: Readonly<Record<string, string>> = { 0: 'x86', 5: 'arm', 6: 'ia64', 9: 'x64', 12: 'arm64' };

/** The XML as elements. @param data UTF-16, little endian, with its mark or without @throws EngineError `wim-invalid` */
export function parseXmlData(data: Uint8Array, path: string): XmlElement {
  const marked = data[0] === 0xff && data[1] === 0xfe;
  const text = new TextDecoder('utf-16le').decode(marked ? data.subarray(2) : data);
  try {
    const root = parseXml(text.replace(/\0+$/, ''));
    if (root.name !== 'WIM') throw new XmlError(`root ${root.name}`);
    return root;
  } catch (error) {
    if (error instanceof XmlError) throw wimInvalid(path, `XML: ${error.message}`, error);
    throw error;
  }
}

export function formatXmlData(root: XmlElement): Uint8Array {
  const text = `\ufeff${formatXml(root)}`;
  const data = new Uint8Array(text.length * 2);
  const view = new DataView(data.buffer);
  for (let i = 0; i < text.length; i++) view.setUint16(i * 2, text.charCodeAt(i), true);
  return data;
}

/** The element of each image, in the order of their numbers; those that the XML lacks are empty. */
export function imageElements(root: XmlElement, count: number): XmlElement[] {
  const images = root.children.filter(({ name }) => name === 'IMAGE').map((element): [number, XmlElement] => [Number(element.attributes['INDEX']), element]);
  // Of several with one number the first counts.
  const byIndex = new Map(images.toReversed());
  return Array.from({ length: count }, (_, i) => byIndex.get(i + 1) ?? { name: 'IMAGE', attributes: { INDEX: String(i + 1) }, text: '', children: [] });
}

export function readImageInfo(element: XmlElement, index: number): WimImageInfo {
  const text = (...path: string[]): string => childAt(element, path)?.text ?? '';
  const number = (...path: string[]): number => numberOf(text(...path));
  const windows = childAt(element, ['WINDOWS']);
  const listed = (childAt(element, ['WINDOWS', 'LANGUAGES'])?.children ?? []).filter(({ name }) => name === 'LANGUAGE').map((language) => language.text);
  const preferred = text('WINDOWS', 'LANGUAGES', 'DEFAULT');
  const architecture = text('WINDOWS', 'ARCH');
  return {
    index,
    name: text('NAME'),
    description: text('DESCRIPTION'),
    displayName: text('DISPLAYNAME'),
    displayDescription: text('DISPLAYDESCRIPTION'),
    flags: text('FLAGS'),
    edition: text('WINDOWS', 'EDITIONID'),
    productName: text('WINDOWS', 'PRODUCTNAME'),
    installationType: text('WINDOWS', 'INSTALLATIONTYPE'),
    architecture: ARCHITECTURES[architecture] ?? architecture,
    languages: listed.includes(preferred) ? [preferred, ...listed.filter((language) => language !== preferred)] : listed,
    version: windows && childAt(windows, ['VERSION']) ? {
      major: number('WINDOWS', 'VERSION', 'MAJOR'),
      minor: number('WINDOWS', 'VERSION', 'MINOR'),
      build: number('WINDOWS', 'VERSION', 'BUILD'),
      servicePackBuild: number('WINDOWS', 'VERSION', 'SPBUILD'),
      servicePackLevel: number('WINDOWS', 'VERSION', 'SPLEVEL'),
    } : null,
    totalBytes: number('TOTALBYTES'),
    hardLinkBytes: number('HARDLINKBYTES'),
    folders: number('DIRCOUNT'),
    files: number('FILECOUNT'),
    createdAt: timeOf(childAt(element, ['CREATIONTIME'])),
    modifiedAt: timeOf(childAt(element, ['LASTMODIFICATIONTIME'])),
  };
}

/** `element` with the text of its child `name` set; the child is added at the end when there is none. */
export function withChild(element: XmlElement, child: XmlElement): XmlElement {
  const known = element.children.some(({ name }) => name === child.name);
  return { ...element, children: known ? element.children.map((old) => (old.name === child.name ? child : old)) : [...element.children, child] };
}

export const textElement = (name: string, text: string | number): XmlElement => ({ name, attributes: {}, text: String(text), children: [] });

/** A moment as its two halves in hexadecimal, as WIMs write it. @param fileTime 100 ns since 1601 */
export function timeElement(name: string, fileTime: bigint): XmlElement {
  const hex = (value: bigint): string => `0x${value.toString(16).toUpperCase().padStart(8, '0')}`;
  return { name, attributes: {}, text: '', children: [textElement('HIGHPART', hex(fileTime >> 32n)), textElement('LOWPART', hex(fileTime & 0xffff_ffffn))] };
}

function childAt(element: XmlElement, path: readonly string[]): XmlElement | undefined {
  return path.reduce<XmlElement | undefined>((at, name) => at?.children.find((child) => child.name === name), element);
}

function numberOf(text: string): number {
  const value = Number(text);
  return Number.isSafeInteger(value) && value >= 0 ? value : 0;
}

function timeOf(element: XmlElement | undefined): Date | null {
  if (!element) return null;
  const [high, low] = [numberOf(childAt(element, ['HIGHPART'])?.text ?? ''), numberOf(childAt(element, ['LOWPART'])?.text ?? '')];
  return high >= 2 ** 32 || low >= 2 ** 32 ? null : fromFileTime((BigInt(high) << 32n) | BigInt(low));
}
