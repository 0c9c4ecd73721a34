import { array, assert, constantFrom, oneof, property } from 'fast-check'
import { describe, expect, test } from 'vitest'
import { BLOCKING, cuts, options, PIECES, streamed, T1 } from '../../../test/support/stream-mixtures.ts'
import { guardText } from './guard-text.ts'
import { StreamGuard } from './stream-guard.ts'

const SCRIPTS = {
  Chinese:
    '您好，关于您的订单，我们已经在今天上午把包裹交给了快递公司，预计三天之内送达。如果您发现任何质量问题，可以申请退货。',
  Japanese: 'お問い合わせありがとうございます。ご注文の商品は本日発送いたしました。到着まで三日ほどかかる見込みです。',
  Thai: 'สวัสดีค่ะเราได้จัดส่งสินค้าของคุณแล้วเมื่อเช้านี้และคาดว่าจะถึงภายในสามวัน ',
  Korean: '안녕하세요. 주문하신 상품은 오늘 아침에 발송되었으며 사흘 안에 도착할 예정입니다. 그 수 있는 것. ',
  Russian: 'Здравствуйте! Мы отправили ваш заказ сегодня утром, он прибудет в течение трёх дней, и я в этом уверен. ',
  Arabic: 'مرحبا، لقد أرسلنا طلبك هذا الصباح وسيصل خلال ثلاثة أيام. إذا كانت لديك أي أسئلة فاكتب إلينا. ',
  Hindi: 'नमस्ते, हमने आज सुबह आपका ऑर्डर भेज दिया है और यह तीन दिनों में पहुंच जाएगा। यदि कोई प्रश्न हो तो हमें लिखें। ',
  Greek: 'Γεια σας! Στείλαμε την παραγγελία σας σήμερα το πρωί και θα φτάσει μέσα σε τρεις ημέρες. ',
}

describe('a stream in any script', () => {
  test.each(Object.entries(SCRIPTS))('holds back no more than a step and what may begin: %s', (_, sentence) => {
    const text = sentence.repeat(40).slice(0, 2_400)
    const guard = new StreamGuard(T1, options)
    let held = 0
    let heldMax = 0
    for (const char of text) {
      held += char.length - guard.push(char).length
      heldMax = Math.max(heldMax, held)
    }
    // 32 letters and what stands between them, a word, and an eighth of the segment until it is judged again.
    expect(heldMax).toBeLessThanOrEqual(128)
    expect(guard.end().length).toBe(held)
  })

  test('comes out as the whole text does, however it is cut, whatever stands between the words', () => {
    const glued = PIECES.map((piece) => piece.trim())
    const WORDS = [...Object.values(SCRIPTS), ...Object.values(SCRIPTS).map((words) => words.slice(0, 9).trim())]
    const foreign = [
      'иван@example.com',
      'Иванbob@example.com ',
      '您bob@example.com好',
      '٤١١١ ١١١١ ١١١١ ١١١١ ',
      '４１１１１１１１１１１１１１１１',
      'ｂ　ｏ　ｂ　＠',
      'https://evil.example/您好',
      '您好https://evil.example/a',
      '[您好](https://evil.example/',
      '密码：',
      'р а р у р а ',
      '\u200c',
      '：',
      '（',
      '\n',
      'я и в ',
      'р а р у р а р а р у р а ',
    ]
    const mixed = array(
      oneof(
        { weight: 4, arbitrary: constantFrom(...WORDS) },
        { weight: 1, arbitrary: constantFrom(...foreign) },
        { weight: 1, arbitrary: constantFrom(...glued) },
        { weight: 1, arbitrary: constantFrom(...PIECES) },
      ),
      { maxLength: 20 },
    ).map((parts) => parts.join(''))
    for (const policy of [T1, BLOCKING])
      assert(
        property(mixed, cuts, (text, sizes) => {
          expect(streamed(text, sizes, policy)).toBe(streamed(text, [text.length + 1], policy))
          if (policy === T1) expect(streamed(text, sizes, policy)).toBe(guardText(text, policy, options).text)
        }),
        { numRuns: 600 },
      )
  })
})
