import { EngineError } from '../../base/errors.ts';
import { createHasher } from '../../codecs/checksums.ts';
import { readBytes } from '../../io/read-bytes.ts';
import type { AllocationReader } from '../allocation-types.ts';
import { findSwapMagic } from './magic.ts';
import { SWAP_MAX_PAGE } from './structs.ts';

/**
 * Linux swap: its first page, which has the header with UUID and label, and nothing else. A system that sleeps in it
 * (`hibernated`) needs every byte.
 * @throws EngineError as {@link AllocationReader}
 */
export const swapAllocation: AllocationReader = async (source) => {
  const head = await readBytes(source, 0, Math.min(source.size, SWAP_MAX_PAGE));
  const found = findSwapMagic(head);
  if (!found) throw new EngineError('allocation-invalid', { kind: 'swap', reason: 'no-signature' });
  const page = head.subarray(0, found.pageSize);
  const hasher = createHasher('sha256');
  hasher.update(page);
  return {
    unit: found.pageSize,
    used: [{ offset: 0, length: found.hibernated ? source.size : page.length }],
    leftOut: [],
    conditions: found.hibernated ? ['hibernated'] : [],
    fingerprint: hasher.hex(),
  };
};
