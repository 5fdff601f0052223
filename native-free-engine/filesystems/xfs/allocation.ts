import { EngineError } from '../../base/errors.ts';
import type { AllocationReader } from '../allocation-types.ts';

export const xfsAllocation: AllocationReader = () => Promise.reject(new EngineError('allocation-invalid', { kind: 'xfs', reason: 'not read yet' }));
