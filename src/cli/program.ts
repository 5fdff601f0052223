import { Argument, Command, CommanderError, Option } from 'commander';
import packageJson from '../../package.json' with { type: 'json' };
import { createTexts, LANGUAGES, systemLanguage, type Language, type Texts } from '../texts/index.ts';
import { printableJson } from '../texts/printable.ts';
import type { DemoOptions } from './commands/demo.ts';
import type { DisksOptions } from './commands/disks.ts';
import type { FormatOptions } from './commands/format.ts';
import type { InspectOptions } from './commands/inspect.ts';
import type { CreateOptions } from './commands/practice.ts';
import type { ReadOptions } from './commands/read.ts';
import type { WriteOptions } from './commands/write.ts';
import { endWithError, invalid, type Context } from './context.ts';
import { addDeployCommands } from './deploy-commands.ts';
import { EXIT } from './exit-codes.ts';
import { addImagingCommands } from './imaging-commands.ts';
import { addMediaCommands } from './media-commands.ts';
import { addWimCommands } from './wim-commands.ts';
import { addCheckOptions, addConsentOptions, collect, reportOption, type Act } from './options.ts';
import { addPreflightCommands } from './preflight-commands.ts';
import { defaultPracticeFolder, type OpenServices, type Services } from './services.ts';
import type { Terminal } from './terminal.ts';

/** One run of the command line. @returns the exit code; never rejects */
export async function run(args: readonly string[], terminal: Terminal, open: OpenServices): Promise<number> {
  const language = languageOf(args);
  const texts = createTexts(language);
  // Commander may refuse before it has read the options; how to say so depends on them.
  const context = createContext(terminal, language, texts, args.includes('--json'), open, practiceFolderOf(args));
  let exitCode: number = EXIT.ok;
  const act = async (command: () => Promise<number>): Promise<void> => {
    exitCode = await command();
  };
  const program = createProgram(context, act);
  try {
    await program.parseAsync(args, { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return endOfCommander(context, error);
    return endWithError(context, error);
  }
}

function createProgram(context: Context, act: Act): Command {
  const { texts } = context;
  const help = (name: string): string => texts(`cli:help.${name}`);
  const program = new Command('werkbank');
  const command = (parent: Command, name: string, text: string): Command => parent.command(name).description(help(text));
  program
    .description(help('program'))
    .version(packageJson.version, '-V, --version', help('version'))
    .helpOption('-h, --help', help('help'))
    .helpCommand(false)
    .option('--json', help('json'))
    .addOption(new Option('--lang <language>', help('lang')).choices([...LANGUAGES]))
    .option('--practice-folder <folder>', help('practiceFolder'))
    .configureHelp({ showGlobalOptions: true, styleTitle: (title) => translatedTitle(texts, title) })
    .configureOutput({
      writeOut: (text) => text.trimEnd().split('\n').forEach((line) => context.say(line)),
      writeErr: (text) => {
        if (!context.json) text.trimEnd().split('\n').forEach((line) => context.terminal.errorLine(line));
      },
    })
    .exitOverride()
    // A variable of a script that is not set: as a path it would be the folder that one is in.
    .hook('preAction', (_program, { args }) => {
      if (args.includes('')) throw invalid('""');
    });

  command(program, 'disks', 'disks')
    .option('--all', help('all'))
    .option('--watch', help('watch'))
    .action((options: DisksOptions) => act(async () => (await import('./commands/disks.ts')).disks(context, options)));

  const write = command(program, 'write', 'write')
    .argument('<image>', help('image'))
    .addOption(new Option('--to <disk>', help('to')).argParser(collect).makeOptionMandatory())
    .option('--no-verify', help('noVerify'))
    .option('--checksum <hex>', help('checksum'));
  addDestructiveOptions(write, texts)
    .action((image: string, options: WriteOptions) => act(async () => (await import('./commands/write.ts')).write(context, image, options)));

  const read = command(program, 'read', 'read')
    .argument('<disk>', help('disk'))
    .argument('<file>', help('file'))
    .addOption(new Option('--format <format>', help('format')).choices(['raw', 'zst']))
    .option('--overwrite', help('overwrite'))
    .addOption(reportOption(texts));
  addCheckOptions(read, texts)
    .action((disk: string, file: string, options: ReadOptions) => act(async () => (await import('./commands/read.ts')).read(context, disk, file, options)));

  const format = command(program, 'format', 'formatDisk')
    .argument('<disk>', help('disk'))
    .addOption(new Option('--fs <system>', help('fs')).choices(['fat32', 'exfat']))
    .option('--label <label>', help('label'));
  addDestructiveOptions(format, texts)
    .action((disk: string, options: FormatOptions) => act(async () => (await import('./commands/format.ts')).format(context, disk, options)));

  addImagingCommands({ program, command, context, act });
  addDeployCommands({ program, command, context, act });

  addMediaCommands({ program, command, context, act });
  addWimCommands({ program, command, context, act });

  command(program, 'inspect', 'inspect')
    .argument('<what>', help('what'))
    .option('--sha256', help('inspectSha256'))
    .action((what: string, options: InspectOptions) => act(async () => (await import('./commands/inspect.ts')).inspect(context, what, options)));

  addPreflightCommands({ program, command, context, act });

  command(program, 'demo', 'demo')
    .option('--keep', help('keep'))
    .action((options: DemoOptions) => act(async () => (await import('./commands/demo.ts')).demo(context, options)));

  const practice = command(program, 'practice', 'practice').helpCommand(false);
  command(practice, 'create', 'practiceCreate')
    .addArgument(new Argument('<name>', help('practiceName')))
    .option('--size <size>', help('size'))
    .option('--sample', help('sample'))
    .action((name: string, options: CreateOptions) => act(async () => (await import('./commands/practice.ts')).practiceCreate(context, name, options)));
  command(practice, 'list', 'practiceList')
    .action(() => act(async () => (await import('./commands/practice.ts')).practiceList(context)));
  command(practice, 'remove', 'practiceRemove')
    .argument('<disk>', help('disk'))
    .action((disk: string) => act(async () => (await import('./commands/practice.ts')).practiceRemove(context, disk)));
  return program;
}

function addDestructiveOptions(command: Command, texts: Texts): Command {
  return addConsentOptions(command.option('--no-eject', texts('cli:help.noEject')), texts);
}

function createContext(terminal: Terminal, language: Language, texts: Texts, json: boolean, open: OpenServices, practiceFolder: string): Context {
  let opened: Promise<Services> | undefined;
  return {
    terminal, language, texts, json,
    services: () => (opened ??= open(practiceFolder)),
    servicesIn: open,
    version: packageJson.version,
    say: (text, style) => {
      if (!json) terminal.line(text, style);
    },
    emit: (event) => {
      if (json) terminal.line(printableJson(event));
    },
  };
}

function optionValue(args: readonly string[], name: string): string | undefined {
  const index = args.findIndex((arg) => arg === name || arg.startsWith(`${name}=`));
  const found = args[index];
  return found === name ? args[index + 1] : found?.slice(name.length + 1);
}

const languageOf = (args: readonly string[]): Language => LANGUAGES.find((language) => language === optionValue(args, '--lang')) ?? systemLanguage();

const practiceFolderOf = (args: readonly string[]): string => optionValue(args, '--practice-folder') ?? defaultPracticeFolder();

function translatedTitle(texts: Texts, title: string): string {
  const known: Readonly<Record<string, string>> = {
    'Usage:': 'usage', 'Arguments:': 'arguments', 'Options:': 'options', 'Global Options:': 'globalOptions', 'Commands:': 'commands',
  };
  const key = known[title];
  return key ? texts(`cli:title.${key}`) : title;
}

/** Help and version are a good end; everything else that commander ends is a wrong command line, which it has already explained. */
function endOfCommander(context: Context, error: CommanderError): number {
  if (error.exitCode === 0) return EXIT.ok;
  context.emit({ event: 'ended', ok: false, code: 'argument-invalid', exitCode: EXIT.usage });
  return EXIT.usage;
}
