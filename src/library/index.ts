export { checkChain, resolveChain, type ImageChain } from './chain.ts';
export { fileSize, readImageId } from './folder-files.ts';
export { discardImage, renameImage } from './image-files.ts';
export { copiesOf, listLibrary, type ListedFolder } from './listing.ts';
export { checkName, fillTemplate, stemOf, uniquePath, type NameFacts } from './names.ts';
export { findImage, scanFolders, type Faulty, type FolderScan, type FoundImage } from './scan.ts';
export { discardUnfinished, readUnfinished } from './unfinished.ts';
