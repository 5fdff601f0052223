import type { CheckResult as EngineResult } from '../../native-free-engine/index.ts';
import type { CheckResult } from '../contract/index.ts';

/** A result ready to cross a border: what the engine holds to be unchangeable is copied. */
export function plainResult(result: EngineResult): CheckResult {
  return structuredClone(result) as CheckResult;
}
