/**
 * Numbers of things and moments that people write beside them. A number that such a name stands right before is no person's,
 * however well it passes a sum: what is found by words that name a kind goes first.
 */
const THINGS =
  'order|tracking|shipment|parcel|waybill|invoice|ean|gtin|upc|isbn|issn|barcode|sku|' +
  'bestell|bestellung|auftrags|rechnungs|sendungs|artikel|commande|facture|suivi|pedido|factura|fatura|ordine|fattura|bestelling|factuur|' +
  'timestamp|epoch|ts|[acm]time|(?:created|updated|modified|deleted|published|started|ended|expires|issued|seen)[ _-]?(?:at|on)?'
const KIND_OF_NUMBER = '(?:[ _.-]?(?:no|nr|num|number|nummer|num[eé]ro|n[uú]mero|numer|nbr|id|code|13|14))?'
const NAME_BEFORE = new RegExp(`(?:^|[^a-z])(?:${THINGS})${KIND_OF_NUMBER}(?: (?:is|ist|est|es))?[\\s.:#"'=(°-]{0,6}$`)

/** Units before a number in which its name is looked for. */
export const NAMED_NUMBER_CHARS = 40

/** `before`: what stands before the number, in lower case. */
export function isNamedThing(before: string): boolean {
  return NAME_BEFORE.test(before)
}
