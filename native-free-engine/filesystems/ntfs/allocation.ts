import { EngineError } from '../../base/errors.ts';
import type { AllocationReader } from '../allocation-types.ts';

export const ntfsAllocation: AllocationReader = () => Promise.reject(new EngineError('allocation-invalid', { kind: 'ntfs', reason: 'not read yet' }));
