import { join } from 'node:path';
import { app, dialog, Menu, nativeTheme } from 'electron';
import { exportReports, historyFolder, matching, openHistory, type HistoryStore } from '../../history/index.ts';
import { createHost, type Host } from '../../host/index.ts';
import type { Settings } from '../../contract/index.ts';
import { formatHostArguments } from '../engine-host/arguments.ts';
import { createCallRouter, type MainHandlers } from '../services/call-router.ts';
import { elevatedCommand } from '../services/elevated-command.ts';
import { openElevatedChannel } from '../services/elevated-host.ts';
import { EngineClient } from '../services/engine-client.ts';
import { eventLog, loggable, openLog, type Log } from '../services/log.ts';
import { findReport, keepReport, reportFileName, saveReport } from '../services/reports.ts';
import { openSettings, type SettingsStore } from '../services/settings.ts';
import { showActivity } from './activity.ts';
import { askBeforeClosing } from './closing.ts';
import { createDialogs, type Dialogs } from './dialogs.ts';
import { ENGINE_HOST_FILE, startEngineProcess } from './engine-process.ts';
import { answerCalls, sendEvent } from './ipc.ts';
import { mainTexts, systemLanguage } from './texts.ts';
import { bringToFront, createWindow, denyPermissions } from './window.ts';

/** Node and Chromium without Electron: the preview. */
const PREVIEW = !/^\d+\.\d+\.\d+$/.test(process.versions.electron ?? '');

function createEngine(settings: SettingsStore, log: Log, elevation: Host['elevation']): EngineClient {
  const hostArguments = (): string[] => formatHostArguments({ appVersion: app.getVersion(), practiceFolder: settings.get().practiceFolder });
  const place = {
    platform: process.platform,
    execPath: process.execPath,
    appImage: process.env['APPIMAGE'],
    appPath: app.isPackaged ? null : app.getAppPath(),
    engineHostFile: PREVIEW ? ENGINE_HOST_FILE : null,
  };
  return new EngineClient({
    appVersion: app.getVersion(),
    startHost: () => startEngineProcess(hostArguments(), (line) => log.error({ line }, 'engine host')),
    startElevatedHost: () => openElevatedChannel(elevation, elevatedCommand(place, hostArguments())),
    onFault: (error) => log.error(loggable(error), 'a message of the engine host was dropped'),
  });
}

function createHandlers(settings: SettingsStore, engine: EngineClient, dialogs: Dialogs, history: HistoryStore): MainHandlers {
  return {
    'app.info': async () => ({
      version: app.getVersion(),
      platform: process.platform,
      systemLanguage: systemLanguage(),
      preview: PREVIEW,
    }),
    'settings.get': async () => settings.get(),
    'settings.set': async (change) => {
      const before = settings.get();
      const after = await settings.set(change);
      applyTheme(after);
      if (after.practiceFolder !== before.practiceFolder) await engine.setPracticeFolder(after.practiceFolder);
      return after;
    },
    'dialog.image': () => dialogs.image(),
    'dialog.file': () => dialogs.file(),
    'dialog.destination': ({ suggested }) => dialogs.destination(suggested),
    'dialog.folder': () => dialogs.folder(),
    'report.save': async ({ jobId, format, language }) => {
      const report = findReport(await engine.call('job.list', null), jobId) ?? (await history.get(jobId));
      const path = await dialogs.report(reportFileName(report, format));
      if (path !== null) await saveReport(report, engine.sums(jobId) ?? (await history.sums(jobId)), path, format, language);
      return path;
    },
    'history.list': async ({ search }) => {
      const found = await history.list();
      return { ...found, entries: matching(found.entries, search) };
    },
    'history.get': ({ id }) => history.get(id),
    'history.export': async ({ search, language }) => {
      const path = await dialogs.exportFolder();
      if (path === null) return null;
      const { entries } = await history.list();
      return { path, count: await exportReports(history, matching(entries, search), path, language, 'window') };
    },
    'report.show': async ({ path }) => {
      dialogs.show(path);
      return null;
    },
  };
}

function applyTheme(settings: Settings): void {
  nativeTheme.themeSource = settings.theme;
}

function openBench(settings: SettingsStore, log: Log, history: HistoryStore): void {
  const { elevation, power } = createHost({ practiceFolder: null });
  const engine = createEngine(settings, log, elevation);
  const window = createWindow(log);
  const texts = () => mainTexts(settings.get());
  const dialogs = createDialogs(window, texts);
  const router = createCallRouter({
    main: createHandlers(settings, engine, dialogs, history),
    engine,
    onError: (call, error) => log.warn({ call, ...loggable(error) }, 'call failed'),
  });
  answerCalls(window, router);
  showActivity(window, engine, () => (process.platform === 'linux' ? power.keepAwake() : () => undefined));
  askBeforeClosing(window, engine, texts);

  engine.listen('disks', (disks) => sendEvent(window, 'disks', disks));
  const logEvents = eventLog(log);
  engine.listen('job.progress', (progress) => {
    logEvents(progress);
    sendEvent(window, 'job.progress', progress);
  });
  engine.listen('preflight.result', (result) => sendEvent(window, 'preflight.result', result));
  engine.listen('preflight.remedy', (said) => sendEvent(window, 'preflight.remedy', said));
  engine.listen('job.ended', (report) => {
    log.info({ kind: report.plan.kind, outcome: report.outcome, seconds: report.elapsedSeconds, code: report.error?.code }, 'job ended');
    sendEvent(window, 'job.ended', report);
    void keepReport(history, report, engine.sums(report.jobId), log).then((error) => sendEvent(window, 'history.changed', { error }));
  });
  engine.listen('engine.gone', (error) => {
    log.error({ detail: error.detail }, 'engine host gone');
    sendEvent(window, 'engine.gone', error);
  });
  nativeTheme.on('updated', () => sendEvent(window, 'theme', { dark: nativeTheme.shouldUseDarkColors }));
  app.on('second-instance', () => bringToFront(window));
  app.on('activate', () => bringToFront(window));
  app.on('will-quit', () => engine.close());
}

async function start(): Promise<void> {
  await app.whenReady();
  const userData = app.getPath('userData');
  const log = openLog(join(userData, 'logs'));
  // Ending here would end a running write with us, which is worse than a window that misbehaves.
  process.on('uncaughtException', (error) => log.fatal({ stack: error.stack }, 'uncaught'));
  log.info({ version: app.getVersion(), platform: process.platform, preview: PREVIEW }, 'started');
  const settings = await openSettings(join(userData, 'settings.json'));
  applyTheme(settings.get());
  denyPermissions();
  // The default menu offers reloading and developer tools; macOS needs one for copying and pasting.
  if (process.platform !== 'darwin') Menu.setApplicationMenu(null);
  app.on('window-all-closed', () => app.quit());
  openBench(settings, log, openHistory(await historyFolder()));
}

app.enableSandbox();
// The same name as the installer's shortcut has, so that Windows shows one button for both.
if (process.platform === 'win32') app.setAppUserModelId('org.werkbank.Werkbank');
// Two of them would not know of each other's jobs.
if (app.requestSingleInstanceLock()) {
  void start().catch((error: unknown) => {
    dialog.showErrorBox('Werkbank', String(error));
    app.exit(1);
  });
} else {
  app.quit();
}
