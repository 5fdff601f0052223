import { EngineError, isAbort, throwIfAborted, type CommandLine, type RemedyAction, type VolumeRef } from '../../../native-free-engine/index.ts';
import type { CommandRunner } from '../command.ts';
import type { RemedyControl, RemedyOptions } from './types.ts';

/** A command that puts something right. */
export interface RemedyCommand extends CommandLine {
  /** Exit codes that mean it worked. */
  readonly good: readonly number[];
  /** Answers to what it may ask. */
  readonly input?: string;
}

/** What differs from system to system. */
export interface RemedySystem {
  /** Empty for a choice, and for what has no safe command here. */
  commands(action: RemedyAction): readonly RemedyCommand[];
  /** The last look before the commands run. @throws EngineError `remedy-refused`, `rights-needed` */
  allow(action: RemedyAction): Promise<void>;
  /** What goes on after the commands have returned, to its end: decrypting. */
  finish(action: RemedyAction, options: RemedyOptions): Promise<void>;
}

/** A system on which everything is done by hand. */
export const NO_REMEDIES: RemedySystem = { commands: () => [], allow: () => Promise.resolve(), finish: () => Promise.resolve() };

const MAX_LINE = 300;

/**
 * @param volumeNow finds the partition that a remedy is for anew, as it is in this moment. Who asks for a remedy may have fewer
 * rights than this process: of what they say only which remedy of the table and which partition is listened to.
 */
export function createRemedies(run: CommandRunner, system: RemedySystem, volumeNow: (volume: VolumeRef) => Promise<VolumeRef | null>): RemedyControl {
  const shown = (action: RemedyAction): CommandLine[] => system.commands(action).map(({ program, args }) => ({ program, args }));
  return {
    complete: (results) => Promise.resolve(results.map((result) => ({
      ...result,
      remedies: result.remedies.map((remedy) => {
        if (!remedy.action || !isCommand(remedy.action)) return remedy;
        const commands = shown(remedy.action);
        return commands.length === 0 ? { ...remedy, action: null } : { ...remedy, commands };
      }),
    }))),
    commands: (action) => Promise.resolve(shown(action)),
    async run(action, options) {
      const found = await asFoundNow(action, volumeNow);
      const commands = system.commands(found);
      if (!isCommand(found) || commands.length === 0) throw new EngineError('remedy-refused', { reason: action.id });
      throwIfAborted(options.signal);
      await system.allow(found);
      for (const command of commands) await runOne(run, command, options);
      await system.finish(found, options);
    },
  };
}

const COMMANDS: ReadonlySet<RemedyAction['id']> = new Set(['repair-file-system', 'defragment', 'trim', 'decrypt', 'hibernation-off']);
const isCommand = ({ id }: RemedyAction): boolean => COMMANDS.has(id);

/** @throws EngineError `remedy-refused` when the partition is not what was said of it */
async function asFoundNow(action: RemedyAction, volumeNow: (volume: VolumeRef) => Promise<VolumeRef | null>): Promise<RemedyAction> {
  if (!('volume' in action)) return action;
  const { volume } = action;
  const found = await volumeNow(volume);
  const same = found !== null && found.device.toLowerCase() === volume.device.toLowerCase() && found.kind === volume.kind && found.size === volume.size
    && [...found.mountPoints].sort().join('\n') === [...volume.mountPoints].sort().join('\n');
  if (!same) throw new EngineError('remedy-refused', { reason: `not-as-checked ${volume.device || volume.number}` });
  return { ...action, volume: found };
}

async function runOne(run: CommandRunner, { program, args, good, input = '' }: RemedyCommand, { signal, onProgress }: RemedyOptions): Promise<void> {
  let unfinished = '';
  let last = '';
  const hear = (text: string): void => {
    const lines = `${unfinished}${text}`.split(/[\r\n\b]+/);
    unfinished = (lines.pop() ?? '').slice(-MAX_LINE);
    for (const line of lines.map((each) => each.trim()).filter((each) => each !== '')) {
      last = line.slice(0, MAX_LINE);
      const percent = /(\d{1,3})(?:[.,]\d+)?\s*%/.exec(last)?.[1];
      onProgress?.({ line: last, share: percent === undefined ? null : Math.min(1, Number(percent) / 100) });
    }
  };
  try {
    const { code, stderr } = await run(program, args, { longLived: true, signal, input, onOutput: hear });
    hear('\n');
    if (code === null || !good.includes(code)) throw new EngineError('remedy-failed', { tool: program, detail: stderr.trim().slice(-MAX_LINE) || last || `exit ${code}` });
  } catch (error) {
    if (isAbort(error) || !(error instanceof EngineError) || error.code !== 'tool-failed') throw error;
    throw new EngineError('remedy-failed', { tool: program, detail: String(error.params['detail'] ?? '') }, { cause: error });
  }
}
