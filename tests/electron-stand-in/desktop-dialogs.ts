/** The desktop's own small dialogs, for the preview: zenity (GNOME and others) or kdialog (KDE). */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { findOnPath } from './chromium/find-chromium.ts';

interface Filter { readonly name: string; readonly extensions: readonly string[] }
export interface OpenOptions { readonly title?: string; readonly defaultPath?: string; readonly properties?: readonly string[]; readonly filters?: readonly Filter[] }
export interface SaveOptions { readonly title?: string; readonly defaultPath?: string; readonly filters?: readonly Filter[] }
export interface MessageOptions {
  readonly message: string;
  readonly detail?: string;
  readonly title?: string;
  readonly buttons?: readonly string[];
  readonly cancelId?: number;
}

export class NoFileDialogError extends Error {
  override readonly name = 'NoFileDialogError';
  constructor() {
    super('The preview has no file dialog on this computer: type or paste the path, or install zenity or kdialog.');
  }
}

/** Runs one dialog program; what it printed, and its exit code. */
function ask(program: string, args: readonly string[]): Promise<{ code: number; text: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'ignore'] });
    let text = '';
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => { text += chunk; });
    child.once('error', reject);
    child.once('close', (code) => { resolve({ code: code ?? 1, text: text.replace(/\n$/, '') }); });
  });
}

const patterns = ({ extensions }: Filter): string => extensions.map((extension) => (extension === '*' ? '*' : `*.${extension}`)).join(' ');
const zenityFilters = (filters: readonly Filter[] = []): string[] => filters.map((filter) => `--file-filter=${filter.name} | ${patterns(filter)}`);
const kdialogFilters = (filters: readonly Filter[] = []): string => filters.map((filter) => `${patterns(filter)} | ${filter.name}`).join('\n');

/** The chosen paths; none when the user changed their mind. */
export async function chooseFiles(options: OpenOptions): Promise<string[]> {
  const { title = 'Werkbank', defaultPath = '', properties = [], filters } = options;
  const folder = properties.includes('openDirectory');
  const several = properties.includes('multiSelections');
  const zenity = findOnPath('zenity');
  const kdialog = findOnPath('kdialog');
  let answer;
  if (zenity) {
    answer = await ask(zenity, [
      '--file-selection', `--title=${title}`, ...(defaultPath ? [`--filename=${defaultPath}`] : []), ...(folder ? ['--directory'] : zenityFilters(filters)),
      ...(several ? ['--multiple', '--separator=\n'] : []),
    ]);
  } else if (kdialog) {
    const start = defaultPath || join(process.env['HOME'] ?? '/', '.');
    answer = await ask(kdialog, [
      '--title', title, ...(several ? ['--multiple', '--separate-output'] : []), ...(folder ? ['--getexistingdirectory', start] : ['--getopenfilename', start, kdialogFilters(filters)]),
    ]);
  } else {
    throw new NoFileDialogError();
  }
  return answer.code === 0 ? answer.text.split('\n').filter((path) => path !== '') : [];
}

/** The chosen path; empty when the user changed their mind. */
export async function chooseSave(options: SaveOptions): Promise<string> {
  const { title = 'Werkbank', defaultPath = '', filters } = options;
  const zenity = findOnPath('zenity');
  const kdialog = findOnPath('kdialog');
  let answer;
  if (zenity) answer = await ask(zenity, ['--file-selection', '--save', '--confirm-overwrite', `--title=${title}`, `--filename=${defaultPath}`, ...zenityFilters(filters)]);
  else if (kdialog) answer = await ask(kdialog, ['--title', title, '--getsavefilename', defaultPath, kdialogFilters(filters)]);
  else throw new NoFileDialogError();
  return answer.code === 0 ? answer.text : '';
}

/** The index of the chosen button; a closed dialog is the cancel button. */
export async function askMessage(options: MessageOptions): Promise<number> {
  const { message, detail = '', title = 'Werkbank', buttons = ['OK'], cancelId = 0 } = options;
  const text = detail === '' ? message : `${message}\n\n${detail}`;
  const zenity = findOnPath('zenity');
  if (zenity) {
    const { text: label } = await ask(zenity, ['--question', '--switch', '--no-markup', `--title=${title}`, `--text=${text}`, ...buttons.map((button) => `--extra-button=${button}`)]);
    const index = buttons.indexOf(label);
    return index < 0 ? cancelId : index;
  }
  const kdialog = findOnPath('kdialog');
  if (kdialog) {
    const { code, text: tag } = await ask(kdialog, ['--title', title, '--menu', text, ...buttons.flatMap((button, index) => [String(index), button])]);
    return code === 0 ? Number(tag) : cancelId;
  }
  const yes = buttons.findIndex((_, index) => index !== cancelId);
  const accepted = await confirmInPage(buttons.length > 1 ? `${text}\n\nOK: ${buttons[yes] ?? ''}\nCancel: ${buttons[cancelId] ?? ''}` : text);
  if (buttons.length === 1) return 0;
  return accepted ? Math.max(yes, 0) : cancelId;
}

let confirmInPage: (text: string) => Promise<boolean> = () => Promise.resolve(false);

/** How to ask where the desktop has no dialog program: the window says, because it knows the page. */
export function onConfirm(ask: (text: string) => Promise<boolean>): void {
  confirmInPage = ask;
}
