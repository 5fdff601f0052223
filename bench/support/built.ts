import { join } from 'node:path';
import { build } from 'vite';
import { nodeWorkers } from '../../scripts/vite-node-workers.ts';

/**
 * Builds scripts of a bench with what they use of the engine, as the program is built that users install: from sources, every
 * thread would load dozens of files.
 * @param scripts their paths by the names they are to have
 * @returns the folder of the built `NAME.js`
 */
export async function buildScripts(scripts: Readonly<Record<string, string>>, folder: string): Promise<string> {
  const outDir = join(folder, 'built');
  await build({
    configFile: false,
    logLevel: 'error',
    plugins: [nodeWorkers()],
    ssr: { noExternal: true },
    build: {
      ssr: true, outDir, emptyOutDir: true, target: 'node24', minify: false,
      rolldownOptions: { input: scripts, output: { entryFileNames: '[name].js', chunkFileNames: '[name]-[hash].js' } },
    },
  });
  return outDir;
}
