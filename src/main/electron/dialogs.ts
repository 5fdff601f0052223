import { dialog, shell, type BrowserWindow } from 'electron';
import { EngineError } from '../../../native-free-engine/index.ts';
import type { MainTexts } from './texts.ts';

const IMAGE_EXTENSIONS = ['img', 'iso', 'raw', 'bin', 'dd', 'gz', 'xz', 'bz2', 'zst', 'lz4', 'zip', 'wic', 'sdcard', 'qcow2', 'vhd', 'vhdx', 'vmdk', 'pcl'];

/** The system's own dialogs. Each returns a path, or null when the user changed their mind. */
export interface Dialogs {
  image(): Promise<string | null>;
  file(): Promise<string | null>;
  destination(suggested: string): Promise<string | null>;
  folder(): Promise<string | null>;
  report(suggested: string): Promise<string | null>;
  /** A folder for many reports, which may be shown afterwards. */
  exportFolder(): Promise<string | null>;
  /** Shows a file in the system's file manager: only one that was chosen here before. @throws EngineError `argument-invalid` */
  show(path: string): void;
}

export function createDialogs(window: BrowserWindow, texts: () => MainTexts): Dialogs {
  const chosen = new Set<string>();

  const open = async (title: string, properties: ('openFile' | 'openDirectory' | 'createDirectory')[], filters: Electron.FileFilter[] = []): Promise<string | null> => {
    const { canceled, filePaths } = await dialog.showOpenDialog(window, { title, properties, filters });
    return canceled ? null : (filePaths[0] ?? null);
  };
  const save = async (title: string, suggested: string): Promise<string | null> => {
    const { canceled, filePath } = await dialog.showSaveDialog(window, { title, defaultPath: suggested });
    if (canceled || !filePath) return null;
    chosen.add(filePath);
    return filePath;
  };

  return {
    image() {
      const { image, images, all } = texts().dialog;
      return open(image, ['openFile'], [{ name: images, extensions: IMAGE_EXTENSIONS }, { name: all, extensions: ['*'] }]);
    },
    file: () => open(texts().dialog.file, ['openFile']),
    destination: (suggested) => save(texts().dialog.destination, suggested),
    folder: () => open(texts().dialog.folder, ['openDirectory', 'createDirectory']),
    report: (suggested) => save(texts().dialog.report, suggested),
    async exportFolder() {
      const folder = await open(texts().dialog.report, ['openDirectory', 'createDirectory']);
      if (folder !== null) chosen.add(folder);
      return folder;
    },
    show(path) {
      if (!chosen.has(path)) throw new EngineError('argument-invalid', { what: 'path' });
      shell.showItemInFolder(path);
    },
  };
}
