// `node bench/imaging/capture.ts DEVICE IMAGE.qcow2 [--compression balanced] [--memory medium]`: one capture, figures as JSON.
import { rmSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { captureDisk, journalPath, manifestPath, mapDisk, openDevice, partialPath, type Compression, type MemoryLevel } from '../../native-free-engine/index.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { compression: { type: 'string', default: 'balanced' }, memory: { type: 'string', default: 'medium' } },
});
const [path = '', image = ''] = positionals;
for (const file of [image, journalPath(image), manifestPath(image), partialPath(image)]) rmSync(file, { force: true });
const device = await openDevice(path, { write: false });
const { size, sectorSize } = device;
const map = await mapDisk(device, { partitions: null, leaveOutSwapFiles: true });
const { usedBytes, storedBytes, clusters, seconds } = await captureDisk({
  source: { path, size, sectorSize, wholeSectors: false },
  overlays: [],
  map,
  identity: { machine: 'bench', system: 'Linux', model: 'Loop', serial: '', bus: 'loop', path, number: 0, size, logicalSectorSize: sectorSize, physicalSectorSize: sectorSize },
  destination: image,
  compression: values.compression as Compression,
  memory: values.memory as MemoryLevel,
  bytesPerSecond: 0,
  partBytes: 0,
  description: '',
  purpose: '',
  program: { name: 'Werkbank', version: 'bench' },
  parent: null,
  resume: false,
  overwrite: true,
  signal: new AbortController().signal,
  report: () => undefined,
});
await device.close();
console.log(JSON.stringify({ usedBytes, storedBytes, clusters, seconds }));
