import type { DiskImageInfo, ImagingOutcome } from '../contract/index.ts';

/** What a report can say of an image before a job has done anything with it. */
export function blankOutcome(image: DiskImageInfo): ImagingOutcome {
  return {
    imageId: image.identity?.id ?? null,
    path: image.location,
    manifestSha256: image.identity?.manifestSha256 ?? null,
    usedBytes: image.usedBytes ?? 0,
    storedBytes: image.storedBytes,
    chain: image.chain.flatMap(({ path }) => (path === null ? [] : [path])),
    bad: image.identity?.bad ?? [],
    overridden: [],
    leftOut: [],
    identifiers: null,
    grown: [],
    verified: null,
    resumed: false,
    notes: [],
  };
}
