export { openHive, type Hive, type HiveKey, type HiveValue } from './hive.ts';
export { setHiveValues, type HiveSetting } from './set-values.ts';
