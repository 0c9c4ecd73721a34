/**
 * Country calling codes and the least and greatest number of digits after them (ITU-T E.164 assigned codes, national
 * numbering plans as published to the ITU). `1` is the North American plan and has its own rule.
 */
const PLANS =
  '1:10-10 7:10-10 20:8-10 27:9-9 30:10-10 31:7-11 32:8-9 33:9-9 34:9-9 36:8-9 39:6-12 40:9-9 41:9-12 43:4-13 44:7-10 45:8-8 46:7-13 47:5-12 48:9-9 49:4-13 ' +
  '51:8-11 52:10-11 53:6-8 54:10-11 55:10-11 56:9-9 57:8-10 58:10-10 60:7-10 61:5-10 62:7-13 63:8-10 64:8-10 65:8-12 66:8-9 81:9-11 82:8-11 84:7-11 86:9-12 90:10-12 ' +
  '91:10-13 92:8-11 93:9-9 94:9-9 95:7-11 98:4-10 211:9-9 212:9-9 213:8-9 216:8-8 218:8-9 220:7-7 221:9-9 222:8-8 223:8-8 224:8-9 225:8-10 226:8-8 227:8-8 228:8-8 229:8-10 ' +
  '230:7-10 231:7-9 232:8-8 233:9-9 234:7-11 235:8-8 236:8-8 237:8-9 238:7-7 239:7-7 240:9-9 241:7-8 242:9-9 243:5-9 244:9-9 245:7-9 246:7-7 247:4-6 248:7-7 249:9-9 ' +
  '250:8-9 251:9-9 252:6-9 253:8-8 254:6-10 255:9-9 256:9-9 257:8-8 258:8-9 260:9-9 261:9-10 262:9-9 263:5-10 264:6-10 265:7-9 266:8-8 267:7-8 268:8-8 269:7-7 290:4-5 291:7-7 297:7-7 298:6-6 299:6-6 ' +
  '350:8-8 351:9-11 352:4-12 353:7-11 354:7-9 355:6-9 356:8-8 357:8-8 358:5-12 359:7-9 370:8-8 371:8-8 372:7-10 373:8-8 374:8-8 375:9-10 376:6-9 377:8-9 378:6-12 380:9-9 381:4-12 382:4-12 383:8-9 385:8-12 386:8-8 387:8-8 389:8-8 ' +
  '420:4-12 421:4-9 423:7-9 500:5-5 501:7-7 502:8-8 503:7-11 504:8-8 505:8-8 506:8-8 507:7-8 508:6-9 509:8-8 590:9-9 591:8-8 592:7-7 593:8-9 594:9-9 595:5-9 596:9-9 597:6-7 598:4-11 599:7-8 ' +
  '670:7-8 672:6-6 673:7-7 674:7-7 675:7-8 676:5-7 677:5-7 678:5-7 679:7-7 680:7-7 681:6-6 682:5-5 683:4-7 685:5-7 686:5-8 687:6-6 688:5-6 689:6-8 690:4-7 691:7-7 692:7-7 ' +
  '800:8-8 850:6-13 852:8-9 853:8-8 855:8-9 856:8-10 870:9-9 880:6-10 886:8-9 960:7-10 961:7-8 962:8-9 963:8-10 964:8-10 965:7-8 966:8-9 967:7-9 968:7-8 970:8-9 971:7-9 972:8-9 973:8-8 974:7-8 975:7-8 976:8-10 977:8-10 992:9-9 993:8-8 994:8-9 995:9-9 996:9-9 998:9-9'

const LENGTHS: ReadonlyMap<string, readonly [number, number]> = new Map(
  PLANS.split(' ').map((entry) => {
    const [code = '', range = ''] = entry.split(':')
    const [least = '0', greatest = '0'] = range.split('-')
    return [code, [Number(least), Number(greatest)] as const]
  }),
)

/** Whether `digits`, the number after `+`, begins with an assigned country code and has a length of its plan. */
export function isInternational(digits: string): boolean {
  if (digits.length > 15 || digits.length < 7) return false
  for (let length = 1; length <= 3; length++) {
    const range = LENGTHS.get(digits.slice(0, length))
    if (range === undefined) continue
    const rest = digits.length - length
    if (rest < range[0] || rest > range[1]) return false
    return length > 1 || digits[0] !== '1' || isNorthAmerican(digits.slice(1))
  }
  return false
}

/** Area code and exchange begin with 2 to 9 (North American numbering plan); N11 exchanges are services. */
export function isNorthAmerican(digits: string): boolean {
  return /^[2-9]\d{2}[2-9]\d{6}$/.test(digits) && digits.slice(4, 6) !== '11'
}

/** Groups of digits as people of one country write them, the digits that may stand there, and how far the form alone speaks. */
interface NationalForm {
  readonly country: string
  readonly digits: RegExp
  readonly groups: readonly string[]
  readonly score: number
}

/** Forms specific enough to stand without a word that says phone (national plans, as published by the regulators). */
const NATIONAL_FORMS: readonly NationalForm[] = [
  { country: 'US CA', digits: /^[2-9]\d{2}[2-9]\d{6}$/, groups: ['3-3-4'], score: 0.8 },
  { country: 'US CA', digits: /^1[2-9]\d{2}[2-9]\d{6}$/, groups: ['1-3-3-4'], score: 0.85 },
  { country: 'UK', digits: /^07[1-57-9]\d{8}$/, groups: ['5-6', '5-3-3', '4-3-4', '3-4-4', '11'], score: 0.75 },
  { country: 'UK', digits: /^02[03489]\d{8}$/, groups: ['3-4-4', '5-6'], score: 0.7 },
  { country: 'UK', digits: /^0[1389]\d{9}$/, groups: ['4-3-4', '5-6', '5-3-3'], score: 0.7 },
  { country: 'FR', digits: /^0[1-9]\d{8}$/, groups: ['2-2-2-2-2'], score: 0.8 },
  {
    country: 'DE',
    digits: /^01[5-7]\d{8,9}$/,
    groups: ['4-7', '4-8', '5-7', '4-3-4', '4-4-4', '4-4-3', '11', '12'],
    score: 0.65,
  },
  { country: 'ES', digits: /^[6789]\d{8}$/, groups: ['3-2-2-2'], score: 0.65 },
  { country: 'IT', digits: /^3[1-9]\d{8}$/, groups: ['3-3-2-2'], score: 0.6 },
  { country: 'NL', digits: /^0[1-9]\d{8}$/, groups: ['2-8', '3-7', '4-6', '2-4-4'], score: 0.6 },
  { country: 'BE CH', digits: /^0[1-9]\d{8}$/, groups: ['4-2-2-2', '3-3-2-2', '4-3-3'], score: 0.65 },
  { country: 'PL', digits: /^[4-8]\d{8}$/, groups: ['2-3-2-2'], score: 0.6 },
  { country: 'TR', digits: /^[2-5]\d{9}$/, groups: ['3-3-2-2'], score: 0.7 },
  {
    country: 'TR',
    digits: /^0[2-5]\d{9}$/,
    groups: ['4-3-2-2', '4-3-4', '4-7', '1-3-3-2-2', '1-3-7', '1-3-3-4', '11'],
    score: 0.75,
  },
  { country: 'IN', digits: /^[6-9]\d{9}$/, groups: ['5-5'], score: 0.65 },
  { country: 'IN', digits: /^0[6-9]\d{9}$/, groups: ['6-5', '1-5-5'], score: 0.65 },
  { country: 'PH', digits: /^09\d{9}$/, groups: ['4-3-4', '4-7', '11'], score: 0.75 },
  { country: 'AU', digits: /^04\d{8}$/, groups: ['4-3-3'], score: 0.75 },
  { country: 'AU', digits: /^0[2378]\d{8}$/, groups: ['2-4-4'], score: 0.7 },
  { country: 'BR', digits: /^[1-9][1-9]9\d{8}$/, groups: ['2-5-4', '2-1-4-4'], score: 0.7 },
  { country: 'JP', digits: /^0[5789]0\d{8}$/, groups: ['3-4-4'], score: 0.75 },
  { country: 'JP', digits: /^0[1-9]\d{8}$/, groups: ['2-4-4', '3-3-4', '4-2-4'], score: 0.65 },
  { country: 'KR', digits: /^01[016-9]\d{7,8}$/, groups: ['3-4-4', '3-3-4', '11'], score: 0.75 },
  {
    country: 'KR',
    digits: /^0(?:2|3[1-3]|4[1-4]|5[1-5]|6[1-4])\d{7,8}$/,
    groups: ['2-3-4', '2-4-4', '3-3-4', '3-4-4'],
    score: 0.65,
  },
  { country: 'CN', digits: /^1[3-9]\d{9}$/, groups: ['3-4-4'], score: 0.75 },
  { country: 'IL', digits: /^0(?:5\d|7\d)\d{7}$/, groups: ['3-7', '3-3-4'], score: 0.65 },
]

/** Lengths of groups are digits of a number to this base: `3-3-4` is 3 · 32² + 3 · 32 + 4. */
export const SHAPE_BASE = 32

const FORMS_BY_SHAPE: ReadonlyMap<number, readonly NationalForm[]> = Map.groupBy(
  NATIONAL_FORMS.flatMap((form) => form.groups.map((groups) => ({ ...form, groups: [groups] }))),
  ({ groups: [groups = ''] }) => groups.split('-').reduce((shape, length) => shape * SHAPE_BASE + Number(length), 0),
)

/** Whether a national form has groups of these lengths. */
export function hasNationalForm(shape: number): boolean {
  return FORMS_BY_SHAPE.has(shape)
}

/** The best score of a national form for these digits in groups of these lengths; 0 where there is none. */
export function nationalScore(digits: string, shape: number): number {
  let best = 0
  for (const form of FORMS_BY_SHAPE.get(shape) ?? [])
    if (form.score > best && form.digits.test(digits)) best = form.score
  return best
}
