import { dirname } from 'node:path';
import { EngineError } from '../../native-free-engine/index.ts';
import type { ConvertPlan, ConvertRequest, DiskImageInfo, VerifyPlan, VerifyRequest } from '../contract/index.ts';
import { checkChain } from '../library/index.ts';
import { checkNotBusy } from './disk-lock.ts';
import { canonicalPath, imageLock } from './plan-capture.ts';
import { heading, step } from './plan-parts.ts';
import { checkPlace, roomIn } from './room.ts';

/** @throws EngineError `image-manifest-missing` for an image without hashes, `image-parent-missing`, `image-parent-swapped` */
export function planVerify(request: VerifyRequest, image: DiskImageInfo): VerifyPlan {
  if (!image.identity) throw new EngineError('image-manifest-missing', { path: image.location });
  checkChain(image.location, image.chain);
  const { share, memory } = request;
  return {
    kind: 'verify',
    ...heading(),
    image,
    share,
    memory,
    steps: [
      ...image.chain.map(({ name }) => step('check-chain', { image: name })),
      share < 1 ? step('verify-share', { image: image.name, percent: Math.round(share * 1000) / 10 }) : step('verify-image', { image: image.name }),
    ],
  };
}

/** @throws EngineError `destination-exists`, `destination-not-file`, `destination-own-image`, `image-parent-missing`, `image-parent-swapped`, `disk-busy` */
export async function planConvert(request: ConvertRequest, image: DiskImageInfo): Promise<ConvertPlan> {
  checkChain(image.location, image.chain);
  const destination = await canonicalPath(request.destination);
  // Replacing the image by a conversion of itself would leave neither.
  if (image.files.includes(destination)) throw new EngineError('destination-exists', { path: destination });
  await checkPlace(destination, request.overwrite);
  await checkNotBusy(imageLock(destination), destination);
  const { format, overwrite } = request;
  return {
    kind: 'convert',
    ...heading(),
    image,
    destination,
    format,
    overwrite,
    freeBytes: (await roomIn(dirname(destination))).freeBytes,
    steps: [step('convert', { image: image.name, format, destination })],
  };
}
