import fc from 'fast-check';

/** One seed for all runs, printed by fast-check when a property fails. */
fc.configureGlobal({ seed: 20_260, numRuns: 300 });

export { fc };
