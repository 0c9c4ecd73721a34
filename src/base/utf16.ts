const decoder = new TextDecoder('utf-16le', { ignoreBOM: true })

/** Up to here a text is put together unit by unit in less time than a call of the decoder takes. */
const FEW = 24

/** The text of UTF-16 units on a little-endian machine, as every one is that runs JavaScript; half a pair becomes U+FFFD. */
export function textOfUnits(units: Uint16Array): string {
  if (units.length <= FEW && !units.some(isHalf)) return String.fromCharCode(...units)
  return decoder.decode(new Uint8Array(units.buffer, units.byteOffset, units.byteLength))
}

function isHalf(unit: number): boolean {
  return (unit & 0xf800) === 0xd800
}
