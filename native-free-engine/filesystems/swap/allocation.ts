import { EngineError } from '../../base/errors.ts';
import type { AllocationReader } from '../allocation-types.ts';

export const swapAllocation: AllocationReader = () => Promise.reject(new EngineError('allocation-invalid', { kind: 'swap', reason: 'not read yet' }));
