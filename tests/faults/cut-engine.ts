// What the tests of power cuts try, bundled: its worker threads start in a fraction of the time that they take from sources.
export * from '../../native-free-engine/index.ts';
export { memoryEntry } from '../../native-free-engine/io/memory-entry.ts';
export { answerFile } from '../../src/cli/commands/answer-file.ts';
export { saveReport } from '../../src/cli/run-job.ts';
export { openHistory } from '../../src/history/index.ts';
export { createPractice, listPractice } from '../../src/host/practice.ts';
export { createDestination } from '../../src/jobs/destination.ts';
export { createJobService } from '../../src/jobs/index.ts';
export { discardImage, renameImage, scanFolders } from '../../src/library/index.ts';
export { openSettings } from '../../src/main/services/settings.ts';
export { capture, mapOf } from '../engine/pipeline/capturing.ts';
export { addressOf, captured, planFor, restore } from '../engine/pipeline/restoring.ts';
