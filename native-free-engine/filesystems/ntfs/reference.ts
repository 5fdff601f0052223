/** A file by the number of its record, and the sequence number that tells it from files that had the record before. */
export interface FileReference {
  readonly record: number;
  readonly sequence: number;
}

/** 48 bits of record number, 16 bits of sequence number. */
export const splitReference = (reference: bigint): FileReference => ({
  record: Number(reference & 0xffff_ffff_ffffn),
  sequence: Number(reference >> 48n),
});
