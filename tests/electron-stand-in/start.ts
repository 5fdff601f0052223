/** The stand-in's own start: what the `electron` executable runs. */
import inspector from 'node:inspector';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { provideElectron } from './module-hooks.ts';
import { appPackage, chromium, commandLine, switches } from './runtime.ts';
import { VERSION } from './version.ts';

async function start(): Promise<void> {
  // Prints "Debugger listening on ws://...", which Playwright waits for.
  if (commandLine.inspect !== null) inspector.open(commandLine.inspect, '127.0.0.1');
  const { main } = appPackage();
  const { electron } = await import('./electron-module.ts');
  const { launchChromium } = await import('./chromium/launch.ts');
  // As in Electron, the arguments follow the executable with no script between.
  process.argv = [process.argv[0] ?? '', ...process.argv.slice(2)];
  Object.defineProperty(process.versions, 'electron', { value: VERSION, enumerable: true });
  Object.assign(process, { type: 'browser', defaultApp: true, resourcesPath: join(import.meta.dirname, 'resources') });
  provideElectron(electron);
  const require = createRequire(import.meta.url);
  for (const preload of commandLine.preloads) require(preload);

  const { app } = electron;
  process.on('SIGTERM', () => { app.quit(); });
  process.on('SIGINT', () => { app.quit(); });
  // Electron hangs here for ever, because it becomes ready only once the module has run; better to say so.
  const stuck = (): void => {
    console.error(`stand-in: ${main} never finished loading; does it await app.whenReady() at its top level?`);
    process.exit(1);
  };
  process.once('beforeExit', stuck);
  await import(pathToFileURL(main).href);
  process.off('beforeExit', stuck);
  const launched = await launchChromium(switches);
  chromium.resolve(launched);
  launched.process.once('exit', () => { if (!process.exitCode) app.windowClosed(); });
  app.becomeReady();
}

if (commandLine.switches.has('version')) {
  console.log(`v${VERSION}`);
} else {
  start().catch((error: unknown) => {
    console.error(error);
    process.exit(1);
  });
}
