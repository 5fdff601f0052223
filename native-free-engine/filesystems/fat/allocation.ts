import { EngineError } from '../../base/errors.ts';
import type { AllocationReader } from '../allocation-types.ts';

export const fatAllocation: AllocationReader = () => Promise.reject(new EngineError('allocation-invalid', { kind: 'fat', reason: 'not read yet' }));
