import { setTimeout as sleep } from 'node:timers/promises';
import { EngineError, throwIfAborted, type VolumeRef } from '../../../native-free-engine/index.ts';
import type { CommandRunner } from '../command.ts';
import type { RemedyCommand, RemedySystem } from '../remedies/remedies.ts';
import { encryptionOf, valuesOf } from './facts/answers.ts';
import { ENCRYPTION } from './facts/scripts.ts';
import { powershell } from './powershell.ts';

const LETTER = /^[A-Z]:$/i;
const WATCH_MS = 5_000;
/** Questions that could not be answered in a row before the watching ends. */
const MAX_SILENCE = 12;

/**
 * Remedies on Windows, by its own programs: for administrators, all of them.
 * @param isElevated this process has their rights
 */
export function createWindowsRemedies(run: CommandRunner, isElevated: () => boolean, systemDrive: string = process.env['SystemDrive'] ?? 'C:'): RemedySystem {
  const isSystem = ({ device }: VolumeRef): boolean => device.toUpperCase() === systemDrive.toUpperCase();
  return {
    commands(action): RemedyCommand[] {
      if (action.id === 'hibernation-off') return [{ program: 'powercfg.exe', args: ['/hibernate', 'off'], good: [0] }];
      if (!('volume' in action) || !LETTER.test(action.volume.device)) return [];
      const { device } = action.volume;
      if (action.id === 'repair-file-system') return repairs(action.volume, isSystem(action.volume));
      if (action.id === 'defragment') return [{ program: 'defrag.exe', args: [device, '/U', '/V'], good: [0] }];
      if (action.id === 'trim') return [{ program: 'defrag.exe', args: [device, '/L', '/U'], good: [0] }];
      return [{ program: 'manage-bde.exe', args: ['-off', device], good: [0] }];
    },
    allow(action) {
      // Each would fail in words of its own, in the language of the system.
      return isElevated() ? Promise.resolve() : Promise.reject(new EngineError('rights-needed', { path: 'volume' in action ? action.volume.device : systemDrive }));
    },
    async finish(action, { signal, onProgress }) {
      if (action.id !== 'decrypt') return;
      let silent = 0;
      for (;;) {
        throwIfAborted(signal);
        try {
          const { state, percent } = encryptionOf(valuesOf(await powershell(run, ENCRYPTION)), action.volume.device);
          silent = 0;
          onProgress?.({ line: `${action.volume.device} ${state} ${percent ?? ''}`.trim(), share: percent === null ? null : 1 - percent / 100 });
          if (state === 'off') return;
          // Turned off again by somebody, or by a policy: it will not end by itself.
          if (state === 'paused') throw new EngineError('remedy-failed', { tool: 'manage-bde.exe', detail: 'decryption-paused' });
        } catch (error) {
          if (error instanceof EngineError && error.code === 'remedy-failed') throw error;
          if (++silent >= MAX_SILENCE) throw new EngineError('remedy-failed', { tool: 'manage-bde.exe', detail: 'state-unreadable' }, { cause: error });
        }
        await sleep(WATCH_MS, undefined, { signal });
      }
    },
  };
}

/** The running system's own volume is looked through and mended as far as that goes while it runs; others are mended at once. */
function repairs({ device, kind }: VolumeRef, isSystem: boolean): RemedyCommand[] {
  const input = 'N\r\n';
  if (kind !== 'ntfs') return isSystem ? [] : [{ program: 'chkdsk.exe', args: [device, '/F'], good: [0, 1], input }];
  const scan: RemedyCommand = { program: 'chkdsk.exe', args: [device, '/scan'], good: [0, 1, 2, 3, 11], input };
  return isSystem ? [scan] : [scan, { program: 'chkdsk.exe', args: [device, '/spotfix'], good: [0, 1, 2], input }];
}
