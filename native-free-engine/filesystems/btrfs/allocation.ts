import { EngineError } from '../../base/errors.ts';
import type { AllocationReader } from '../allocation-types.ts';

export const btrfsAllocation: AllocationReader = () => Promise.reject(new EngineError('allocation-invalid', { kind: 'btrfs', reason: 'not read yet' }));
