import { Option, type Command } from 'commander';
import type { Texts } from '../texts/index.ts';
import { SYSTEM_DISK_FLAG } from './confirm.ts';
import { invalid } from './context.ts';

/** Runs a command and keeps its exit code. */
export type Act = (command: () => Promise<number>) => Promise<void>;

/** What has to be agreed to before anything is written. */
export function addConsentOptions(command: Command, texts: Texts): Command {
  return command
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
