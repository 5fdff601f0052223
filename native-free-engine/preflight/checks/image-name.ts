import type { ImageNameFacts, ParentNameFacts } from '../facts.ts';
import { MACHINE, remedy, resultsOf, unknownResult, type Judge } from '../kit.ts';
import type { CheckResult, CheckSubject, Evidence } from '../types.ts';

const result = resultsOf('image-name');
const MOST_PATHS = 10;

/** Whether the name can be used everywhere, tells what is in the image, and is nobody else's: not its parent's either. */
export const judgeImageName: Judge<'image-name'> = ({ name: fact }) => {
  if (!fact) return [result(MACHINE, 'unknown', 'not-chosen')];
  if (!fact.known) return [unknownResult('image-name', MACHINE, fact)];
  const { name, suggested, invalid, meaningless, taken, parent } = fact.value;
  const subject: CheckSubject = { kind: 'destination', id: name, name };
  const params = { name, suggested, reason: invalid };
  const evidence: Evidence[] = [
    { code: 'template', params: { suggested }, from: 'Werkbank' },
    ...taken.slice(0, MOST_PATHS).map((path) => ({ code: 'taken', params: { path }, from: path })),
  ];
  const remedies = suggested === '' || suggested === name ? [] : [remedy('rename', { id: 'rename', name: suggested })];
  if (invalid !== '') return [result(subject, 'stop', 'invalid', { params, evidence, remedies })];
  const found = [
    ...(parent ? judgeParent(subject, fact.value, parent) : []),
    ...(taken.length > 0 && !parent?.overwritten ? [result(subject, 'warning', 'taken', { params, evidence, remedies })] : []),
    ...(meaningless ? [result(subject, 'advice', 'meaningless', { params, evidence, remedies })] : []),
  ];
  if (found.length > 0) return found;
  if (remedies.length > 0) return [result(subject, 'advice', 'off-template', { params, evidence, remedies })];
  return [result(subject, 'fine', 'good', { params, evidence })];
};

/** What people look for when they need the image this one builds on, and whether they find it. */
function judgeParent(subject: CheckSubject, { suggested }: ImageNameFacts, { now, before, overwritten, copies }: ParentNameFacts): CheckResult[] {
  const params = { name: subject.name, now, before, count: copies.length };
  // What it builds on would be gone the moment it is done.
  if (overwritten) return [result(subject, 'stop', 'parent-overwritten', { params, remedies: suggested === '' || suggested === subject.name ? [] : [remedy('rename', { id: 'rename', name: suggested })] })];
  return [
    ...(before !== '' && before !== now ? [result(subject, 'warning', 'parent-renamed', { params, evidence: [{ code: 'parent-was', params, from: now }] })] : []),
    ...(copies.length > 0 ? [result(subject, 'advice', 'parent-copied', { params, evidence: copies.slice(0, MOST_PATHS).map((path) => ({ code: 'parent-copy', params: { path }, from: path })) })] : []),
  ];
}
