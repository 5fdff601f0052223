/**
 * The program's entry. Started with `--engine-host` it is the engine host, with
 * whatever rights it was given, and never comes near a window: Electron waits
 * for this module before it starts Chromium, and the engine host ends first.
 */
import { ENGINE_HOST_SWITCH } from '../engine-host/arguments.ts';

if (process.argv.includes(ENGINE_HOST_SWITCH)) {
  await import('../engine-host/main.ts');
} else {
  await import('./app.ts');
}
