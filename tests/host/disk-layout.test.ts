import { expect, test, vi } from 'vitest';
import type { BlockSource } from '../../native-free-engine/index.ts';
import { layoutReader } from '../../src/host/disk-layout.ts';
import { stick } from './constructed.ts';

/** An empty disk, each of whose reads takes so long. */
function disk(ms: () => number): BlockSource {
  return {
    size: stick.size,
    sectorSize: 512,
    readInto: (_, buffer) => new Promise((resolve) => {
      buffer.fill(0);
      setTimeout(resolve, ms());
    }),
    close: () => Promise.resolve(),
  };
}

test('an answer that comes late serves the list that is made because of it, and no later one', async () => {
  vi.useFakeTimers();
  try {
    let slow = 4000;
    let opened = 0;
    let late = 0;
    const look = layoutReader(() => {
      opened++;
      return Promise.resolve(disk(() => slow));
    }, () => void late++);

    const first = look(stick);
    await vi.advanceTimersByTimeAsync(3001);
    expect((await first).table).toBe('unreadable');
    await vi.advanceTimersByTimeAsync(60_000);
    expect(late).toBe(1);

    // A minute later a job may have written to it: it is read anew.
    slow = 1;
    const anew = look(stick);
    await vi.advanceTimersByTimeAsync(3001);
    expect((await anew).table).toBe('none');
    expect(opened).toBe(2);

    slow = 4000;
    const second = look(stick);
    await vi.advanceTimersByTimeAsync(3001);
    expect((await second).table).toBe('unreadable');
    while (late === 1) await vi.advanceTimersByTimeAsync(500);
    expect((await look(stick)).table).toBe('none');
    expect(opened).toBe(3);
  } finally {
    vi.useRealTimers();
  }
});
