import type { XmlElement } from '../xml.ts';
import { isFolder, isReparsePoint, walk, type WimEntry } from './entry.ts';
import { textElement, timeElement, withChild } from './xml-data.ts';

/** What the XML of an image counts. */
interface Statistics {
  /** With the root. */
  readonly folders: number;
  readonly files: number;
  /** Of all streams, those of files linked more than once counted each time. */
  readonly totalBytes: number;
  /** What of it links beyond the first one count again. */
  readonly hardLinkBytes: number;
}

/** How often each stream is named in a tree: what it counts for in the lookup table. */
export function countReferences(root: WimEntry): Map<string, number> {
  const counts = new Map<string, number>();
  const add = ({ streams }: WimEntry): void => {
    for (const { hash } of streams) if (hash !== '') counts.set(hash, (counts.get(hash) ?? 0) + 1);
  };
  add(root);
  for (const { entry } of walk(root)) add(entry);
  return counts;
}

/** `element` with what it counts, and when the image was last changed, brought up to date. */
export function withStatistics(element: XmlElement, root: WimEntry, sizeOf: (hash: string) => number, modified: bigint): XmlElement {
  const { folders, files, totalBytes, hardLinkBytes } = statisticsOf(root, sizeOf);
  return [
    textElement('DIRCOUNT', folders), textElement('FILECOUNT', files), textElement('TOTALBYTES', totalBytes),
    textElement('HARDLINKBYTES', hardLinkBytes), timeElement('LASTMODIFICATIONTIME', modified),
  ].reduce(withChild, element);
}

function statisticsOf(root: WimEntry, sizeOf: (hash: string) => number): Statistics {
  let [folders, files, totalBytes, hardLinkBytes] = [1, 0, 0, 0];
  const linked = new Set<bigint>();
  for (const { entry } of walk(root)) {
    const bytes = entry.streams.reduce((sum, { hash }) => sum + (hash === '' ? 0 : sizeOf(hash)), 0);
    totalBytes += bytes;
    // A link to a folder is none.
    if (isFolder(entry) && !isReparsePoint(entry)) {
      folders++;
      continue;
    }
    files++;
    if (isReparsePoint(entry) || entry.reparseOrLink === 0n) continue;
    if (linked.has(entry.reparseOrLink)) hardLinkBytes += bytes;
    linked.add(entry.reparseOrLink);
  }
  return { folders, files, totalBytes, hardLinkBytes };
}
