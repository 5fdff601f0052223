/** `iso-stick.asm`, assembled: starts a disc's boot image for a BIOS from a stick. 440 bytes. */
export const ISO_STICK_CODE: Uint8Array = Uint8Array.from((
  'fa31c08ed0bc007c8ed8fcff0e1304a11304c1e0068ec0be007c31ffb90001f3a550682600cb66a14c00c7064c0088008c0e4e000e1f66a3' +
  '140288161002fba1b30183c003c1e802666a0066ff36a9016668007c0000506a1089e6161fb442b2efcd1372071e07ea007c00000e1fbe7c' +
  '01ac84c07409bb0700b40ecd10ebf231c0cd16cd18f4ebfd80faef74052eff2e1402fb80fc42743e80fc480f84b00080fc4b0f84be0080fc' +
  '41740984e47405b401f9eb05e81300b2ef5589e57206806606fe5dcf804e06015dcf2e8a1610029c2eff1e1402c36660061e0789f71e0e1f' +
  'be000266c7041000000026668b45046689440426668b450866c1e002668944086631c06689440c31c926874d02f8e330bb0f0039d9770289' +
  'cb89d8c1e002894402666006b442e8a1ff076661721226015d0229d966014408c1e005014406ebcd1f076661b4000f836fffb404e96affe8' +
  '78ffb2ef0f8261ffc74418000866c16c1002eb1260061e0789f7bea501b91300fcf32ea40761b400f8e93dff5765726b62616e6b3a207468' +
  '697320646973632063616e6e6f7420626520726561642e0000000000001300ef000000000000000000c0070000000000'
).match(/../g) ?? [], (byte) => Number.parseInt(byte, 16));

/** Where the fields of the code lie that say which image to start. */
const IMAGE_BLOCK = 425;
const IMAGE_SECTORS = 435;

/**
 * The code for one disc.
 * @param block of 2048 bytes where the image starts
 * @param sectors of 512 bytes to load of it
 */
export function isoStickCode(block: number, sectors: number): Uint8Array {
  const code = ISO_STICK_CODE.slice();
  const view = new DataView(code.buffer);
  view.setUint32(IMAGE_BLOCK, block, true);
  view.setUint16(IMAGE_SECTORS, sectors, true);
  return code;
}
