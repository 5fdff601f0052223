/// <reference types="node" />
import { createServer, type Server } from 'node:http';
import { readFile, writeFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { chromium, type Browser, type BrowserContextOptions, type Page } from '@playwright/test';
import { build } from 'vite';
import { cached, digestOf } from '../../labs/cache.ts';
import type { Harness } from './harness.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
/** Whatever may be built into the window or the bridge. */
const SOURCES = ['native-free-engine', 'resources/locales', 'resources/icons', 'src', 'tests/renderer/harness', 'tests/support'];
const BRIDGE = 'bridge.js';
const TYPES: Record<string, string> = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml' };

/** The window's real bundle, served to a real Chromium, with a fake bridge instead of the preload script. */
export interface WindowHarness {
  /** Opens a window of its own. `options` are set before its first script runs. */
  open(options?: Partial<Harness>, context?: BrowserContextOptions): Promise<Page>;
  close(): Promise<void>;
}

export async function startHarness(executablePath = '/usr/bin/chromium'): Promise<WindowHarness> {
  const folder = await cached(`window-${digestOf(SOURCES, /./)}`, bundle);
  const bridge = await readFile(join(folder, BRIDGE), 'utf8');
  const server = await serve(folder);
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  const browser: Browser = await chromium.launch({
    executablePath, args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update', '--no-first-run'],
  });
  return {
    open: async (options = {}, context = {}) => {
      const page = await (await browser.newContext({ viewport: { width: 1200, height: 800 }, ...context })).newPage();
      page.setDefaultTimeout(300_000);
      page.on('pageerror', (error) => console.error('in the window:', error.message, error.stack));
      page.on('console', (message) => message.type() === 'error' && console.error('in the window:', message.text()));
      await page.addInitScript({ content: `window.harnessOptions = ${JSON.stringify(options)};\n${bridge}` });
      await page.goto(`http://localhost:${port}/index.html`);
      await page.getByRole('heading', { level: 1 }).waitFor();
      return page;
    },
    close: async () => {
      await browser.close();
      server.close();
    },
  };
}

/** Builds the window into `folder`, and the fake bridge into a script that runs before it: when a source has changed, once for all files of tests. */
async function bundle(folder: string): Promise<void> {
  // The test runner's "test" would build React for development, which costs half as much again.
  process.env['NODE_ENV'] = 'production';
  const common = { configFile: false as const, logLevel: 'error' as const };
  await build({ ...common, root: join(ROOT, 'src/renderer'), base: './', plugins: [react()], build: { outDir: folder, emptyOutDir: true, modulePreload: false, target: 'chrome140' } });
  const output = await build({
    ...common, build: { write: false, lib: { entry: join(ROOT, 'tests/renderer/harness/fake-bridge.ts'), formats: ['iife'], name: 'fakeBridge' } },
  });
  const first = (Array.isArray(output) ? output[0] : output) as { output: readonly { code?: string }[] };
  await writeFile(join(folder, BRIDGE), first.output[0]?.code ?? '');
}

async function serve(folder: string): Promise<Server> {
  const server = createServer((request, response) => {
    const name = new URL(request.url ?? '/', 'http://localhost').pathname;
    readFile(join(folder, name)).then(
      (body) => response.writeHead(200, { 'content-type': TYPES[extname(name)] ?? 'application/octet-stream' }).end(body),
      () => response.writeHead(name === '/favicon.ico' ? 204 : 404).end(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}
