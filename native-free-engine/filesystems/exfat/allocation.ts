import { EngineError } from '../../base/errors.ts';
import type { AllocationReader } from '../allocation-types.ts';

export const exfatAllocation: AllocationReader = () => Promise.reject(new EngineError('allocation-invalid', { kind: 'exfat', reason: 'not read yet' }));
