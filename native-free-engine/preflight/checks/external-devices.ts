import type { ExternalDevice } from '../facts.ts';
import { MACHINE, remedy, resultsOf, unknownResult, way, type Judge } from '../kit.ts';

const result = resultsOf('external-devices');
/** Needed to work, or nothing by themselves. */
const HARMLESS: readonly ExternalDevice['kind'][] = ['hub', 'input', 'audio'];

/** What is plugged in and has no part in the job. */
export const judgeExternalDevices: Judge<'external-devices'> = ({ devices }) => {
  if (!devices.known) return [unknownResult('external-devices', MACHINE, devices)];
  const evidence = devices.value.slice(0, 50).map(({ name, kind }) => ({ code: kind, params: { name }, from: devices.from }));
  const apart = devices.value.filter(({ kind, diskId }) => diskId === null && !HARMLESS.includes(kind));
  if (apart.length === 0) return [result(MACHINE, 'fine', 'none', { evidence })];
  const params = { count: apart.length, names: apart.slice(0, 5).map(({ name }) => name).join(', ') };
  return [result(MACHINE, 'advice', apart.some(({ kind }) => kind === 'storage') ? 'storage' : 'attached', { params, evidence, remedies: [remedy('unplug', null, way('by-hand', 'unplug'))] })];
};
