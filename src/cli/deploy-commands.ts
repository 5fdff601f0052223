import { Option } from 'commander';
import { driverArchitectureSchema, driverKindSchema } from '../contract/index.ts';
import type { AnswerFileCommandOptions } from './commands/answer-file.ts';
import type { DriverListOptions, DriverRegisterOptions, DriverUpdateOptions } from './commands/drivers.ts';
import type { CommandMaker } from './imaging-commands.ts';
import { collect, reportOption } from './options.ts';

/** What is put on Windows media besides Windows: answer files and drivers. */
export function addDeployCommands({ program, command, context, act }: CommandMaker): void {
  const help = (name: string): string => context.texts(`cli:help.${name}`);

  command(program, 'answer-file', 'answerFile')
    .argument('[options]', help('answerFileOptions'))
    .argument('[file]', help('answerFileOut'))
    .option('--example', help('answerFileExample'))
    .option('--overwrite', help('overwrite'))
    .action((file: string | undefined, out: string | undefined, options: AnswerFileCommandOptions) =>
      act(async () => (await import('./commands/answer-file.ts')).answerFile(context, file, out, options)));

  const drivers = command(program, 'drivers', 'drivers').helpCommand(false);
  command(drivers, 'scan', 'driversScan')
    .argument('[folders...]', help('driverFolders'))
    .action((folders: string[]) => act(async () => (await import('./commands/drivers.ts')).driversScan(context, folders)));
  command(drivers, 'list', 'driversList')
    .argument('[folders...]', help('driverFolders'))
    .addOption(new Option('--arch <architecture>', help('arch')).choices(driverArchitectureSchema.options))
    .option('--build <number>', help('build'))
    .addOption(new Option('--kind <kind>', help('driverKind')).choices(driverKindSchema.options).argParser(collect))
    .addOption(new Option('--hardware-id <id>', help('hardwareId')).argParser(collect))
    .option('--this-machine', help('thisMachine'))
    .action((folders: string[], options: DriverListOptions) => act(async () => (await import('./commands/drivers.ts')).driversList(context, folders, options)));
  command(drivers, 'update', 'driversUpdate')
    .argument('<medium>', help('driversMedium'))
    .argument('[folders...]', help('driverFolders'))
    .addOption(new Option('--arch <architecture>', help('stickArch')).choices(driverArchitectureSchema.options))
    .option('--build <number>', help('stickBuild'))
    .addOption(new Option('--kind <kind>', help('driverKind')).choices(driverKindSchema.options).argParser(collect))
    .addOption(new Option('--hardware-id <id>', help('hardwareId')).argParser(collect))
    .option('--this-machine', help('thisMachine'))
    .option('--check', help('driversCheck'))
    .option('--eject', help('driversEject'))
    .option('--yes', help('yes'))
    .addOption(new Option('--confirm <reason>', help('confirm')).argParser(collect))
    .addOption(reportOption(context.texts))
    .action((medium: string, folders: string[], options: DriverUpdateOptions) => act(async () => (await import('./commands/drivers.ts')).driversUpdate(context, medium, folders, options)));
  command(drivers, 'register', 'driversRegister')
    .argument('<image>', help('driversImage'))
    .argument('[folders...]', help('driverFolders'))
    .option('--index <number>', help('driversIndex'))
    .addOption(new Option('--arch <architecture>', help('arch')).choices(driverArchitectureSchema.options))
    .option('--build <number>', help('build'))
    .addOption(new Option('--kind <kind>', help('driverKind')).choices(driverKindSchema.options).argParser(collect))
    .addOption(new Option('--hardware-id <id>', help('hardwareId')).argParser(collect))
    .option('--this-machine', help('thisMachine'))
    .action((image: string, folders: string[], options: DriverRegisterOptions) => act(async () => (await import('./commands/drivers.ts')).driversRegister(context, image, folders, options)));
  command(drivers, 'machine', 'driversMachine')
    .action(() => act(async () => (await import('./commands/drivers.ts')).driversMachine(context)));
}
