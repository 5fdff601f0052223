/**
 * The engine host: the process that the jobs run in. It is started as an
 * Electron utility process, as a plain Node child (tests), or with
 * administrator rights, when it connects back over a private socket.
 */
import { EngineError } from '../../../native-free-engine/index.ts';
import { createHost } from '../../host/index.ts';
import { createJobService } from '../../jobs/index.ts';
import { parseHostArguments, type HostArguments } from './arguments.ts';
import { parentPortChannel, processChannel, type Channel, type ParentPort } from './channel.ts';
import { connectBack } from './connect-back.ts';
import { ELEVATED_CALLS, serveEngine } from './server.ts';

async function openChannel(options: HostArguments): Promise<Channel> {
  if (options.rendezvous) return connectBack(options.rendezvous.socketPath, options.rendezvous.tokenPath);
  const { parentPort } = process as { parentPort?: ParentPort };
  if (parentPort) return parentPortChannel(parentPort);
  if (process.connected) return processChannel(process);
  throw new EngineError('engine-protocol', { detail: 'started without a parent to talk to' });
}

const options = parseHostArguments(process.argv.slice(1));
let { practiceFolder } = options;
const host = createHost({ practiceFolder: () => practiceFolder });
const jobs = createJobService(host, { version: options.appVersion });
const allowed = options.rendezvous ? ELEVATED_CALLS : undefined;

const setPracticeFolder = (folder: string | null): void => {
  practiceFolder = folder;
};

await serveEngine(await openChannel(options), { jobs, disks: host.disks, setPracticeFolder }, allowed);
process.exit(0);
