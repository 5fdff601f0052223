import { Option, type Command } from 'commander';
import type * as WimModule from './commands/wim.ts';
import type { CommandMaker } from './imaging-commands.ts';
import { collect } from './options.ts';

/** Windows images: .wim, .esd and .swm files. */
export function addWimCommands({ program, command, context, act }: CommandMaker): void {
  const help = (name: string): string => context.texts(`cli:help.${name}`);
  const wim = command(program, 'wim', 'wim').helpCommand(false);
  const commands = (): Promise<typeof WimModule> => import('./commands/wim.ts');
  type Made = Parameters<Awaited<ReturnType<typeof commands>>['wimCapture']>[3] & { readonly image?: readonly string[]; readonly partSize: string };
  const packed = (made: Command): Command => made
    .addOption(new Option('--compress <packing>', help('wimCompress')).choices(['none', 'xpress', 'lzx']))
    .option('--check', help('wimCheck'))
    .option('--overwrite', help('overwrite'));

  command(wim, 'list', 'wimList').argument('<file>', help('wimFile'))
    .action((file: string) => act(async () => (await commands()).wimList(context, file)));
  command(wim, 'verify', 'wimVerify').argument('<file>', help('wimFile'))
    .action((file: string) => act(async () => (await commands()).wimVerify(context, file)));
  command(wim, 'extract', 'wimExtract').argument('<file>', help('wimFile')).argument('<image>', help('wimImage')).argument('<folder>', help('wimFolder')).argument('[paths...]', help('wimPaths'))
    .option('--overwrite', help('overwrite'))
    .action((file: string, image: string, folder: string, paths: string[], options: Made) => act(async () => (await commands()).wimExtract(context, file, image, folder, paths, options)));
  command(wim, 'split', 'wimSplit').argument('<file>', help('wimFile')).argument('<first>', help('wimFirst'))
    .option('--part-size <size>', help('wimPartSize'), '4094MiB')
    .option('--overwrite', help('overwrite'))
    .action((file: string, first: string, options: Made) => act(async () => (await commands()).wimSplit(context, file, first, options)));
  command(wim, 'join', 'wimJoin').argument('<part>', help('wimFile')).argument('<new>', help('wimNew'))
    .option('--overwrite', help('overwrite'))
    .action((part: string, into: string, options: Made) => act(async () => (await commands()).wimJoin(context, part, into, options)));
  packed(command(wim, 'export', 'wimExport').argument('<file>', help('wimFile')).argument('<new>', help('wimNew')))
    .addOption(new Option('--image <number>', help('wimImages')).argParser(collect))
    .action((file: string, into: string, options: Made) => act(async () => (await commands()).wimExport(context, file, into, options)));
  packed(command(wim, 'capture', 'wimCapture').argument('<folder>', help('wimFolder')).argument('<new>', help('wimNew')))
    .option('--name <name>', help('wimName'))
    .option('--boot', help('wimBoot'))
    .action((folder: string, into: string, options: Made) => act(async () => (await commands()).wimCapture(context, folder, into, options)));
}
