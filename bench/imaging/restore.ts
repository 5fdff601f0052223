// `node bench/imaging/restore.ts IMAGE.qcow2 DEVICE [--verify] [--memory medium]`: one restore, figures as JSON.
import { parseArgs } from 'node:util';
import { manifestPath, openDevice, planRestore, readManifest, readSums, restoreImage, type MemoryLevel } from '../../native-free-engine/index.ts';

const { values, positionals } = parseArgs({ allowPositionals: true, options: { verify: { type: 'boolean', default: false }, memory: { type: 'string', default: 'medium' } } });
const [image = '', path = ''] = positionals;
const found = await readManifest(manifestPath(image));
const { manifest } = found;
const sums = await readSums(found);
const device = await openDevice(path, { write: true });
const { size, sectorSize } = device;
await device.close();
const map = { size: sums.virtualSize, sectorSize: manifest.source.logicalSectorSize, ...manifest.layout, used: sums.used };
const layout = planRestore({ map, selected: null, target: { size, sectorSize }, grow: false, newIdentifiers: false, rest: 'keep' });
const result = await restoreImage({
  image: { location: image, tempDir: null, backings: {} },
  imageId: manifest.id,
  imageName: manifest.image.name,
  used: sums.used,
  sums,
  targets: [{ id: path, address: { path, size, sectorSize, wholeSectors: false }, layout }],
  memory: values.memory as MemoryLevel,
  verify: values.verify,
  resume: false,
  signal: new AbortController().signal,
  report: () => undefined,
});
console.log(JSON.stringify(result));
