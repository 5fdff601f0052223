import { Option } from 'commander';
import { driverArchitectureSchema, driverKindSchema, isoNamesSchema, stickFirmwareSchema } from '../contract/index.ts';
import type { ExtractOptions } from './commands/extract.ts';
import type { MediaIsoOptions } from './commands/media-iso.ts';
import type { MediaWindowsOptions } from './commands/media-windows.ts';
import type { MediaWinpeOptions } from './commands/media-winpe.ts';
import type { CommandMaker } from './imaging-commands.ts';
import { addConsentOptions, collect, reportOption } from './options.ts';

/** Bootable media: sticks that install Windows, WinPE, discs. */
export function addMediaCommands({ program, command, context, act }: CommandMaker): void {
  const help = (name: string): string => context.texts(`cli:help.${name}`);
  const media = command(program, 'media', 'media').helpCommand(false);

  const windows = command(media, 'windows', 'mediaWindows')
    .argument('<iso>', help('windowsIso'))
    .addOption(new Option('--to <disk>', help('to')).argParser(collect).makeOptionMandatory())
    .addOption(new Option('--firmware <firmware>', help('firmware')).choices([...stickFirmwareSchema.options]))
    .option('--label <label>', help('stickLabel'))
    .addOption(new Option('--edition <edition>', help('stickEdition')).argParser(collect))
    .option('--work-folder <folder>', help('workFolder'))
    .option('--extra <folder>', help('extra'))
    .option('--answer-file <file>', help('stickAnswerFile'))
    .option('--autopilot <file>', help('stickAutopilot'))
    .addOption(new Option('--drivers <folder>', help('stickDrivers')).argParser(collect))
    .addOption(new Option('--arch <architecture>', help('arch')).choices([...driverArchitectureSchema.options]))
    .option('--no-verify', help('noVerify'))
    .option('--no-eject', help('noEject'));
  addConsentOptions(windows, context.texts)
    .action((iso: string, options: MediaWindowsOptions) => act(async () => (await import('./commands/media-windows.ts')).mediaWindows(context, iso, options)));

  command(media, 'iso', 'mediaIso')
    .argument('<folder>', help('isoFolder'))
    .argument('<file>', help('isoFile'))
    .option('--label <label>', help('isoLabel'))
    .option('--boot-bios <file>', help('bootBios'))
    .option('--boot-uefi <file>', help('bootUefi'))
    .option('--boot-info', help('bootInfo'))
    .addOption(new Option('--names <system>', help('isoNames')).choices([...isoNamesSchema.options]).default('windows'))
    .option('--no-udf', help('noUdf'))
    .option('--hybrid', help('hybrid'))
    .option('--overwrite', help('overwrite'))
    .addOption(reportOption(context.texts))
    .action((folder: string, file: string, options: MediaIsoOptions) => act(async () => (await import('./commands/media-iso.ts')).mediaIso(context, folder, file, options)));

  command(program, 'extract', 'extract')
    .argument('<image>', help('extractImage'))
    .argument('<folder>', help('extractFolder'))
    .argument('[paths...]', help('extractPaths'))
    .option('--overwrite', help('overwriteFiles'))
    .addOption(reportOption(context.texts))
    .action((image: string, folder: string, paths: string[], options: ExtractOptions) => act(async () => (await import('./commands/extract.ts')).extract(context, image, folder, paths, options)));
  const winpe = command(media, 'winpe', 'mediaWinpe')
    .argument('<source>', help('winpeSource'))
    .addOption(new Option('--to <disk>', help('to')).argParser(collect))
    .option('--iso <file>', help('winpeIso'))
    .option('--hybrid', help('winpeHybrid'))
    .option('--overwrite', help('overwrite'))
    .addOption(new Option('--firmware <firmware>', help('firmware')).choices([...stickFirmwareSchema.options]))
    .option('--label <label>', help('stickLabel'))
    .addOption(new Option('--drivers <folder>', help('mediaDrivers')).argParser(collect))
    .addOption(new Option('--kind <kind>', help('driverKind')).choices([...driverKindSchema.options]).argParser(collect))
    .addOption(new Option('--hardware-id <id>', help('hardwareId')).argParser(collect))
    .option('--this-machine', help('thisMachine'))
    .option('--drivers-in-image', help('driversInImage'))
    .addOption(new Option('--command <command>', help('winpeCommand')).argParser(collect))
    .option('--keyboard <layout>', help('winpeKeyboard'))
    .option('--region <region>', help('winpeRegion'))
    .option('--language <language>', help('winpeLanguage'))
    .option('--system-locale <locale>', help('winpeSystemLocale'))
    .option('--time-zone <zone>', help('winpeTimeZone'))
    .option('--extra <folder>', help('extra'))
    .option('--tools <folder>', help('winpeTools'))
    .option('--new-loaders', help('newLoaders'))
    .option('--scratch <mib>', help('winpeScratch'))
    .option('--no-verify', help('noVerify'))
    .option('--no-eject', help('noEject'));
  addConsentOptions(winpe, context.texts)
    .action((source: string, options: MediaWinpeOptions) => act(async () => (await import('./commands/media-winpe.ts')).mediaWinpe(context, source, options)));
}
