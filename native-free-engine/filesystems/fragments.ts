/** How many files of a volume have contents, how many of those lie in more than one piece, and all their pieces together. */
export interface FileFragments {
  readonly files: number;
  readonly fragmentedFiles: number;
  readonly fragments: number;
  /** What part of the volume's files these are: 1 for all of them, less for a sample. */
  readonly share: number;
}
