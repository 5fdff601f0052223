/** Everything that `electron` exports here. */
import { app } from './api/app.ts';
import { BrowserWindow } from './api/browser-window.ts';
import { dialog } from './api/dialog.ts';
import { ipcMain } from './api/ipc-main.ts';
import { Menu } from './api/menu.ts';
import { nativeTheme } from './api/native-theme.ts';
import { powerSaveBlocker } from './api/power-save-blocker.ts';
import { session } from './api/session.ts';
import { shell } from './api/shell.ts';
import { utilityProcess } from './api/utility-process.ts';
import { webContents } from './api/web-contents.ts';
import { strict } from './strict.ts';

export const electron = strict('electron', {
  app, BrowserWindow, dialog, ipcMain, Menu, nativeTheme, powerSaveBlocker, session, shell, utilityProcess, webContents,
});
