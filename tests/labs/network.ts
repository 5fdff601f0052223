import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { ChildProcess } from 'node:child_process';
import { onTestFinished } from 'vitest';
import { endProcess, spawnBound } from './process.ts';
import { testLab } from './test-lab.ts';
import { tool } from './tool.ts';

/** What networks of their own need, for `need()`. */
export const NETWORK_NEEDS = { root: true, linux: true, tools: ['ip', 'dnsmasq', 'setpriv'] } as const;

let made = 0;

/** A name space with a network of its own, and nothing of the computer's. */
export interface Network {
  readonly name: string;
  /** In front of a command line, to run it in there. */
  readonly enter: readonly string[];
  /**
   * Attaches another name space by a cable, with a DHCP server of Debian's in it.
   * @param options of dnsmasq, beside those that keep it to itself
   * @returns the name of this end of the cable
   */
  attach(subnet: string, options: readonly string[]): Promise<string>;
}

export async function network(): Promise<Network> {
  const lab = await testLab();
  const name = `wb-${process.pid}-${++made}`;
  const enter = ['ip', 'netns', 'exec', name];
  await tool('ip', ['netns', 'add', name]);
  onTestFinished(() => tool('ip', ['netns', 'delete', name]).then(() => undefined));
  await tool('ip', ['-n', name, 'link', 'set', 'lo', 'up']);
  let cables = 0;
  return {
    name, enter,
    async attach(subnet, options) {
      const [here, there, far] = [`lan${cables}`, `srv${cables}`, `${name}-${cables}`];
      cables += 1;
      await tool('ip', ['netns', 'add', far]);
      onTestFinished(() => tool('ip', ['netns', 'delete', far]).then(() => undefined));
      await tool('ip', ['-n', name, 'link', 'add', here, 'type', 'veth', 'peer', 'name', there, 'netns', far]);
      for (const [space, end, host] of [[name, here, 9], [far, there, 1]] as const) {
        await tool('ip', ['-n', space, 'address', 'add', `${subnet}.${host}/24`, 'broadcast', '+', 'dev', end]);
        await tool('ip', ['-n', space, 'link', 'set', end, 'up']);
      }
      const folder = join(lab.folder, far);
      mkdirSync(folder);
      const own = ['--keep-in-foreground', '--conf-file=/dev/null', '--no-resolv', '--no-hosts', '--port=0', '--user=root', `--pid-file=${join(folder, 'pid')}`, `--dhcp-leasefile=${join(folder, 'leases')}`, `--interface=${there}`];
      const server: ChildProcess = spawnBound('ip', ['netns', 'exec', far, 'dnsmasq', ...own, ...options], { stdio: 'ignore' });
      onTestFinished(() => endProcess(server));
      // It listens as soon as its port is there.
      for (let tries = 0; !/:67\s/.test(await tool('ip', ['netns', 'exec', far, 'ss', '-lun'])); tries++) {
        if (tries > 600 || server.exitCode !== null) throw new Error(`dnsmasq did not start: ${options.join(' ')}`);
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      return here;
    },
  };
}
