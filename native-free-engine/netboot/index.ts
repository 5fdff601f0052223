export { encodeDiscover, PXE_ARCHITECTURES, type Discover } from './dhcp/discover.ts';
export { decodeOffer, type Offer } from './dhcp/offer.ts';
