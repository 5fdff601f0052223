export { checkChain, resolveChain } from './chain.ts';
export { fileSize } from './folder-files.ts';
export { checkNotNeeded, discardImage, renameImage } from './image-files.ts';
export { copiesOf, listLibrary } from './listing.ts';
export { checkName, fillTemplate, stemOf, uniquePath, type NameFacts } from './names.ts';
export { findImage, scanFolders } from './scan.ts';
export { readUnfinished } from './unfinished.ts';
