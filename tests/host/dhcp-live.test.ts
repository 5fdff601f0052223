import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { judge, thresholdsWith, type CheckFacts } from '../../native-free-engine/index.ts';
import { WERKBANK } from '../labs/built.ts';
import { network, NETWORK_NEEDS, type Network } from '../labs/network.ts';
import { toolEnv } from '../labs/tool.ts';
import { need } from '../support/need.ts';
import { context } from '../engine/preflight/constructed.ts';

const FACTS = new URL('../../src/host/linux/facts/index.ts', import.meta.url).href;
const COMMAND = new URL('../../src/host/command.ts', import.meta.url).href;
const run = promisify(execFile);

/** The fact as this program finds it in a network. @param before what happens in the same process first */
async function servers({ enter }: Network, { before = '', as = [] as readonly string[] } = {}): Promise<CheckFacts['dhcp']['servers']> {
  const script = `${before}
    const { createLinuxFacts } = await import(${JSON.stringify(FACTS)});
    const { runCommand } = await import(${JSON.stringify(COMMAND)});
    console.log(JSON.stringify(await createLinuxFacts(runCommand).dhcp(new AbortController().signal)));
    process.exit(0);`;
  const [program = '', ...args] = [...enter, ...as, process.execPath, '--input-type=module', '-e', script];
  const { stdout } = await run(program, args, { env: toolEnv });
  return JSON.parse(stdout) as CheckFacts['dhcp']['servers'];
}
const says = (fact: CheckFacts['dhcp']['servers']): string[] => judge('dhcp', { servers: fact }, context, thresholdsWith()).map(({ verdict, finding }) => `${verdict} ${finding.code}`);
const RANGE = (subnet: string): string => `--dhcp-range=${subnet}.100,${subnet}.150,255.255.255.0,10m`;

/** Datagrams that left a name space so far. */
async function sent({ enter: [program = '', ...enter] }: Network): Promise<number> {
  const { stdout } = await run(program, [...enter, 'cat', '/proc/net/snmp'], { env: toolEnv });
  const [names = '', values = ''] = stdout.split('\n').filter((line) => line.startsWith('Udp:'));
  return Number(values.split(' ')[names.split(' ').indexOf('OutDatagrams')]);
}

describe('DHCP servers of a network, dnsmasq being them', () => {
  need(NETWORK_NEEDS)('one, found although it first looks whether the address is free', async () => {
    const net = await network();
    const via = await net.attach('10.77.1', [RANGE('10.77.1')]);
    const found = await servers(net);
    expect(found).toMatchObject({ known: true, value: [{ address: '10.77.1.1', via, boots: false }] });
    expect(says(found)).toEqual(['fine one']);
  });

  need(NETWORK_NEEDS)('several, each by the cable it answered on; one that says what to start; one that only says that', async () => {
    const net = await network();
    const plain = await net.attach('10.77.2', [RANGE('10.77.2'), '--no-ping']);
    const other = await net.attach('10.77.3', [RANGE('10.77.3'), '--no-ping']);
    const two = await servers(net);
    expect(two.known && [...two.value].sort((a, b) => a.via.localeCompare(b.via))).toEqual([{ address: '10.77.2.1', via: plain, boots: false }, { address: '10.77.3.1', via: other, boots: false }]);
    expect(says(two)).toEqual(['warning several']);
    const proxy = await net.attach('10.77.4', ['--dhcp-range=10.77.4.0,proxy,255.255.255.0', '--pxe-service=x86PC,"Start",pxelinux', '--pxe-prompt="Start",1']);
    const booting = await net.attach('10.77.5', [RANGE('10.77.5'), '--no-ping', '--dhcp-boot=pxelinux.0']);
    const all = await servers(net);
    expect(all.known && all.value.filter(({ boots }) => boots).map((server) => server.via).sort()).toEqual([proxy, booting].sort());
    expect(says(all)).toEqual(['warning boots-already']);
  });

  need(NETWORK_NEEDS)('none that answers is said as that; without any network it is not known', async () => {
    const net = await network();
    expect(await servers(net)).toMatchObject({ known: false, reason: 'unsupported', detail: expect.stringContaining('IPv4') as string });
    await net.attach('10.77.6', ['--dhcp-range=10.99.0.100,10.99.0.150,255.255.255.0']);
    const found = await servers(net);
    expect(found).toMatchObject({ known: true, value: [] });
    expect(says(found)).toEqual(['advice none']);
  });

  need(NETWORK_NEEDS)('port 68 held by a program that does not share it, or not allowed: not known, with the reason', async () => {
    const net = await network();
    await net.attach('10.77.7', [RANGE('10.77.7'), '--no-ping']);
    const held = await servers(net, { before: "const s = (await import('node:dgram')).createSocket('udp4'); await new Promise((done) => s.bind(68, done));" });
    expect(held).toMatchObject({ known: false, reason: 'failed', detail: 'UDP port 68 is held by another program' });
    const denied = await servers(net, { as: ['setpriv', '--bounding-set=-net_bind_service', '--inh-caps=-net_bind_service'] });
    expect(denied).toMatchObject({ known: false, reason: 'no-rights' });
    expect(says(denied)).toEqual(['unknown missing-no-rights']);
  });

  need(NETWORK_NEEDS)('a network is asked for `check --for deploy`, and by no other check', async () => {
    const net = await network();
    await net.attach('10.77.8', [RANGE('10.77.8'), '--no-ping']);
    const check = async (job: string): Promise<string[]> => {
      const [program = '', ...enter] = net.enter;
      const { stdout } = await run(program, [...enter, WERKBANK, 'check', '--for', job, '--json'], { env: { ...toolEnv, PATH: `${join(process.execPath, '..')}:${toolEnv['PATH'] ?? ''}` } }).catch((error: { stdout: string }) => error);
      return stdout.trim().split('\n').map((line) => JSON.parse(line) as { check?: string; finding?: { code: string } }).flatMap(({ check: id, finding }) => (id === 'dhcp' ? [finding?.code ?? ''] : []));
    };
    const before = await sent(net);
    for (const job of ['capture', 'restore', 'write', 'media', 'read', 'format']) expect(await check(job), job).toEqual([]);
    expect(await sent(net)).toBe(before);
    expect(await check('deploy')).toEqual(['one']);
    expect(await sent(net)).toBeGreaterThan(before);
  });
});
