import type { AnswerFileCommandOptions } from './commands/answer-file.ts';
import type { CommandMaker } from './imaging-commands.ts';

/** What is put on Windows media besides Windows: answer files. */
export function addDeployCommands({ program, command, context, act }: CommandMaker): void {
  const help = (name: string): string => context.texts(`cli:help.${name}`);

  command(program, 'answer-file', 'answerFile')
    .argument('[options]', help('answerFileOptions'))
    .argument('[file]', help('answerFileOut'))
    .option('--example', help('answerFileExample'))
    .option('--overwrite', help('overwrite'))
    .action((file: string | undefined, out: string | undefined, options: AnswerFileCommandOptions) =>
      act(async () => (await import('./commands/answer-file.ts')).answerFile(context, file, out, options)));
}
