/** electron.powerSaveBlocker: keeps the book, keeps nobody awake. */
import { strict } from '../strict.ts';

const running = new Set<number>();
let lastId = -1;

export const powerSaveBlocker = strict('electron.powerSaveBlocker', {
  start(type: 'prevent-app-suspension' | 'prevent-display-sleep'): number {
    if (type !== 'prevent-app-suspension' && type !== 'prevent-display-sleep') throw new TypeError(`Error processing argument at index 0: ${String(type)}`);
    lastId += 1;
    running.add(lastId);
    return lastId;
  },
  stop: (id: number): boolean => running.delete(id),
  isStarted: (id: number): boolean => running.has(id),
});
