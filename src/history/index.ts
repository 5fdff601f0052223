export { exportReports } from './export.ts';
export { historyFolder } from './folder.ts';
export { openHistory, type HistoryStore } from './store.ts';
export { matching } from './search.ts';
