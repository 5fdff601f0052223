import { basename, dirname, resolve } from 'node:path';
import type { Plugin } from 'vite';

/** `new URL('./thing-worker.ts', import.meta.url)`, as Node itself runs it from the sources. */
const MODULE_URL = /new URL\(\s*'(\.[^']+\.ts)'\s*,\s*import\.meta\.url\s*,?\s*\)/g;

/**
 * Builds the worker threads of the engine. Vite follows such URLs only in code
 * for browsers; here each becomes an entry of its own, and the URL leads to
 * it. Everything must be built into one folder, under file names of its own.
 */
export function nodeWorkers(): Plugin {
  const built = new Map<string, string>();
  return {
    name: 'werkbank:node-workers',
    enforce: 'pre',
    buildStart: () => built.clear(),
    transform(code, id) {
      if (!code.includes('import.meta.url')) return null;
      let found = false;
      const replaced = code.replace(MODULE_URL, (_whole, path: string) => {
        found = true;
        const module = resolve(dirname(id), path);
        const fileName = `${basename(module, '.ts')}.js`;
        const taken = built.get(fileName);
        if (taken === undefined) this.emitFile({ type: 'chunk', id: module, fileName });
        else if (taken !== module) this.error(`two worker threads are named ${fileName}`);
        built.set(fileName, module);
        return `new URL('./${fileName}', import.meta.url)`;
      });
      return found ? { code: replaced, map: null } : null;
    },
  };
}
