import type { Partition } from '../../contract/index.ts';

/** The partitions one can choose among: an extended one is only a box around others. */
export const choosable = <P extends Partition>(partitions: readonly P[]): P[] => partitions.filter(({ role, number }) => role !== 'extended' && number > 0);

/** The numbers that are chosen; null stands for all. */
export const chosenNumbers = (chosen: readonly number[] | null, partitions: readonly Partition[]): readonly number[] => chosen ?? choosable(partitions).map(({ number }) => number);

/** The same, and these as well. */
export const alsoChosen = (chosen: readonly number[] | null, partitions: readonly Partition[], more: readonly number[]): number[] =>
  [...new Set([...chosenNumbers(chosen, partitions), ...more])].sort((a, b) => a - b);
