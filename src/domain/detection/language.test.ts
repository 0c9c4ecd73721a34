import { join } from 'node:path'
import { existsSync, readFileSync } from 'node:fs'
import { gunzipSync, gzipSync } from 'node:zlib'
import { assert, property, string } from 'fast-check'
import { describe, expect, test } from 'vitest'
import { LANGUAGE_SEEDS } from './language-seeds.ts'
import { detectLanguage, LANGUAGES } from './language.ts'

describe('a language', () => {
  test.each([
    ['en', 'My parcel has not arrived yet, what should I do now?'],
    ['de', 'Mein Paket ist noch nicht angekommen, was soll ich jetzt tun?'],
    ['fr', 'Mon colis n’est pas encore arrivé, que dois-je faire maintenant ?'],
    ['es', 'Mi paquete todavía no ha llegado, ¿qué debo hacer ahora?'],
    ['it', 'Il mio pacco non è ancora arrivato, che cosa devo fare adesso?'],
    ['pt', 'A minha encomenda ainda não chegou, o que devo fazer agora?'],
    ['nl', 'Mijn pakket is nog niet aangekomen, wat moet ik nu doen?'],
    ['pl', 'Moja paczka jeszcze nie dotarła, co mam teraz zrobić?'],
    ['cs', 'Můj balík ještě nedorazil, co mám teď dělat?'],
    ['sv', 'Mitt paket har inte kommit ännu, vad ska jag göra nu?'],
    ['fi', 'Pakettini ei ole vielä saapunut, mitä minun pitäisi nyt tehdä?'],
    ['tr', 'Paketim hâlâ gelmedi, şimdi ne yapmam gerekiyor?'],
    ['ro', 'Coletul meu nu a ajuns încă, ce trebuie să fac acum?'],
    ['hu', 'A csomagom még nem érkezett meg, mit kell most tennem?'],
    ['id', 'Paket saya belum sampai, apa yang harus saya lakukan sekarang?'],
    ['vi', 'Gói hàng của tôi vẫn chưa đến, bây giờ tôi phải làm gì?'],
    ['sw', 'Kifurushi changu bado hakijafika, nifanye nini sasa hivi?'],
    ['ru', 'Моя посылка ещё не пришла, что мне теперь делать?'],
    ['uk', 'Моя посилка ще не надійшла, що мені тепер робити?'],
    ['bg', 'Пратката ми още не е пристигнала, какво да правя сега?'],
    ['el', 'Το δέμα μου δεν έχει φτάσει ακόμα'],
    ['he', 'החבילה שלי עדיין לא הגיעה'],
    ['ar', 'لم تصل شحنتي بعد، ماذا أفعل الآن؟'],
    ['fa', 'بسته‌ام هنوز نرسیده، چه کار باید بکنم؟ پیگیری گم شد'],
    ['ur', 'میرا پارسل ابھی تک نہیں پہنچا، اب کیا کروں؟'],
    ['hi', 'मेरा पार्सल अभी तक नहीं आया है'],
    ['bn', 'আমার পার্সেল এখনো আসেনি'],
    ['ta', 'என் பொதி இன்னும் வரவில்லை'],
    ['te', 'నా పార్సిల్ ఇంకా రాలేదు'],
    ['th', 'พัสดุของฉันยังไม่มาถึง'],
    ['ko', '제 소포가 아직 도착하지 않았어요'],
    ['ja', '荷物がまだ届いていません'],
    ['zh', '我的包裹还没有到'],
    ['ka', 'ჩემი ამანათი ჯერ არ მოსულა'],
    ['hy', 'Իմ ծանրոցը դեռ չի հասել'],
  ])('%s is detected', (language, text) => expect(detectLanguage(text)).toMatchObject({ language }))

  test.each([
    ['nothing', ''],
    ['one word', 'hello'],
    ['numbers', '4242 4242 4242 4242'],
    ['an address', 'https://example.com/a/very/long/path/that/says/nothing'],
    ['code', '`const total = items.reduce((sum, item) => sum + item.price, 0)`'],
    ['two scripts in equal parts', 'Моя посылка ещё не пришла my parcel is not here'],
  ])('of %s is not said', (_, text) => expect(detectLanguage(text)).toBeUndefined())

  test('of a long text is that of its first part', () => {
    const german = 'Die Leute wollen wissen, was sie mit ihren Sachen machen sollen. '
    expect(detectLanguage(german.repeat(20_000))).toEqual({ language: 'de', confidence: 1 })
  })

  test('has a confidence from 0.55 to 1 and is one of the list, for any text', () => {
    assert(
      property(string({ unit: 'grapheme', maxLength: 80 }), (text) => {
        const found = detectLanguage(text)
        if (found === undefined) return
        expect(LANGUAGES).toContain(found.language)
        expect(found.confidence).toBeGreaterThanOrEqual(0.55)
        expect(found.confidence).toBeLessThanOrEqual(1)
      }),
    )
  })

  test('profiles are small: 20 languages and more, 8 KB compressed', () => {
    expect(LANGUAGES.length).toBeGreaterThanOrEqual(20)
    expect(gzipSync(JSON.stringify(LANGUAGE_SEEDS)).length).toBeLessThan(8_192)
  })

  test.each(['é', '```', '<a', 'https:', '@', ' a'])(
    'of half a million characters of `%s` ends in an answer',
    (unit) => {
      expect(detectLanguage(unit.repeat(500_000 / unit.length))?.confidence ?? 1).toBeLessThanOrEqual(1)
    },
  )
})

const DATA = join(import.meta.dirname, '..', '..', '..', '..', 'shared', 'datasets', 'dev', 'harmful.jsonl.gz')
test.skipIf(!existsSync(DATA))(
  'is wrong for few human-translated prompts (skipped where the data set is absent)',
  () => {
    const rows = gunzipSync(readFileSync(DATA))
      .toString()
      .trim()
      .split('\n')
      .map((line): { readonly text: string; readonly meta?: { readonly lang?: string } } => JSON.parse(line))
      .flatMap(({ text, meta }) =>
        meta?.lang === undefined || meta.lang === 'jv' ? [] : [{ text, language: meta.lang.slice(0, 2) }],
      )
    const found = rows.map(({ text, language }) => ({ language, detected: detectLanguage(text)?.language }))
    const right = found.filter(({ language, detected }) => detected === language).length
    const wrong = found.filter(({ language, detected }) => detected !== undefined && detected !== language).length
    expect(rows.length).toBeGreaterThan(800)
    expect(right / rows.length).toBeGreaterThan(0.93)
    expect(wrong / rows.length).toBeLessThan(0.03)
  },
)
