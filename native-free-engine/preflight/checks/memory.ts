import { MACHINE, remedy, resultsOf, shown, unknownResult, way, type Judge } from '../kit.ts';

const result = resultsOf('memory');

/** What is free, and the level of memory that suits it. */
export const judgeMemory: Judge<'memory'> = ({ memory }, _context, limits) => {
  if (!memory.known) return [unknownResult('memory', MACHINE, memory)];
  const { total, available } = memory.value;
  const evidence = [shown(memory, 'free', () => ({ total, available }))];
  const level = available >= limits.memoryHigh ? 'high' : available >= limits.memoryMedium ? 'medium' : 'low';
  const choose = remedy(`memory-${level}`, { id: 'memory-level', level });
  const params = { available };
  if (available < limits.memoryLow) return [result(MACHINE, 'warning', 'too-little', { params, evidence, remedies: [remedy('close-programs', null, way('by-hand', 'close-programs')), choose] })];
  return [result(MACHINE, level === 'low' ? 'advice' : 'fine', `level-${level}`, { params, evidence, remedies: [choose] })];
};
