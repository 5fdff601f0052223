import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { nodeWorkers } from '../../scripts/vite-node-workers.ts';
import { cached, digestOf } from './cache.ts';
import { tool } from './tool.ts';

const ROOT = join(import.meta.dirname, '../..');

/** What is built: the terminal program, and scripts that tests start as processes of their own. */
const SCRIPTS = {
  'terminal': 'src/cli/main.ts',
  'cut-engine': 'tests/faults/cut-engine.ts',
  'drivers-in-uml': 'tests/jobs/drivers-in-uml.ts',
  'imaging-child': 'tests/faults/imaging-child.ts',
  'list-after': 'tests/host/list-after.ts',
  'restore-child': 'tests/engine/pipeline/restore-child.ts',
  'snapshots-in-uml': 'tests/host/snapshots-in-uml.ts',
} as const;

/** Whatever may be built into the scripts. */
const SOURCES = ['native-free-engine', 'src', 'resources/locales', 'scripts', 'tests'];

/**
 * Scripts with what they use of the engine, bundled as the program is that users install: from sources, each start opens some
 * hundred files, in User Mode Linux for seconds. Built when a source has changed, once for all tests.
 * @returns the folder of `NAME.js`, and of `werkbank`, which starts the terminal program as bin/werkbank does
 */
function build(): Promise<string> {
  return cached(`built-${digestOf(SOURCES, /\.(json|ts)$/)}`, async (folder) => {
    const { build } = await import('vite');
    await build({
      configFile: false, root: ROOT, logLevel: 'error', plugins: [nodeWorkers()],
      // These look for files of their own beside them.
      ssr: { noExternal: true, external: ['drivelist', 'node-disk-info', 'systeminformation'] },
      build: {
        ssr: true, outDir: folder, emptyOutDir: true, target: 'node24', minify: false,
        rolldownOptions: { input: { ...SCRIPTS }, output: { entryFileNames: '[name].js', chunkFileNames: '[name]-[hash].js' } },
      },
    });
    const launcher = join(folder, 'werkbank');
    await writeFile(launcher, `#!/bin/sh\nNODE_COMPILE_CACHE=\${0%/*}-compiled UV_THREADPOOL_SIZE=16 exec '${process.execPath}' "\${0%/*}/terminal.js" "$@"\n`);
    await chmod(launcher, 0o755);
  });
}

const folder = await build();
// Compiled once as well: User Mode Linux cannot keep what it compiles.
await cached(`${folder.split('/').at(-1)}-compiled`, async (compiled) => {
  await tool('env', [`NODE_COMPILE_CACHE=${compiled}`, process.execPath, join(folder, 'terminal.js'), 'practice', 'list', '--practice-folder', join(compiled, 'none')]);
});

/** The terminal program. */
export const WERKBANK = join(folder, 'werkbank');

/** The path of a built script. */
export const built = (name: Exclude<keyof typeof SCRIPTS, 'terminal'>): string => join(folder, `${name}.js`);
