/**
 * Characters that readers take for an ASCII one: the prototype of UTS #39 (Unicode 15.0, confusables as ICU 72's skeleton
 * gives them), where neither NFKC nor the removal of marks leads to ASCII already. Left out: scripts whose letters stand
 * for a digit in ordinary words, and Han, kana and Hangul. Code points as base-36 differences.
 * Data © Unicode, Inc., Unicode License v3 (LICENSES/Unicode-3.0.txt).
 */
const UTS39: readonly (readonly [string, string])[] = [
  ['"', 'je 1g 8 la 4in nd 1 2 k 3 34d'],
  ["'", 'jd 2 1 1 1 a 2 1 15 3k di 3 46 e9 1 4rn 1 2 n 3'],
  ['(', '7s8 a 1pe 14iy'],
  [')', '7s9 a 1pe 14iy'],
  ['*', '19p 541 cp'],
  ['+', '4j1 3ag'],
  [',', '171 2m 52n q8v'],
  ['-', 'k7 sd 4zg 1 1 1 1c cv 138 16f6'],
  ['.', '1dt 1 v7a 7q jsy'],
  ['/', '4l1 1sc 3 cx nw gq fh 18b bk 2a93'],
  ['2', 'wz3'],
  ['3', '1jgq h2p jij'],
  ['4', '1jfz'],
  ['5', '1jgb'],
  ['6', '1jh1'],
  ['7', '1fiq 3xw 10lo'],
  ['8', '1f6i 19dd'],
  ['9', '1jfw w a'],
  [':', 'k0 14 i9 1m 8w 1 354 7r 6 1n5 d8 ptz i4'],
  ['<', 'jm 5tj 1f9 2caw'],
  ['=', '3y8 56o gw mzj'],
  ['>', 'jn 5tj 1f9 2caw'],
  ['?', 'wyz'],
  ['A', 'pd 3j 32y ez sa1 iia lgg kfc 1m 1m 1m 1m'],
  ['B', 'pe 3k 34y eb s7t kk hxq v 2o 15t4 1m 1m 1m 1m'],
  ['C', 's9 14 33y 4w5 nqu iiw 2o 7n 7b 3x2 17x6'],
  ['D', '3vk fy c s89'],
  ['E', 'ph 3k 32v 30z 20q nnb ihi 4dc 8 11j2 1m 1m 1m 1m'],
  ['F', 'rg 3iw sa1 jf hyn u hs 3ul w 10lt 14n'],
  ['G', 'zw 2wk 1f smb'],
  ['H', 'pj 3q 332 ch 4k2 nrt ijs 15un 1m 1m 1m 1m'],
  ['I', 'ba eb 31 56 7v6 2c66 1m 1m 1m 1m'],
  ['J', 'ov 3t 337 6a si4 k9'],
  ['K', 'pm 3k 34c kv 4an nr7 j0h 15eh 1m 1m 1m 1m'],
  ['L', '3xa 5o 4rq npt it6 7f 3ul f h2c jkk'],
  ['M', 'po 2m y 32z ft 6e 4aq nrb ij5 2p 15sy 1m 1m 1m 1m'],
  ['N', 'pp 83h nra j03 15ep 1m 1m 1m 1m'],
  ['O', 'pr 3j 8n 157 1io 53i 52 nmn ihr p 9l 5a 2c 3vj 11j5 1m 1m 1m 1m'],
  ['P', 'pt 3j 342 3v 4s5 nqn iis 15wj 1m 1m 1m 1m'],
  ['Q', '8yd'],
  ['R', 'bq 3jv 1d c5 sbg ixd l1d jj5'],
  ['S', 'sl 96 2va 5 snc iic ay l5m'],
  ['T', 'pw 3i 328 2yq 111 y5 nqm iir q 2s 49z h1q khd 1m 1m 1m 1m 69x'],
  ['U', '11p 2ib gc 2qm 49 ppt ixm 3xm h3e'],
  ['V', 'vo 31h 2e 4y1 nn2 e1 im6 3ur h2g jk5'],
  ['W', '10c 2vr x snq mx1'],
  ['X', 'pz 3i 3m0 22 2ws 1fd 4x nm6 js hy5 10 2r b ed 3wl 11hu 1m 1m 1m 1m'],
  ['Y', 'px 19 29 3v 2yj k 4x7 nr8 iiu 4c2 h3z kft 1m 1m 1m 1m'],
  ['Z', 'pi 371 snt il5 4ac 11j8 1m 1m 1m 1m'],
  ['\\', '6qe 14n fc 4 1jv 2a7v 18'],
  ['^', 'jo 2'],
  ['_', '1kq'],
  ['a', 'gh 9s 3j 66i 2dzc 1m 1m 1m 1m'],
  ['b', 'as iw 337 4j 8t'],
  ['c', 's2 27 4w3 335 p3e hhq'],
  ['d', 'zl 2xy 3s sir'],
  ['e', 'tx 3s 5m9 r9g'],
  ['f', '138 4yh r24 po'],
  ['g', 'b1 5w m8 4qq'],
  ['h', 'xn 51 2tu'],
  ['i', '8h 8o 1 9b 4d 3d 2xi 2e1 qd puc 10u lla 11i9 12 1m 1m 1m 1m'],
  ['j', 's3 2t'],
  ['l', 'cg sg l a 20 bn 2yf 28y d6 1ua nmr hp7 1 9m iq 3j n lc8 o0v 115 3k'],
  ['m', '1j40'],
  ['n', '12w 4'],
  [
    'o',
    'qn 4 3f 93 2k 2u 3b 3 k 18r l9 6a 2ds 2 32m p0e fvt 1 1 1 1 1 1 1 n0 1 1 1 11c 5a 3xa f 11ix 4 1i 4 1i 4 1i 4 1i 4 4fc 1s w',
  ],
  ['p', 'qp 1c 27 65w 1tb 2c6n e 18 e 18 e 18 e 18 e'],
  ['q', '10b 20 3'],
  ['r', 'tv 4xf 31b p1e 1 1l'],
  ['s', 'cd ig w64 vt hi6 41l'],
  ['u', 'i3 8q c8 4nz rcz q7 4 hpg 3xe 11j2 1m 1m 1m 1m'],
  ['v', 'ql 54 9v 4lk zs 49 r1k l7h ca 11ji 1m 1m 1m 1m'],
  ['w', 'hb du 58 1w 4ow s4i l8n 4 1'],
  ['x', '5z oe 3cs 1o 6p 3p9 1 77'],
  ['y', 'gz 18 84 40 30 2ew 2hx ab fy ra5 lmq 11ig 1m 1m 1m 1m'],
  ['z', '5r6 s4x lkh'],
  ['{', '7sk 2c2o'],
  ['}', '7sl'],
  ['~', '6dv dl'],
]

/** What UTS #39 leaves to other prototypes and people still read as Latin: lower-case Cyrillic, strokes, small capitals. */
const ALSO = 'кkтtмmвbнhøoØOłlŁLđdĐDħhĦHŧtŦTαaεeιiκkνvτtυuχxωwηnԛqԝwոnᴀaʙbᴅdᴇeꜰfɢgʜhɪiᴊjᴋkʟlᴍmɴnᴘpꞯqʀrᴛtᴜuʏyᴢz'

const REGIONAL_A = 0x1f1e6
const CIRCLED_A = 0x1f150
const SQUARED_A = 0x1f170

function readTable(): ReadonlyMap<string, string> {
  const table = new Map<string, string>()
  for (const [target, places] of UTS39) {
    let code = 0
    for (const step of places.split(' ')) {
      code += Number.parseInt(step, 36)
      table.set(String.fromCodePoint(code), target)
    }
  }
  for (let index = 0; index < ALSO.length; index += 2) table.set(ALSO.charAt(index), ALSO.charAt(index + 1))
  for (let letter = 0; letter < 26; letter++)
    for (const first of [REGIONAL_A, CIRCLED_A, SQUARED_A])
      table.set(String.fromCodePoint(first + letter), String.fromCharCode(65 + letter))
  return table
}

export const CONFUSABLES: ReadonlyMap<string, string> = readTable()
