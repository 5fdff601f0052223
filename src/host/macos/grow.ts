import { EngineError } from '../../../native-free-engine/index.ts';
import type { GrowthSystem } from '../growth.ts';

/** macOS has no program that grows a file system of Windows or Linux. */
export function createMacGrowth(): GrowthSystem {
  return {
    plan: async (fileSystem) => ({ fileSystem, tool: null, missing: [], checkAtBoot: false }),
    async grow(_disk, { fileSystem }) {
      throw new EngineError('grow-failed', { tool: fileSystem, command: '' });
    },
    discard: async () => ({ discarded: 0, reason: 'unsupported' }),
  };
}
