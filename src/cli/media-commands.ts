import { Option } from 'commander';
import { stickFirmwareSchema } from '../contract/index.ts';
import type { MediaWindowsOptions } from './commands/media-windows.ts';
import type { CommandMaker } from './imaging-commands.ts';
import { addConsentOptions, collect } from './options.ts';

/** Bootable media: sticks that install Windows. */
export function addMediaCommands({ program, command, context, act }: CommandMaker): void {
  const help = (name: string): string => context.texts(`cli:help.${name}`);
  const media = command(program, 'media', 'media').helpCommand(false);

  const windows = command(media, 'windows', 'mediaWindows')
    .argument('<iso>', help('windowsIso'))
    .addOption(new Option('--to <disk>', help('to')).argParser(collect).makeOptionMandatory())
    .addOption(new Option('--firmware <firmware>', help('firmware')).choices([...stickFirmwareSchema.options]))
    .option('--label <label>', help('stickLabel'))
    .option('--extra <folder>', help('extra'))
    .option('--answer-file <file>', help('stickAnswerFile'))
    .option('--autopilot <file>', help('stickAutopilot'))
    .option('--no-verify', help('noVerify'))
    .option('--no-eject', help('noEject'));
  addConsentOptions(windows, context.texts)
    .action((iso: string, options: MediaWindowsOptions) => act(async () => (await import('./commands/media-windows.ts')).mediaWindows(context, iso, options)));
}
