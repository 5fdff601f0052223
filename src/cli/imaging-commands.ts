import { Option, type Command } from 'commander';
import { compressionSchema, convertFormatSchema, memoryLevelSchema, restSchema } from '../contract/index.ts';
import type { CaptureOptions } from './commands/capture.ts';
import type { ConvertOptions } from './commands/convert.ts';
import type { RestoreOptions } from './commands/restore.ts';
import type { VerifyOptions } from './commands/verify.ts';
import type { Context } from './context.ts';
import { addCheckOptions, addConsentOptions, collect, reportOption, type Act } from './options.ts';

export interface CommandMaker {
  readonly program: Command;
  readonly command: (parent: Command, name: string, text: string) => Command;
  readonly context: Context;
  readonly act: Act;
}

/** Images of disks: making, restoring, checking, converting and listing them. */
export function addImagingCommands({ program, command, context, act }: CommandMaker): void {
  const { texts } = context;
  const help = (name: string): string => texts(`cli:help.${name}`);
  const choice = (flags: string, text: string, values: readonly string[]): Option => new Option(flags, help(text)).choices([...values]);
  const repeated = (flags: string, text: string): Option => new Option(flags, help(text)).argParser(collect);
  const memory = (): Option => choice('--memory <level>', 'memory', memoryLevelSchema.options);
  const library = (): Option => repeated('--library <folder>', 'library');

  const capture = command(program, 'capture', 'capture')
    .argument('<disk>', help('disk'))
    .argument('<image>', help('captureImage'))
    .option('--partitions <numbers>', help('partitions'))
    .option('--exclude <numbers>', help('exclude'))
    .addOption(choice('--compression <level>', 'compression', compressionSchema.options))
    .addOption(memory())
    .option('--limit <speed>', help('limit'))
    .option('--split <size>', help('split'))
    .option('--description <text>', help('description'))
    .option('--purpose <text>', help('purpose'))
    .option('--template <template>', help('template'))
    .option('--parent <image>', help('parent'))
    .addOption(library())
    .option('--resume', help('resume'))
    .option('--keep-swap-files', help('keepSwapFiles'))
    .addOption(repeated('--allow <condition>', 'allow'))
    .addOption(choice('--gpt-copy <copy>', 'gptCopy', ['primary', 'backup']))
    .option('--overwrite', help('overwrite'))
    .addOption(reportOption(texts));
  addCheckOptions(capture, texts)
    .action((disk: string, image: string, options: CaptureOptions) => act(async () => (await import('./commands/capture.ts')).capture(context, disk, image, options)));

  const restore = command(program, 'restore', 'restore')
    .argument('<image>', help('diskImage'))
    .addOption(repeated('--to <disk>', 'to').makeOptionMandatory())
    .option('--partitions <numbers>', help('partitions'))
    .option('--grow', help('grow'))
    .option('--new-identifiers', help('newIdentifiers'))
    .addOption(choice('--rest <what>', 'rest', restSchema.options))
    .option('--no-verify', help('noVerify'))
    .option('--resume', help('resume'))
    .addOption(memory())
    .option('--limit <speed>', help('limit'))
    .addOption(library());
  addConsentOptions(restore, texts)
    .action((image: string, options: RestoreOptions) => act(async () => (await import('./commands/restore.ts')).restore(context, image, options)));

  command(program, 'verify', 'verifyCommand')
    .argument('<image>', help('diskImage'))
    .option('--share <part>', help('share'))
    .addOption(memory())
    .addOption(library())
    .addOption(reportOption(texts))
    .action((image: string, options: VerifyOptions) => act(async () => (await import('./commands/verify.ts')).verify(context, image, options)));

  command(program, 'convert', 'convert')
    .argument('<image>', help('diskImage'))
    .argument('<file>', help('convertFile'))
    .addOption(choice('--format <format>', 'convertFormat', convertFormatSchema.options))
    .addOption(library())
    .option('--overwrite', help('overwrite'))
    .addOption(reportOption(texts))
    .action((image: string, file: string, options: ConvertOptions) => act(async () => (await import('./commands/convert.ts')).convert(context, image, file, options)));

  command(program, 'images', 'images')
    .argument('[folders...]', help('folders'))
    .action((folders: string[]) => act(async () => (await import('./commands/images.ts')).images(context, folders)));
}
