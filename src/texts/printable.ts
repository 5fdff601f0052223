// Control characters and those that turn the direction of text.
const UNSAFE = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** Text from a disk or an image, safe to show: a volume label must not move the cursor or turn a sentence around. */
export const printable = (text: string): string => text.replace(UNSAFE, '\ufffd');

/** One line of JSON that keeps every character and still moves no cursor. */
export const printableJson = (value: unknown): string =>
  JSON.stringify(value).replace(UNSAFE, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
