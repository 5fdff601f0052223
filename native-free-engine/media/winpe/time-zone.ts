import { EngineError } from '../../base/errors.ts';
import type { Hive, HiveSetting } from '../../registry/index.ts';
import { bytes, i32le, struct } from '../../struct/index.ts';

const ZONES = 'Microsoft\\Windows NT\\CurrentVersion\\Time Zones';

/** A SYSTEMTIME each for the dates: in the year 0 a rule such as "the last Sunday of October". */
const ZoneFormat = struct('REG_TZI_FORMAT', 44, 'TIME_ZONE_INFORMATION structure (timezoneapi.h), "Remarks"', {
  bias: i32le(0x00, { unit: 'minutes' }),
  standardBias: i32le(0x04, { unit: 'minutes' }),
  daylightBias: i32le(0x08, { unit: 'minutes' }),
  standardDate: bytes(0x0c, 16),
  daylightDate: bytes(0x1c, 16),
});

/**
 * The time zone, as `dism /Set-TimeZone` sets it: `TimeZoneInformation` in SYSTEM, filled with what the image itself knows of the zone.
 * @param software SOFTWARE of the image
 * @param controlSet of SYSTEM
 * @param path for messages
 * @throws EngineError `winpe-time-zone` for a zone that the image knows not, `winpe-registry`
 */
export async function timeZone(software: Hive, path: string, zone: string, controlSet: string): Promise<HiveSetting[]> {
  const known = /[\\/]/.test(zone) ? null : await software.key(`${ZONES}\\${zone}`);
  if (!known || zone === '') throw new EngineError('winpe-time-zone', { zone, path });
  const format = await known.value('TZI');
  if (format?.kind !== 'bytes' || format.bytes.length !== ZoneFormat.size) throw new EngineError('winpe-registry', { path, reason: `TZI: ${zone}` });
  const { bias, standardBias, daylightBias, standardDate, daylightDate } = ZoneFormat.read(format.bytes);
  /** Names that follow the language of Windows, where there are any. */
  const named = async (...names: readonly string[]): Promise<string> => {
    for (const name of names) {
      const value = await known.value(name);
      if (value?.kind === 'text' && value.text !== '') return value.text;
    }
    return zone;
  };
  const text = (value: string): HiveSetting['value'] => ({ kind: 'text', text: value });
  const minutes = (value: number): HiveSetting['value'] => ({ kind: 'number', number: value >>> 0 });
  const values: Readonly<Record<string, HiveSetting['value']>> = {
    Bias: minutes(bias),
    StandardBias: minutes(standardBias),
    DaylightBias: minutes(daylightBias),
    // Windows works out whether it is summer when it starts.
    ActiveTimeBias: minutes(bias + standardBias),
    StandardStart: { kind: 'bytes', bytes: standardDate },
    DaylightStart: { kind: 'bytes', bytes: daylightDate },
    StandardName: text(await named('MUI_Std', 'Std')),
    DaylightName: text(await named('MUI_Dlt', 'Dlt')),
    TimeZoneKeyName: text(zone),
    DynamicDaylightTimeDisabled: minutes(0),
  };
  return Object.entries(values).map(([name, value]) => ({ key: `${controlSet}\\Control\\TimeZoneInformation`, name, value }));
}
