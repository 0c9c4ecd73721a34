import { sorted, type Match } from '../match.ts'
import { NO_WORDS } from './format-words.ts'
import { after, before, isWord, placesOf, scanOf } from './scan.ts'
import type { Scan } from './scan.ts'

/** Officially assigned country codes (ISO 3166-1 alpha-2) and XK, which SWIFT uses for Kosovo. */
const COUNTRIES: ReadonlySet<string> = new Set(
  (
    'ad ae af ag ai al am ao aq ar as at au aw ax az ba bb bd be bf bg bh bi bj bl bm bn bo bq br bs bt bv bw by bz ca cc cd cf ' +
    'cg ch ci ck cl cm cn co cr cu cv cw cx cy cz de dj dk dm do dz ec ee eg eh er es et fi fj fk fm fo fr ga gb gd ge gf gg gh ' +
    'gi gl gm gn gp gq gr gs gt gu gw gy hk hm hn hr ht hu id ie il im in io iq ir is it je jm jo jp ke kg kh ki km kn kp kr kw ' +
    'ky kz la lb lc li lk lr ls lt lu lv ly ma mc md me mf mg mh mk ml mm mn mo mp mq mr ms mt mu mv mw mx my mz na nc ne nf ng ' +
    'ni nl no np nr nu nz om pa pe pf pg ph pk pl pm pn pr ps pt pw py qa re ro rs ru rw sa sb sc sd se sg sh si sj sk sl sm sn ' +
    'so sr ss st sv sx sy sz tc td tf tg th tj tk tl tm tn to tr tt tv tw tz ua ug um us uy uz va vc ve vg vi vn vu wf ws xk ye ' +
    'yt za zm zw'
  ).split(' '),
)

const WINDOW_CHARS = 48
const CANDIDATE = /(?:^|[^a-z0-9_])([a-z]{4}([a-z]{2})[a-z2-9][a-np-z0-9](?:[a-wy-z0-9][a-z0-9]{2}|xxx)?)(?![a-z0-9_])/g

/** Bank identifier codes (ISO 9362: 4 letters, country, 2, optionally 3) within 48 characters after `bic` or `swift`. */
export function detectBics(text: string, scan: Scan = scanOf(text)): readonly Match[] {
  const matches: Match[] = []
  const named = /\b(?:bic|swift)\b/.test(scan.name) ? bicIn(scan, 0) : undefined
  if (named !== undefined) matches.push(named)
  if (scan.words === NO_WORDS) return matches
  for (const word of ['bic', 'swift'] as const) {
    for (const at of placesOf(scan, word)) {
      const from = at + word.length
      if (isWord(text.charCodeAt(at - 1)) || isWord(text.charCodeAt(from))) continue
      const found = bicIn(scan, from)
      if (found !== undefined && (matches.at(-1)?.end ?? 0) <= found.start) matches.push(found)
    }
  }
  return sorted(matches)
}

function bicIn(scan: Scan, from: number): Match | undefined {
  for (const hit of after(scan, from, WINDOW_CHARS).matchAll(CANDIDATE)) {
    const code = hit[1] ?? ''
    const start = from + hit.index + hit[0].length - code.length
    const raw = scan.text.slice(start, start + code.length)
    // Written in one case: a word of prose such as `Internet` is none, and a lower-case code has a digit or a colon before it.
    const isCode = raw === raw.toUpperCase() || /[:=]\s{0,2}$/.test(before(scan, start, 3))
    if (COUNTRIES.has(hit[2] ?? '') && isCode)
      return { detector: 'pii/bic', start, end: start + code.length, score: 0.9 }
  }
  return undefined
}
