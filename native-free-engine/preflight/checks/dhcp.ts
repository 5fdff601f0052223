import { MACHINE, remedy, resultsOf, unknownResult, way, type Judge } from '../kit.ts';

const result = resultsOf('dhcp');

/** Which DHCP servers answer, and whether one of them says already what to start. */
export const judgeDhcp: Judge<'dhcp'> = ({ servers }) => {
  if (!servers.known) return [unknownResult('dhcp', MACHINE, servers)];
  const evidence = servers.value.map(({ address, via, boots }) => ({ code: boots ? 'boots' : 'server', params: { address, via }, from: servers.from }));
  const params = { count: servers.value.length, addresses: servers.value.map(({ address }) => address).join(', ') };
  const remedies = [remedy('one-dhcp-server', null, way('by-hand', 'one-dhcp-server'))];
  if (servers.value.some(({ boots }) => boots)) return [result(MACHINE, 'warning', 'boots-already', { params, evidence, remedies })];
  if (servers.value.length > 1) return [result(MACHINE, 'warning', 'several', { params, evidence, remedies })];
  if (servers.value.length === 0) return [result(MACHINE, 'advice', 'none', { params, evidence, remedies: [remedy('attach-network', null, way('by-hand', 'attach-network'))] })];
  return [result(MACHINE, 'fine', 'one', { params, evidence })];
};
