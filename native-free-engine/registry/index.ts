export { openHive, type Hive, type HiveKey, type HiveValue } from './hive.ts';
