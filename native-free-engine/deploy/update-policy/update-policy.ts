import { EngineError } from '../../base/errors.ts';

/** Windows Update for Business: when a machine takes which updates. Null leaves a thing as it is. */
export interface UpdatePolicy {
  /** Days that quality updates wait, 0 to 30. */
  readonly deferQualityDays: number | null;
  /** Days that feature updates wait, 0 to 365. */
  readonly deferFeatureDays: number | null;
  /** Day from which quality updates stand still for 35 days, `2026-01-31`. */
  readonly pauseQualityFrom: string | null;
  readonly pauseFeatureFrom: string | null;
  /** Stay on this version of this product, such as `Windows 11` and `24H2`. */
  readonly target: { readonly product: string; readonly version: string } | null;
  readonly excludeDrivers: boolean;
}

export interface PolicyValue {
  readonly key: string;
  readonly name: string;
  readonly type: 'REG_DWORD' | 'REG_SZ';
  readonly data: number | string;
}

const KEY = 'HKLM\\SOFTWARE\\Policies\\Microsoft\\Windows\\WindowsUpdate';
export const MAX_QUALITY_DAYS = 30;
export const MAX_FEATURE_DAYS = 365;

/** The registry values of a policy (Configure Windows Update for Business). @throws EngineError `update-policy-invalid` */
export function updatePolicyValues(policy: UpdatePolicy): PolicyValue[] {
  const values: PolicyValue[] = [];
  const number = (name: string, data: number): void => void values.push({ key: KEY, name, type: 'REG_DWORD', data });
  const text = (name: string, data: string): void => void values.push({ key: KEY, name, type: 'REG_SZ', data });
  const { deferQualityDays, deferFeatureDays, pauseQualityFrom, pauseFeatureFrom, target, excludeDrivers } = policy;
  if (deferQualityDays !== null) {
    number('DeferQualityUpdates', 1);
    number('DeferQualityUpdatesPeriodInDays', days(deferQualityDays, MAX_QUALITY_DAYS));
  }
  if (deferFeatureDays !== null) {
    number('DeferFeatureUpdates', 1);
    number('DeferFeatureUpdatesPeriodInDays', days(deferFeatureDays, MAX_FEATURE_DAYS));
  }
  if (pauseQualityFrom !== null) text('PauseQualityUpdatesStartTime', date(pauseQualityFrom));
  if (pauseFeatureFrom !== null) text('PauseFeatureUpdatesStartTime', date(pauseFeatureFrom));
  if (target) {
    if (!/^Windows 1[01]$/.test(target.product)) throw invalid('product', target.product);
    if (!/^\d{2}H[12]$|^(?:1[5-9]|20)\d{2}$/.test(target.version)) throw invalid('version', target.version);
    number('TargetReleaseVersion', 1);
    text('TargetReleaseVersionInfo', target.version);
    text('ProductVersion', target.product);
  }
  if (excludeDrivers) number('ExcludeWUDriversInQualityUpdate', 1);
  return values;
}

/** The policy as a registry file for `reg import` or a double click, UTF-16 with a mark as Windows writes it. */
export function updatePolicyFile(policy: UpdatePolicy): string {
  const values = updatePolicyValues(policy).map(({ name, type, data }) => `"${name}"=${type === 'REG_DWORD' ? `dword:${Number(data).toString(16).padStart(8, '0')}` : `"${data}"`}`);
  return ['\ufeffWindows Registry Editor Version 5.00', '', `[${KEY.replace(/^HKLM/, 'HKEY_LOCAL_MACHINE')}]`, ...values, ''].join('\r\n');
}

function days(value: number, limit: number): number {
  if (!Number.isInteger(value) || value < 0 || value > limit) throw invalid(`0-${limit}`, value);
  return value;
}

function date(value: string): string {
  const time = /^\d{4}-\d{2}-\d{2}$/.test(value) ? Date.parse(`${value}T00:00:00Z`) : NaN;
  if (Number.isNaN(time) || new Date(time).toISOString().slice(0, 10) !== value) throw invalid('date', value);
  return value;
}

const invalid = (what: string, value: string | number): EngineError => new EngineError('update-policy-invalid', { what, value });
