import { MACHINE, remedy, resultsOf, unknownResult, way, type Judge } from '../kit.ts';
import type { Remedy } from '../types.ts';

const result = resultsOf('hidden-disks');

/** No internal disk shows up: then it is often behind Intel RST or VMD. */
export const judgeHiddenDisks: Judge<'hidden-disks'> = ({ internalDisks, controllers }) => {
  const evidence = [
    { code: 'internal', params: { count: internalDisks }, from: 'Werkbank' },
    ...(controllers.known ? controllers.value.map((name) => ({ code: 'controller', params: { name }, from: controllers.from })) : []),
  ];
  if (internalDisks > 0) return [result(MACHINE, 'fine', 'present', { params: { count: internalDisks }, evidence })];
  if (controllers.known && controllers.value.length > 0) return [result(MACHINE, 'warning', 'behind-raid', { params: { controller: controllers.value[0] ?? '' }, evidence, remedies: [TO_AHCI] })];
  if (!controllers.known && controllers.reason !== 'unsupported') return [unknownResult('hidden-disks', MACHINE, controllers)];
  return [result(MACHINE, 'advice', 'none', { evidence, remedies: [TO_AHCI] })];
};

const TO_AHCI: Remedy = remedy('show-disks', null, way('by-hand', 'firmware-to-ahci', 'safe-mode-first', 'or-load-driver'));
