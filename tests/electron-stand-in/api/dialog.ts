/**
 * electron.dialog: a test stubs what it needs; the preview asks through zenity
 * or kdialog, and a message box, where neither is there, through the page.
 */
import { preview } from '../chromium/launch.ts';
import { askMessage, chooseFiles, chooseSave, type MessageOptions, type OpenOptions, type SaveOptions } from '../desktop-dialogs.ts';
import { strict } from '../strict.ts';

function needPreview(name: string): void {
  if (!preview) throw new Error(`stand-in: electron.dialog.${name} was called; stub it in the test (electronApp.evaluate)`);
}

/** Electron's calls take the window first, or leave it out. */
function optionsOf<T>(args: readonly unknown[]): T {
  return (args.length > 1 ? args[1] : args[0] ?? {}) as T;
}

export const dialog = strict('electron.dialog', {
  async showOpenDialog(...args: unknown[]): Promise<{ canceled: boolean; filePaths: string[] }> {
    needPreview('showOpenDialog');
    const filePaths = await chooseFiles(optionsOf<OpenOptions>(args));
    return { canceled: filePaths.length === 0, filePaths };
  },
  async showSaveDialog(...args: unknown[]): Promise<{ canceled: boolean; filePath: string }> {
    needPreview('showSaveDialog');
    const filePath = await chooseSave(optionsOf<SaveOptions>(args));
    return { canceled: filePath === '', filePath };
  },
  async showMessageBox(...args: unknown[]): Promise<{ response: number; checkboxChecked: boolean }> {
    needPreview('showMessageBox');
    return { response: await askMessage(optionsOf<MessageOptions>(args)), checkboxChecked: false };
  },
  showErrorBox(title: string, content: string): void {
    console.error(`${title}: ${content}`);
  },
});
