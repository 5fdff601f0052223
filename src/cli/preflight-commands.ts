import { Option } from 'commander';
import { checkedJobSchema, compressionSchema } from '../contract/index.ts';
import type { CheckOptions } from './commands/check.ts';
import type { CommandMaker } from './imaging-commands.ts';
import { collect, reportOption } from './options.ts';

/** What comes before a job, and what is left of it afterwards: checks and the history. */
export function addPreflightCommands({ program, command, context, act }: CommandMaker): void {
  const { texts } = context;
  const help = (name: string): string => texts(`cli:help.${name}`);
  const repeated = (flags: string, text: string): Option => new Option(flags, help(text)).argParser(collect);

  command(program, 'check', 'check')
    .addOption(new Option('--for <job>', help('checkFor')).choices([...checkedJobSchema.options]))
    .addOption(repeated('--disk <disk>', 'checkDisk'))
    .option('--partitions <numbers>', help('partitions'))
    .option('--image <image>', help('checkImage'))
    .option('--destination <file>', help('checkDestination'))
    .option('--parent <image>', help('parent'))
    .addOption(repeated('--library <folder>', 'library'))
    .option('--template <template>', help('template'))
    .option('--purpose <text>', help('purpose'))
    .addOption(new Option('--compression <level>', help('compression')).choices([...compressionSchema.options]))
    .option('--split <size>', help('split'))
    .option('--many', help('checkMany'))
    .option('--scan', help('checkScan'))
    .addOption(repeated('--only <check>', 'checkOnly'))
    .addOption(repeated('--accept <name>', 'checkAccept'))
    .option('--fix <check>', help('checkFix'))
    .option('--yes', help('checkYes'))
    .action((options: CheckOptions) => act(async () => (await import('./commands/check.ts')).check(context, options)));

  const history = command(program, 'history', 'history').helpCommand(false);
  history.command('list', { isDefault: true }).description(help('historyList'))
    .action(() => act(async () => (await import('./commands/history.ts')).historyList(context, [])));
  command(history, 'search', 'historySearch')
    .argument('<words...>', help('historyWords'))
    .action((words: string[]) => act(async () => (await import('./commands/history.ts')).historyList(context, words)));
  command(history, 'show', 'historyShow')
    .argument('<id>', help('historyId'))
    .addOption(reportOption(texts))
    .action((id: string, options: { report?: string }) => act(async () => (await import('./commands/history.ts')).historyShow(context, id, options)));
  command(history, 'export', 'historyExport')
    .argument('<folder>', help('historyFolder'))
    .argument('[words...]', help('historyWords'))
    .action((folder: string, words: string[]) => act(async () => (await import('./commands/history.ts')).historyExport(context, folder, words)));
}
