/** The two scripts that every new document gets, as text. */
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createCodec } from '../codec.ts';
import { createBridge } from './bridge.ts';
import { isolatedWorld, type WorldSettings } from './isolated-world.ts';
import { windowOpen } from './window-open.ts';

export const WORLD_NAME = 'Electron Isolated Context';

export interface PageScripts {
  readonly page: string;
  readonly isolated: string;
  readonly settings: WorldSettings;
  /** The preload uses webUtils.getPathForFile, which needs the debugger. */
  readonly needsPaths: boolean;
}

/** @param preload the preload script's absolute path, or null. Throws when it cannot be read. */
export function pageScripts(preload: string | null, guardClosing: boolean): PageScripts {
  const source = preload === null ? '' : readFileSync(preload, 'utf8');
  const settings: WorldSettings = {
    binding: '__standInCall',
    door: '__standInDoor',
    secret: randomUUID(),
    process: {
      type: 'renderer', sandboxed: true, contextIsolated: true,
      platform: process.platform, arch: process.arch, versions: { ...process.versions }, env: {},
    },
    guardClosing,
  };
  const preloadFunction = `(function (require, module, exports, process) {\n${source}\n})`;
  return {
    settings,
    page: `(${createBridge.toString()})('page', ${JSON.stringify(settings.secret)});\n(${windowOpen.toString()})(${JSON.stringify(settings.secret)});`,
    isolated: `(${isolatedWorld.toString()})(${JSON.stringify(settings)}, ${createCodec.toString()}, ${createBridge.toString()}, ${preloadFunction});\n`
      + `//# sourceURL=${preload === null ? 'stand-in' : encodeURI(preload)}\n`,
    needsPaths: source.includes('getPathForFile'),
  };
}
