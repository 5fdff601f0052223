import { EngineError } from '../../base/errors.ts';

/** `CloudAssignedOobeConfig`: what the first start leaves out, bits added up. */
const OOBE_BITS = { skipCortana: 1, standardUser: 2, skipExpressSettings: 4, skipOemRegistration: 8, skipEula: 16, skipKeyboard: 1024 } as const;
/** Always set in a profile that Microsoft's own cmdlet writes. */
const OOBE_ALWAYS = 256;
/** The one version of the file there is. */
const FILE_VERSION = 2049;
const MAX_BYTES = 64 * 1024;
const GUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const DOMAIN = /^(?=.{3,253}$)[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)+$/i;

/** A Windows Autopilot profile for existing devices. */
export interface AutopilotOptions {
  readonly tenantId: string;
  readonly tenantDomain: string;
  /** The profile's own id; a new one where there is none. */
  readonly profileId: string;
  readonly comment: string;
  /** `%SERIAL%` and `%RAND:n%` are filled in by Windows; empty for the name that it makes up. */
  readonly deviceName: string;
  readonly language: string;
  readonly region: string;
  readonly hybridJoin: boolean;
  readonly skipDomainCheck: boolean;
  readonly standardUser: boolean;
  readonly skipKeyboard: boolean;
  /** The user cannot choose another account. */
  readonly forceEnrollment: boolean;
}

/** `AutopilotConfigurationFile.json` for a profile. ASCII without a byte order mark: Windows reads nothing else. @throws EngineError `autopilot-invalid` */
export function autopilotFile(options: AutopilotOptions): string {
  const { tenantId, tenantDomain, hybridJoin, forceEnrollment } = options;
  const on = (bit: keyof typeof OOBE_BITS, wanted: boolean): number => (wanted ? OOBE_BITS[bit] : 0);
  const profile: Record<string, string | number> = {
    CloudAssignedTenantId: tenantId,
    CloudAssignedTenantDomain: tenantDomain,
    CloudAssignedDeviceName: options.deviceName,
    CloudAssignedLanguage: options.language,
    CloudAssignedRegion: options.region,
    CloudAssignedDomainJoinMethod: hybridJoin ? 1 : 0,
    CloudAssignedForcedEnrollment: forceEnrollment ? 1 : 0,
    CloudAssignedOobeConfig: OOBE_ALWAYS + on('skipCortana', true) + on('skipExpressSettings', true) + on('skipOemRegistration', true) + on('skipEula', true)
      + on('standardUser', options.standardUser) + on('skipKeyboard', options.skipKeyboard),
    CloudAssignedAadServerData: JSON.stringify({ ZeroTouchConfig: { CloudAssignedTenantUpn: '', ForcedEnrollment: forceEnrollment ? 1 : 0, CloudAssignedTenantDomain: tenantDomain } }),
    ...(hybridJoin && options.skipDomainCheck ? { HybridJoinSkipDCConnectivityCheck: 1 } : {}),
    ZtdCorrelationId: options.profileId,
    Version: FILE_VERSION,
    Comment_File: options.comment,
  };
  for (const name of ['CloudAssignedDeviceName', 'CloudAssignedLanguage', 'CloudAssignedRegion', 'Comment_File']) if (profile[name] === '') delete profile[name];
  return checkAutopilot(asciiJson(profile));
}

/**
 * Somebody's own profile: checked, and written again as ASCII without a mark. Fields that are not known here are kept.
 * @throws EngineError `autopilot-invalid`
 */
export function checkAutopilot(text: string): string {
  if (text.length > MAX_BYTES) throw invalid('file', `${text.length}`);
  let value: unknown;
  try {
    value = JSON.parse(text.replace(/^\ufeff/, ''));
  } catch (error) {
    throw new EngineError('autopilot-invalid', { field: 'JSON', value: '' }, { cause: error });
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw invalid('JSON', typeof value);
  const profile = value as Readonly<Record<string, unknown>>;
  const check = (field: string, good: (value: unknown) => boolean, optional = false): void => {
    const found = profile[field];
    if (found === undefined ? !optional : !good(found)) throw invalid(field, found);
  };
  const bit = (value: unknown): boolean => value === 0 || value === 1;
  check('Version', (version) => version === FILE_VERSION);
  check('CloudAssignedTenantId', (id) => typeof id === 'string' && GUID.test(id));
  check('CloudAssignedTenantDomain', (domain) => typeof domain === 'string' && DOMAIN.test(domain));
  check('ZtdCorrelationId', (id) => typeof id === 'string' && GUID.test(id));
  check('CloudAssignedOobeConfig', (bits) => typeof bits === 'number' && Number.isInteger(bits) && bits >= 0 && bits < 65536);
  check('CloudAssignedDomainJoinMethod', bit, true);
  check('CloudAssignedForcedEnrollment', bit, true);
  check('HybridJoinSkipDCConnectivityCheck', bit, true);
  check('CloudAssignedAadServerData', isJsonText, true);
  check('CloudAssignedDeviceName', isDeviceName, true);
  for (const field of ['CloudAssignedLanguage', 'CloudAssignedRegion', 'Comment_File']) check(field, (found) => typeof found === 'string', true);
  return asciiJson(profile);
}

/** At most 15 characters when the placeholders are filled; the serial number may have any length and is cut. */
function isDeviceName(name: unknown): boolean {
  if (typeof name !== 'string' || name === '') return false;
  const filled = name.replace(/%RAND:(\d{1,2})%/gi, (_, digits: string) => '0'.repeat(Number(digits))).replace(/%SERIAL%/gi, 'S');
  return /^(?!-)[A-Za-z0-9-]{1,15}$/.test(filled) && !/^\d+$/.test(name);
}

function isJsonText(text: unknown): boolean {
  if (typeof text !== 'string') return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function asciiJson(value: object): string {
  return `${JSON.stringify(value, null, 2)}\n`.replace(/[\u007f-\uffff]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

const invalid = (field: string, value: unknown): EngineError => new EngineError('autopilot-invalid', { field, value: (typeof value === 'string' ? value : (JSON.stringify(value) ?? '')).slice(0, 60) });
