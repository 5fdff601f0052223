import { hash } from 'node:crypto';
import { EngineError } from '../../base/errors.ts';
import { SUM_BYTES } from '../../images/manifest/structs.ts';
import { alignedBuffer } from '../../io/aligned-buffer.ts';
import { openSyncDevice, type SyncDevice } from '../../io/node-sync-device.ts';
import type { CaptureOptions } from './capture-options.ts';
import { CLUSTER, type CaptureState } from './capture-state.ts';
import type { SharedClusterMap } from './cluster-map.ts';
import { SourceReader } from './source-reader.ts';

/** Clusters of an earlier run that are read again: spread over the disk, few enough to take no time. */
const SAMPLES = 24;

/**
 * Before an interrupted capture goes on: some of what it had read is read
 * again and must be the same. The allocation maps have been compared already;
 * this finds a disk whose files were changed in place.
 * @throws EngineError `source-changed`
 */
export async function checkKeptClusters(options: CaptureOptions, map: SharedClusterMap, state: CaptureState): Promise<void> {
  const kept: number[] = [];
  for (let i = 0; i < state.done.length; i++) if (state.done[i] === CLUSTER.kept) kept.push(i);
  if (kept.length === 0) return;
  const devices: SyncDevice[] = [];
  const open = (address: CaptureOptions['source']): SyncDevice => {
    const device = openSyncDevice(address, { write: false });
    devices.push(device);
    return device;
  };
  try {
    const disk = open(options.source);
    const overlays = options.overlays.map(({ partition, address }) => ({ partition: options.map.partitions.find((p) => p.number === partition), device: open(address) }));
    const reader = new SourceReader(map, (offset, buffer) => {
      const end = offset + buffer.length;
      const overlay = overlays.find(({ partition }) => partition && offset >= partition.offset && end <= partition.offset + partition.length);
      if (overlay?.partition) overlay.device.readSync(offset - overlay.partition.offset, buffer);
      else disk.readSync(offset, buffer);
    });
    const buffer = alignedBuffer(map.clusterSize);
    for (let sample = 0; sample < Math.min(SAMPLES, kept.length); sample++) {
      const index = kept[Math.floor((sample * kept.length) / Math.min(SAMPLES, kept.length))]!;
      try {
        reader.read(map.clusters[index]! * map.clusterSize, buffer);
      } catch (error) {
        // A bad place is no change; the capture itself deals with those.
        if (error instanceof EngineError && error.code === 'target-read-failed') continue;
        throw error;
      }
      const same = hash('sha256', buffer, 'buffer').equals(state.hashes.subarray(index * SUM_BYTES, (index + 1) * SUM_BYTES));
      if (!same) throw new EngineError('source-changed', { disk: options.identity.model || options.source.path, what: 'contents' });
    }
  } finally {
    for (const device of devices) device.close();
  }
}
