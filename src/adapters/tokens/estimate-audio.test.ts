import { expect, test } from 'vitest'
import { estimateAudio, type Sound } from './estimate-audio.ts'

const sound = (bytes: number, format: Sound['format']): Sound => ({ data: 'A'.repeat((bytes * 4) / 3), format })

test.each<[string, readonly Sound[], number]>([
  ['none', [], 0],
  ['a second of MP3 at 32 kbit/s', [sound(4_000 - 1, 'mp3')], 10],
  ['a minute of telephone quality', [sound(480_000, 'wav')], 600],
  ['two', [sound(12_000, 'mp3'), sound(24_000, 'wav')], 60],
  ['one that is hardly there', [sound(3, 'wav')], 1],
])('sounds: %s', (_, sounds, tokens) => {
  expect(estimateAudio(sounds)).toBe(tokens)
})
