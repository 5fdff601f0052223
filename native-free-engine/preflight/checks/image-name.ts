import { MACHINE, remedy, resultsOf, type Judge } from '../kit.ts';
import type { CheckSubject, Evidence } from '../types.ts';

const result = resultsOf('image-name');

/** Whether the name can be used everywhere, tells what is in the image, and is nobody else's. */
export const judgeImageName: Judge<'image-name'> = ({ name: facts }) => {
  if (!facts) return [result(MACHINE, 'unknown', 'not-chosen')];
  const { name, suggested, invalid, meaningless, taken, parentRenamed } = facts;
  const subject: CheckSubject = { kind: 'destination', id: name, name };
  const evidence: Evidence[] = [
    { code: 'template', params: { suggested }, from: 'Werkbank' },
    ...taken.slice(0, 10).map((path) => ({ code: 'taken', params: { path }, from: path })),
  ];
  const params = { name, suggested, reason: invalid, before: parentRenamed?.before ?? '', now: parentRenamed?.now ?? '' };
  const remedies = suggested === '' || suggested === name ? [] : [remedy('rename', { id: 'rename', name: suggested })];
  if (invalid !== '') return [result(subject, 'stop', 'invalid', { params, evidence, remedies })];
  const found = [
    ...(parentRenamed ? [result(subject, 'warning', 'parent-renamed', { params, evidence })] : []),
    ...(taken.length > 0 ? [result(subject, 'warning', 'taken', { params, evidence, remedies })] : []),
    ...(meaningless ? [result(subject, 'advice', 'meaningless', { params, evidence, remedies })] : []),
  ];
  if (found.length > 0) return found;
  if (remedies.length > 0) return [result(subject, 'advice', 'off-template', { params, evidence, remedies })];
  return [result(subject, 'fine', 'good', { params, evidence })];
};
