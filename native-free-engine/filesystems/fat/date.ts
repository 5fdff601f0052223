/** What a directory entry can say of a moment: local time, from 1980 to 2107, in steps of two seconds (fatgen103, section 6.3). */
export function fatDate(moment: Date): { readonly writeDate: number; readonly writeTime: number } {
  const year = moment.getFullYear();
  if (!(year >= 1980)) return { writeDate: (1 << 5) | 1, writeTime: 0 };
  if (year > 2107) return { writeDate: (127 << 9) | (12 << 5) | 31, writeTime: 0 };
  return {
    writeDate: ((year - 1980) << 9) | ((moment.getMonth() + 1) << 5) | moment.getDate(),
    writeTime: (moment.getHours() << 11) | (moment.getMinutes() << 5) | (moment.getSeconds() >> 1),
  };
}
