import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'vite';
import { expect, test } from 'vitest';
import { nodeWorkers } from '../../scripts/vite-node-workers.ts';

test('worker threads named by URL are built and start', async () => {
  const root = await mkdtemp(join(tmpdir(), 'werkbank-workers-'));
  try {
    await mkdir(join(root, 'sub'));
    await writeFile(join(root, 'entry.ts'), `
      import { Worker } from 'node:worker_threads';
      import { again } from './sub/again.ts';
      const ask = (worker: Worker) => new Promise((resolve) => worker.once('message', resolve));
      console.log(await ask(new Worker(new URL('./sub/echo-worker.ts', import.meta.url))), await ask(again()));`);
    await writeFile(join(root, 'sub/again.ts'), `
      import { Worker } from 'node:worker_threads';
      export const again = (): Worker => new Worker(new URL('./echo-worker.ts', import.meta.url));`);
    await writeFile(join(root, 'sub/echo-worker.ts'), `
      import { parentPort } from 'node:worker_threads';
      import { word } from './word.ts';
      parentPort!.postMessage(word as string);`);
    await writeFile(join(root, 'sub/word.ts'), `export const word = 'hello';`);
    await build({
      configFile: false, root, logLevel: 'silent', plugins: [nodeWorkers()],
      build: { ssr: true, outDir: 'out', rolldownOptions: { input: { entry: join(root, 'entry.ts') }, output: { entryFileNames: '[name].js' } } },
    });
    expect((await readdir(join(root, 'out'))).filter((name) => name.startsWith('echo'))).toEqual(['echo-worker.js']);
    await writeFile(join(root, 'out/package.json'), '{"type":"module"}');
    expect(execFileSync(process.execPath, [join(root, 'out/entry.js')], { encoding: 'utf8' })).toBe('hello hello\n');
  } finally {
    await rm(root, { recursive: true });
  }
});
