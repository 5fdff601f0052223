import { outputOf, type CommandRunner } from '../command.ts';
import type { PowerControl } from '../host.ts';
import { heldProgram, pollMains } from '../power.ts';

export function createMacPower(run: CommandRunner): PowerControl {
  return {
    watchMains: pollMains(async () => parseDrawnFrom(await outputOf(run, 'pmset', ['-g', 'batt'], { timeoutMs: 5000 }))),
    keepAwake: () => heldProgram(run, 'caffeinate', ['-i', '-s', 'cat']),
  };
}

/** Of `pmset -g batt`: whether it draws from mains; null without a battery. */
export function parseDrawnFrom(text: string): boolean | null {
  if (!/InternalBattery/.test(text)) return null;
  const source = /drawing from '([^']+)'/.exec(text)?.[1];
  return source === undefined ? null : source === 'AC Power';
}
