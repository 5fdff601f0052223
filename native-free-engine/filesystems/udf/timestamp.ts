/** Minutes from UTC that mean nobody knows. */
const NO_ZONE = -2047;

/** ECMA-167 1/7.3; null where it makes no sense. */
export function udfDate(field: Uint8Array): Date | null {
  const view = new DataView(field.buffer, field.byteOffset, field.length);
  const zone = (view.getUint16(0, true) << 20) >> 20;
  const year = view.getInt16(2, true);
  const [month = 0, day = 0, hour = 0, minute = 0, second = 0, centi = 0, hundreds = 0] = field.subarray(4);
  if (month < 1 || month > 12 || day < 1 || day > 31 || year < 1 || year > 9999) return null;
  const minutes = zone === NO_ZONE || zone < -1440 || zone > 1440 ? 0 : zone;
  return new Date(Date.UTC(year, month - 1, day, hour, minute - minutes, second, centi * 10 + Math.floor(hundreds / 10)));
}

/** A timestamp in UTC. */
export function udfTimestamp(date: Date): Uint8Array {
  const field = new Uint8Array(12);
  const view = new DataView(field.buffer);
  // Type 1: local time, of the zone in the low twelve bits.
  view.setUint16(0, 0x1000, true);
  view.setInt16(2, date.getUTCFullYear(), true);
  field.set([
    date.getUTCMonth() + 1, date.getUTCDate(), date.getUTCHours(), date.getUTCMinutes(), date.getUTCSeconds(),
    Math.floor(date.getUTCMilliseconds() / 10), (date.getUTCMilliseconds() % 10) * 10,
  ], 4);
  return field;
}
