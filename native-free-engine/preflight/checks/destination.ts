import type { DestinationFacts } from '../facts.ts';
import { MACHINE, remedy, resultsOf, shown, unknownResult, way, type Judge } from '../kit.ts';
import type { CheckResult, CheckSubject } from '../types.ts';

const result = resultsOf('destination');
const MIB = 1024 * 1024;

/** Whether the folder takes the image: room, file size, rights, speed, and not on the disk that is imaged. */
export const judgeDestination: Judge<'destination'> = ({ destination }, { estimate, sources, partBytes }, limits) => {
  if (!destination) return [result(MACHINE, 'unknown', 'not-chosen')];
  const { folder, exists, free, fileSystem, writable, speed, onDisks } = destination;
  const subject: CheckSubject = { kind: 'destination', id: folder, name: folder };
  const evidence = evidenceOf(destination);
  const say = (verdict: CheckResult['verdict'], code: string, params = {}, more: { remedies?: CheckResult['remedies']; overridable?: boolean } = {}): CheckResult =>
    result(subject, verdict, code, { params: { folder, ...params }, evidence: exists ? evidence : [], ...more });

  if (!exists) return [say('stop', 'no-folder', {}, { remedies: [OTHER_FOLDER] })];
  if (onDisks.known && onDisks.value.some((id) => sources.includes(id))) return [say('stop', 'on-source')];
  if (writable.known && !writable.value) return [say('stop', 'unwritable', {}, { remedies: [OTHER_FOLDER] })];
  if (!writable.known) return [unknownResult('destination', subject, writable)];

  const found: CheckResult[] = [];
  const { imageBytes, seconds } = estimate;
  if (imageBytes !== null && free.known) {
    const params = { estimate: imageBytes, free: free.value };
    // The estimate may be off by far, the room may not: that is for the technician to say.
    if (imageBytes > free.value) found.push(say('stop', 'too-small', params, { overridable: true, remedies: [MORE_ROOM] }));
    else if (imageBytes * (1 + limits.destinationMargin / 100) > free.value) found.push(say('warning', 'tight', params, { remedies: [MORE_ROOM] }));
  }
  const limit = fileSystem.known ? fileSystem.value.maxFileBytes : null;
  const largest = partBytes !== null && partBytes > 0 ? Math.min(partBytes, imageBytes ?? partBytes) : imageBytes;
  if (limit !== null && largest !== null && largest > limit) {
    const params = { limit, estimate: largest };
    if (partBytes === null) found.push(say('stop', 'file-limit-whole', params, { remedies: [OTHER_FOLDER] }));
    else found.push(say('stop', 'file-limit', params, { remedies: [remedy('split', { id: 'split', bytes: Math.floor(limit / MIB) * MIB })] }));
  }
  if (speed.known && speed.value < limits.destinationSlow) {
    const needed = imageBytes === null ? null : Math.ceil(imageBytes / Math.max(1, speed.value) / 60);
    found.push(needed !== null && needed * 60 > (seconds ?? 0) ? say('advice', 'slow', { speed: Math.round(speed.value), minutes: needed }) : say('advice', 'slow-anyhow', { speed: Math.round(speed.value) }));
  }
  for (const fact of [free, onDisks]) if (!fact.known && found.length === 0) found.push(unknownResult('destination', subject, fact));
  return found.length > 0 ? found : [say('fine', 'good', { free: free.known ? free.value : 0 })];
};

const OTHER_FOLDER = remedy('other-folder', null, way('by-hand', 'other-folder'));
const MORE_ROOM = remedy('more-room', null, way('by-hand', 'more-room'));

function evidenceOf({ free, fileSystem, writable, speed, onDisks }: DestinationFacts): CheckResult['evidence'] {
  return [
    shown(free, 'free', (bytes) => ({ bytes })),
    shown(fileSystem, fileSystem.known && fileSystem.value.network ? 'network' : 'file-system', ({ kind }) => ({ kind })),
    shown(writable, writable.known && !writable.value ? 'not-writable' : 'writable', () => ({})),
    // Of little room, or of a small image, there is nothing to measure.
    ...(speed.known || speed.reason !== 'unsupported' ? [shown(speed, 'speed', (rate) => ({ rate: Math.round(rate) }))] : []),
    shown(onDisks, 'on-disks', (ids) => ({ disks: ids.join(', ') || '-' })),
  ];
}
