import { expect, test } from 'vitest'
import { estimateImages, type ImageDetail } from './estimate-images.ts'

test.each<[string, readonly ImageDetail[], number]>([
  ['gpt-4o', ['low'], 85],
  ['gpt-4o-2024-11-20', ['high'], 1_445],
  ['gpt-4.1', ['auto', undefined], 2_890],
  ['gpt-4o-mini-2024-07-18', ['low'], 2_833],
  ['gpt-4o-mini', ['high'], 48_169],
  ['gpt-4.1-nano', ['low'], 3_779],
  ['gpt-5-mini', [undefined], 3_779],
  ['gpt-5', ['high'], 1_445],
  // Names that nobody knows yet cost what the dearest of other vendors does.
  ['gpt-5.9', ['high'], 5_000],
  ['claude-opus-4-7', [undefined], 5_000],
  ['model-a', ['low', 'high'], 10_000],
  ['gpt-4o', [], 0],
])('images of %s with detail %j cost %i tokens at most', (model, details, tokens) => {
  expect(estimateImages(model, details)).toBe(tokens)
})
