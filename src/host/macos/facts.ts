import { freemem, totalmem } from 'node:os';
import { known, missing, type PowerSupply } from '../../../native-free-engine/index.ts';
import type { CommandRunner } from '../command.ts';
import { attempt, garbage } from '../facts/attempt.ts';
import { DHCP_MS, dhcpServers } from '../facts/dhcp-servers.ts';
import { smartctl } from '../facts/smart.ts';
import type { FactSystem } from '../facts/system.ts';

const QUICK_MS = 5_000;

/** Facts about a Mac, as far as they are the bench's: what is imaged on it are other machines' disks. */
export function createMacFacts(run: CommandRunner): FactSystem {
  const unsupported = (from: string) => () => Promise.resolve(missing('unsupported', from));
  return {
    name: 'macos',
    power: (signal) => attempt('pmset -g batt', QUICK_MS, signal, async () => parsePmset((await run('pmset', ['-g', 'batt'], { timeoutMs: QUICK_MS - 500, signal })).stdout)),
    synchronised: unsupported('systemsetup'),
    firmware: () => Promise.resolve({ firmware: known('uefi' as const, 'macOS'), secureBoot: missing('unsupported', 'macOS') }),
    memory: () => Promise.resolve(known({ total: totalmem(), available: freemem() }, 'host_statistics')),
    pending: () => Promise.resolve([{ probe: 'updates', found: missing('unsupported', 'softwareupdate') }]),
    devices: unsupported('system_profiler'),
    controllers: unsupported('PCI'),
    health: (disk, signal) => smartctl(run, disk, signal),
    rotational: unsupported('diskutil'),
    activity: unsupported('iostat'),
    answers: (disk) => Promise.resolve(known(true as const, disk.path)),
    reachable: (path) => Promise.resolve(known(true as const, path)),
    deviceOf: (disk, partition) => Promise.resolve(disk.practice || partition.number === 0 ? '' : `${disk.path}s${partition.number}`),
    fragmentation: () => null,
    encryption: () => null,
    encryptsByPolicy: unsupported('BitLocker'),
    runningWindows: () => null,
    holder: (port, signal) => attempt(`lsof -iUDP:${port}`, QUICK_MS, signal, async () => {
      const { stdout } = await run('lsof', ['-nP', `-iUDP:${port}`, '-Fpcn'], { timeoutMs: QUICK_MS - 500, signal });
      const field = (letter: string): string => new RegExp(`^${letter}(.*)$`, 'm').exec(stdout)?.[1] ?? '';
      return stdout.trim() === '' ? null : { process: field('c'), pid: Number(field('p')) || null, address: field('n') };
    }),
    folder: unsupported('statfs'),
    scan: unsupported('fsck'),
    dhcp: (signal) => attempt('DHCPDISCOVER, UDP 68', DHCP_MS, signal, () => dhcpServers(signal)),
  };
}

/** `Now drawing from 'AC Power'`, then a line a battery: `-InternalBattery-0 (id=1)	85%; discharging; 3:05 remaining`. */
export function parsePmset(text: string): PowerSupply[] {
  const source = /Now drawing from '([^']+)'/.exec(text)?.[1];
  if (!source) throw garbage('pmset');
  const batteries = [...text.matchAll(/^\s*-(\S+).*?(\d+)%; ([^;]+);(?: (\d+):(\d\d) remaining)?/gm)].map(([, name = '', charge, state = '', hours, minutes]): PowerSupply => {
    const draining = state.trim() === 'discharging';
    return {
      name, kind: /ups/i.test(name) ? 'ups' : 'battery', online: null, charge: Number(charge),
      state: draining ? 'discharging' : state.trim() === 'charging' ? 'charging' : 'full', minutesLeft: draining && hours !== undefined ? Number(hours) * 60 + Number(minutes) : null,
    };
  });
  return [{ name: source, kind: 'mains', online: source === 'AC Power', charge: null, state: 'unknown', minutesLeft: null }, ...batteries];
}
