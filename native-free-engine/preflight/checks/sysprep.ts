import { gathered, MACHINE, resultsOf, unknownResult, volumeSubject, type Judge } from '../kit.ts';
import { SYSPREP } from '../ways.ts';
import type { Evidence } from '../types.ts';

const result = resultsOf('sysprep');

/** Whether a Windows meant for many machines was generalised. */
export const judgeSysprep: Judge<'sysprep'> = ({ volumes }, { manyMachines }) => {
  if (volumes.length === 0) return [result(MACHINE, 'fine', 'no-windows')];
  return gathered('sysprep', volumes.map(({ volume, state }) => {
    const subject = volumeSubject(volume);
    if (!state.known) return unknownResult('sysprep', subject, state);
    const { imageState, oobe, computerName, product, dirty, replayed } = state.value;
    const params = { number: volume.number, product: product || 'Windows', computer: computerName || '?', state: imageState || '?' };
    const evidence: Evidence[] = [
      { code: 'state', params, from: state.from },
      ...(oobe ? [{ code: 'oobe', params, from: state.from }] : []),
      ...(dirty ? [{ code: 'dirty', params, from: state.from }] : []),
      ...(replayed > 0 ? [{ code: 'replayed', params: { ...params, count: replayed }, from: state.from }] : []),
    ];
    if (/^IMAGE_STATE_GENERALIZE_/.test(imageState)) return result(subject, 'fine', 'generalised', { params, evidence });
    if (imageState === 'IMAGE_STATE_UNDEPLOYABLE') return result(subject, 'warning', 'undeployable', { params, evidence, remedies: [SYSPREP] });
    if (!manyMachines) return result(subject, 'fine', 'one-machine', { params, evidence });
    if (imageState === '') return result(subject, 'unknown', 'says-nothing', { params, evidence, remedies: [SYSPREP] });
    return result(subject, 'warning', 'not-generalised', { params, evidence, remedies: [SYSPREP] });
  }), 'all-generalised');
};
