import { EngineError } from '../../base/errors.ts';
import type { AllocationReader } from '../allocation-types.ts';

export const extAllocation: AllocationReader = () => Promise.reject(new EngineError('allocation-invalid', { kind: 'ext', reason: 'not read yet' }));
