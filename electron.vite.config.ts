import react from '@vitejs/plugin-react';
import { defineConfig } from 'electron-vite';
import { nodeWorkers } from './scripts/vite-node-workers.ts';

export default defineConfig({
  main: {
    plugins: [nodeWorkers()],
    build: {
      rolldownOptions: {
        input: {
          'index': 'src/main/electron/index.ts',
          'engine-host': 'src/main/engine-host/main.ts',
        },
        output: {
          // All in one folder, so that `import.meta.dirname` is out/main wherever a module ended up.
          entryFileNames: '[name].js',
          chunkFileNames: '[name]-[hash].js',
        },
      },
    },
  },
  preload: {
    build: {
      // A sandboxed preload can require nothing but electron: zod goes in whole.
      externalizeDeps: false,
      rolldownOptions: {
        input: { preload: 'src/preload/preload.ts' },
        output: { format: 'cjs', entryFileNames: '[name].cjs' },
      },
    },
  },
  renderer: {
    root: 'src/renderer',
    plugins: [react()],
    build: {
      minify: true,
      chunkSizeWarningLimit: 1000,
      rolldownOptions: { input: 'src/renderer/index.html' },
    },
  },
});
