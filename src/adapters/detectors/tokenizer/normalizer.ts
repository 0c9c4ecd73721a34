import type { Json, JsonObject } from '../../../base/json.ts'
import { precompiledMap } from './precompiled-map.ts'
import { booleanOf, listOf, objectOf, textOf, UnsupportedTokenizer } from './tokenizer-config.ts'

type Normalizer = (text: string) => string

/** The `normalizer` of a `tokenizer.json`. */
export function normalizerOf(config: Json | undefined, depth = 0): Normalizer {
  if (config === null || config === undefined) return (text) => text
  const object = objectOf(config, '`normalizer`')
  const type = textOf(object['type'], '`normalizer.type`')
  switch (type) {
    case 'Sequence': {
      if (depth > 8) throw new UnsupportedTokenizer('normalizers nest too deep')
      const steps = listOf(object['normalizers'], '`normalizer.normalizers`').map((step) =>
        normalizerOf(step, depth + 1),
      )
      return (text) => steps.reduce((result, step) => step(result), text)
    }
    case 'NFC':
    case 'NFD':
    case 'NFKC':
    case 'NFKD':
      return (text) => text.normalize(type)
    case 'Lowercase':
      return lowercase
    case 'StripAccents':
      return stripMarks
    case 'BertNormalizer':
      return bertNormalizer(object)
    case 'Strip':
      return strip(booleanOf(object['strip_left'], true), booleanOf(object['strip_right'], true))
    case 'Replace':
      return replace(object)
    case 'Prepend': {
      const prefix = textOf(object['prepend'], '`normalizer.prepend`')
      return (text) => (text === '' ? '' : prefix + text)
    }
    case 'Precompiled':
      return precompiledMap(textOf(object['precompiled_charsmap'], '`precompiled_charsmap`'))
    default:
      throw new UnsupportedTokenizer(`normalizer \`${type}\` is not supported`)
  }
}

/** Character by character: no rule of a language or position, such as the final sigma, applies. */
function lowercase(text: string): string {
  return Array.from(text, (character) => character.toLowerCase()).join('')
}

function stripMarks(text: string): string {
  return text.replaceAll(/\p{Mn}/gu, '')
}

function strip(left: boolean, right: boolean): Normalizer {
  return (text) => {
    let [start, end] = [0, text.length]
    while (left && start < end && WHITE.test(text.charAt(start))) start++
    while (right && start < end && WHITE.test(text.charAt(end - 1))) end--
    return text.slice(start, end)
  }
}

const WHITE = /\p{White_Space}/u

function replace(object: JsonObject): Normalizer {
  const pattern = objectOf(object['pattern'], '`normalizer.pattern`')
  const content = textOf(object['content'], '`normalizer.content`')
  if (typeof pattern['String'] === 'string') {
    const wanted = pattern['String']
    return (text) => text.replaceAll(wanted, () => content)
  }
  // Patterns in files are code: of them only the one that SentencePiece models are converted with.
  if (pattern['Regex'] === ' {2,}') return (text) => text.replaceAll(/ {2,}/g, () => content)
  throw new UnsupportedTokenizer('this `Replace` pattern is not supported')
}

/** Han ideographs, by the blocks that BERT's reference names. */
const IDEOGRAPH =
  /[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\u{20000}-\u{2a6df}\u{2a700}-\u{2b81f}\u{2b820}-\u{2ceaf}\u{2f800}-\u{2fa1f}]/gu

function bertNormalizer(object: JsonObject): Normalizer {
  const isLowercase = booleanOf(object['lowercase'], true)
  const isStripping = booleanOf(object['strip_accents'], isLowercase)
  const isCleaning = booleanOf(object['clean_text'], true)
  const isSpacing = booleanOf(object['handle_chinese_chars'], true)
  return (text) => {
    let result = text
    if (isCleaning)
      result = result
        .replaceAll(/(?![\t\n\r])[\p{Cc}\p{Cf}\p{Cn}\p{Co}\ufffd]/gu, '')
        .replaceAll(/\p{White_Space}/gu, ' ')
    if (isSpacing) result = result.replaceAll(IDEOGRAPH, ' $& ')
    if (isStripping) result = stripMarks(result.normalize('NFD'))
    return isLowercase ? lowercase(result) : result
  }
}
