import type { Disk } from '../../contract/index.ts';
import { endWell, type Context } from '../context.ts';
import { disksTable } from '../disk-text.ts';

export interface DisksOptions {
  readonly all?: boolean;
  readonly watch?: boolean;
}

/** `werkbank disks`: what may be written, and with `--all` also what may not and why. */
export async function disks(context: Context, options: DisksOptions): Promise<number> {
  const { host, jobs } = await context.services();
  if (!options.watch) {
    show(context, await jobs.disks(), options);
    return endWell(context);
  }
  show(context, await jobs.disks(), options);
  await new Promise<void>((resolve) => {
    const stopWatching = host.disks.watch((list) => show(context, list, options));
    const stopInterrupts = context.terminal.onInterrupt(() => {
      stopWatching();
      stopInterrupts();
      resolve();
    });
  });
  return endWell(context);
}

function show(context: Context, list: readonly Disk[], options: DisksOptions): void {
  const offered = options.all ? list : list.filter((disk) => disk.verdict.kind !== 'hidden');
  context.emit({ event: 'disks', disks: offered });
  if (context.json) return;
  const hidden = list.length - offered.length;
  const [head = '', ...rows] = disksTable(context, offered);
  const lines = offered.length > 0 ? [head, ...rows] : [context.texts('cli:disks.none')];
  if (hidden > 0) lines.push(context.texts('cli:disks.hidden', { hidden }));
  if (options.watch && context.terminal.live) {
    context.terminal.draw([...lines, context.texts('cli:disks.watching')]);
    return;
  }
  lines.forEach((line, index) => context.say(line, index === 0 && offered.length > 0 ? 'bold' : undefined));
}
