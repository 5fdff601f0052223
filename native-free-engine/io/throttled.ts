import type { BlockDevice } from './types.ts';

/** A device whose writes and reads take at most `bytesPerSecond` together. */
export function throttled(device: BlockDevice, bytesPerSecond: number): BlockDevice {
  // The moment, in milliseconds, at which the bytes let through so far are paid for.
  let paidUntil = 0;
  const pass = async (bytes: number): Promise<void> => {
    const now = performance.now();
    paidUntil = Math.max(paidUntil, now) + (bytes / bytesPerSecond) * 1000;
    await new Promise((resolve) => setTimeout(resolve, paidUntil - now));
  };
  return {
    size: device.size,
    sectorSize: device.sectorSize,
    ordered: device.ordered,
    readsZero: device.readsZero,
    async readInto(offset, buffer) {
      await pass(buffer.length);
      await device.readInto(offset, buffer);
    },
    async writeAt(offset, data) {
      await pass(data.length);
      await device.writeAt(offset, data);
    },
    flush: () => device.flush(),
    close: () => device.close(),
  };
}
