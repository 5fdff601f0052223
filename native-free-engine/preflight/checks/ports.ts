import { gathered, remedy, resultsOf, unknownResult, way, type Judge } from '../kit.ts';
import type { CheckSubject } from '../types.ts';

const result = resultsOf('ports');
/** Without 69 and 4011 no machine starts from here; beside a DHCP server at 67 of this computer some do. */
const SHARED_PORT = 67;

/** The ports at which machines ask what to start from the network. */
export const judgePorts: Judge<'ports'> = ({ ports }) =>
  gathered('ports', ports.map(({ port, holder }) => {
    const subject: CheckSubject = { kind: 'port', id: String(port), name: `UDP ${port}` };
    if (!holder.known) return unknownResult('ports', subject, holder);
    if (!holder.value) return result(subject, 'fine', 'free', { params: { port }, evidence: [{ code: 'free', params: { port }, from: holder.from }] });
    const { process, pid, address } = holder.value;
    const params = { port, process: process || '?', pid: pid ?? '?', address };
    return result(subject, port === SHARED_PORT ? 'warning' : 'stop', process === '' ? 'held-by-unknown' : 'held', {
      params, evidence: [{ code: 'held', params, from: holder.from }], remedies: [remedy('stop-program', null, way('by-hand', 'stop-program'))],
    });
  }), 'all-free');
