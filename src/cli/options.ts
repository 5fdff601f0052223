import { Option, type Command } from 'commander';
import type { Texts } from '../texts/index.ts';
import { SYSTEM_DISK_FLAG } from './confirm.ts';
import { invalid } from './context.ts';

/** Runs a command and keeps its exit code. */
export type Act = (command: () => Promise<number>) => Promise<void>;

/** The checks before a job: which findings are accepted, or that there are to be none. */
export function addCheckOptions(command: Command, texts: Texts): Command {
  return command
    .addOption(new Option('--accept <name>', texts('cli:help.accept')).argParser(collect))
    .option('--no-checks', texts('cli:help.noChecks'));
}

/** What has to be agreed to before anything is written. */
export function addConsentOptions(command: Command, texts: Texts): Command {
  return addCheckOptions(command, texts)
    .option('--yes', texts('cli:help.yes'))
    .addOption(new Option('--confirm <reason>', texts('cli:help.confirm')).argParser(collect))
    .option(SYSTEM_DISK_FLAG, texts('cli:help.systemDisk'))
    .addOption(reportOption(texts));
}

export const collect = (value: string, before: readonly string[] | undefined): string[] => [...(before ?? []), value];

export function reportOption(texts: Texts): Option {
  return new Option('--report <file>', texts('cli:help.report')).argParser((file) => {
    if (!/\.(html?|json)$/i.test(file)) throw invalid(`--report ${file}`);
    return file;
  });
}
