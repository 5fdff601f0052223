/** Starts a utility process's module with `process.parentPort` in place. */
import { EventEmitter } from 'node:events';
import { pathToFileURL } from 'node:url';
import { provideElectron } from '../module-hooks.ts';
import { VERSION } from '../version.ts';
import { notProvided, strict } from '../strict.ts';

/** Holds messages back until the first listener for them, as Electron's does. */
class ParentPort extends EventEmitter {
  #early: unknown[] | null = [];

  constructor() {
    super();
    process.on('message', (data) => {
      if (this.#early) this.#early.push(data);
      else this.emit('message', { data, ports: [] });
    });
    this.on('newListener', (event) => {
      if (event !== 'message') return;
      queueMicrotask(() => {
        const early = this.#early ?? [];
        this.#early = null;
        for (const data of early) this.emit('message', { data, ports: [] });
      });
    });
  }

  postMessage(message: unknown, transfer: readonly unknown[] = []): void {
    if (transfer.length > 0) throw notProvided('process.parentPort.postMessage with ports');
    if (process.connected) process.send?.(message);
  }
}

const [, , modulePath = '', ...args] = process.argv;
process.argv = [process.execPath, modulePath, ...args];
Object.assign(process, { type: 'utility', parentPort: strict('process.parentPort', new ParentPort()) });
Object.defineProperty(process.versions, 'electron', { value: VERSION, enumerable: true });
// The main process is gone: nobody is left to work for.
process.on('disconnect', () => { process.exit(1); });
provideElectron(strict('electron (in a utility process)', {}));
await import(pathToFileURL(modulePath).href);
