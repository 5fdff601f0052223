import type { Manifest } from '../../native-free-engine/index.ts';
import type { Bad, DiskImageInfo, ImagingOutcome } from '../contract/index.ts';

/** What a report can say of an image before a job has done anything with it. */
export function blankOutcome(image: DiskImageInfo): ImagingOutcome {
  return {
    imageId: image.identity?.id ?? null,
    path: image.location,
    manifestSha256: image.identity?.manifestSha256 ?? null,
    usedBytes: image.usedBytes ?? 0,
    storedBytes: image.storedBytes,
    chain: image.chain.flatMap(({ path }) => (path === null ? [] : [path])),
    bad: image.identity?.bad ?? badOf([]),
    overridden: [],
    leftOut: [],
    identifiers: null,
    grown: [],
    verified: null,
    resumed: false,
    notes: [],
  };
}

/** Places and files of a failing disk that are passed on: a report is read by people, and a message has a size. */
const MOST_PLACES = 1000;
const MOST_FILES = 20;

export const badOf = (places: Manifest['bad']): Bad => ({
  bytes: places.reduce((sum, { length }) => sum + length, 0),
  count: places.length,
  places: places.slice(0, MOST_PLACES).map((place) => ({ ...place, files: place.files.slice(0, MOST_FILES) })),
});
