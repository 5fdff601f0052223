// One write through the engine's pipeline as a process of its own:
//   node bench/write/write.ts IMAGE [--verify] [--slow DEVICE=MB/s] DEVICE...
// Prints a line of JSON: seconds, when each disk was done, peak memory.
import { openDevice, openImage, throttled, writeImage } from '../../native-free-engine/index.ts';

const args = process.argv.slice(2);
const verify = args.includes('--verify');
const [location = '', ...devices] = args.filter((arg) => !arg.startsWith('--'));
const slow = new Map(args.filter((arg) => arg.startsWith('--slow=')).map((arg) => arg.slice(7).split(':') as [string, string]));

const started = performance.now();
const doneAt: Record<string, number> = {};
const image = await openImage(location, {});
const targets = await Promise.all(
  devices.map(async (path) => {
    const device = await openDevice(path, { write: true, exclusive: true });
    const limit = slow.get(path);
    return {
      id: path,
      device: limit ? throttled(device, Number(limit) * 1e6) : device,
      reopen: null,
      finished: () => {
        doneAt[path] = (performance.now() - started) / 1000;
        return Promise.resolve();
      },
    };
  }),
);
const result = await writeImage({ image, map: null, targets, algorithms: [], verify, signal: new AbortController().signal, report: () => undefined });
await image.close();
for (const target of result.targets) if (target.error) throw target.error;
console.log(JSON.stringify({ seconds: (performance.now() - started) / 1000, doneAt, peakMb: process.resourceUsage().maxRSS / 1024, checksums: result.checksums }));
process.exit(0);
